"""Posts that were taken, kept until they are answered and known for long afterwards.

What is in here has been promised to Slack: it outlives a killed process, and is taken up again.

* held      said in a thread in which Duocite takes no part as far as is known; deliveries overtake
            each other, so that the question that began it may still come
* taken     to be answered
* answered  the answer is there and kept; it may not stand in Slack yet, or not all of it
* done      it stands there
* failed    nothing more will come of it
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from assistant.errors import StoreError
from assistant.slack.posts import Post
from assistant.state import State, write_time

Stage = Literal["held", "taken", "answered", "done", "failed"]

KEPT = timedelta(days=30)
"""How long a post is known after it was answered, and its thread with it: as long as answers are.
Slack itself delivers nothing again after some ten minutes."""

HELD = timedelta(minutes=15)
"""How long one is held for a question before it: Slack's last try comes after six minutes."""

_JOB = "stage, attempts, created, answer_id, uses, placed, post"
_PART = "stage in ('taken', 'answered', 'done')"
_NEXT = "select {} from slack_events where stage in ('taken', 'answered') order by ts limit ?"


@dataclass
class Job:
    """A post and how far its answer has come.

    `attempts` counts how often an answer was begun. `placed` has an item for each message of the
    answer that Slack was asked to show: its `ts`, or None while no reply has come to that, so that
    nobody knows. `uses` are those of the post's response_url.
    """

    post: Post
    stage: Stage = "taken"
    attempts: int = 0
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    answer_id: str | None = None
    uses: int = 0
    placed: list[str | None] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.stage in ("done", "failed")


class Queue:
    """The posts of one data folder. Raises as `State`."""

    def __init__(self, state: State, now: Callable[[], datetime] | None = None) -> None:
        self._state = state
        self._now = now or (lambda: datetime.now(UTC))

    def keep(self, posts: Sequence[Post]) -> list[bool]:
        """Which of them are new and to be answered, or make others so; all of them are on the disk
        by then, in one transaction."""
        with self._state.write() as database:
            return [self._keep(database, post) for post in posts]

    def unfinished(self, limit: int) -> list[Job]:
        """The earliest ones that are to be answered."""
        with self._state.read() as database:
            rows = database.execute(_NEXT.format(_JOB), (limit,)).fetchall()
        return [self._read(row) for row in rows]

    def find(self, id: str) -> Job | None:
        query = f"select {_JOB} from slack_events where id = ?"
        with self._state.read() as database:
            row = database.execute(query, (id,)).fetchone()
        return self._read(row) if row else None

    def save(self, job: Job) -> None:
        """How far it has come. Once that is to the end, what was asked is let go of: the answer
        that is kept has it as well."""
        post = job.post.forget() if job.is_over else job.post
        values = (job.stage, job.attempts, job.answer_id, job.uses, json.dumps(job.placed))
        query = (
            "update slack_events set stage = ?, attempts = ?, answer_id = ?, uses = ?, placed = ?,"
            " updated = ?, post = ? where id = ?"
        )
        more = (write_time(self._now()), json.dumps(post.to_json()), job.post.id)
        with self._state.write() as database:
            database.execute(query, (*values, *more))

    def answers_before(
        self, post: Post, limit: int, since: datetime | None = None
    ) -> list[tuple[str, str]]:
        """What was answered in the same conversation, the oldest first: ids of answers, each with
        who asked."""
        query = (
            "select answer_id, asker from slack_events where talk = ? and ts < ? and created >= ?"
            " and stage = 'done' and answer_id is not null order by ts desc limit ?"
        )
        values = (post.talk, post.ts, write_time(since) if since else "", limit)
        with self._state.read() as database:
            return database.execute(query, values).fetchall()[::-1]

    def find_asker(self, answer_id: str) -> str | None:
        """Whom an answer was given to, the last time."""
        query = "select asker from slack_events where answer_id = ? order by created desc limit 1"
        with self._state.read() as database:
            row = database.execute(query, (answer_id,)).fetchone()
        return str(row[0]) if row else None

    def prune(self) -> None:
        moment = self._now()
        over, held = write_time(moment - KEPT), write_time(moment - HELD)
        query = (
            "delete from slack_events where (stage in ('done', 'failed') and updated < ?)"
            " or (stage = 'held' and updated < ?)"
        )
        with self._state.write() as database:
            database.execute(query, (over, held))

    def _keep(self, database: sqlite3.Connection, post: Post) -> bool:
        stage = "taken" if post.addressed or _takes_part(database, post) else "held"
        known = database.execute(
            "select stage, id from slack_events where id = ? or place = ?", (post.id, post.place)
        ).fetchone()
        if known is not None and not (known[0] == "held" and stage == "taken"):
            return False
        if known is not None:
            database.execute("delete from slack_events where id = ?", (known[1],))
        self._insert(database, post, stage)
        if stage == "taken" and post.kind == "message":
            _let_go(database, post)
        return stage == "taken"

    def _insert(self, database: sqlite3.Connection, post: Post, stage: str) -> None:
        moment, whole = write_time(self._now()), json.dumps(post.to_json())
        values = (post.id, post.place, post.talk, post.ts, stage, 0, moment, moment, post.asker)
        database.execute(
            f"insert into slack_events values ({', '.join('?' * 13)})",
            (*values, None, 0, "[]", whole),
        )

    def _read(self, row: Sequence[Any]) -> Job:
        stage, attempts, created, answer_id, uses, placed, post = row
        try:
            kept = Post.from_json(json.loads(post))
            stands = json.loads(placed)
        except (TypeError, ValueError) as error:
            path = str(self._state.path)
            raise StoreError("state_damaged", path=path, reason=str(error)) from error
        moment = datetime.fromisoformat(created)
        return Job(kept, stage, attempts, moment, answer_id, uses, stands)


def _takes_part(database: sqlite3.Connection, post: Post) -> bool:
    """Whether Duocite was asked in the conversation before."""
    query = f"select 1 from slack_events where talk = ? and ts < ? and {_PART} limit 1"
    return database.execute(query, (post.talk, post.ts)).fetchone() is not None


def _let_go(database: sqlite3.Connection, post: Post) -> None:
    """What came before the question that it follows."""
    database.execute(
        "update slack_events set stage = 'taken' where talk = ? and stage = 'held' and ts > ?",
        (post.talk, post.ts),
    )
