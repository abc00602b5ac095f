"""The manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.webhook import WebhookClient

from assistant.slack.manifest import ADDRESS, fill_manifest, fill_socket_manifest, read_manifest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "assistant" / "slack"
# What each method and each event needs, as Slack's own pages on them say.
SCOPES: dict[str, dict[str, list[str]]] = json.loads(
    (Path(__file__).parent / "scopes.json").read_text(encoding="utf-8")
)


def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.glob("*.py")))


def used_methods() -> set[str]:
    """Methods by the names that slack_sdk gives them: chat_postMessage is chat.postMessage."""
    known = {name.replace(".", "_"): name for name in SCOPES["methods"]}
    called = set(re.findall(r"client\.([a-z]+_[a-zA-Z_]+)\(", source())) - {*dir(WebhookClient)}
    assert called <= known.keys(), "a method whose scopes aren't written down"
    return {known[name] for name in called}


def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(read_manifest()))


def scopes(given: dict[str, Any]) -> list[str]:
    return list(given["oauth_config"]["scopes"]["bot"])


def events() -> list[str]:
    return list(manifest()["settings"]["event_subscriptions"]["bot_events"])


def test_each_event_s_scope_is_asked_for() -> None:
    needed = {scope for event in events() for scope in SCOPES["events"][event]}
    assert needed <= set(scopes(manifest()))


def test_each_method_s_scopes_are_asked_for() -> None:
    methods = used_methods()
    assert "chat.postMessage" in methods
    needed = {scope for method in methods for scope in SCOPES["methods"][method]}
    assert needed <= set(scopes(manifest()))


def test_no_scope_is_asked_for_that_nothing_needs() -> None:
    by_methods = {one for method in used_methods() for one in SCOPES["methods"][method]}
    by_events = {one for event in events() for one in SCOPES["events"][event]}
    assert set(scopes(manifest())) <= by_methods | by_events | {"commands"}
    assert manifest()["features"]["slash_commands"]


def test_each_scope_says_what_it_is_for() -> None:
    for scope in scopes(manifest()):
        assert re.search(rf"- {scope} # \S+ \S+", read_manifest())


def test_direct_messages_can_be_written() -> None:
    home = manifest()["features"]["app_home"]
    assert home["messages_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is False


def test_an_address_goes_to_all_places_that_slack_calls() -> None:
    text = fill_manifest("https://reports.example.net/duocite/")
    assert ADDRESS not in text
    filled = yaml.safe_load(text)
    base = "https://reports.example.net/duocite/slack"
    assert filled["settings"]["event_subscriptions"]["request_url"] == f"{base}/events"
    assert filled["settings"]["interactivity"]["request_url"] == f"{base}/interactions"
    assert filled["features"]["slash_commands"][0]["url"] == f"{base}/commands"
    assert filled["settings"]["socket_mode_enabled"] is False


def test_socket_mode_needs_no_address_and_the_same_scopes() -> None:
    text = fill_socket_manifest()
    filled = yaml.safe_load(text)
    assert "https://duocite" not in text
    assert filled["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(filled)
    assert filled["features"]["slash_commands"] == [
        {
            key: value
            for key, value in manifest()["features"]["slash_commands"][0].items()
            if key != "url"
        }
    ]
    assert scopes(filled) == scopes(manifest())
    assert filled["settings"]["event_subscriptions"] == {"bot_events": events()}
    assert filled["settings"]["interactivity"] == {"is_enabled": True}


@pytest.mark.parametrize(
    "url",
    [
        "http://reports.example.net",
        "reports.example.net",
        "https://",
        "https://a b",
        "https://a.example\nsettings: {}",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://name:secret@a.example",
        "https://a.example:99999",
        "https://[::1",
        "",
    ],
)
def test_an_address_that_slack_could_not_call_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no https address"):
        fill_manifest(url)


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://10.0.0.1:8443/x", "https://[::1]:99"]
)
def test_an_address_may_have_a_port_and_a_path(url: str) -> None:
    assert f"{url}/slack/events" in fill_manifest(url)


def test_slack_s_own_limits_on_names_hold() -> None:
    shown = manifest()["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(manifest()["features"]["bot_user"]["display_name"]) <= 80


def test_the_setup_page_names_what_the_manifest_and_the_settings_do() -> None:
    page = (PACKAGE / "SETUP.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"DUOCITE_[A-Z_]+", page))
    assert {"DUOCITE_SLACK_SIGNING_SECRET", "DUOCITE_SLACK_BOT_TOKEN"} <= named
    assert named <= set(re.findall(r"DUOCITE_[A-Z_]+", example))
    assert "duocite slack manifest --url" in page
    assert "duocite slack manifest --socket" in page
