"""What a request needs: a table, and nothing beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from assistant.auth import Visitor
from assistant.errors import RequestError
from assistant.keys import Key, Scope
from assistant.rights import ASKING, DOCUMENTS, Need, check_key, check_visitor, find_need, is_upload
from tests.test_keys import NOON

JSON = {"content-type": "application/json"}
FILES = {"content-type": "multipart/form-data; boundary=x"}


def need_of(method: str, path: str, headers: dict[str, str] | None = None) -> Need:
    return find_need(method, path, Headers(headers or {}))


@pytest.mark.parametrize(
    ("method", "path", "headers", "need"),
    [
        ("GET", "/v1/documents", {}, "ask"),
        ("GET", "/v1/models", {}, "ask"),
        ("HEAD", "/metrics", {}, "ask"),
        ("POST", "/v1/ask", JSON, "ask"),
        ("POST", "/v1/chat/completions", JSON, "ask"),
        ("POST", "/v1/feedback", JSON, "ask"),
        ("DELETE", "/v1/documents", {}, "write"),
        ("POST", "/v1/documents", FILES, "write"),
        ("POST", "/v1/documents", {"content-type": "Multipart/Form-Data"}, "write"),
        ("POST", "/v1/documents", JSON, "token"),
        ("POST", "/v1/documents", {}, "token"),
        ("POST", "/v1/documents", {"content-type": "multipart/mixed"}, "token"),
        ("POST", "/v1/documents", {"content-type": "text/plain; multipart/form-data"}, "token"),
        ("POST", "/v1/documents/", FILES, "token"),
        ("POST", "/v1/documents/text", FILES, "token"),
        ("PUT", "/v1/documents", FILES, "token"),
        ("PATCH", "/v1/ask", JSON, "token"),
        ("DELETE", "/v1/feedback", {}, "token"),
        ("POST", "/v1/Ask", JSON, "token"),
        ("POST", "/v1//ask", JSON, "token"),
        ("post", "/v1/ask", JSON, "token"),
    ],
)
def test_each_request_needs_what_the_table_says(
    method: str, path: str, headers: dict[str, str], need: Need
) -> None:
    assert need_of(method, path, headers) == need


@given(
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "BREW", ""]),
    path=st.text().map(lambda text: f"/v1/{text}"),
)
def test_what_is_not_named_takes_the_token(method: str, path: str) -> None:
    named = (method == "POST" and path in ASKING) or (method == "DELETE" and path == DOCUMENTS)
    assert (need_of(method, path) == "token") is not named


def test_of_two_content_types_a_route_may_read_either() -> None:
    raw = [(b"content-type", b"multipart/form-data"), (b"content-type", b"application/json")]
    assert not is_upload("POST", DOCUMENTS, Headers(raw=raw))


@pytest.mark.parametrize(
    ("need", "reader", "editor"),
    [("ask", None, None), ("write", "no_editor", None), ("token", "no_editor", "token_only")],
)
def test_an_editor_changes_documents_and_nobody_the_server(
    need: Need, reader: str | None, editor: str | None
) -> None:
    for may, code in ((False, reader), (True, editor)):
        assert refusal(lambda may=may: check_visitor(Visitor("anna", may), need)) == code


@pytest.mark.parametrize(
    ("scopes", "ask", "write"),
    [
        (["ask"], None, "no_scope"),
        (["write"], "no_scope", None),
        (["ask", "write"], None, None),
        ([], "no_scope", "no_scope"),
    ],
)
def test_a_key_may_do_what_its_scopes_say(
    scopes: list[Scope], ask: str | None, write: str | None
) -> None:
    key = Key(1, "a", "", frozenset(scopes), NOON)
    assert refusal(lambda: check_key(key, "ask")) == ask
    assert refusal(lambda: check_key(key, "write")) == write
    assert refusal(lambda: check_key(key, "token")) == "token_only"


def refusal(check: object) -> str | None:
    try:
        check()  # type: ignore[operator]
    except RequestError as error:
        return error.code
    return None
