"""Conversations, kept for each user: begun, added to, listed, searched, renamed, deleted."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from assistant.answer import Answer, Language
from assistant.errors import StoreError
from assistant.recalling import read_answer
from assistant.state import State, fold, make_whole, write_time

LOCAL_USER = "local"
"""Whose conversations they are where there is no login."""

TITLE_WIDTH = 60
"""Columns of a title that is made of a question; a Chinese character takes two."""

LONGEST_TITLE = 200
PAGE = 50
"""Conversations that a list gives at a time."""

_ROW = "id, title, collection, pinned, created, updated"
_NEWEST = "order by updated desc, rowid desc limit ? offset ?"
_TURN = "question, answer, created"


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation as a list shows it; `updated` is when its last turn was added (UTC).

    `pinned` is the language that its answers are kept to, None for that of each question.
    """

    id: str
    title: str
    collection: str
    pinned: Language | None
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A question, and what was answered; None where no answer came."""

    question: str
    answer: Answer | None
    created: datetime


@dataclass(frozen=True, slots=True)
class PastConversation:
    row: ConversationRow
    turns: tuple[PastTurn, ...]


class History:
    """The conversations of all users; each user sees and changes their own only.

    A user is an opaque name. Beside what `State` raises, StoreError "no_conversation" for one that
    isn't there or is somebody else's, which nobody is told apart.
    """

    def __init__(self, state: State, now: Callable[[], datetime] | None = None) -> None:
        self._state = state
        self._now = now or (lambda: datetime.now(UTC))

    def begin(
        self,
        user: str,
        question: str,
        *,
        collection: str = "default",
        pinned: Language | None = None,
    ) -> str:
        """The id of a new conversation, named after its first question, still without turns."""
        conversation, title, moment = uuid4().hex, make_title(question), write_time(self._now())
        values = (conversation, user, collection, pinned, moment, moment, title, fold(title))
        with self._state.write() as database:
            database.execute(f"insert into conversations values ({_marks(values)})", values)
        return conversation

    def append(
        self,
        user: str,
        conversation: str,
        question: str,
        answer: Answer | None,
        *,
        after: int | None = None,
    ) -> int:
        """Add a turn; how many there are then. With `after`, it takes the place of all that came
        after so many turns: in one step, so that no failure loses both."""
        moment = write_time(self._now())
        known = None if answer is None else json.dumps(answer.to_json())
        searched = fold(f"{question}\n{answer.text if answer else ''}")
        with self._state.write() as database:
            _check(database, user, conversation)
            if after is not None:
                _cut(database, conversation, after)
            position = _count(database, conversation)
            values = (conversation, position, moment, make_whole(question), searched, known)
            database.execute(f"insert into turns values ({_marks(values)})", values)
            _change(database, conversation, "updated", moment)
        return position + 1

    def cut(self, user: str, conversation: str, turns: int) -> None:
        """Keep the first so many turns: a question that is edited or asked again replaces its
        answer and what came after."""
        with self._own(user, conversation) as database:
            _cut(database, conversation, turns)

    def rename(self, user: str, conversation: str, title: str) -> str:
        """The title as it is kept, in one line; of an empty one, that of the first question."""
        with self._own(user, conversation) as database:
            kept = _fold_line(title)[:LONGEST_TITLE] or make_title(_first(database, conversation))
            _change(database, conversation, "title", kept)
            _change(database, conversation, "searched", fold(kept))
        return kept

    def pin(self, user: str, conversation: str, language: Language | None) -> None:
        with self._own(user, conversation) as database:
            _change(database, conversation, "pinned", language)

    def delete(self, user: str, conversation: str) -> None:
        """With all its turns; feedback on its answers stays."""
        with self._own(user, conversation) as database:
            database.execute("delete from conversations where id = ?", (conversation,))

    def conversations(
        self, user: str, *, limit: int = PAGE, offset: int = 0
    ) -> list[ConversationRow]:
        """The newest first."""
        return self.find(user, "", limit=limit, offset=offset)

    def find(
        self, user: str, words: str, *, limit: int = PAGE, offset: int = 0
    ) -> list[ConversationRow]:
        """Those whose title, questions and answers hold each of the words, or a part of a word as
        Chinese is written; traditional and simplified characters, large and small letters are the
        same. The newest first."""
        wanted = fold(words).split()
        held = (
            "(instr(searched, ?) or exists (select 1 from turns where turns.conversation ="
            " conversations.id and instr(turns.searched, ?)))"
        )
        where = " and ".join(["user = ?", *[held] * len(wanted)])
        query = f"select {_ROW} from conversations where {where} {_NEWEST}"
        values = (user, *(word for word in wanted for _ in range(2)), limit, offset)
        with self._state.read() as database:
            return [_read_row(row) for row in database.execute(query, values)]

    def read(self, user: str, conversation: str) -> PastConversation:
        """A whole conversation, its answers as they were given."""
        head = f"select {_ROW} from conversations where id = ? and user = ?"
        query = f"select {_TURN} from turns where conversation = ? order by position"
        with self._state.read() as database:
            row = database.execute(head, (conversation, user)).fetchone()
            turns = database.execute(query, (conversation,)).fetchall()
        if row is None:
            raise StoreError("no_conversation")
        return PastConversation(_read_row(row), tuple(map(self._read_turn, turns)))

    @contextmanager
    def _own(self, user: str, conversation: str) -> Iterator[sqlite3.Connection]:
        """A transaction on a conversation that is the user's."""
        with self._state.write() as database:
            _check(database, user, conversation)
            yield database

    def _read_turn(self, row: Sequence[Any]) -> PastTurn:
        question, known, created = row
        try:
            answer = None if known is None else read_answer(json.loads(known))
        except (KeyError, TypeError, ValueError) as error:
            path, reason = str(self._state.path), f"{type(error).__name__}: {error}"
            raise StoreError("state_damaged", path=path, reason=reason) from error
        return PastTurn(question, answer, datetime.fromisoformat(created))


