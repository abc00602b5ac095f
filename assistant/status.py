"""What is used: which model answers, which embedding searches, and what leaves this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant import __version__
from assistant.errors import DuociteError
from assistant.hosts import is_loopback
from assistant.http import OPENAI_URL, Server
from assistant.prices import FILE as PRICES
from assistant.probing import LocalServer
from assistant.prompts import Messages, explain
from assistant.settings import LLMChoice, Settings
from assistant.wire import CollectionRow


@dataclass(frozen=True, slots=True)
class Use:
    """A model that is used; `address` is None for one that runs in this program."""

    model: str
    address: str | None = None

    @property
    def place(self) -> str:
        """ "here" in this program, "local" on this machine, "remote" beyond it."""
        if self.address is None:
            return "here"
        return "local" if is_loopback(urlsplit(self.address).hostname or "") else "remote"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "place": self.place}


@dataclass(frozen=True, slots=True)
class Offer:
    """What DUOCITE_LLM could be set to: a key was found ("key"), or a server on this machine."""

    kind: str
    setting: str
    program: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What `duocite status` says. `trouble` is why the store can't be looked into."""

    version: str
    answers: Use
    search: Use
    fallback: str
    store: str
    glossary: Path | None
    prices: Path | None
    collections: tuple[CollectionRow, ...] = ()
    trouble: DuociteError | None = None
    offers: tuple[Offer, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether nothing of questions and documents leaves this machine for a model."""
        return "remote" not in (self.answers.place, self.search.place)

    def to_json(self) -> dict[str, Any]:
        trouble = None
        if self.trouble is not None:
            trouble = {"code": f"{self.trouble.name}.{self.trouble.code}"}
        return {
            "version": self.version,
            "offline": self.offline,
            "answers": self.answers.to_json(),
            "search": self.search.to_json(),
            "fallback": self.fallback,
            "store": self.store,
            "glossary": str(self.glossary) if self.glossary else None,
            "prices": str(self.prices) if self.prices else None,
            "collections": [row.to_json() for row in self.collections],
            "trouble": trouble,
            "offers": [asdict(offer) for offer in self.offers],
        }


def build_status(
    settings: Settings,
    collections: Callable[[], Sequence[CollectionRow]],
    servers: Callable[[], Sequence[LocalServer]] = lambda: (),
) -> Status:
    """What the settings come to. `servers` is called only where no model is set."""
    rows: tuple[CollectionRow, ...] = ()
    trouble: DuociteError | None = None
    try:
        rows = tuple(collections())
    except DuociteError as error:
        trouble = error
    server, prices = settings.chroma_server, settings.prices or settings.data / PRICES
    return Status(
        version=__version__,
        answers=find_answering(settings),
        search=_use(settings.embedding_choice, settings.embedding),
        fallback=settings.fallback,
        store=server.shown if server else str(settings.data),
        glossary=settings.glossary,
        prices=prices if prices.exists() else None,
        collections=rows,
        trouble=trouble,
        offers=tuple(find_offers(settings, servers)),
    )


def find_answering(settings: Settings) -> Use:
    """What writes answers; "offline" where they are quoted."""
    choice = settings.llm_choice
    return _use(None if choice.kind == "offline" else choice, choice.name)


def find_offers(
    settings: Settings, servers: Callable[[], Sequence[LocalServer]] = lambda: ()
) -> list[Offer]:
    """What a program without a model could use: nothing is chosen for anybody."""
    if settings.llm_choice.kind != "offline":
        return []
    found = [Offer("key", "openai:<model>")] if settings.openai_api_key else []
    return found + [
        Offer("server", f"compatible:{model}@{server.url}", server.program)
        for server in servers()
        for model in server.models
    ]


def say_status(status: Status, messages: Messages) -> list[str]:
    """The lines that a person reads."""
    lines = [
        messages.text("status.version", version=status.version),
        _say_use("answers", status.answers, messages),
        _say_use("search", status.search, messages),
        messages.text(f"status.{'offline' if status.offline else 'online'}"),
        messages.text("status.store", store=status.store),
        *_say_collections(status, messages),
        *_say_files(status, messages),
    ]
    if status.answers.address:
        lines.append(messages.text(f"status.fallback_{status.fallback}"))
    return lines + [say_offer(offer, messages) for offer in status.offers]


def say_offer(offer: Offer, messages: Messages) -> str:
    if offer.kind == "key":
        return messages.text("status.offer_key", setting=offer.setting)
    return messages.text("status.offer_server", program=offer.program, setting=offer.setting)


def _use(choice: LLMChoice | None, name: str) -> Use:
    if choice is None:
        return Use(name)
    return Use(choice.model, Server(choice.url or OPENAI_URL).url)


def _say_use(what: str, use: Use, messages: Messages) -> str:
    if use.address is None and what == "answers":
        return messages.text("status.answers_here")
    if use.address is None:
        return messages.text("status.search_here", model=use.model)
    return messages.text(f"status.{what}_{use.place}", model=use.model, address=use.address)


def _say_collections(status: Status, messages: Messages) -> list[str]:
    if status.trouble is not None:
        return [explain(status.trouble, messages.language)]
    if not status.collections:
        return [messages.text("cli.no_collections")]
    return [messages.text("cli.collection", **row.to_json()) for row in status.collections]


def _say_files(status: Status, messages: Messages) -> list[str]:
    files = {"glossary": status.glossary, "prices": status.prices}
    return [messages.text(f"status.{name}", path=path) for name, path in files.items() if path]
