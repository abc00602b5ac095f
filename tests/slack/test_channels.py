"""Settings of channels: what holds where, and mistakes told with their lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SettingsError
from assistant.prompts import explain
from assistant.scope import Filters
from assistant.slack.channels import Channels, ChannelSettings, load_channels

EXAMPLE = Path(__file__).parent.parent.parent / "slack-channels.example.yaml"

WHOLE = """\
default:
  collection: reports
  years: [2023]
  users: [U0123456789]
channels:
  C0AAAAAAA:
    collection: 能源
    language: zh
    documents: [a.txt, "2024"]
    organisations: [IEA]
    years: [2024, 2025]
    languages: [en, other]
    users: everyone
  G0BBBBBBB:
  D0CCCCCCC:
    users: []
    years: []
"""


def load(tmp_path: Path, text: str) -> Channels:
    path = tmp_path / "channels.yaml"
    path.write_text(text, encoding="utf-8")
    return load_channels(path)


def refuse(tmp_path: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    return caught.value


def test_without_a_file_everybody_may_ask_everywhere() -> None:
    settings = load_channels(None).find("C0123456789")
    assert settings == ChannelSettings("default", Filters(), None, None)
    assert settings.may_ask("U0123456789")


@pytest.mark.parametrize("text", ["", "# nothing\n", "default:\nchannels:\n", "{}"])
def test_an_empty_file_is_no_file(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == Channels()


def test_a_channel_has_settings_of_its_own(tmp_path: Path) -> None:
    found = load(tmp_path, WHOLE).find("C0AAAAAAA")
    filters = Filters(("a.txt", "2024"), ("IEA",), (2024, 2025), ("en", "other"))
    assert found == ChannelSettings("能源", filters, "zh", None)


def test_what_a_channel_does_not_say_holds_as_everywhere(tmp_path: Path) -> None:
    channels = load(tmp_path, WHOLE)
    everywhere = ChannelSettings(
        "reports", Filters(years=(2023,)), None, frozenset({"U0123456789"})
    )
    assert channels.find("G0BBBBBBB") == everywhere
    assert channels.find("C0ELSEWHERE") == everywhere


def test_a_channel_can_take_back_what_holds_everywhere(tmp_path: Path) -> None:
    channels = load(tmp_path, WHOLE)
    assert channels.find("D0CCCCCCC").filters == Filters()
    assert channels.find("C0AAAAAAA").may_ask("U9999999999")


def test_only_those_who_are_named_may_ask(tmp_path: Path) -> None:
    channels = load(tmp_path, WHOLE)
    assert channels.find("G0BBBBBBB").may_ask("U0123456789")
    assert not channels.find("G0BBBBBBB").may_ask("U9999999999")
    assert not channels.find("D0CCCCCCC").may_ask("U0123456789")


def test_the_example_can_be_used_as_it_is() -> None:
    channels = load_channels(EXAMPLE)
    assert channels.default == ChannelSettings()
    assert len(channels.own) == 2
    assert channels.find("G0123456789").users == frozenset({"U0123456789", "W0123456789"})
    assert channels.find("C0123456789").filters == Filters((), ("IEA", "IRENA"), (2023, 2024))


@pytest.mark.parametrize(
    ("text", "code", "line", "details"),
    [
        ("defaults:\n", "unknown", 1, {"key": "defaults", "known": "default, channels"}),
        ("default:\n  colection: a\n", "unknown", 2, {"key": "colection"}),
        ("channels:\n  C01:\n    user: [U01]\n", "unknown", 3, {"key": "user"}),
        ("channels:\n  general: {}\n", "value", 2, {"key": "channels", "value": "general"}),
        ("channels:\n  c01: {}\n", "value", 2, {"value": "c01"}),
        ("channels:\n  C01: {}\n  C01: {}\n", "twice", 3, {"key": "C01"}),
        ("default:\n  language: en\n  language: zh\n", "twice", 3, {"key": "language"}),
        ("default:\n  language: fr\n", "value", 2, {"value": "fr", "allowed": "en, zh"}),
        ("default:\n  language: [en]\n", "value", 2, {"key": "language"}),
        ("default:\n  languages: [en, fr]\n", "value", 2, {"value": "fr"}),
        ("default:\n  languages: en\n", "value", 2, {"key": "languages", "value": "en"}),
        ("default:\n  years:\n    - 2024\n    - soon\n", "value", 4, {"value": "soon"}),
        ('default:\n  years: ["2024"]\n', "value", 2, {"value": "2024"}),
        ("default:\n  years: 2024\n", "value", 2, {"key": "years"}),
        ("default:\n  collection: 7\n", "value", 2, {"value": "7"}),
        ('default:\n  collection: " "\n', "value", 2, {"key": "collection"}),
        ("default:\n  documents: [[a]]\n", "value", 2, {"value": "…"}),
        # A list that was forgotten must not let everybody in.
        ("default:\n  users:\n", "value", 2, {"key": "users", "value": ""}),
        ("default:\n  users: U0123456789\n", "value", 2, {"key": "users"}),
        ("default:\n  users: [anna]\n", "value", 2, {"value": "anna"}),
        ("default:\n  users: [everyone]\n", "value", 2, {"value": "everyone"}),
        ("default:\n  users: [true]\n", "value", 2, {"value": "true"}),
        ("channels:\n  - C01\n", "shape", 2, {}),
        ("- default\n", "shape", 1, {}),
        ("default: [a]\n", "shape", 1, {}),
        ("default: &a\n  <<: *a\n", "unknown", 2, {"key": "<<"}),
        ("default:\n  users: [U01\nchannels: {}\n", "syntax", 3, {}),
        ("default:\n\tcollection: a\n", "syntax", 2, {}),
        ("default: *nobody\n", "syntax", 1, {}),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, text: str, code: str, line: int, details: dict[str, Any]
) -> None:
    error = refuse(tmp_path, text)
    assert (error.code, error.details["line"]) == (f"channels_{code}", line)
    assert details.items() <= error.details.items()
    for language in ("en", "zh"):
        said = explain(error, "zh" if language == "zh" else "en")
        assert str(line) in said
        assert "channels.yaml" in said


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "unreadable"), ("集合".encode("gb18030"), "unreadable"), (b"a: \x07", "unreadable")],
)
def test_a_file_that_can_not_be_read_is_named(
    tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "channels.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_channels(path)
    assert (caught.value.code, caught.value.details) == (f"channels_{code}", {"path": path})
    assert caught.value.exit_code == 2
