from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors import DuociteError, SettingsError, UserError
from assistant.keys import Keys
from assistant.passwords import hash_of_nobody
from assistant.settings import Settings
from assistant.site import Site, build_site
from assistant.state import State, has_state
from assistant.users import User, write_users
from store.database import STATE_FILE

HASH = hash_of_nobody()
ANNA = User("anna", "editor", HASH)


@pytest.fixture
def users(tmp_path: Path) -> str:
    path = tmp_path / "users"
    write_users(path, {"anna": ANNA})
    return str(path)


def settings(**given: str) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def code_of(settings: Settings, host: str | None = None) -> str:
    with pytest.raises(DuociteError) as caught:
        build_site(settings, host)
    return caught.value.code


def test_without_settings_it_is_for_this_machine_alone() -> None:
    site = build_site(settings())
    assert (site.guarded, site.auth.mode, site.names.own) == (False, "none", frozenset())
    assert Site().auth.mode == "none"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.7.7", "reports.example.org"])
def test_nobody_else_is_let_in_where_nobody_signs_in(host: str, users: str) -> None:
    assert code_of(settings(names="reports.example.org"), host) == "not_loopback"
    assert code_of(settings(host=host)) == "not_loopback"
    assert build_site(settings(auth=users, names="reports.example.org"), host).guarded


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.7.7"])
def test_a_key_that_works_opens_the_api_alone_to_others(host: str, tmp_path: Path) -> None:
    given = settings(data=str(tmp_path), names="reports.example.org")
    assert code_of(given, host) == "not_loopback"
    assert not has_state(tmp_path)
    with closing(State(tmp_path)) as state:
        keys = Keys(state)
        keys.make("old", ["ask"], datetime.now(UTC) + timedelta(seconds=1000))
        assert build_site(given, host).auth.mode == "keys"
        keys.revoke("old")
        assert code_of(given, host) == "not_loopback"
        made = keys.make("new", ["ask"])
    with closing(build_site(given, host)) as site:
        assert (site.guarded, site.signs_in, site.has_chat) == (True, False, False)
        assert site.keys is not None
        assert site.keys.find(made)
    with closing(build_site(given)) as site:
        assert (site.auth.mode, site.has_chat) == ("none", True)


def test_keys_do_not_take_the_place_of_signing_in(users: str, tmp_path: Path) -> None:
    with closing(State(tmp_path)) as state:
        Keys(state).make("a", ["ask"])
    given = settings(data=str(tmp_path), names="reports.example.org", auth=users)
    with closing(build_site(given, "0.0.0.0")) as site:
        assert (site.auth.mode, site.has_chat) == ("password", True)


def test_a_file_of_keys_that_can_not_be_read_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"no database at all" * 100)
    assert code_of(settings(data=str(tmp_path)), "192.168.7.7") == "state_damaged"


def test_limits_and_sites_are_those_of_the_settings() -> None:
    given = settings(
        rate_key="7/minute", rate_address="off", cors="https://a.example", max_file_mb="5"
    )
    site = build_site(given)
    assert [item.amount for item in site.rates.settings.key] == [7]
    assert (site.rates.settings.address, site.rates.settings.everybody) == ((), True)
    assert (site.origins, site.upload_mb) == (frozenset({"https://a.example"}), 5)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_all_addresses_need_a_name(host: str, users: str) -> None:
    assert code_of(settings(auth=users), host) == "no_names"
    site = build_site(settings(auth=users, names="Reports.example.org, 192.168.7.7"), host)
    assert site.names.own == {"reports.example.org", "192.168.7.7"}
    assert not site.names.has("0.0.0.0:7860")


def test_an_address_of_its_own_is_a_name(users: str) -> None:
    site = build_site(settings(auth=users), "192.168.7.7")
    assert site.names.has("192.168.7.7:7860")
    assert not site.names.has("192.168.7.8:7860")
    assert site.names.has("localhost")


def test_the_ways_to_know_visitors(users: str) -> None:
    assert build_site(settings(auth=users)).auth.mode == "password"
    assert build_site(settings(auth="header:Remote-User")).auth.mode == "header"


def test_what_is_set_wrong_is_said_at_the_start(tmp_path: Path) -> None:
    assert code_of(settings(auth=str(tmp_path / "gone"))) == "missing"
    assert code_of(settings(auth="header:")) == "auth"
    assert code_of(settings(auth="header:X-User", editors="header:")) == "editors"
    assert code_of(settings(names="http://reports.example.org")) == "names"
    assert code_of(settings(proxies="everybody")) == "proxies"
    assert code_of(settings(rate_key="often")) == "rate"
    assert code_of(settings(rate_address="0/minute")) == "rate"
    assert code_of(settings(cors="*")) == "cors"


def test_a_file_with_nobody_in_it_would_shut_everybody_out(tmp_path: Path) -> None:
    path = tmp_path / "users"
    write_users(path, {})
    with pytest.raises(UserError, match="nobody"):
        build_site(settings(auth=str(path)))
    write_users(path, {"ben": User("ben", "reader", HASH)})
    assert build_site(settings(auth=str(path))).guarded


def test_an_error_of_settings_ends_with_their_code() -> None:
    assert SettingsError("names").exit_code == UserError("nobody").exit_code == 2
