from __future__ import annotations

import pytest

from store.connection import ChromaServer


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://me:secret@chroma.example/db", "https://chroma.example/db"),
        ("http://a@b@[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_password_in_an_address_is_not_shown(url: str, shown: str) -> None:
    assert ChromaServer(url).shown == shown


def test_headers_are_not_printed() -> None:
    assert "secret" not in repr(ChromaServer("http://a", {"Authorization": "secret"}))
