"""Conversations that many hold at once and one by one, and whether each got what was theirs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assistant.answer import Language
from assistant.history import History, make_title
from assistant.state import State
from evals.cases import LANGUAGES, Ask, read_cases
from evals.served import HEADER
from evals.suite import read_suites
from evals.visitor import Exchange, Heard


@dataclass(frozen=True, slots=True)
class Talk:
    """What one visitor asks, in one conversation."""

    user: str
    language: Language
    questions: tuple[str, ...]

    @property
    def headers(self) -> dict[str, str]:
        return {HEADER: self.user, "Accept-Language": self.language}


@dataclass(slots=True)
class Held:
    """A talk that was held: each answer as it came, and the list of conversations beside it when it
    was over."""

    talk: Talk
    heard: list[Heard] = field(default_factory=list)
    listed: str = ""

    @property
    def shown(self) -> list[Exchange]:
        """The conversation on the page after the last answer that came whole."""
        whole = [one.shown for one in self.heard if not one.error]
        return whole[-1] if whole else []


@dataclass(frozen=True, slots=True)
class Round:
    """Talks that were held, the seconds that they took, and the load average as they began."""

    talks: list[Held]
    span: float
    load: float


@dataclass(slots=True)
class Faults:
    """What must not happen, each with whom it happened to: answers that broke off, that never
    came, that are somebody else's, or that are other than without the crowd; histories that aren't
    what was asked."""

    errors: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return any(asdict(self).values())


def build_talks(users: int, questions: int) -> list[Talk]:
    """Every other one in Chinese. No two visitors of a language ask the same in one round, as long
    as the sample has so many questions."""
    cases = read_cases(read_suites()[0].file)
    pairs = (users + 1) // 2
    return [
        Talk(
            f"visitor{number:03}",
            (language := LANGUAGES[number % 2]),
            tuple(
                Ask(cases[(number // 2 + turn * pairs) % len(cases)], language).question
                for turn in range(questions)
            ),
        )
        for number in range(users)
    ]


def find_faults(together: Sequence[Held], alone: Sequence[Held]) -> Faults:
    """By what the pages showed."""
    faults = Faults()
    for crowd, calm in zip(together, alone, strict=True):
        foreign = {one for held in alone if held is not calm for one in held.shown}
        for turn, question in enumerate(crowd.talk.questions):
            name, heard = f"{crowd.talk.user}: {question}", crowd.heard[turn : turn + 1]
            got, due = _pick(crowd.shown, turn), _pick(calm.shown, turn)
            if any(one.error for one in heard):
                faults.errors.append(f"{name}: {heard[0].error}")
            elif got is None or not got.answered:
                faults.lost.append(name)
            elif got.question != " ".join(question.split()) or got in foreign:
                faults.mixed.append(f"{name}: {got.question}: {got.answer}")
            elif got != due:
                faults.other.append(f"{name}: {got.answer}")
    return faults


def find_history_faults(data: Path, together: Sequence[Held], alone: Sequence[Held]) -> list[str]:
    """By what the history has: of each visitor one conversation, with all that was asked in it and
    the answers that were given to who was alone."""
    faults = []
    with closing(State(data)) as state:
        history = History(state)
        for crowd, calm in zip(together, alone, strict=True):
            got, due = (_read_talks(history, held.talk.user) for held in (crowd, calm))
            asked = [[question for question, _ in talk] for talk in got]
            if asked != [list(crowd.talk.questions)] or got != due:
                faults.append(f"{crowd.talk.user}: {asked}")
    return faults


def find_list_faults(helds: Sequence[Held]) -> list[str]:
    """By the list beside the chat: it has the visitor's conversation, and nobody else's."""
    titles = [make_title(held.talk.questions[0]) for held in helds]
    faults = []
    for held, own in zip(helds, titles, strict=True):
        others = [title for title in titles if title != own]
        if own not in held.listed or any(title in held.listed for title in others):
            faults.append(f"{held.talk.user}: {held.listed}")
    return faults


def _read_talks(history: History, user: str) -> list[list[tuple[str, str]]]:
    rows = history.conversations(user)
    turns = [history.read(user, row.id).turns for row in rows]
    return [
        [(turn.question, turn.answer.text if turn.answer else "") for turn in one] for one in turns
    ]


def _pick(shown: Sequence[Exchange], turn: int) -> Exchange | None:
    return shown[turn] if turn < len(shown) else None
