"""Which programs the gate lets call the API, with a real file of keys behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.auth import VISITOR, ByHeader, OnlyKeys, Visitor, parse_editors
from assistant.errors import RequestError
from assistant.hosts import parse_names
from assistant.keyform import make_key
from assistant.keyring import Keyring
from assistant.keys import Keys
from assistant.proxies import parse_proxies
from assistant.rates import WRONG, Rates, parse_rates
from assistant.site import Site
from assistant.state import State
from tests.support.knocking import TOKEN, headers_of, knock, refused
from tests.test_gate import SITE

HERE = {"host": "127.0.0.1:7860"}
PROXIES = parse_proxies("127.0.0.1")
FILES = {"content-type": "multipart/form-data; boundary=x"}
POST = {"method": "POST"}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with closing(State(tmp_path)) as state:
        yield Keys(state)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """As it is by default; keys may come to it."""
    with closing(Site(proxies=PROXIES, keys=Keyring(tmp_path))) as opened:
        yield opened


def with_key(key: str) -> dict[str, str]:
    return {**HERE, "authorization": f"Bearer {key}"}


def visitor_of(path: str, headers: dict[str, str], site: Site, **more: Any) -> Visitor | None:
    """Who came through; None who did not."""
    behind, _ = knock(path, headers, site=site, more=more)
    return behind.scope.get(VISITOR) if behind.seen else None


def refusal_of(path: str, headers: dict[str, str], site: Site, **more: Any) -> str | None:
    behind, sent = knock(path, headers, site=site, more=more)
    return None if behind.seen else refused(sent)[1].removeprefix("request.")


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "[::1]:7860", "a.localhost"])
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/documents", "/metrics", "/docs", "/openapi.json"])
def test_without_keys_the_api_is_open_to_programs_of_this_machine(
    site: Site, host: str, path: str
) -> None:
    assert visitor_of(path, {"host": host}, site) == Visitor("local", True)
    openai_s_own = {"host": host, "authorization": "Bearer not-needed"}
    assert visitor_of(path, openai_s_own, site) == Visitor("local", True)


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"x-forwarded-for": "192.0.2.1"}, {}),
        ({"forwarded": "for=192.0.2.1"}, {}),
        ({"via": "1.1 proxy"}, {}),
        ({"x-real-ip": "192.0.2.1"}, {}),
        ({"x-forwarded-host": "reports.example.org"}, {}),
        ({"host": "reports.example.org"}, {}),
        ({}, {"client": ("192.0.2.1", 4711)}),
        ({}, {"client": None}),
    ],
)
@pytest.mark.parametrize("path", ["/v1/ask", "/metrics"])
def test_what_came_by_another_way_needs_a_key(
    site: Site, headers: dict[str, str], more: dict[str, Any], path: str
) -> None:
    named = replace(site, names=parse_names("reports.example.org"))
    assert refusal_of(path, {**HERE, **headers}, named, **more) == "token"


def test_once_a_key_was_made_it_takes_one(site: Site, keys: Keys) -> None:
    assert visitor_of("/v1/ask", HERE, site)
    made = keys.make("dashboard", ["ask"])
    for path in ("/v1/ask", "/metrics", "/docs", "/docs/start.js", "/openapi.json"):
        assert refusal_of(path, HERE, site) == "token"
        assert visitor_of(path, with_key(made), site) == Visitor("key:dashboard", False)
    assert visitor_of("/v1/ask", with_key(TOKEN), site) == Visitor("local", True)
    # The chat and what says that the server is there go on.
    for path in ("/", "/gradio_api/queue/join"):
        assert visitor_of(path, HERE, site) == Visitor("local", True)
    assert knock("/readyz", HERE, site=site)[0].seen == ["/readyz"]
    keys.revoke("dashboard")
    assert refusal_of("/v1/ask", with_key(made), site) == "key"
    assert refusal_of("/v1/ask", HERE, site) == "token"
    keys.forget("dashboard")
    assert visitor_of("/v1/ask", HERE, site) == Visitor("local", True)


def test_a_key_that_is_given_must_be_right_also_where_none_is_needed(site: Site) -> None:
    assert refusal_of("/v1/ask", with_key(make_key()), site) == "key"
    assert refusal_of("/v1/ask", with_key("duocite_slip"), site) == "key"


def test_however_bearer_is_written_it_is_a_key(site: Site, keys: Keys) -> None:
    made = keys.make("a", ["ask"])
    for given in (f"bearer {made}", f"BEARER  {made} "):
        assert visitor_of("/v1/ask", {**HERE, "authorization": given}, site)
    for given in (made, f"Basic {made}", f"Token {made}", "Bearer", ""):
        assert refusal_of("/v1/ask", {**HERE, "authorization": given}, site) == "token"


def test_a_key_does_what_its_scopes_say(site: Site, keys: Keys) -> None:
    ask, write = (with_key(keys.make(name, [name])) for name in ("ask", "write"))
    assert visitor_of("/v1/ask", ask, site, **POST) == Visitor("key:ask", False)
    assert refusal_of("/v1/documents", ask, site, method="DELETE") == "no_scope"
    assert refusal_of("/v1/documents", {**ask, **FILES}, site, **POST) == "no_scope"
    assert refusal_of("/v1/ask", write, site, **POST) == "no_scope"
    assert visitor_of("/v1/documents", {**write, **FILES}, site, **POST) == Visitor(
        "key:write", True
    )
    assert visitor_of("/v1/documents", write, site, method="DELETE")


def test_an_ingest_by_path_takes_the_token_wherever_it_comes_from(site: Site, keys: Keys) -> None:
    assert refusal_of("/v1/documents", HERE, site, **POST) == "token_only"
    made = keys.make("both", ["ask", "write"])
    assert refusal_of("/v1/documents", with_key(made), site, **POST) == "token_only"
    assert visitor_of("/v1/documents", with_key(TOKEN), site, **POST) == Visitor("local", True)


def test_no_key_opens_the_chat(site: Site, keys: Keys) -> None:
    made = keys.make("both", ["ask", "write"])
    beyond = replace(site, auth=OnlyKeys())
    for path in ("/", "/config", "/gradio_api/upload", "/original/x", "/v1"):
        assert refusal_of(path, with_key(made), beyond) == "no_chat"
        assert refusal_of(path, with_key(TOKEN), beyond) == "no_chat"
    assert visitor_of("/v1/ask", with_key(made), beyond)
    assert refusal_of("/v1/ask", HERE, beyond) == "token"


def test_where_people_sign_in_a_key_is_as_good_as_a_session(site: Site, keys: Keys) -> None:
    signed = replace(SITE, keys=site.keys)
    host = {"host": "reports.example.org"}
    made = {**host, "authorization": f"Bearer {keys.make('a', ['ask'])}"}
    assert visitor_of("/v1/ask", made, signed) == Visitor("key:a", False)
    assert visitor_of("/v1/ask", {**host, "cookie": "anna"}, signed) == Visitor("anna", False)
    assert refusal_of("/v1/ask", host, signed) == "sign_in"
    # A key that is wrong isn't made good by a session.
    wrong = {**host, "cookie": "anna", "authorization": f"Bearer {make_key()}"}
    assert refusal_of("/v1/ask", wrong, signed) == "key"
    upload = {**host, "cookie": "editor", **FILES}
    assert visitor_of("/v1/documents", upload, signed, **POST) == Visitor("editor", True)
    assert refusal_of("/metrics", {**host, "cookie": "anna"}, signed) == "token"
    assert visitor_of("/metrics", made, signed)


def test_a_token_of_the_proxy_s_own_is_not_taken_for_a_key(keys: Keys, site: Site) -> None:
    auth = ByHeader("X-User", parse_editors(""), PROXIES)
    proxied = replace(site, auth=auth, names=parse_names("a.example"))
    headers = {"host": "a.example", "x-user": "anna", "authorization": "Bearer eyJhbGciOi"}
    assert visitor_of("/v1/ask", headers, proxied) == Visitor("anna", False)
    # Nobody is a key by naming themselves so.
    assert refusal_of("/v1/ask", {**headers, "x-user": "key:a"}, proxied) == "no_header"


def test_whoever_cannot_be_looked_up_is_not_let_in(site: Site, keys: Keys) -> None:
    made = keys.make("a", ["ask"])
    with keys._state.write() as database:
        database.execute("drop table keys")
    behind, sent = knock("/v1/ask", with_key(made), site=site)
    assert (behind.seen, refused(sent)) == ([], (500, "store.state_damaged"))
    behind, sent = knock("/v1/ask", HERE, site=site)
    assert behind.seen == []


def test_what_is_left_is_told_and_then_when_to_come_back(site: Site, keys: Keys) -> None:
    limited = replace(site, rates=Rates(parse_rates("2/minute", "3/minute")))
    one, other = (keys.make(name, ["ask"]) for name in ("one", "other"))
    for remaining in (1, 0):
        _, sent = knock("/v1/ask", with_key(one), site=limited, answers=True)
        told = headers_of(sent)
        assert (sent[0]["status"], told["ratelimit-limit"]) == (200, "2")
        assert told["ratelimit-remaining"] == str(remaining)
    behind, sent = knock("/v1/ask", with_key(one), site=limited)
    assert (behind.seen, refused(sent)) == ([], (429, "request.rate"))
    told = headers_of(sent)
    assert 1 <= int(told["retry-after"]) <= 61
    assert told["retry-after"] == told["ratelimit-reset"]
    # Three have come from this address, whatever key they brought.
    assert refusal_of("/v1/ask", with_key(other), limited) == "rate"
    elsewhere = {**with_key(other), "x-forwarded-for": "192.0.2.1"}
    assert visitor_of("/v1/ask", elsewhere, limited)
    assert visitor_of("/v1/ask", with_key(TOKEN), limited)


def test_an_address_is_that_of_the_visitor_and_can_not_be_made_up(site: Site, keys: Keys) -> None:
    limited = replace(site, rates=Rates(parse_rates("off", "1/minute")))
    made = with_key(keys.make("a", ["ask"]))
    for number in (1, 2):
        assert visitor_of("/v1/ask", {**made, "x-forwarded-for": f"192.0.2.{number}"}, limited)
    assert refusal_of("/v1/ask", {**made, "x-forwarded-for": "8.8.8.8, 192.0.2.1"}, limited)
    stranger = {"client": ("192.0.2.77", 1)}
    assert visitor_of("/v1/ask", {**made, "x-forwarded-for": "192.0.2.3"}, limited, **stranger)
    assert refusal_of("/v1/ask", {**made, "x-forwarded-for": "192.0.2.4"}, limited, **stranger)


def test_who_needs_no_key_is_not_counted_unless_that_is_set(site: Site) -> None:
    by_default = replace(site, rates=Rates(parse_rates("1/minute", None)))
    _, sent = knock("/v1/ask", HERE, site=by_default, answers=True)
    assert "ratelimit-limit" not in headers_of(sent)
    assert not by_default.rates._used
    limited = replace(site, rates=Rates(parse_rates("off", "1/minute")))
    assert visitor_of("/v1/ask", HERE, limited)
    assert refusal_of("/v1/ask", HERE, limited) == "rate"
    assert refusal_of("/", HERE, limited) is None


def test_after_many_wrong_keys_no_key_is_looked_at_from_there(site: Site, keys: Keys) -> None:
    made = keys.make("a", ["ask"])
    for _ in range(WRONG):
        assert refusal_of("/v1/ask", with_key(make_key()), site) == "key"
    assert refusal_of("/v1/ask", with_key(made), site) == "wrong_keys"
    assert visitor_of("/v1/ask", {**with_key(made), "x-forwarded-for": "192.0.2.1"}, site)
    assert visitor_of("/v1/ask", with_key(TOKEN), site)


def test_without_a_key_too_many_requests_are_refused_as_well(site: Site, keys: Keys) -> None:
    keys.make("a", ["ask"])
    limited = replace(site, rates=Rates(parse_rates("off", "2/minute")))
    codes = [refusal_of("/v1/ask", HERE, limited) for _ in range(3)]
    assert codes == ["token", "token", "rate"]


def test_only_keys_lets_nobody_in_by_itself() -> None:
    with pytest.raises(RequestError, match="no_chat"):
        OnlyKeys().admit({}, None)  # type: ignore[arg-type]
