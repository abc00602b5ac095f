from __future__ import annotations

import pytest

from assistant.errors import SettingsError
from assistant.hosts import Names, is_everywhere, is_loopback, parse_names, parse_origins


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
    assert Names().has(value)


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
    assert not Names().has(value)


def test_a_server_answers_to_the_names_that_it_was_given() -> None:
    names = parse_names("Reports.example.org., 192.168.7.7, fe80::1")
    for value in ("reports.example.org", "REPORTS.example.org:8443", "[fe80::1]:80", "127.0.0.1"):
        assert names.has(value)
    for value in ("example.org", "a.reports.example.org", "192.168.7.8", "reports.example.org@x"):
        assert not names.has(value)


@pytest.mark.parametrize(
    "text", ["http://a.example", "a.example:80", "a.example/b", "a@b", "a.example;b", "[::1"]
)
def test_what_is_no_name_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match="names"):
        parse_names(text)


@pytest.mark.parametrize(("host", "every"), [("0.0.0.0", True), ("::", True), ("::1", False)])
def test_every_address_is_told_from_one(host: str, every: bool) -> None:
    assert is_everywhere(host) is every
    assert not is_everywhere("example.org")


HOST = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin", "origin": "https://reports.example.org"},
        {"sec-fetch-site": "none"},
        {"origin": "http://127.0.0.1:7860"},
        {"origin": "https://reports.example.org"},
        {"origin": "https://reports.example.org:8443"},
    ],
)
def test_a_page_of_its_own_and_a_program_may_send(headers: dict[str, str]) -> None:
    assert parse_names("reports.example.org").is_own_page({**HOST, **headers})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:7860"},
        {"sec-fetch-site": "", "origin": "http://127.0.0.1:7860"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://localhost:7860"},
        {"origin": "https://reports.example.org.evil.example"},
        {"origin": "https://evil.example/reports.example.org"},
    ],
)
def test_a_page_of_others_may_not(headers: dict[str, str]) -> None:
    assert not parse_names("reports.example.org").is_own_page({**HOST, **headers})


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", set()),
        (" , ", set()),
        ("https://App.Example.org", {"https://app.example.org"}),
        (
            "http://localhost:3000, https://a.example",
            {"http://localhost:3000", "https://a.example"},
        ),
        # A browser leaves the usual port out.
        ("https://a.example:443", {"https://a.example"}),
        ("http://a.example:80", {"http://a.example"}),
        ("http://a.example:443", {"http://a.example:443"}),
        ("http://127.0.0.1:8080", {"http://127.0.0.1:8080"}),
        ("http://[::1]:8080", {"http://[::1]:8080"}),
        ("https://xn--fiq228c.example", {"https://xn--fiq228c.example"}),
    ],
)
def test_sites_are_named_as_browsers_write_them(text: str, origins: set[str]) -> None:
    assert parse_origins(text) == origins


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "app.example.org",
        "https://*.example.org",
        "https://a.example/",
        "https://a.example/path",
        "https://a.example?x",
        "https://a.example#x",
        "https://user@a.example",
        "https://",
        "https://a.example:",
        "https://a.example:port",
        "ftp://a.example",
        "file://",
        "https://[::g]",
        "https://例子.example",
        "https://a.example https://b.example",
        "https://a.example, *",
    ],
)
def test_what_no_browser_would_send_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match="cors") as caught:
        parse_origins(text)
    assert caught.value.details == {"value": text}
