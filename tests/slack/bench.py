"""Duocite on a server of its own beside a Slack on loopback, for tests that send as Slack does."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from assistant.answer import Answer
from assistant.owner import tell
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.slack.mount import add_slack
from assistant.slack.queue import Job, Queue
from assistant.slack.service import Place
from assistant.state import State
from assistant.stopping import check_wanted
from assistant.streaming import Workers
from assistant.wire import Asked, Said, Told
from evals.slack_server import Shown, SlackServer
from evals.slack_traffic import SECRET, TOKEN
from tests.support.answers import build_answer

WAITING = "⏳"


class ScriptedOwner:
    """Answers with what `say` makes of a question, when `gate` is open, and notes what it was
    asked; a quiet one says nothing before the whole answer."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.say: Callable[[str], Answer] = build_answer
        self.error: BaseException | None = None
        self.quiet = False

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        self.asked.append(asked)
        answer = self.say(asked.question)
        events = list(tell([*answer.claims, answer]))
        yield from () if self.quiet else events[:-1]
        self.begun.release()
        while not self.gate.wait(0.02):
            check_wanted()
        if self.error:
            raise self.error
        yield events[-1]

    def questions(self) -> list[str]:
        return [asked.question for asked in self.asked]


@dataclass
class Bench:
    """A Slack, an owner, and what a data folder keeps; `serving` begins and ends the server."""

    slack: SlackServer
    folder: Path
    owner: ScriptedOwner = field(default_factory=ScriptedOwner)
    settings: dict[str, Any] = field(default_factory=dict)
    delays: tuple[float, ...] = (0.01,) * 6
    progress_s: float = 0.05
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextmanager
    def serving(self) -> Iterator[httpx.Client]:
        secrets = {"slack_signing_secret": SecretStr(SECRET), "slack_bot_token": SecretStr(TOKEN)}
        chosen = {"language": "en", **secrets, **self.settings}
        settings = Settings(data=self.folder, **chosen)
        place = Place(self.slack.url, self.slack.hooks, self.delays, self.progress_s)
        app = FastAPI()
        app.state.workers = Workers()
        with ExitStack() as stack:
            state = stack.enter_context(closing(State(self.folder)))
            stack.enter_context(closing(app.state.workers))
            stack.enter_context(add_slack(app, self.owner, state, settings, place))
            server = stack.enter_context(Serving(app, "127.0.0.1", 0))
            client = httpx.Client(base_url=server.address, trust_env=False, timeout=20)
            yield stack.enter_context(client)

    def make_id(self) -> str:
        return f"Ev{next(self._numbers):06}"

    def answered(self, channel: str) -> list[Shown]:
        """Messages that are no placeholders any more."""
        return [one for one in self.slack.shown(channel) if WAITING not in one.text]

    def await_answers(self, channel: str, number: int = 1) -> list[Shown]:
        self.slack.await_until(lambda: len(self.answered(channel)) >= number)
        return self.answered(channel)

    def jobs(self) -> list[Job]:
        with closing(State(self.folder)) as state:
            queue = Queue(state)
            with state.read() as database:
                ids = [
                    row[0] for row in database.execute("select id from slack_events order by ts")
                ]
            return [job for one in ids if (job := queue.find(one))]

    def write_channels(self, text: str) -> None:
        path = self.folder.parent / "slack.yaml"
        path.write_text(text, encoding="utf-8")
        self.settings["slack_channels"] = path

    def alter(self, statement: str) -> None:
        with closing(State(self.folder)) as state, state.write() as database:
            database.execute(statement)

    def await_ended(self, number: int = 1) -> list[Job]:
        """Once so many posts are brought to an end."""

        def ended() -> bool:
            return sum(job.is_over for job in self.jobs()) >= number

        self.slack.await_until(ended)
        return self.jobs()
