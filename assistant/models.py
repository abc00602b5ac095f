"""The language model by settings, and its failures in our own words.

The model runs behind LlamaIndex's OpenAI classes. They never hold the key: it lives in the two
HTTP clients only, so that no repr, event or serialised configuration can show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import openai
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import ALL_AVAILABLE_MODELS, is_chatcomp_api_supported
from llama_index.llms.openai_like import OpenAILike

from assistant.errors import ModelError, RetryableModelError, SettingsError
from assistant.settings import LLMChoice, Settings

OPENAI_URL = "https://api.openai.com/v1"
# For models whose window nobody tells us; enough for the passages of one question.
CONTEXT_WINDOW = 8192
# One more try; LlamaIndex's own retries come on top of the client's, so they are off.
RETRIES = 1
# The client would wait out a Retry-After of up to two minutes while a person waits.
LONGEST_WAIT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
# Compatible servers without authentication still want a header to be there.
NO_KEY = "none"


def build_llm(settings: Settings) -> OpenAI | None:
    """The model that `settings.llm` names; None for "offline".

    Nothing is sent yet. SettingsError("llm") if the model can't be asked for chat completions.
    """
    choice = settings.llm_choice
    if choice.kind == "offline":
        return None
    if not is_chatcomp_api_supported(choice.model):
        raise SettingsError("llm", value=settings.llm)
    if choice.kind == "openai" and choice.model in ALL_AVAILABLE_MODELS:
        return OpenAI(**_arguments(choice, settings))
    # LlamaIndex refuses a name that is newer than its own list, unless it is told the window.
    model: OpenAI = OpenAILike(
        is_chat_model=True, context_window=CONTEXT_WINDOW, **_arguments(choice, settings)
    )
    return model


def _arguments(choice: LLMChoice, settings: Settings) -> dict[str, Any]:
    url = choice.url or OPENAI_URL
    secret = settings.openai_api_key if choice.kind == "openai" else settings.llm_key
    key = secret.get_secret_value() if secret else NO_KEY
    timeout = httpx.Timeout(settings.timeout, connect=CONNECT_TIMEOUT_S)
    shared: dict[str, Any] = {"api_key": key, "base_url": url, "max_retries": RETRIES}
    return {
        "model": choice.model,
        "temperature": 0.0,
        "max_retries": 0,
        # Given, so that LlamaIndex doesn't look for another in the environment.
        "api_key": NO_KEY,
        "api_base": url,
        "openai_client": openai.OpenAI(**shared, http_client=_http_client(timeout)),
        "async_openai_client": openai.AsyncOpenAI(
            **shared, http_client=_async_http_client(timeout)
        ),
    }


def _http_client(timeout: httpx.Timeout) -> httpx.Client:
    return openai.DefaultHttpxClient(timeout=timeout, event_hooks={"response": [_refuse_long_wait]})


def _async_http_client(timeout: httpx.Timeout) -> httpx.AsyncClient:
    async def hook(response: httpx.Response) -> None:
        _refuse_long_wait(response)

    return openai.DefaultAsyncHttpxClient(timeout=timeout, event_hooks={"response": [hook]})


def _refuse_long_wait(response: httpx.Response) -> None:
    """Tells the client through the header that it obeys, x-should-retry, not to wait that long."""
    wait = response.headers.get("retry-after", "0")
    if not wait.replace(".", "", 1).isdigit() or float(wait) > LONGEST_WAIT_S:
        response.headers["x-should-retry"] = "false"


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
_QUOTA = Fault(ModelError, "quota")

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
    openai.ContentFilterFinishReasonError: Fault(ModelError, "filtered"),
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


@contextmanager
def model_errors(model: str) -> Iterator[None]:
    """Turns what openai and httpx raise into ModelError or RetryableModelError about `model`.

    The provider's own words are left to the traceback: they may quote a part of the key.
    """
    try:
        yield
    except tuple(FAULTS) as error:
        fault = find_fault(error)
        raise fault.error(fault.code, model=model) from error


def find_fault(error: Exception) -> Fault:
    """The fault of the nearest class of `error`; KeyError if FAULTS has none of them."""
    if isinstance(error, openai.APIError) and error.code == "insufficient_quota":
        return _QUOTA
    known = (cls for cls in type(error).__mro__ if cls in FAULTS)
    for cls in known:
        return FAULTS[cls]
    raise KeyError(type(error).__name__)