def make_title(question: str) -> str:
    """A question as the name of its conversation: one line, cut between words where it has any."""
    text = _fold_line(question)
    end = _fit(text, TITLE_WIDTH)
    if end == len(text):
        return text
    kept = text[: _fit(text, TITLE_WIDTH - 1)]
    inside = kept[-1:].isascii() and not kept[-1:].isspace() and text[len(kept)].isascii()
    head, space, _ = kept.rpartition(" ")
    # A word is cut only where it would take half of the title along.
    whole = head if inside and text[len(kept)] != " " and space and 2 * len(head) > end else kept
    return whole.rstrip(" ,;:，；：、") + "…"


def _fit(text: str, width: int) -> int:
    """How many characters go into so many columns; marks stay with what they stand on."""
    used = 0
    for at, sign in enumerate(text):
        used += _columns(sign)
        if used > width:
            return at
    return len(text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in {"Mn", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _fold_line(text: str) -> str:
    """In one line, without control characters."""
    spaced = (" " if unicodedata.category(sign) == "Cc" else sign for sign in make_whole(text))
    return " ".join("".join(spaced).split())


def _check(database: sqlite3.Connection, user: str, conversation: str) -> None:
    query = "select 1 from conversations where id = ? and user = ?"
    if database.execute(query, (conversation, user)).fetchone() is None:
        raise StoreError("no_conversation")


def _cut(database: sqlite3.Connection, conversation: str, turns: int) -> None:
    query = "delete from turns where conversation = ? and position >= ?"
    database.execute(query, (conversation, turns))


def _count(database: sqlite3.Connection, conversation: str) -> int:
    query = "select count(*) from turns where conversation = ?"
    return cast(int, database.execute(query, (conversation,)).fetchone()[0])


def _first(database: sqlite3.Connection, conversation: str) -> str:
    query = "select question from turns where conversation = ? and position = 0"
    return str(next(database.execute(query, (conversation,)), ("",))[0])


def _change(
    database: sqlite3.Connection, conversation: str, column: str, value: str | None
) -> None:
    query = f"update conversations set {column} = ? where id = ?"
    database.execute(query, (value, conversation))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _read_row(row: Sequence[Any]) -> ConversationRow:
    conversation, title, collection, pinned, *times = row
    created, updated = map(datetime.fromisoformat, times)
    return ConversationRow(conversation, title, collection, pinned, created, updated)
