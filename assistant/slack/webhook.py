"""Messages to an incoming webhook of Slack: each once, or it is said that nobody knows.

A webhook can't find, change or delete what it has posted. So only what certainly hasn't arrived is
sent again: a connection that wasn't made, and what Slack put off with 429.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient, WebhookResponse

from assistant.errors import RetryableSlackError, SettingsError, SlackError
from assistant.slack.calls import read_wait
from assistant.slack.elements import Message

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
TIMEOUT = 15
"""Seconds that Slack may take to reply."""

PATIENCE = 120.0
"""Seconds that all waits of a run may take together."""

_PAUSE = 1.0
_MOST_TRIES = 1000  # slack_sdk's handlers count; here the seconds decide

_NEVER_ARRIVED = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)

Sleep = Callable[[float], None]


class Webhook:
    """One webhook; its address is the secret that lets one post.

    SettingsError "slack_webhook" unless it is one of Slack's, or with `local` one of this machine.
    """

    def __init__(
        self,
        url: str,
        *,
        local: bool = False,
        patience: float = PATIENCE,
        timeout: int = TIMEOUT,
        sleep: Sleep = time.sleep,
    ) -> None:
        if not (is_slacks(url) or (local and is_here(url))):
            raise SettingsError("slack_webhook")
        budget = Budget(patience, sleep)
        self._client = WebhookClient(
            url,
            timeout=timeout,
            # It writes the address into its log, so that it has one which nobody reads.
            logger=logging.Logger("webhook", logging.CRITICAL + 1),
            retry_handlers=[WhenPutOff(budget), WhenNotSent(budget)],
        )

    def post(self, messages: Sequence[Message]) -> None:
        """All of them, in order. Raises SlackError "webhook_refused", "webhook_busy",
        "webhook_unreachable", or "webhook_unsure" where it isn't known whether one arrived; each
        says how many were posted before.
        """
        for posted, message in enumerate(messages):
            self._post(message, {"posted": posted, "total": len(messages)})

    def _post(self, message: Message, counts: dict[str, int]) -> None:
        try:
            response = self._client.send_dict(message.to_json())
        except (OSError, HTTPException, ValueError, LookupError) as error:
            reason = _name(error)
            if is_not_sent(error):
                raise RetryableSlackError("webhook_unreachable", reason=reason, **counts) from error
            raise SlackError("webhook_unsure", reason=reason, **counts) from error
        _check(response, counts)


class Budget:
    """Seconds that may still be waited."""

    def __init__(self, seconds: float, sleep: Sleep) -> None:
        self._left = seconds
        self._sleep = sleep

    def has(self, seconds: float) -> bool:
        return seconds <= self._left

    def spend(self, seconds: float) -> None:
        self._left -= seconds
        self._sleep(seconds)


class WhenPutOff(RetryHandler):
    """Sends again what Slack didn't take (429), when Slack says, if that is soon enough."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(max_retry_count=_MOST_TRIES)
        self._budget = budget

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        return self._budget.has(find_wait(response))

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        if response is not None:
            self._budget.spend(find_wait(response))
        state.next_attempt_requested = True
        state.increment_current_attempt()


class WhenNotSent(RetryHandler):
    """Tries twice more to reach who wasn't there."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(max_retry_count=2)
        self._budget = budget

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return response is None and is_not_sent(error) and self._budget.has(_PAUSE)

    def prepare_for_next_attempt(self, *, state: RetryState, **_: Any) -> None:
        self._budget.spend(_PAUSE)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def is_not_sent(error: BaseException | None) -> bool:
    """Whether a request failed before any of it can have arrived.

    A timeout is none of these: urllib tells that of connecting and that of sending alike.
    """
    reason = error.reason if isinstance(error, URLError) else None
    return isinstance(reason, _NEVER_ARRIVED)


def is_slacks(url: str) -> bool:
    parts = _split(url)
    return parts is not None and parts[0] == "https" and parts[1] in HOSTS


def is_here(url: str) -> bool:
    """An address of this machine, where a stand-in for Slack may listen."""
    parts = _split(url)
    if parts is None or parts[0] not in ("http", "https"):
        return False
    try:
        return ipaddress.ip_address(parts[1]).is_loopback
    except ValueError:
        return parts[1] == "localhost"


def find_wait(response: HttpResponse) -> float:
    """Seconds that Slack asks for."""
    values = {name.lower(): value for name, value in response.headers.items()}
    given = values.get("retry-after", "")
    return read_wait(given if isinstance(given, str) else next(iter(given), ""))


def _check(response: WebhookResponse, counts: dict[str, int]) -> None:
    """Slack says "ok"; whoever says something else is another one, or refuses."""
    said = " ".join(response.body.split())[:80]
    if response.status_code == 200 and said == "ok":
        return
    if response.status_code == 429:
        raise RetryableSlackError("webhook_busy", **counts)
    reason = f"{response.status_code} {said}".strip()
    if response.status_code >= 500:
        raise SlackError("webhook_unsure", reason=reason, **counts)
    raise SlackError("webhook_refused", reason=reason, **counts)


def _split(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return None


def _name(error: BaseException) -> str:
    """What it is, never what it says: that may quote the address."""
    inner = error.reason if isinstance(error, URLError) else error
    return type(inner).__name__ if isinstance(inner, BaseException) else type(error).__name__
