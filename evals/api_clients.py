"""Programs that ask a server over HTTP, so many at a time, and what each of them got."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

Road = Literal["ask", "chat", "ask_stream", "chat_stream"]

PATHS: Mapping[Road, str] = {
    "ask": "/v1/ask",
    "chat": "/v1/chat/completions",
    "ask_stream": "/v1/ask",
    "chat_stream": "/v1/chat/completions",
}
PATIENCE = 120.0
"""Seconds for one answer, which nobody should come near."""

COLLECTION = "default"


@dataclass(frozen=True, slots=True)
class Got:
    """What came of one question: the text of its answer, or what went wrong."""

    question: str
    seconds: float
    answer: str = ""
    error: str = ""


def build_body(road: Road, question: str) -> dict[str, Any]:
    stream = road.endswith("_stream")
    if road.startswith("ask"):
        return {"question": question, "collection": COLLECTION, "stream": stream}
    said = [{"role": "user", "content": question}]
    return {"model": f"duocite/{COLLECTION}", "messages": said, "stream": stream}


def read_answer(road: Road, text: str) -> str:
    """The text of an answer; ValueError, KeyError or StopIteration where there is none."""
    if road == "ask":
        return str(json.loads(text)["answer"])
    if road == "chat":
        return str(json.loads(text)["duocite"]["answer"])
    lines = (line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data:"))
    *_, last = (json.loads(line) for line in lines if line != "[DONE]")
    return str(last["answer"] if road == "ask_stream" else last["duocite"]["answer"])


async def ask(client: httpx.AsyncClient, road: Road, question: str) -> Got:
    began = time.perf_counter()
    try:
        response = await client.post(PATHS[road], json=build_body(road, question))
        seconds = time.perf_counter() - began
        if response.status_code != 200:
            return Got(question, seconds, error=f"{response.status_code}: {response.text[:200]}")
        return Got(question, seconds, read_answer(road, response.text))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return Got(question, time.perf_counter() - began, error=repr(error))


async def crowd(
    address: str,
    headers: Mapping[str, str],
    clients: int,
    roads: Sequence[Road],
    questions: Sequence[str],
    seconds: float,
) -> list[Got]:
    """So many at a time, each asking its next question as soon as it has an answer. No two ask the
    same at the same moment, as long as there are more questions than clients."""
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    turns = itertools.cycle(itertools.product(roads, questions))
    ends = time.monotonic() + seconds
    async with httpx.AsyncClient(
        base_url=address, headers=dict(headers), limits=limits, timeout=PATIENCE, trust_env=False
    ) as client:
        work = (_ask_until(client, turns, ends) for _ in range(clients))
        return [one for got in await asyncio.gather(*work) for one in got]


async def _ask_until(
    client: httpx.AsyncClient, turns: Iterator[tuple[Road, str]], ends: float
) -> list[Got]:
    """At least one."""
    got = [await ask(client, *next(turns))]
    while time.monotonic() < ends:
        got.append(await ask(client, *next(turns)))
    return got
