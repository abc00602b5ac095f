"""The model by settings: who is asked, with which key and headers, and that none of it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai_like import OpenAILike

from assistant.errors import SettingsError
from assistant.models import OPENAI_URL, Server, build_clients, build_llm, find_server
from assistant.settings import Settings
from tests.support.openai_server import OpenAIServer, whole

SECRET = "sk-do-not-show-this"


def settings(llm: str, monkeypatch: pytest.MonkeyPatch, **options: str) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("DUOCITE_LLM_KEY", "key-of-the-server")
    for name, value in options.items():
        monkeypatch.setenv(name, value)
    return Settings(llm=llm, _env_file=None)


def close(llm: OpenAI | None) -> None:
    assert llm is not None
    llm._get_client().close()


def ask(llm: OpenAI | None) -> str:
    assert llm is not None
    try:
        return str(llm.chat([ChatMessage("ask")]).message.content)
    finally:
        close(llm)


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
    assert ask(build_llm(settings(f"compatible:m@{server.url}", monkeypatch))) == "yes"
    assert server.received[0].headers["Authorization"] == "Bearer key-of-the-server"
    assert SECRET not in str(server.received[0])


@pytest.mark.integration
def test_nothing_that_is_for_openai_is_sent_to_another_server(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "OPENAI_ORG_ID": f"org-{SECRET}",
        "OPENAI_PROJECT_ID": f"proj-{SECRET}",
        "OPENAI_ADMIN_KEY": SECRET,
        "OPENAI_CUSTOM_HEADERS": f"X-Team: {SECRET}",
        "DUOCITE_LLM_KEY": "",
    }
    server.say(whole("yes"))
    ask(build_llm(settings(f"compatible:m@{server.url}", monkeypatch, **given)))
    assert SECRET not in str(server.received[0])
    assert server.received[0].headers["Authorization"] == "Bearer none"


@pytest.mark.integration
def test_azure_is_asked_with_its_version_and_its_own_header(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(whole("yes"))
    place = f"{server.url}/deployments/gpt-4o?api-version=2024-10-21"
    given = {"DUOCITE_LLM_HEADERS": f"api-key: {SECRET}\nX-Team: a", "DUOCITE_LLM_KEY": ""}
    llm = build_llm(settings(f"compatible:gpt-4o@{place}", monkeypatch, **given))
    assert SECRET not in repr(llm)
    ask(llm)
    (received,) = server.received
    assert received.path == "/v1/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
    assert (received.headers["api-key"], received.headers["X-Team"]) == (SECRET, "a")
    assert "Authorization" not in received.headers


@pytest.mark.integration
def test_a_header_that_is_set_goes_before_one_that_is_made(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(whole("yes"))
    given = {"DUOCITE_LLM_HEADERS": '{"authorization": "Basic QX7"}'}
    ask(build_llm(settings(f"compatible:m@{server.url}", monkeypatch, **given)))
    sent = {name.lower(): value for name, value in server.received[0].headers.items()}
    assert sent["authorization"] == "Basic QX7"


def test_openai_is_told_the_organisation_and_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings("openai:gpt-4o", monkeypatch, OPENAI_ORG_ID="org-1", OPENAI_PROJECT_ID="p-1")
    server = find_server(chosen, chosen.llm_choice)
    assert server == Server(OPENAI_URL, SECRET, {}, "org-1", "p-1")
    client, _ = build_clients(server, 5.0)
    assert client.default_headers["OpenAI-Organization"] == "org-1"
    assert client.default_headers["OpenAI-Project"] == "p-1"
    client.close()


def test_what_an_address_holds_behind_its_question_mark_does_not_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = settings(f"compatible:m@http://127.0.0.1:9/v1?key={SECRET}", monkeypatch)
    llm = build_llm(chosen)
    assert llm is not None
    assert SECRET not in repr(llm) + llm.to_json()
    assert llm.api_base == "http://127.0.0.1:9/v1"
    close(llm)


def test_a_server_does_not_print_its_secrets() -> None:
    server = Server("http://127.0.0.1:9", SECRET, {"api-key": SECRET})
    assert SECRET not in repr(server)
