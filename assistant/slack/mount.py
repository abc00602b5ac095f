"""Slack's addresses on the server."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler

from assistant.settings import Settings
from assistant.slack.asking import Asks
from assistant.slack.service import Place, Slack
from assistant.slack.signing import Signing
from assistant.state import State

PATHS = ("/slack/events", "/slack/commands", "/slack/interactions")
_UNKNOWN = 401


def add_slack(
    app: FastAPI, owner: Asks, state: State, settings: Settings, place: Place | None = None
) -> Slack:
    """What answers Slack within its block: at addresses of `app` where there is a signing secret,
    and by a connection of its own where there is a token for that.

    Call it before anything is mounted at the root of `app`, which would take the addresses. `place`
    is where Slack is, for tests. Raises SettingsError as `load_channels`.
    """
    slack = Slack(owner, app.state.workers, state, settings, place)
    if settings.slack_signing_secret:
        _add_paths(app, slack, Signing(settings.slack_signing_secret.get_secret_value()))
    return slack


def _add_paths(app: FastAPI, slack: Slack, signing: Signing) -> None:
    handler = AsyncSlackRequestHandler(slack.bolt)

    async def receive(request: Request) -> Response:
        # The bytes as they came: nothing has read them yet.
        if not signing.is_signed(await request.body(), request.headers):
            return Response(status_code=_UNKNOWN)
        return await handler.handle(request)

    for path in PATHS:
        app.post(path, response_model=None, include_in_schema=False)(receive)
