"""Whether a server can answer now: asked every few seconds by whoever sends it questions.

It is said to everybody who can reach the server, so it names the part that is missing and nothing
of where or what that is; the log has the rest.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping

import httpx

from assistant import background
from assistant.errors import DuociteError, ModelError, RetryableModelError
from assistant.failures import Setting, model_errors
from assistant.http import AsyncClient, Server
from assistant.models import find_server
from assistant.settings import Settings

KEPT_S = 5.0
"""How long what was found is said again without looking."""
TIMEOUT_S = 2.0
"""For a model's server, of which a list of its models is asked. It costs nothing."""

Check = Callable[[], None]
"""Raises DuociteError where its part isn't ready."""

_log = logging.getLogger(__name__)


class Readiness:
    """Looks at each part by its name; threads share it, and one looks for all."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        kept: float = KEPT_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._checks = checks
        self._kept = kept
        self._now = now
        self._looking = threading.Lock()
        self._found: dict[str, str | None] = {}
        self._looked = float("-inf")

    def find(self) -> dict[str, str | None]:
        """By part: None where it is ready, else the code of what is wrong."""
        with self._looking:
            if self._now() - self._looked >= self._kept:
                self._found = {name: _look(name, check) for name, check in self._checks.items()}
                self._looked = self._now()
            return dict(self._found)


def build_checks(settings: Settings, store: Check) -> dict[str, Check]:
    """Of the store, and of the servers that the settings name for models, if any."""
    checks = {"store": store}
    if settings.llm_choice.kind != "offline":
        server = find_server(settings, settings.llm_choice)
        checks["model"] = lambda: check_server(server, settings.llm_choice.name)
    if embedding := settings.embedding_choice:
        place = find_server(settings, embedding, "embedding")
        checks["embedding"] = lambda: check_server(place, embedding.name, "DUOCITE_EMBEDDING")
    return checks


def check_server(
    server: Server, model: str, setting: Setting = "DUOCITE_LLM", timeout: float = TIMEOUT_S
) -> None:
    """Whether a server that speaks OpenAI's protocol is there and takes our key.

    Raises ModelError. One that has no list of models is there all the same.
    """
    with model_errors(model, setting):
        status = background.run(_ask_for_models(server, timeout))
    if status in (401, 403):
        raise ModelError("refused_key", model=model, setting=setting)
    if status >= 500:
        raise RetryableModelError("server", model=model)


async def _ask_for_models(server: Server, timeout: float) -> int:
    """The status of the response; its body is left unread."""
    url = f"{server.url.rstrip('/')}/models"
    headers = {"Authorization": f"Bearer {server.key}"}
    limits = httpx.Timeout(timeout)
    async with (
        asyncio.timeout(timeout),
        AsyncClient(server, limits) as client,
        client.stream("GET", url, headers=headers, params=server.query) as response,
    ):
        return response.status_code


def _look(name: str, check: Check) -> str | None:
    try:
        check()
    except DuociteError as error:
        _log.warning("not ready: %s (%s)", name, error, exc_info=error)
        return f"{error.name}.{error.code}"
    return None
