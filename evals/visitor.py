"""A visitor of a served chat without a browser: says to it what its page would say.

The page talks to Gradio's queue: an event is put in by a request, and what comes of it is read from
a stream of server-sent events, whole at first and then as changes. Which events there are stands in
the page's own configuration; those that follow others are followed here, too.
"""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx
from gradio_client.utils import apply_diff

API = "/gradio_api"
PATIENCE = 600.0
"""Seconds that a visitor waits for the next word of the server."""

Json = dict[str, Any]
_apply: Callable[[Any, Any], Any] = apply_diff
_TAG = re.compile(r"<[^>]*>")
_QUESTION = re.compile(r'<div class="question">(.*?)</div>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer as the page shows them, without tags; `answered` where there is an
    answer or a refusal, and no line that says what went wrong."""

    question: str
    answer: str
    answered: bool


@dataclass(slots=True)
class Heard:
    """What came of a question: seconds to the first sentence (or refusal) and to the whole answer,
    from when it was sent; `error` where it broke off. `bytes` and `steps` are what the stream took
    up to there. `shown` is the whole conversation on the page."""

    asked: str
    seconds: float = 0.0
    first: float | None = None
    bytes: int = 0
    steps: int = 0
    error: str = ""
    shown: list[Exchange] = field(default_factory=list)


class Visitor:
    """One open page. `headers` go with each request; the page is in the language they accept."""

    def __init__(
        self,
        address: str,
        headers: dict[str, str],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=address,
            headers=headers,
            timeout=PATIENCE,
            trust_env=False,
            transport=transport,
        )
        self._session = uuid.uuid4().hex
        self._values: dict[int, Any] = {}
        self._ids: dict[str, int] = {}
        self._events: list[Json] = []

    async def arrive(self) -> None:
        """Load the page, with all that it asks for on its own."""
        config = (await self._client.get("/config")).raise_for_status().json()
        for one in config["components"]:
            # What a state holds stays with the server.
            kept = one["type"] == "state"
            self._values[one["id"]] = None if kept else one["props"].get("value")
            self._ids[one["props"].get("elem_id") or ""] = one["id"]
        self._events = [one for one in config["dependencies"] if one["backend_fn"]]
        for event in self._find("load"):
            await self._finish(event)

    async def ask(self, question: str) -> Heard:
        heard, began = Heard(question), time.perf_counter()
        box, messages = self._ids["box"], self._ids["messages"]
        self._values[box] = question
        event = self._find("submit", box)[0]
        try:
            async for size in self._run(event):
                heard.bytes, heard.steps = heard.bytes + size, heard.steps + 1
                heard.shown = read_messages(self._values[messages])
                if heard.first is None and heard.shown and heard.shown[-1].answered:
                    heard.first = time.perf_counter() - began
            heard.seconds = time.perf_counter() - began
            await self._follow(event)
        except (httpx.HTTPError, EventError) as error:
            heard.error = f"{type(error).__name__}: {error}"
        return heard

    @property
    def listed(self) -> str:
        """The list of conversations beside the chat."""
        return strip_tags(str(self._values[self._ids["talks"]]))

    def _find(self, name: str, component: int | None = None) -> list[Json]:
        return [
            event
            for event in self._events
            for target, said in event["targets"]
            if said == name and component in (None, target)
        ]

    async def _finish(self, event: Json) -> None:
        async for _ in self._run(event):
            pass
        await self._follow(event)

    async def _follow(self, event: Json) -> None:
        for after in self._events:
            if after["trigger_after"] == event["id"] and not after["trigger_only_on_failure"]:
                await self._finish(after)

    async def _run(self, event: Json) -> AsyncIterator[int]:
        """The bytes of each step, once it is on the page."""
        body = {
            "data": [self._values[one] for one in event["inputs"]],
            "fn_index": event["id"],
            "trigger_id": event["targets"][0][0],
            "session_hash": self._session,
        }
        joined = (await self._client.post(f"{API}/queue/join", json=body)).raise_for_status()
        outputs: list[Any] | None = None
        async for size, message in self._listen(joined.json()["event_id"]):
            data = message["output"].get("data")
            if message["msg"] == "process_completed":
                if not message["success"]:
                    raise EventError(str(message["output"].get("error")))
                outputs = data
            else:
                outputs = data if outputs is None else list(map(_apply, outputs, data))
            self._put(event, outputs or [])
            yield size

    async def _listen(self, event_id: str) -> AsyncIterator[tuple[int, Json]]:
        query = {"session_hash": self._session}
        async with self._client.stream("GET", f"{API}/queue/data", params=query) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line else {}
                kind = message.get("msg")
                if kind in ("process_generating", "process_completed"):
                    if message["event_id"] == event_id:
                        yield len(line.encode()), message
                elif kind in ("unexpected_error", "server_stopped"):
                    raise EventError(str(message.get("message")))
                elif kind == "close_stream":
                    return

    def _put(self, event: Json, outputs: list[Any]) -> None:
        for component, given in zip(event["outputs"], outputs, strict=True):
            if not isinstance(given, dict) or given.get("__type__") != "update":
                self._values[component] = given
            elif "value" in given:
                self._values[component] = given["value"]

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()


class EventError(Exception):
    """An event of the page that failed."""


def read_messages(messages: Any) -> list[Exchange]:
    """The exchanges in the value of Gradio's chat."""
    said = [_read_content(one["content"]) for one in messages or []]
    return [
        Exchange(_read_question(asked), strip_tags(told), 'class="answer' in told)
        for asked, told in zip(said[::2], said[1::2], strict=False)
    ]


def strip_tags(marked: str) -> str:
    """What stands between the tags; their attributes hold the names of answers, never the same."""
    return " ".join(html.unescape(_TAG.sub(" ", marked)).split())


def _read_content(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in content)


def _read_question(marked: str) -> str:
    """Without the buttons beside it."""
    found = _QUESTION.search(marked)
    return strip_tags(found[1]) if found else ""
