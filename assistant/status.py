"""What is used: which model answers, which embedding searches, what leaves this machine, who is
let in, and what the limits are. One source for terminal and page; no secret is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant import __version__
from assistant.auth import Mode, parse_header
from assistant.errors import DuociteError
from assistant.hosts import is_loopback, parse_names
from assistant.http import OPENAI_URL, Server
from assistant.prices import FILE as PRICES
from assistant.probing import LocalServer
from assistant.prompts import Messages, explain
from assistant.settings import LLMChoice, Settings
from assistant.wire import LONGEST_QUESTION, CollectionRow


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
class SignIn:
    """How visitors are known. `by` is the file of users, or the header that names them."""

    mode: Mode
    by: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken: megabytes of a file, pages of a PDF, characters of a question; seconds that a
    model may take, and answers that it writes at a time."""

    file_mb: int
    pages: int
    question: int
    timeout: float
    slots: int


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said, `key` its label; most take one line."""

    key: str
    lines: tuple[str, ...]


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
    language: str
    sign_in: SignIn
    limits: Limits
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
            "language": self.language,
            "sign_in": {**asdict(self.sign_in), "names": list(self.sign_in.names)},
            "limits": asdict(self.limits),
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
        language=settings.language,
        sign_in=find_sign_in(settings),
        limits=_find_limits(settings),
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


def find_sign_in(settings: Settings) -> SignIn:
    """As the settings say; whether the file of users can be read is found out by who serves."""
    names = tuple(sorted(parse_names(settings.names or "").own))
    if not settings.auth:
        return SignIn("none", names=names)
    header = parse_header(settings.auth)
    return SignIn("header", header, names) if header else SignIn("password", settings.auth, names)


def say_status(status: Status, messages: Messages) -> list[str]:
    """The lines that a person reads in a terminal."""
    return [
        messages.text("status.line", label=say_label(fact, messages), text="\n  ".join(fact.lines))
        for fact in list_facts(status, messages)
    ]


def say_label(fact: Fact, messages: Messages) -> str:
    return messages.text(f"status.label.{fact.key}")


def list_facts(status: Status, messages: Messages) -> list[Fact]:
    """All that is said, in order, in the language of `messages`."""
    facts = {
        "version": [messages.text("status.version", version=status.version)],
        "answers": _say_answers(status, messages),
        "search": [_say_use("search", status.search, messages)],
        "network": [messages.text(f"status.{'offline' if status.offline else 'online'}")],
        "store": [status.store, *_say_collections(status, messages)],
        "glossary": [str(status.glossary)] if status.glossary else [],
        "prices": [str(status.prices)] if status.prices else [],
        "languages": [messages.text(f"status.languages_{status.language}")],
        "sign_in": _say_sign_in(status.sign_in, messages),
        "limits": _say_limits(status, messages),
        "offers": [say_offer(offer, messages) for offer in status.offers],
    }
    return [Fact(key, tuple(lines)) for key, lines in facts.items() if lines]


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


def _say_answers(status: Status, messages: Messages) -> list[str]:
    lines = [_say_use("answers", status.answers, messages)]
    if status.answers.address:
        lines.append(messages.text(f"status.fallback_{status.fallback}"))
    return lines


def _say_sign_in(sign_in: SignIn, messages: Messages) -> list[str]:
    given = {} if sign_in.mode == "none" else {"by": sign_in.by}
    lines = [messages.text(f"status.sign_in_{sign_in.mode}", **given)]
    if sign_in.names:
        names = messages.text("ui.source.joint").join(sign_in.names)
        lines.append(messages.text("status.names", names=names))
    return lines


def _say_limits(status: Status, messages: Messages) -> list[str]:
    limits = status.limits
    lines = [
        messages.text("status.limit_files", megabytes=limits.file_mb, pages=limits.pages),
        messages.text("status.limit_question", signs=limits.question),
    ]
    if status.answers.address:
        seconds = f"{limits.timeout:g}"
        lines.append(messages.text("status.limit_model", seconds=seconds, slots=limits.slots))
    return lines


def _find_limits(settings: Settings) -> Limits:
    return Limits(
        settings.max_file_mb,
        settings.max_pages,
        LONGEST_QUESTION,
        settings.timeout,
        settings.llm_slots,
    )
