"""The language model by settings.

It runs behind LlamaIndex's OpenAI classes. They never hold the key: it lives in the two HTTP
clients only, so that no repr, event or serialised configuration can show it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import openai
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import ALL_AVAILABLE_MODELS, is_chatcomp_api_supported
from llama_index.llms.openai_like import OpenAILike
from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.settings import LLMChoice, Settings

OPENAI_URL = "https://api.openai.com/v1"
# For models whose window nobody tells us; enough for the passages of one question.
CONTEXT_WINDOW = 8192
CONNECT_TIMEOUT_S = 5.0
# Compatible servers without authentication still want a header to be there.
NO_KEY = "none"
# Headers by which servers know who asks; where one of these is set, no bearer is made up.
_PROVES = frozenset({"authorization", "api-key", "x-api-key"})
# The client reads these of the environment by itself, and would send them to any server.
_FOREIGN_HEADERS = "OPENAI_CUSTOM_HEADERS"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks OpenAI's protocol, and what it is told with each request.

    What an address holds behind its question mark is sent along, as Azure wants its api-version.
    """

    address: str
    key: str = field(default=NO_KEY, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    organisation: str | None = None
    project: str | None = None

    @property
    def url(self) -> str:
        """The address without its query, which may hold a key."""
        return urlsplit(self.address)._replace(query="", fragment="").geturl()

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.address).query, keep_blank_values=True))


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
    unwanted = _list_unwanted(server)
    limits = httpx.Timeout(timeout, connect=CONNECT_TIMEOUT_S)
    shared: dict[str, Any] = {
        "api_key": server.key,
        "base_url": server.url,
        "max_retries": 0,
        "default_query": server.query,
    }

    def set_headers(request: httpx.Request) -> None:
        for name in unwanted:
            request.headers.pop(name, None)
        request.headers.update(server.headers)

    async def aset_headers(request: httpx.Request) -> None:
        set_headers(request)

    http = openai.DefaultHttpxClient(timeout=limits, event_hooks={"request": [set_headers]})
    async_http = openai.DefaultAsyncHttpxClient(
        timeout=limits, event_hooks={"request": [aset_headers]}
    )
    client = openai.OpenAI(**shared, http_client=http)
    async_client = openai.AsyncOpenAI(**shared, http_client=async_http)
    # Given as None they would be looked for in the environment.
    client.organization = async_client.organization = server.organisation
    client.project = async_client.project = server.project
    return client, async_client


def _list_unwanted(server: Server) -> set[str]:
    """Headers that the client would add and that aren't for this server."""
    found = set(_foreign_headers()) if server.address != OPENAI_URL else set()
    if server.key == NO_KEY and any(name.lower() in _PROVES for name in server.headers):
        found.add("authorization")
    return found


def _foreign_headers() -> list[str]:
    lines = os.environ.get(_FOREIGN_HEADERS, "").split("\n")
    return [line.partition(":")[0].strip().lower() for line in lines if ":" in line]


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
