"""Calls of Slack's Web API with slack_sdk's own client: what is repeated, and what never is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from assistant.errors import RetryableSlackError, SlackError
from assistant.prompts import explain
from assistant.slack.blocks import build_waiting
from assistant.slack.calls import Calls, open_client, read_wait
from assistant.slack.marks import mark
from assistant.slack.pace import Pace
from evals.slack_server import CUT, LOST, SlackServer
from evals.slack_traffic import TOKEN

pytestmark = pytest.mark.integration

Result = TypeVar("Result")
MESSAGE = build_waiting("en")


def call(slack: SlackServer, work: Callable[[Calls], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_client(TOKEN, slack.url) as client:
            return await work(Calls(client, Pace()))

    return asyncio.run(run())


def fails(slack: SlackServer, work: Callable[[Calls], Awaitable[Any]]) -> SlackError:
    with pytest.raises(SlackError) as caught:
        call(slack, work)
    return caught.value


def test_a_message_is_posted_with_its_blocks_and_unfolds_no_address(slack: SlackServer) -> None:
    ts = call(slack, lambda calls: calls.post("C1", MESSAGE, "1.1"))
    (shown,) = slack.shown("C1")
    assert (shown.ts, shown.thread, shown.text) == (ts, "1.1", MESSAGE.text)
    assert shown.blocks == MESSAGE.blocks
    values = shown.values
    assert (values["unfurl_links"], values["unfurl_media"]) in ((False, False), ("0", "0"))


@pytest.mark.parametrize("fault", [LOST, CUT])
def test_a_post_whose_reply_is_lost_is_never_sent_again_by_itself(
    slack: SlackServer, fault: str
) -> None:
    slack.fail("chat.postMessage", fault)
    error = fails(slack, lambda calls: calls.post("C1", MESSAGE))
    assert (error.code, error.retryable) == ("unreachable", True)
    assert len(slack.called("chat.postMessage")) == 1
    assert len(slack.shown("C1")) == (1 if fault == LOST else 0)


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (500, "fault", True),
        (503, "fault", True),
        ("internal_error", "fault", True),
        ("fatal_error", "fault", True),
        ("channel_not_found", "refused", False),
        ("msg_blocks_too_long", "refused", False),
        ("invalid_auth", "refused", False),
        ({"Retry-After": "3600"}, "busy", True),
    ],
)
def test_what_slack_says_is_an_error_of_ours(
    slack: SlackServer, fault: Any, code: str, retryable: bool
) -> None:
    slack.fail("chat.update", fault)
    error = fails(slack, lambda calls: calls.update("C1", "1.1", MESSAGE))
    assert (error.code, error.retryable) == (code, retryable)
    assert isinstance(error, RetryableSlackError) is retryable
    assert TOKEN not in explain(error, "en") + explain(error, "zh") + str(error)


def test_a_refusal_names_slacks_reason(slack: SlackServer) -> None:
    slack.fail("chat.update", "cant_update_message")
    error = fails(slack, lambda calls: calls.update("C1", "1.1", MESSAGE))
    assert "cant_update_message" in explain(error, "zh")


def test_progress_is_not_repeated_and_what_follows_waits(slack: SlackServer) -> None:
    slack.fail("chat.update", {"Retry-After": "1"})

    async def work(calls: Calls) -> str:
        ts = await calls.post("C1", MESSAGE)
        with pytest.raises(RetryableSlackError):
            await calls.update("C1", ts, MESSAGE, patient=False)
        await calls.update("C1", ts, MESSAGE)
        return ts

    call(slack, work)
    refused, taken = slack.called("chat.update")
    assert taken.moment - refused.moment >= 0.95


def test_a_marked_message_is_found_on_a_later_page(slack: SlackServer) -> None:
    async def work(calls: Calls) -> tuple[str, list[str | None]]:
        await calls.post("C1", MESSAGE, "1.1")
        ts = await calls.post("C1", mark(MESSAGE, "Ev1", 0, "wait"), "1.1")
        looked = [("C1", "1.1", "0", "Ev1"), ("C1", None, "0", "Ev1"), ("C1", "1.1", ts, "Ev1")]
        return ts, [await calls.find(*one, 0) for one in looked]

    import assistant.slack.calls as module

    page, module._PAGE = module._PAGE, 1
    try:
        ts, found = call(slack, work)
    finally:
        module._PAGE = page
    assert found == [ts, None, None]


def test_a_whisper_goes_to_one_user(slack: SlackServer) -> None:
    call(slack, lambda calls: calls.whisper("C1", "U1", MESSAGE))
    assert [one.values["user"] for one in slack.whispers] == ["U1"]
    assert slack.shown() == []


@pytest.mark.parametrize(
    ("given", "seconds"), [("30", 30.0), ("0", 0.1), (None, 1.0), ("soon", 1.0), ("-3", 1.0)]
)
def test_a_wait_is_read_or_taken_for_a_second(given: str | None, seconds: float) -> None:
    assert read_wait(given) == seconds
