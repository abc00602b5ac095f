"""What Slack sends to an app: its payloads, signed, by HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

Json = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-of-a-fake"
TEAM, BOT, USER = "T0TEAM", "U0DUOCITE", "U0ANNA"
EVENTS, COMMANDS, INTERACTIONS = "/slack/events", "/slack/commands", "/slack/interactions"
FORM = "application/x-www-form-urlencoded"


def build_event(id: str, channel: str, ts: str, text: str, **more: Any) -> Json:
    """A message of a channel; with `type="app_mention"`, the other event of the same message."""
    event = {
        "type": "message",
        "user": USER,
        "text": text,
        "channel": channel,
        "channel_type": "im" if channel.startswith("D") else "channel",
        "ts": ts,
        "event_ts": ts,
        "team": TEAM,
        **more,
    }
    return {
        "token": "unused",
        "team_id": TEAM,
        "api_app_id": "A0APP",
        "type": "event_callback",
        "event_id": id,
        "event_time": int(float(ts)),
        "event": {name: value for name, value in event.items() if value is not None},
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }


def build_mention(id: str, channel: str, ts: str, text: str, **more: Any) -> Json:
    said = {"type": "app_mention", "channel_type": None, **more}
    return build_event(id, channel, ts, f"<@{BOT}> {text}", **said)


def build_command(text: str, hook: str, trigger: str = "1.2.a", **more: Any) -> Json:
    return {
        "command": "/duocite",
        "text": text,
        "user_id": USER,
        "team_id": TEAM,
        "channel_id": "C0HALL",
        "response_url": hook,
        "trigger_id": trigger,
        **more,
    }


def build_click(action: str, value: str, hook: str, **more: Any) -> Json:
    """A button; a choice of a menu where `value` is given as an option."""
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": USER, "team_id": TEAM},
        "channel": {"id": "C0HALL"},
        "container": {"type": "message", "message_ts": "1700000000.000900"},
        "actions": [{"type": "button", "block_id": "b", "action_id": action, "value": value}],
        "response_url": hook,
        "trigger_id": "9.9.z",
        **more,
    }


def sign(body: str, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}


def write_form(values: Mapping[str, Any]) -> str:
    return urlencode(values)


def send_event(client: httpx.Client, event: Json, **headers: str) -> httpx.Response:
    body = json.dumps(event)
    given = {"Content-Type": "application/json", **sign(body), **headers}
    return client.post(EVENTS, content=body, headers=given)


def send_command(client: httpx.Client, command: Json) -> httpx.Response:
    body = write_form(command)
    return client.post(COMMANDS, content=body, headers={"Content-Type": FORM, **sign(body)})


def send_click(client: httpx.Client, click: Json) -> httpx.Response:
    body = write_form({"payload": json.dumps(click)})
    return client.post(INTERACTIONS, content=body, headers={"Content-Type": FORM, **sign(body)})
