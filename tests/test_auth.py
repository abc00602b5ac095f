"""The three ways to know a visitor, without HTTP."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from assistant import auth
from assistant.auth import (
    COOKIE,
    SECURE_COOKIE,
    ByHeader,
    BySession,
    Open,
    Visitor,
    parse_editors,
    parse_header,
)
from assistant.errors import RequestError, SettingsError
from assistant.passwords import hash_password
from assistant.proxies import parse_proxies
from assistant.sessions import IDLE, Sessions
from assistant.tries import MOST
from assistant.users import User, UserFile, change_users, write_users
from tests.support.clock import Clock

PROXIES = parse_proxies("127.0.0.1, ::1")
PASSWORD, OTHER = "correct horse", "battery staple"
HASHES = {PASSWORD: hash_password(PASSWORD), OTHER: hash_password(OTHER)}
HOME = "192.0.2.7"


def scope(peer: str = "127.0.0.1", scheme: str = "http") -> dict[str, Any]:
    return {"type": "http", "client": (peer, 4711), "scheme": scheme}


def with_cookie(token: str, name: str = COOKIE) -> Headers:
    return Headers({"cookie": f"{name}={token}"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    users = {
        "anna": User("anna", "editor", HASHES[PASSWORD]),
        "本": User("本", "reader", HASHES[OTHER]),
    }
    write_users(path, users)
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(path: Path, clock: Clock) -> BySession:
    return BySession(UserFile(path), PROXIES, Sessions(clock))


def code_of(call: Any, *args: Any) -> str:
    with pytest.raises(RequestError) as caught:
        call(*args)
    return caught.value.code


def test_where_nobody_signs_in_everybody_is_at_this_machine() -> None:
    assert Open().admit(scope("192.0.2.1"), Headers({})) == Visitor("local", True)


def test_who_signed_in_is_known_with_the_role_of_the_file(sessions: BySession) -> None:
    anna = sessions.sign_in("anna", PASSWORD, HOME)
    ben = sessions.sign_in(" 本", OTHER, HOME)
    assert sessions.admit(scope(), with_cookie(anna)) == Visitor("anna", True)
    assert sessions.admit(scope(), with_cookie(ben)) == Visitor("本", False)


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", OTHER), ("anna", ""), ("Anna", PASSWORD), ("nobody", PASSWORD), ("", "")],
)
def test_a_wrong_name_and_a_wrong_password_are_one_refusal(
    sessions: BySession, name: str, password: str
) -> None:
    assert code_of(sessions.sign_in, name, password, HOME) == "wrong_password"


@pytest.mark.parametrize("cookie", ["", "duocite=", "duocite=forged", "other=1", "duocite=a; b=c"])
def test_a_forged_cookie_is_nobody_s(sessions: BySession, cookie: str) -> None:
    sessions.sign_in("anna", PASSWORD, HOME)
    assert code_of(sessions.admit, scope(), Headers({"cookie": cookie})) == "sign_in"
    assert code_of(sessions.admit, scope(), Headers({})) == "sign_in"


def test_over_tls_a_cookie_counts_that_this_host_alone_can_have_set(sessions: BySession) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    secure = scope("192.0.2.1", "https")
    assert code_of(sessions.admit, secure, with_cookie(token)) == "sign_in"
    assert sessions.admit(secure, with_cookie(token, SECURE_COOKIE)).name == "anna"


def test_a_session_ends_with_its_time(sessions: BySession, clock: Clock) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    clock.now += IDLE + 1
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "sign_in"


def test_who_signs_out_is_out(sessions: BySession) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    sessions.sign_out(scope(), with_cookie(token))
    sessions.sign_out(scope(), Headers({}))
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "sign_in"


def test_who_is_removed_is_out_at_once_and_stays_out(sessions: BySession, path: Path) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    with change_users(path) as users:
        anna = users.pop("anna")
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "sign_in"
    with change_users(path) as users:
        users["anna"] = anna
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "sign_in"


def test_a_new_password_ends_the_sessions_of_the_old_one(sessions: BySession, path: Path) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    with change_users(path) as users:
        users["anna"] = User("anna", "editor", HASHES[OTHER])
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "sign_in"
    assert sessions.sign_in("anna", OTHER, HOME)


def test_a_new_role_counts_at_once(sessions: BySession, path: Path) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    with change_users(path) as users:
        users["anna"] = User("anna", "reader", HASHES[PASSWORD])
    assert sessions.admit(scope(), with_cookie(token)) == Visitor("anna", False)


def test_a_file_that_can_not_be_read_lets_nobody_in_and_tells_the_log(
    sessions: BySession, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = sessions.sign_in("anna", PASSWORD, HOME)
    kept = path.read_text("utf-8")
    path.write_text("nonsense\n", encoding="utf-8")
    assert code_of(sessions.admit, scope(), with_cookie(token)) == "no_sign_in"
    assert code_of(sessions.sign_in, "anna", PASSWORD, HOME) == "no_sign_in"
    assert "bad_line" in caplog.text
    path.write_text(kept, encoding="utf-8")
    assert sessions.admit(scope(), with_cookie(token)).name == "anna"


def test_guessing_ends_before_a_password_is_compared(
    sessions: BySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST["both"]):
        assert code_of(sessions.sign_in, "anna", OTHER, HOME) == "wrong_password"
    monkeypatch.setattr(auth, "is_password", lambda *_: pytest.fail("compared"))
    assert code_of(sessions.sign_in, "anna", PASSWORD, HOME) == "tries"


def test_the_log_knows_who_tried_and_no_password(
    sessions: BySession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = sessions.sign_in("anna", PASSWORD, HOME)
    code_of(sessions.sign_in, "anna\nforged line", OTHER, HOME)
    assert HOME in caplog.text
    assert r"anna\nforged line" in caplog.text
    for secret in (PASSWORD, OTHER, token, HASHES[PASSWORD]):
        assert secret not in caplog.text


def by_header(editors: str = "") -> ByHeader:
    return ByHeader("X-Forwarded-User", parse_editors(editors), PROXIES)


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), text.encode()) for name, text in pairs])


def test_a_proxy_names_the_visitor() -> None:
    auth = by_header("anna, 本")
    assert auth.admit(scope(), headers(("X-Forwarded-User", "anna"))) == Visitor("anna", True)
    assert auth.admit(scope("::1"), headers(("x-forwarded-user", "本"))) == Visitor("本", True)
    assert auth.admit(scope(), headers(("X-Forwarded-User", " ben "))) == Visitor("ben", False)


@pytest.mark.parametrize(
    ("role", "editor"),
    [("editor", True), ("Editor", True), ("staff, editor", True), ("editors", False), ("", False)],
)
def test_a_header_can_tell_the_role(role: str, editor: bool) -> None:
    given = headers(("X-Forwarded-User", "anna"), ("X-Role", role))
    assert by_header("header:X-Role").admit(scope(), given) == Visitor("anna", editor)


@pytest.mark.parametrize("peer", ["192.0.2.1", "127.0.0.2", "testclient"])
def test_a_header_that_no_proxy_sent_is_forged(peer: str) -> None:
    given = headers(("X-Forwarded-User", "anna"), ("X-Forwarded-For", "127.0.0.1"))
    assert code_of(by_header().admit, scope(peer), given) == "proxy"


@pytest.mark.parametrize(
    "given",
    [
        headers(),
        headers(("X-Forwarded-User", "")),
        headers(("X-Forwarded-User", "  ")),
        headers(("X-Forwarded-User", "a\x01b")),
        headers(("X-Forwarded-User", "anna"), ("X-Forwarded-User", "ben")),
        headers(("X-Forwarded-User-Name", "anna")),
    ],
)
def test_without_one_name_nobody_is_there(given: Headers) -> None:
    assert code_of(by_header().admit, scope(), given) == "no_header"


def test_a_setting_names_a_header_or_a_file() -> None:
    assert parse_header("header:X-Forwarded-User") == "X-Forwarded-User"
    assert parse_header("  header: Remote-User ") == "Remote-User"
    assert parse_header("/etc/duocite/users") is None
    assert parse_header("header.txt") is None


@pytest.mark.parametrize("text", ["header:", "header:two words", "HEADER:X-User", "header:X:Y"])
def test_a_header_that_can_not_be_one_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match="auth"):
        parse_header(text)
    with pytest.raises(SettingsError, match="editors"):
        parse_editors(text)
