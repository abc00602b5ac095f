"""A server that answers Slack slowly, for `evals.slack_burst` to kill.

Arguments: the data folder, the port, where Slack's Web API is, the seconds that an answer takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from fastapi import FastAPI
from pydantic import SecretStr

from assistant.answer import Answer, Claim
from assistant.owner import tell
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.slack.mount import add_slack
from assistant.slack.service import Place
from assistant.state import State
from assistant.stopping import check_wanted
from assistant.streaming import Workers
from assistant.wire import Asked, Said, Told
from evals.slack_traffic import SECRET, TOKEN

DELAYS = (0.2,) * 60
_BUSY_SHARE = 0.3


class SlowOwner:
    """Answers with the question itself; it waits most of the time, as for a model, and works for
    the rest, as a search does."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def ask(self, asked: Asked) -> Iterator[Said | Told]:
        claims = tuple(Claim(f"{asked.question} {part}", (), "proved") for part in ("Yes.", "No."))
        answer = Answer(
            response=" ".join(claim.text for claim in claims),
            question=asked.question,
            language="en",
            collection=asked.collection,
            status="verified",
            claims=claims,
        )
        for event in tell([*claims, answer]):
            self._take_time(self._seconds / (len(claims) + 1))
            check_wanted()
            yield event

    def _take_time(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        time.sleep(seconds * (1 - _BUSY_SHARE))
        while time.monotonic() < ends:
            sum(range(1000))


def run(args: Sequence[str]) -> int:
    data, port, api, seconds = args
    settings = Settings(
        data=Path(data),
        language="en",
        slack_signing_secret=SecretStr(SECRET),
        slack_bot_token=SecretStr(TOKEN),
    )
    app = FastAPI()
    app.state.workers = Workers()
    place = Place(api=api, delays=DELAYS)
    with (
        closing(State(settings.data)) as state,
        closing(app.state.workers),
        add_slack(app, SlowOwner(float(seconds)), state, settings, place),
        Serving(app, "127.0.0.1", int(port)) as serving,
    ):
        serving.wait()
    return 0


if __name__ == "__main__":
    from evals.forks import serve

    serve(run)
