"""Slack's requests, as slack_bolt reads them: each is on the disk before it is acknowledged.

Bolt acknowledges an event before its listener has run, unless it is told to process first; and it
asks Slack who it is at the first request, unless it is given an answer. Both are needed here: what
is acknowledged must not be lost, and must not wait for a call.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from assistant.scope import Language
from assistant.slack.blocks import DOWN, SHARE, UP, WHY, Message, build_waiting
from assistant.slack.posts import Post, Press, read_command, read_event, read_press
from assistant.slack.saying import build_line
from assistant.wire import Json

_ANY = re.compile("")
_RATED = frozenset({UP, DOWN, WHY})


class Takes(Protocol):
    """What stands behind the listeners."""

    async def take(self, post: Post) -> bool:
        """Whether it is new; on the disk by then."""

    async def rate(self, press: Press) -> Message: ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Done beside the request."""

    def reply(self, press: Press, message: Message) -> Coroutine[Any, Any, None]: ...

    def say_in(self, post: Post) -> Language: ...


def build_bolt(takes: Takes) -> AsyncApp:
    """For any way in which requests come; their signatures have been looked at before."""
    app = AsyncApp(
        name="duocite",
        client=AsyncWebClient(),  # never called: what is sent goes another way
        authorize=_authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,  # by its user, which it would have to ask for
        attaching_conversation_kwargs_enabled=False,
    )
    _listen(app, takes)
    return app


def _listen(app: AsyncApp, takes: Takes) -> None:
    @app.event(_ANY)
    async def event(body: Json) -> None:
        if post := read_event(body):
            await takes.take(post)

    @app.command(_ANY)
    async def command(ack: AsyncAck, body: Json) -> None:
        post = read_command(body)
        if post is None:
            await ack()
            return
        language = takes.say_in(post)
        if not post.text:
            await _whisper(ack, build_line("help", language))
            return
        await takes.take(post)
        await _whisper(ack, build_waiting(language))

    @app.action(_ANY)
    async def action(ack: AsyncAck, body: Json) -> None:
        press = read_press(body)
        if press and press.action == SHARE:
            await takes.take(press.to_share())
        elif press and press.action in _RATED:
            takes.spawn(takes.reply(press, await takes.rate(press)))
        await ack()


async def _whisper(ack: AsyncAck, message: Message) -> None:
    await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Whoever signed the request: Slack, for the one workspace that the token is of."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
