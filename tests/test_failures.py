"""Every failure of a server is one of our own errors, with a line in both languages."""

from __future__ import annotations

import inspect

import httpx
import openai
import pytest

from assistant.answer import Language
from assistant.errors import ModelError
from assistant.failures import FAULTS, find_fault, model_errors
from assistant.prompts import load_messages

SECRET = "sk-do-not-show-this"
REQUEST = httpx.Request("POST", "http://127.0.0.1/v1/chat/completions")


def status_error(status: int, code: str = "", message: str = "no") -> openai.APIStatusError:
    """As the client makes it of a server's reply."""
    body = {"message": message, "code": code or None, "type": "error"}
    client = openai.OpenAI(api_key="none", base_url="http://127.0.0.1")
    with client:
        response = httpx.Response(status, request=REQUEST)
        return client._make_status_error(message, body=body, response=response)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (401, "", "", "refused_key"),
        (402, "", "Insufficient Balance", "quota"),
        (403, "", "", "refused_key"),
        (404, "model_not_found", "", "no_model"),
        (408, "", "", "timeout"),
        (413, "", "", "too_long"),
        (429, "", "", "rate_limited"),
        (429, "insufficient_quota", "", "quota"),
        (429, "", "Too many tokens per minute", "rate_limited"),
        (400, "", "", "bad_request"),
        (400, "context_length_exceeded", "", "too_long"),
        (400, "", "This model's maximum context length is 8192 tokens", "too_long"),
        (400, "", "the request exceeds the available context size", "too_long"),
        (400, "content_filter", "", "filtered"),
        (400, "", "Content Exists Risk", "filtered"),
        (400, "data_inspection_failed", "", "filtered"),
        (422, "", "", "bad_request"),
        (500, "", "", "server"),
        (500, "", "lost the context window", "server"),
        (529, "", "", "server"),
    ],
)
def test_a_refusal_is_what_the_server_says_it_is(
    status: int, code: str, message: str, expected: str
) -> None:
    assert find_fault(status_error(status, code, message)).code == expected


def exceptions_of(module: object) -> list[type[Exception]]:
    found = inspect.getmembers(module, inspect.isclass)
    return [cls for name, cls in found if issubclass(cls, Exception) and not name.startswith("_")]


@pytest.mark.parametrize("error", exceptions_of(openai))
def test_every_exception_of_openai_has_a_line_of_its_own(error: type[Exception]) -> None:
    assert error in FAULTS


@pytest.mark.parametrize(
    "error", [cls for cls in exceptions_of(httpx) if issubclass(cls, httpx.HTTPError)]
)
def test_every_http_error_of_httpx_is_covered(error: type[Exception]) -> None:
    assert any(cls in FAULTS for cls in error.__mro__)


def test_the_nearest_class_decides() -> None:
    assert find_fault(httpx.ReadTimeout("")).code == "timeout"
    assert find_fault(httpx.ConnectError("")).code == "unreachable"
    assert find_fault(httpx.RemoteProtocolError("")).code == "cut_off"
    assert find_fault(openai.APITimeoutError(REQUEST)).code == "timeout"


def test_an_error_of_our_own_code_passes_through() -> None:
    with pytest.raises(ZeroDivisionError), model_errors("m"):
        raise ZeroDivisionError


def test_the_provider_s_words_stay_out_of_the_message() -> None:
    told = openai.APIError(f"Incorrect API key provided: {SECRET}", REQUEST, body=None)
    with pytest.raises(ModelError) as caught, model_errors("m"):
        raise told
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fault_has_a_message(language: Language) -> None:
    messages = load_messages(language)
    for fault in set(FAULTS.values()):
        key = f"errors.model.{fault.code}"
        assert key in messages
        assert messages.variables(key) <= {"model", "setting"}
