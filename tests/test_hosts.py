from __future__ import annotations

import pytest

from assistant.hosts import is_loopback, is_loopback_header


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LocalHost", "duocite.localhost", "localhost."],
)
def test_names_that_stay_on_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "192.168.1.4",
        "example.org",
        "localhost.example.org",
        "127.0.0.1.nip.io",
    ],
)
def test_names_that_lead_elsewhere_or_everywhere(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "value", ["127.0.0.1", "127.0.0.1:7860", "localhost:80", "[::1]:7860", "[::1]"]
)
def test_a_host_header_may_have_a_port(value: str) -> None:
    assert is_loopback_header(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "evil.example",
        "evil.example:7860",
        "127.0.0.1@evil.example",
        "evil.example/127.0.0.1",
        "evil.example#localhost",
        "127.0.0.1:port",
        "[::1",
        "127.0.0.1:7860, evil.example",
    ],
)
def test_a_header_of_another_name_is_told(value: str) -> None:
    assert not is_loopback_header(value)
