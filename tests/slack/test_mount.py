"""Who is let in at Slack's addresses: only what Slack signed, over these bytes, just now."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evals.slack_server import SlackServer
from evals.slack_traffic import COMMANDS, EVENTS, INTERACTIONS, SECRET, build_mention, sign
from tests.slack.bench import Bench

pytestmark = pytest.mark.integration

BODY = json.dumps(build_mention("Ev1", "C0HALL", "1700000000.000100", "How much 纸?"))
PATHS = (EVENTS, COMMANDS, INTERACTIONS)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that stays over the tests of this file."""
    with SlackServer().running() as slack:
        bench = Bench(slack, tmp_path_factory.mktemp("data"))
        with bench.serving() as client:
            yield client
        assert bench.jobs() == []
        assert slack.calls == []


def post(client: httpx.Client, headers: dict[str, str], path: str, body: str = BODY) -> int:
    given = {"Content-Type": "application/json", **headers}
    return client.post(path, content=body.encode(), headers=given).status_code


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": sign(BODY)["X-Slack-Signature"]},
        {"X-Slack-Request-Timestamp": str(int(time.time()))},
        sign(BODY, secret="another secret"),
        sign(BODY + " "),
        sign(BODY) | {"X-Slack-Signature": "v0=" + "0" * 64},
        sign(BODY) | {"X-Slack-Signature": ""},
        sign(BODY) | {"X-Slack-Request-Timestamp": "soon"},
        sign(BODY) | {"X-Slack-Request-Timestamp": "-1"},
        sign(BODY) | {"X-Slack-Request-Timestamp": "9" * 400},
        sign(BODY, at=time.time() - 301),
        sign(BODY, at=time.time() + 86_400),  # from when tests are collected: some run much later
    ],
    ids=[
        "none", "no time", "no signature", "other secret", "other body", "zeros", "empty",
        "no number", "negative", "huge", "old", "future",
    ],
)  # fmt: skip
def test_what_slack_did_not_sign_is_refused(
    client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    assert post(client, headers, path) == 401


def test_a_signature_that_is_no_ascii_is_refused(client: httpx.Client) -> None:
    headers = [
        (b"x-slack-request-timestamp", str(int(time.time())).encode()),
        (b"x-slack-signature", "v0=签".encode()),
    ]
    assert client.post(EVENTS, content=BODY.encode(), headers=headers).status_code == 401


def test_bytes_that_are_no_text_are_refused(client: httpx.Client) -> None:
    reply = client.post(EVENTS, content=b"\xff\xfe", headers=sign("anything"))
    assert reply.status_code == 401


def test_a_signature_within_the_window_is_taken(client: httpx.Client) -> None:
    asked = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"})
    for at in (time.time() - 290, time.time() + 290):
        assert post(client, sign(asked, at=at), EVENTS, asked) == 200


@pytest.mark.parametrize("secret", [SECRET, "s"])
def test_it_is_the_secret_of_the_settings(secret: str, slack: SlackServer, tmp_path: Path) -> None:
    from pydantic import SecretStr

    bench = Bench(slack, tmp_path, settings={"slack_signing_secret": SecretStr(secret)})
    asked = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"})
    with bench.serving() as client:
        assert post(client, sign(asked, secret), EVENTS, asked) == 200
        assert post(client, sign(asked, secret + "x"), EVENTS, asked) == 401


def test_without_a_signing_secret_there_are_no_addresses(
    slack: SlackServer, tmp_path: Path
) -> None:
    bench = Bench(slack, tmp_path, settings={"slack_signing_secret": None})
    with bench.serving() as client:
        assert [post(client, sign(BODY), path) for path in PATHS] == [404, 404, 404]
