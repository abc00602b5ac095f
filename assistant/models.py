"""The language model by settings.

It runs behind LlamaIndex's OpenAI classes. They never hold the key: it lives in the two HTTP
clients only, so that no repr, event or serialised configuration can show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import openai
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import ALL_AVAILABLE_MODELS, is_chatcomp_api_supported
from llama_index.llms.openai_like import OpenAILike
from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.http import NO_KEY, OPENAI_URL, AsyncClient, Client, Server
from assistant.settings import LLMChoice, Settings

# For models whose window nobody tells us; enough for the passages of one question.
CONTEXT_WINDOW = 8192
CONNECT_TIMEOUT_S = 5.0


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


def find_server(settings: Settings, choice: LLMChoice, setting: str = "llm") -> Server:
    """Where `choice` is asked, with the keys and headers that `setting` has for it."""
    headers: Mapping[str, str] = getattr(settings, f"{setting}_header_values")
    if choice.kind == "openai":
        known = settings.openai_api_key
        own = (settings.openai_organisation, settings.openai_project)
        return Server(OPENAI_URL, _reveal(known), headers, *own)
    return Server(choice.url or "", _reveal(getattr(settings, f"{setting}_key")), headers)


def build_clients(server: Server, timeout: float) -> tuple[openai.OpenAI, openai.AsyncOpenAI]:
    """Clients that try once; `timeout` (seconds) is for one silence of the server."""
    limits = httpx.Timeout(timeout, connect=CONNECT_TIMEOUT_S)
    shared: dict[str, Any] = {
        "api_key": server.key,
        "base_url": server.url,
        "max_retries": 0,
        "default_query": server.query,
    }
    client = openai.OpenAI(**shared, http_client=Client(server, limits))
    async_client = openai.AsyncOpenAI(**shared, http_client=AsyncClient(server, limits))
    # Given as None they would be looked for in the environment.
    client.organization = async_client.organization = server.organisation
    client.project = async_client.project = server.project
    return client, async_client


def _arguments(choice: LLMChoice, settings: Settings) -> dict[str, Any]:
    server = find_server(settings, choice)
    client, async_client = build_clients(server, settings.timeout)
    return {
        "model": choice.model,
        "temperature": 0.0,
        "max_retries": 0,
        # Given, so that LlamaIndex doesn't look for another in the environment.
        "api_key": NO_KEY,
        "api_base": server.url,
        "openai_client": client,
        "async_openai_client": async_client,
    }


def _reveal(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else NO_KEY
