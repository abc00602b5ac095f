"""What a model's server is told, and what is kept of what it says."""

from __future__ import annotations

import gzip

import httpx
import pytest

from assistant.http import NO_KEY, OPENAI_URL, AsyncClient, Client, Server

SECRET = "sk-do-not-show-this"
ADDRESS = "http://127.0.0.1:9/v1?api-version=2024-10-21&k=b#part"


def headers_for(server: Server) -> dict[str, str]:
    """What goes out of what the client made: a bearer, and headers of the environment."""
    made = {"Authorization": "Bearer none", "X-Team": "all", "Accept": "application/json"}
    request = httpx.Request("POST", server.url, headers=made)
    server.set_headers(request)
    return {name: value for name, value in request.headers.items() if name != "host"}


def test_an_address_is_taken_apart() -> None:
    server = Server(ADDRESS)
    assert server.url == "http://127.0.0.1:9/v1"
    assert server.query == {"api-version": "2024-10-21", "k": "b"}


def test_headers_of_the_environment_are_for_openai_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-team: all\nnonsense")
    assert "x-team" in headers_for(Server(OPENAI_URL))
    assert "x-team" not in headers_for(Server(ADDRESS))
    assert headers_for(Server(ADDRESS, headers={"X-TEAM": "mine"}))["x-team"] == "mine"


@pytest.mark.parametrize("name", ["api-key", "X-Api-Key", "authorization"])
def test_no_bearer_is_made_up_beside_a_key_in_a_header(name: str) -> None:
    found = headers_for(Server(ADDRESS, NO_KEY, {name: SECRET}))
    assert found[name.lower()] == SECRET
    assert "Bearer none" not in found.values()
    assert (
        headers_for(Server(ADDRESS, "key", {"api-key": SECRET}))["authorization"] == "Bearer none"
    )


def test_a_refusal_is_kept_without_our_secrets() -> None:
    server = Server("http://a/v1?key=in-the-address", SECRET, {"api-key": "in-a-header", "X": "e"})
    text = f'{{"error": "{SECRET} in-a-header in-the-address", "code": "e"}}'
    packed = httpx.Response(
        401,
        headers={"Content-Encoding": "gzip", "Retry-After": "7"},
        content=gzip.compress(text.encode()),
        request=httpx.Request("POST", server.url),
    )
    cleaned = server.clean(packed)
    assert cleaned.json() == {"error": "… … …", "code": "e"}
    assert (cleaned.status_code, cleaned.headers["retry-after"]) == (401, "7")
    assert cleaned.request is packed.request


def test_without_a_key_words_stay_as_they_are() -> None:
    said = httpx.Response(400, text="none of them", request=httpx.Request("POST", "http://a/"))
    assert Server(ADDRESS).clean(said).text == "none of them"


def test_neither_server_nor_client_prints_its_secrets() -> None:
    server = Server("http://127.0.0.1:9", SECRET, {"api-key": SECRET})
    with Client(server, httpx.Timeout(1)) as client:
        shown = repr(server) + repr(client) + repr(AsyncClient(server, httpx.Timeout(1)))
    assert SECRET not in shown
