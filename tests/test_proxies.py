from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from assistant.errors import SettingsError
from assistant.proxies import MARKS, has_come_straight, parse_proxies, peer_of

PROXIES = parse_proxies("127.0.0.0/8, ::1, 10.0.0.5")


def scope(peer: str | None, scheme: str = "http") -> dict[str, Any]:
    return {"type": "http", "client": (peer, 4711) if peer else None, "scheme": scheme}


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.3.2.1", "::1", "10.0.0.5", "::ffff:10.0.0.5"])
def test_a_proxy_is_known_by_its_address(peer: str) -> None:
    assert PROXIES.has_sent(scope(peer))


@pytest.mark.parametrize("peer", ["10.0.0.6", "192.0.2.1", "::2", "", None, "testclient"])
def test_everybody_else_is_none(peer: str | None) -> None:
    assert not PROXIES.has_sent(scope(peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        # What the visitor wrote stands before what the proxy added.
        ("127.0.0.1", ["8.8.8.8, 192.0.2.1"], "192.0.2.1"),
        ("127.0.0.1", ["8.8.8.8", "192.0.2.1"], "192.0.2.1"),
        ("127.0.0.1", ["8.8.8.8, 192.0.2.1, 10.0.0.5"], "192.0.2.1"),
        ("127.0.0.1", ["192.0.2.1, nonsense"], "127.0.0.1"),
        ("192.0.2.9", ["8.8.8.8"], "192.0.2.9"),
    ],
)
def test_a_visitor_s_address_can_not_be_made_up(
    peer: str, forwarded: list[str], client: str
) -> None:
    headers = Headers(raw=[(b"x-forwarded-for", one.encode()) for one in forwarded])
    assert PROXIES.find_client(scope(peer), headers) == client


@pytest.mark.parametrize(
    ("peer", "scheme", "told", "secure"),
    [
        ("127.0.0.1", "http", "https", True),
        ("127.0.0.1", "http", "HTTPS", True),
        ("127.0.0.1", "http", "https, http", False),
        ("127.0.0.1", "http", "", False),
        ("192.0.2.9", "http", "https", False),
        ("192.0.2.9", "https", "", True),
    ],
)
def test_a_proxy_alone_is_believed_that_it_speaks_tls(
    peer: str, scheme: str, told: str, secure: bool
) -> None:
    headers = Headers({"x-forwarded-proto": told})
    assert PROXIES.is_secure(scope(peer, scheme), headers) is secure


@pytest.mark.parametrize("text", ["10.0.0.5/8", "proxy.example", "10.0.0", "10.0.0.1;10.0.0.2"])
def test_what_is_no_address_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match="proxies"):
        parse_proxies(text)


def test_none_can_be_set() -> None:
    assert not parse_proxies(" ").has_sent(scope("127.0.0.1"))
    assert peer_of(scope("192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST.:1", "[::1]:7860"])
def test_a_program_of_this_machine_comes_straight(peer: str, host: str) -> None:
    assert has_come_straight(scope(peer), Headers({"host": host}))


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("192.0.2.9", "localhost"),
        ("::ffff:192.0.2.9", "localhost"),
        ("", "localhost"),
        (None, "localhost"),
        ("testclient", "localhost"),
        ("127.0.0.1", "reports.example.org"),
        ("127.0.0.1", "localhost.example.org"),
        ("127.0.0.1", "localhost@evil.example"),
        ("127.0.0.1", ""),
    ],
)
def test_others_and_those_who_ask_for_another_name_do_not(peer: str | None, host: str) -> None:
    assert not has_come_straight(scope(peer), Headers({"host": host}))


@pytest.mark.parametrize("mark", MARKS)
def test_what_a_proxy_has_marked_has_come_by_it(mark: str) -> None:
    headers = {"host": "localhost", mark: ""}
    assert not has_come_straight(scope("127.0.0.1"), Headers(headers))
