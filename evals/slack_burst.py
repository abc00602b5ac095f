"""Events of Slack in a burst, twice and thrice and out of order, across a server that is killed.

`python -m evals.slack_burst [--events 200] [--kills 3] [--seconds 0.4] [--senders 8]` sends them
as Slack does, with its retries, and counts what a channel then shows: none lost, none answered
twice, and how soon each was acknowledged while answers were slow.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console

from evals.forks import Forks, open_forks
from evals.slack_server import SlackServer
from evals.slack_traffic import BOT, Json, build_event, build_mention, send_event
from store.database import STATE_FILE

CHANNELS = 10
PATIENCE_S = 300.0
DONE, FAILED = 0, 1
_BEGUN = 1_700_000_000.0
_RETRY_S = 0.25


@dataclass(frozen=True)
class Delivery:
    """One event as Slack sends it, and which try that is."""

    question: str
    event: Json
    retry: int = 0


@dataclass
class Outcome:
    """Of a burst: questions, and those that weren't acknowledged, are lost or stand there twice;
    kills, posts of a message that they cut off, and those of them that were found again."""

    questions: int = 0
    deliveries: int = 0
    refused: int = 0
    kills: int = 0
    cut: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    acks_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.lost and len(self.twice) <= self.cut

    def percentile(self, share: float) -> float:
        ranked = sorted(self.acks_ms)
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] if ranked else 0.0


def build_deliveries(events: int, drawn: random.Random) -> list[Delivery]:
    """Questions of several threads; a third of them come by two events, some are sent again, and
    neighbours change places."""
    deliveries = []
    for number in range(events):
        question = f"Question {number}?"
        deliveries += [
            Delivery(question, event) for event in _build_events(number, question, drawn)
        ]
    again = [Delivery(one.question, one.event, 1) for one in deliveries if drawn.random() < 0.4]
    more = [Delivery(one.question, one.event, 2) for one in again if drawn.random() < 0.3]
    placed = [(place + drawn.uniform(0, 12), one) for place, one in enumerate(deliveries)]
    late = [(drawn.uniform(0, len(deliveries)), one) for one in (*again, *more)]
    return [one for _, one in sorted([*placed, *late], key=lambda pair: pair[0])]


def _build_events(number: int, question: str, drawn: random.Random) -> list[Json]:
    """A mention, every fourth a follow-up without one in the thread of the mention before."""
    channel = f"C{number // 4 % CHANNELS:08}"
    ts, root = f"{_BEGUN + number:.6f}", f"{_BEGUN + number - number % 4:.6f}"
    if number % 4 == 3:
        return [build_event(f"Ev{number}", channel, ts, question, thread_ts=root)]
    thread = {} if ts == root else {"thread_ts": root}
    events = [build_mention(f"Ev{number}", channel, ts, question, **thread)]
    if drawn.random() < 0.33:
        text = f"<@{BOT}> {question}"
        events.append(build_event(f"Ev{number}m", channel, ts, text, **thread))
    return events


class Burst:
    """One run of it."""

    def __init__(self, folder: Path, slack: SlackServer, forks: Forks, seconds: float) -> None:
        self._data = folder / "data"
        self._slack = slack
        self._forks = forks
        self._port = _find_port()
        self._args = (str(self._data), str(self._port), slack.url, str(seconds))
        self._lock = threading.Lock()
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", trust_env=False)
        self.outcome = Outcome()

    def run(self, deliveries: Sequence[Delivery], kills: int, senders: int) -> Outcome:
        begun = time.monotonic()
        questions = {one.question for one in deliveries}
        self.outcome.questions, self.outcome.deliveries = len(questions), len(deliveries)
        process = self._start()
        with self._client, ThreadPoolExecutor(senders) as pool:
            sending = [pool.submit(self._deliver, one) for one in deliveries]
            for kill in range(kills):
                self._await_share((kill + 1) / (kills + 2), of_answers=kill % 2 == 1)
                process = self._kill(process)
            for one in sending:
                one.result()
        self._await_end()
        self._stop(process)
        self._count(questions)
        self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    def _deliver(self, delivery: Delivery) -> None:
        """Until it is acknowledged: nobody knows how long a server is away here."""
        retry, ends = delivery.retry, time.monotonic() + PATIENCE_S
        while time.monotonic() < ends and not self._send(delivery.event, retry):
            retry += 1
            time.sleep(_RETRY_S)

    def _send(self, event: Json, retry: int) -> bool:
        headers = {"X-Slack-Retry-Num": str(retry)} if retry else {}
        begun = time.monotonic()
        try:
            taken = send_event(self._client, event, **headers).status_code == httpx.codes.OK
        except httpx.HTTPError:
            taken = False
        with self._lock:
            if taken:
                self.outcome.acks_ms.append((time.monotonic() - begun) * 1000)
            else:
                self.outcome.refused += 1
        return taken

    def _start(self) -> int:
        process = self._forks.start(*self._args)
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            with closing(socket.socket()) as one:
                if not one.connect_ex(("127.0.0.1", self._port)):
                    return process
            time.sleep(0.02)
        raise RuntimeError("the server can't be reached")

    def _kill(self, process: int) -> int:
        """Ends it as a power cut would, counts the posts that were on their way, starts it anew."""
        self._stop(process)
        self.outcome.kills += 1
        self.outcome.cut += sum(None in json.loads(placed) for placed in self._read("placed"))
        return self._start()

    def _stop(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        self._forks.wait()

    def _await_share(self, share: float, *, of_answers: bool) -> None:
        """Until so many deliveries are acknowledged, or so many questions answered."""

        def reached() -> bool:
            if of_answers:
                return self._answered() >= share * self.outcome.questions
            return len(self.outcome.acks_ms) >= share * self.outcome.deliveries

        self._slack.await_until(reached, PATIENCE_S)

    def _await_end(self) -> None:
        def ended() -> bool:
            return not {"taken", "answered"} & set(self._read("stage"))

        self._slack.await_until(ended, PATIENCE_S)

    def _answered(self) -> int:
        return sum("Yes." in one.text and "No." in one.text for one in self._slack.shown())

    def _read(self, column: str) -> list[str]:
        # Not through State, which would write: the server is to have the file for itself.
        address = f"file:{self._data / STATE_FILE}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as database:
            return [str(row[0]) for row in database.execute(f"select {column} from slack_events")]

    def _count(self, questions: set[str]) -> None:
        """By what stands in the channels, whatever the server believes."""
        shown = self._slack.shown()
        answers = Counter(one.text.partition("?")[0] + "?" for one in shown if "No." in one.text)
        self.outcome.lost = sorted(questions - answers.keys())
        self.outcome.twice = sorted(one for one, times in answers.items() if times > 1)
        self.outcome.repeated = len(shown) - len(answers)


def _find_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run_burst(
    folder: Path, events: int, kills: int, seconds: float, senders: int, seed: int = 1
) -> Outcome:
    """A burst against servers in `folder`, the same one for the same seed but for its times."""
    deliveries = build_deliveries(events, random.Random(seed))
    with SlackServer().running() as slack, open_forks(folder, "evals.slack_victim") as forks:
        return Burst(folder, slack, forks, seconds).run(deliveries, kills, senders)


def say_outcome(outcome: Outcome) -> str:
    acks = " / ".join(f"{outcome.percentile(share):.0f}" for share in (0.5, 0.95, 0.99, 1.0))
    return "\n".join(
        (
            f"{outcome.questions} questions in {outcome.deliveries} deliveries, "
            f"{outcome.refused} more tries, {outcome.kills} kills, {outcome.seconds:.0f} s",
            f"lost: {len(outcome.lost)} {outcome.lost[:5]}",
            f"answered twice: {len(outcome.twice)} {outcome.twice[:5]}",
            f"killed within the call of a post: {outcome.cut}; {outcome.repeated} stand twice",
            f"acknowledged in ms, p50 / p95 / p99 / longest: {acks}",
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.slack_burst")
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.4, help="that an answer takes")
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_burst(Path(folder), args.events, args.kills, args.seconds, args.senders)
    Console().print(say_outcome(outcome), highlight=False)
    return DONE if outcome.good else FAILED


if __name__ == "__main__":
    sys.exit(main())
