"""What readers thought of answers: thumbs up or down with a reason, and the answer itself.

The answer is kept beside the opinion, so that both outlive the conversation and the documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from assistant.errors import StoreError
from assistant.state import State, make_whole, write_time

Thumb = Literal["up", "down"]

LONGEST_REASON = 2000
_COLUMNS = "number, user, verdict, created, reason, answer"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reader thought of one answer, which is there as its JSON."""

    number: int
    user: str
    verdict: Thumb
    created: datetime
    reason: str
    answer: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """What `duocite feedback --json` lists."""
        return {
            "id": self.number,
            "user": self.user,
            "verdict": self.verdict,
            "created": self.created.isoformat(),
            "reason": self.reason,
            "answer": self.answer,
        }


class Feedback:
    """The opinions of all users. A user has one of each answer: the last. Raises as `State`."""

    def __init__(self, state: State, now: Callable[[], datetime] | None = None) -> None:
        self._state = state
        self._now = now or (lambda: datetime.now(UTC))

    def rate(self, user: str, answer: Mapping[str, Any], verdict: Thumb, reason: str = "") -> None:
        """Keep an opinion on the answer of a JSON, in place of what the user thought before."""
        answer_id = str(answer["id"])
        values = (
            user,
            answer_id,
            verdict,
            write_time(self._now()),
            make_whole(reason.strip())[:LONGEST_REASON],
            json.dumps(answer),
        )
        with self._state.write() as database:
            query = "delete from feedback where user = ? and answer_id = ?"
            database.execute(query, (user, answer_id))
            database.execute("insert into feedback values (null, ?, ?, ?, ?, ?, ?)", values)

    def withdraw(self, user: str, answer_id: str) -> None:
        """As if nothing had been thought of it."""
        with self._state.write() as database:
            query = "delete from feedback where user = ? and answer_id = ?"
            database.execute(query, (user, answer_id))

    def find(self, user: str, answer_ids: Sequence[str]) -> dict[str, Opinion]:
        """What the user thought of these answers, by their ids."""
        wanted = ", ".join("?" * len(answer_ids))
        query = f"select {_COLUMNS} from feedback where user = ? and answer_id in ({wanted})"
        found = self._select(query, user, *answer_ids)
        return {str(opinion.answer["id"]): opinion for opinion in found}

    def opinions(self, since: datetime | None = None) -> list[Opinion]:
        """Everybody's, the oldest first; from a moment on, if one is given."""
        query = f"select {_COLUMNS} from feedback where created >= ? order by created, number"
        return self._select(query, write_time(since) if since else "")

    def _select(self, query: str, *values: str) -> list[Opinion]:
        with self._state.read() as database:
            rows = database.execute(query, values).fetchall()
        return [self._read_row(row) for row in rows]

    def _read_row(self, row: Sequence[Any]) -> Opinion:
        number, user, verdict, created, reason, answer = row
        try:
            known = json.loads(answer)
        except ValueError as error:
            path = str(self._state.path)
            raise StoreError("state_damaged", path=path, reason=str(error)) from error
        return Opinion(number, user, verdict, datetime.fromisoformat(created), reason, known)
