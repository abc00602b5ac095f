"""Socket Mode: the same posts over a connection of our own, with no address to be reached by."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from evals.slack_server import Json
from evals.slack_traffic import build_command, build_event, build_mention
from tests.slack.bench import Bench
from tests.slack.test_service import TS
from tests.support.answers import SENTENCE

pytestmark = pytest.mark.integration

HALL = "C0HALL"


@pytest.fixture
def connected(bench: Bench) -> Bench:
    bench.settings |= {
        "slack_signing_secret": None,
        "slack_app_token": SecretStr("xapp-of-a-fake"),
    }
    return bench


def envelope(id: str, kind: str, payload: Json, **more: Any) -> Json:
    return {"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": False}


def acknowledged(bench: Bench) -> list[str]:
    return [reply["envelope_id"] for reply in bench.slack.socket_replies]


def test_an_event_over_the_connection_is_kept_acknowledged_and_answered(connected: Bench) -> None:
    event = build_mention("Ev1", HALL, TS, "How much paper?")
    twin = build_event("Ev2", HALL, TS, "<@U0DUOCITE> How much paper?")
    with connected.serving():
        for number, one in enumerate((event, event, twin)):
            connected.slack.send(envelope(f"e{number}", "events_api", one))
        connected.slack.await_until(lambda: len(acknowledged(connected)) == 3)
        connected.await_ended()
    assert acknowledged(connected) == ["e0", "e1", "e2"]
    (shown,) = connected.slack.shown(HALL)
    assert SENTENCE in shown.text
    (call,) = connected.slack.called("apps.connections.open")
    assert len(connected.owner.asked) == 1
    assert call.values == {}


def test_a_command_over_the_connection_shows_at_once_that_it_came(connected: Bench) -> None:
    command = build_command("How much paper?", connected.slack.hooks + "ask")
    with connected.serving():
        connected.slack.send(envelope("e1", "slash_commands", command))
        connected.await_ended()
    (reply,) = connected.slack.socket_replies
    assert reply["payload"]["response_type"] == "ephemeral"
    assert "⏳" in reply["payload"]["text"]
    assert len(connected.slack.hooked) == 1


def test_a_slack_that_is_away_at_the_start_is_waited_for(connected: Bench) -> None:
    connected.slack.fail("apps.connections.open", 503)
    connected.settings["slack_signing_secret"] = SecretStr("s")
    with connected.serving():
        connected.slack.await_until(lambda: bool(connected.slack.called("apps.connections.open")))
    assert connected.jobs() == []
