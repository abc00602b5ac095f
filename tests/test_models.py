"""The model by settings, and every failure of a server as one of our own errors."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator

import httpx
import openai
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai_like import OpenAILike

from assistant.answer import Language
from assistant.errors import ModelError, RetryableModelError, SettingsError
from assistant.models import FAULTS, build_llm, find_fault, model_errors
from assistant.prompts import load_messages
from assistant.settings import Settings
from tests.support.openai_server import OpenAIServer, refused, streamed, whole

SECRET = "sk-do-not-show-this"
REQUEST = httpx.Request("POST", "http://127.0.0.1/v1/chat/completions")


def settings(llm: str, monkeypatch: pytest.MonkeyPatch, timeout: float = 5.0) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("DUOCITE_LLM_KEY", "key-of-the-server")
    return Settings(llm=llm, timeout=timeout, _env_file=None)


def close(llm: OpenAI | None) -> None:
    assert llm is not None
    llm._get_client().close()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as server:
        yield server


def test_offline_builds_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_llm(settings("offline", monkeypatch)) is None


def test_a_known_model_of_openai_brings_its_own_window(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = build_llm(settings("openai:gpt-4o", monkeypatch))
    assert type(llm) is OpenAI
    assert llm.metadata.context_window == 128_000
    close(llm)


def test_a_model_newer_than_the_library_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = build_llm(settings("openai:gpt-99-next", monkeypatch))
    assert isinstance(llm, OpenAILike)
    assert llm.api_base == "https://api.openai.com/v1"
    assert llm.metadata.is_chat_model
    close(llm)


def test_a_model_without_chat_completions_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError, match="llm"):
        build_llm(settings("openai:gpt-5.2-pro", monkeypatch))


@pytest.mark.parametrize("llm", ["openai:gpt-4o", "compatible:qwen3@http://127.0.0.1:9/v1"])
def test_the_key_shows_nowhere(llm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built = build_llm(settings(llm, monkeypatch))
    assert built is not None
    shown = repr(built) + str(built) + json.dumps(built.to_dict(), default=str) + built.to_json()
    assert SECRET not in shown
    assert "key-of-the-server" not in shown
    close(built)


@pytest.mark.integration
def test_each_server_gets_its_own_key(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(whole("yes"))
    llm = build_llm(settings(f"compatible:m@{server.url}", monkeypatch))
    assert llm is not None
    assert llm.chat([ChatMessage("ask")]).message.content == "yes"
    assert server.received[0].headers["Authorization"] == "Bearer key-of-the-server"
    assert SECRET not in str(server.received[0])
    close(llm)


@pytest.mark.integration
def test_without_a_key_openai_s_is_not_sent_to_another_server(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUOCITE_LLM_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    server.say(whole("yes"))
    llm = build_llm(Settings(llm=f"compatible:m@{server.url}", _env_file=None))
    assert llm is not None
    llm.chat([ChatMessage("ask")])
    assert SECRET not in str(server.received[0])
    close(llm)


def ask(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, timeout: float = 5.0) -> str:
    llm = build_llm(settings(f"compatible:m@{server.url}", monkeypatch, timeout))
    assert llm is not None
    try:
        with model_errors("m"):
            return "".join(reply.delta or "" for reply in llm.stream_chat([ChatMessage("ask")]))
    finally:
        close(llm)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("status", "code", "expected", "retryable", "requests"),
    [
        (401, "", "refused_key", False, 1),
        (403, "", "refused_key", False, 1),
        (404, "model_not_found", "no_model", False, 1),
        (400, "context_length_exceeded", "bad_request", False, 1),
        (429, "", "rate_limited", True, 2),
        (429, "insufficient_quota", "quota", False, 2),
        (500, "", "server", True, 2),
        (503, "", "server", True, 2),
    ],
)
def test_a_refusal_of_the_server_has_its_code(
    server: OpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    expected: str,
    retryable: bool,
    requests: int,
) -> None:
    server.say(refused(status, code))
    with pytest.raises(ModelError) as caught:
        ask(server, monkeypatch)
    assert (caught.value.code, caught.value.retryable) == (expected, retryable)
    assert caught.value.details == {"model": "m"}
    assert len(server.received) == requests


@pytest.mark.integration
def test_a_second_try_that_succeeds_is_an_answer(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(refused(500), streamed("It is 5 %."))
    assert ask(server, monkeypatch) == "It is 5 %."


@pytest.mark.integration
@pytest.mark.parametrize("wait", ["120", "Wed, 21 Oct 2037 07:28:00 GMT"])
def test_a_long_wait_is_refused_and_not_slept_through(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, wait: str
) -> None:
    server.say(refused(429, Retry_After=wait))
    with pytest.raises(RetryableModelError, match="rate_limited"):
        ask(server, monkeypatch)
    assert len(server.received) == 1


@pytest.mark.integration
def test_a_server_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenAIServer().running() as gone:
        pass
    with pytest.raises(RetryableModelError, match="unreachable"):
        ask(gone, monkeypatch)


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
        assert messages.variables(key) <= {"model"}
