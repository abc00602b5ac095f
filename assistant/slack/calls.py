"""What Duocite calls of Slack's Web API, with errors of our own and the waits that Slack asks for.

No call is repeated blindly: slack_sdk's own client would send a message again after a lost
connection, and the first one may well have arrived.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from assistant.errors import RetryableSlackError, SlackError
from assistant.slack.blocks import Message
from assistant.slack.marks import find_marked
from assistant.slack.pace import Pace

API = "https://slack.com/api/"
TIMEOUT = 15
"""Seconds that Slack may take to reply."""

LONGEST_WAIT = 120.0
"""Seconds that Slack may tell us to wait; what it puts off longer is tried again later."""

UPDATE = "chat.update"
_POST = "chat.postMessage"
_PAGE, _PAGES = 200, 5
_PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
_log = logging.getLogger(__name__)

Reply = dict[str, Any]
Send = Callable[[], Awaitable[AsyncSlackResponse]]


@asynccontextmanager
async def open_client(token: str, api: str = API) -> AsyncIterator[AsyncWebClient]:
    """A client with one session, which keeps connections."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
        yield AsyncWebClient(token, base_url=api, session=session, retry_handlers=[])


class Calls:
    """SlackError "refused" with Slack's own word for what is wrong; RetryableSlackError "busy",
    "fault", or "unreachable" where it isn't known whether Slack did it."""

    def __init__(self, client: AsyncWebClient, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    async def post(self, channel: str, message: Message, thread: str | None = None) -> str:
        """The `ts` of the new message."""
        reply = await self._call(
            f"{_POST} {channel}",
            lambda: self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        return str(reply["ts"])

    async def update(
        self, channel: str, ts: str, message: Message, *, patient: bool = True
    ) -> None:
        """Without patience it is left out, as "busy", where Slack wants to be left alone."""
        await self._call(
            UPDATE,
            lambda: self._client.chat_update(
                channel=channel, ts=ts, text=message.text, blocks=message.blocks
            ),
            LONGEST_WAIT if patient else 0.0,
        )

    async def whisper(
        self, channel: str, user: str, message: Message, thread: str | None = None
    ) -> None:
        """To one user of the channel alone; Slack tells no `ts` by which to find it again."""
        await self._call(
            f"chat.postEphemeral {channel}",
            lambda: self._client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=message.text,
                blocks=message.blocks,
                thread_ts=thread,
            ),
        )

    async def find(
        self, channel: str, thread: str | None, since: str, post: str, part: int
    ) -> str | None:
        """The message that bears a mark, among the latest of a thread or a channel."""
        cursor: str | None = None
        for _ in range(_PAGES):
            reply = await self._list(channel, thread, since, cursor)
            if found := find_marked(reply.get("messages") or (), post, part):
                return found
            cursor = (reply.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        _log.warning("looked through %s messages of %s for an answer", _PAGES * _PAGE, channel)
        return None

    async def _list(
        self, channel: str, thread: str | None, since: str, cursor: str | None
    ) -> Reply:
        client = self._client
        if thread is None:
            return await self._call(
                "conversations.history",
                lambda: client.conversations_history(
                    channel=channel, oldest=since, limit=_PAGE, cursor=cursor
                ),
            )
        return await self._call(
            "conversations.replies",
            lambda: client.conversations_replies(
                channel=channel, ts=thread, oldest=since, limit=_PAGE, cursor=cursor
            ),
        )

    async def _call(self, key: str, send: Send, longest_wait: float = LONGEST_WAIT) -> Reply:
        """Sent once, and again only after Slack has said that it didn't take it."""
        while True:
            await self._pace.ready(key)
            try:
                reply = await send()
            except SlackApiError as error:
                self._hold(key, error, longest_wait)
            except (aiohttp.ClientError, OSError) as error:  # a timeout is an OSError, too
                raise RetryableSlackError("unreachable", reason=type(error).__name__) from error
            else:
                return dict(reply.data) if isinstance(reply.data, dict) else {}

    def _hold(self, key: str, error: SlackApiError, longest: float) -> None:
        """Notes the wait that Slack asks for; raises for everything else."""
        wait = find_wait(error)
        if wait is None:
            raise translate(error) from error
        _log.info("Slack wants %s to wait for %s s", key, wait)
        self._pace.hold(key, wait)
        if wait > longest:
            raise RetryableSlackError("busy", seconds=round(wait)) from error


def find_wait(error: SlackApiError) -> float | None:
    """Seconds to wait after a 429; None for another error."""
    response = error.response
    if getattr(response, "status_code", getattr(response, "status", None)) != 429:
        return None
    return read_wait(getattr(response, "headers", {}).get("Retry-After"))


def read_wait(given: str | None) -> float:
    return max(float(given), 0.1) if given and given.isdecimal() else 1.0


def translate(error: SlackApiError) -> SlackError:
    """By Slack's own code; a reply that isn't JSON comes from what stands before Slack, or from a
    Slack in trouble."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    status = getattr(error.response, "status_code", getattr(error.response, "status", 0))
    if code in _PASSING or status >= 500 or not isinstance(code, str):
        return RetryableSlackError("fault", reason=code or status)
    return SlackError("refused", reason=code)
