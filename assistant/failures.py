"""What a model's server can fail with, in our own words: one table of what libraries raise."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, NamedTuple

import httpx
import openai

from assistant.errors import ModelError, RetryableModelError

Setting = Literal["DUOCITE_LLM", "DUOCITE_EMBEDDING"]
"""What names the model that failed: the message says where to put it right."""


class Fault(NamedTuple):
    """What an exception of a library becomes."""

    error: type[ModelError]
    code: str


_CUT_OFF = Fault(RetryableModelError, "cut_off")
_SERVER = Fault(RetryableModelError, "server")
_TIMEOUT = Fault(RetryableModelError, "timeout")
_UNREACHABLE = Fault(RetryableModelError, "unreachable")
_BAD_REPLY = Fault(RetryableModelError, "bad_reply")
_REFUSED_KEY = Fault(ModelError, "refused_key")
_BAD_REQUEST = Fault(ModelError, "bad_request")
_FILTERED = Fault(ModelError, "filtered")
_QUOTA = Fault(ModelError, "quota")
_TOO_LONG = Fault(ModelError, "too_long")

FAULTS: Mapping[type[Exception], Fault] = {
    openai.AuthenticationError: _REFUSED_KEY,
    openai.OAuthError: _REFUSED_KEY,
    openai.PermissionDeniedError: _REFUSED_KEY,
    openai.NotFoundError: Fault(ModelError, "no_model"),
    openai.RateLimitError: Fault(RetryableModelError, "rate_limited"),
    openai.BadRequestError: _BAD_REQUEST,
    openai.UnprocessableEntityError: _BAD_REQUEST,
    openai.ConflictError: _SERVER,
    openai.InternalServerError: _SERVER,
    openai.APIStatusError: _SERVER,
    openai.APIError: _SERVER,  # also an error object in the middle of a stream
    openai.APITimeoutError: _TIMEOUT,
    openai.APIConnectionError: _UNREACHABLE,
    openai.APIResponseValidationError: _BAD_REPLY,
    openai.LengthFinishReasonError: _CUT_OFF,
    openai.ContentFilterFinishReasonError: _FILTERED,
    openai.InvalidWebhookSignatureError: _BAD_REPLY,
    openai.WebSocketConnectionClosedError: _CUT_OFF,
    openai.WebSocketQueueFullError: _SERVER,
    openai.OpenAIError: _BAD_REPLY,
    # Once a stream has begun, failures are httpx's own.
    httpx.TimeoutException: _TIMEOUT,
    httpx.RemoteProtocolError: _CUT_OFF,
    httpx.ReadError: _CUT_OFF,
    httpx.DecodingError: _BAD_REPLY,
    httpx.HTTPError: _UNREACHABLE,
    httpx.InvalidURL: _UNREACHABLE,
    # A deadline of asyncio.timeout, and a stream whose lines are no JSON.
    TimeoutError: _TIMEOUT,
    json.JSONDecodeError: _BAD_REPLY,
}

# What servers call the same thing, each in its own way; read only where their status says no more.
_CODES = {
    "insufficient_quota": _QUOTA,
    "billing_hard_limit_reached": _QUOTA,
    "context_length_exceeded": _TOO_LONG,
    "exceed_context_size_error": _TOO_LONG,  # llama.cpp
    "content_filter": _FILTERED,  # Azure
    "content_policy_violation": _FILTERED,
    "data_inspection_failed": _FILTERED,  # Qwen's own service
    "DataInspectionFailed": _FILTERED,
}
_STATUSES = {402: _QUOTA, 408: _TIMEOUT, 413: _TOO_LONG}
_WORDS = (
    (re.compile(r"context (length|size|window)|maximum context|too many tokens", re.I), _TOO_LONG),
    (re.compile(r"content exists risk|content (filter|management policy)", re.I), _FILTERED),
)


@contextmanager
def model_errors(model: str, setting: Setting = "DUOCITE_LLM") -> Iterator[None]:
    """Turns what openai and httpx raise into ModelError or RetryableModelError about `model`.

    The provider's own words are left to the traceback: they may quote a part of the key.
    """
    try:
        yield
    except tuple(FAULTS) as error:
        fault = find_fault(error)
        raise fault.error(fault.code, model=model, setting=setting) from error


def find_fault(error: Exception) -> Fault:
    """What the server says it is, else the fault of the nearest class of `error`.

    KeyError if FAULTS has none of its classes.
    """
    if isinstance(error, openai.APIError) and (said := _find_said(error)):
        return said
    known = (cls for cls in type(error).__mro__ if cls in FAULTS)
    for cls in known:
        return FAULTS[cls]
    raise KeyError(type(error).__name__)


def _find_said(error: openai.APIError) -> Fault | None:
    for name in (error.code, error.type):
        if name in _CODES:
            return _CODES[name]
    status = getattr(error, "status_code", None)
    if status in _STATUSES:
        return _STATUSES[status]
    if isinstance(error, openai.APIStatusError) and status not in (400, 422):
        return None
    return next((fault for words, fault in _WORDS if words.search(error.message)), None)
