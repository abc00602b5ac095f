"""Cases that a language model proposes from passages; nothing of its reply is taken on trust."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from llama_index.core.schema import TextNode

from assistant.calling import Complete
from assistant.fencing import close_tags
from assistant.figures import Figure, find_figures, same_quantity, say_figure
from assistant.prompts import load_prompt
from assistant.text.language import detect_language
from evals.acceptance import find_in_rows, find_quote
from evals.cases import PROPOSED
from evals.facts import PERIODS
from evals.proposals import Json, build_near_miss, name_parts, state_figure
from evals.sources import Folder, Source
from evals.twins import Unstated, build_twin

Fault = Literal["no_json", "no_question", "language", "quote", "figure", "told"]
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_LONGEST = 400
_FIELDS = ("quote", "figure", "question_en", "question_zh")


@dataclass(frozen=True, slots=True)
class Written:
    """Rows as they go into a file of drafts; why replies were thrown away, and how many."""

    rows: list[Json]
    dropped: Mapping[str, int]
    asked: int


@dataclass(frozen=True, slots=True)
class _Reply:
    question_en: str
    question_zh: str
    figure: Figure
    span: tuple[int, int]


def write_cases(folder: Folder, complete: Complete, model: str, count: int, seed: int) -> Written:
    """As many proposals as are wanted, from passages drawn evenly over the documents; at most two
    requests for each. Raises ModelError."""
    random = Random(seed)
    unstated = Unstated(folder.nodes)
    rows: dict[str, Json] = {}
    dropped: Counter[str] = Counter()
    asked = 0
    for source, node in choose_passages(folder, 2 * count, random):
        if len([row for row in rows.values() if row["kind"] == "figure"]) == count:
            break
        asked += 1
        reply = read_reply(ask_model(complete, node), source, node)
        if isinstance(reply, str):
            dropped[reply] += 1
            continue
        row = _build(reply, source, node, model)
        questions = (reply.question_en, reply.question_zh)
        twin = build_twin(questions, reply.figure.unit, ("", ""), unstated, random)
        rows[row["id"]] = row
        if twin:
            near = build_near_miss(row, twin)
            rows[near["id"]] = near
    return Written(list(rows.values()), dropped, asked)


def choose_passages(folder: Folder, most: int, random: Random) -> Iterator[tuple[Source, TextNode]]:
    """Chunks that state figures, in turns from each document."""
    piles: list[tuple[Source, list[TextNode]]] = []
    for source in folder.sources:
        nodes = [node for node in source.nodes if _measures(node.text)]
        random.shuffle(nodes)
        piles.append((source, nodes))
    random.shuffle(piles)
    while any(nodes for _, nodes in piles) and most > 0:
        for source, nodes in piles:
            if nodes and most > 0:
                most -= 1
                yield source, nodes.pop()


def ask_model(complete: Complete, node: TextNode) -> str:
    language = "zh" if node.metadata["language"] == "zh" else "en"
    prompt = load_prompt("draft_case", language)
    passage = close_tags(f"{node.metadata['head']}\n{node.text}")
    return complete(prompt.format_messages(passage=passage), {})


def read_reply(reply: str, source: Source, node: TextNode) -> _Reply | Fault:
    """What a model proposed, if all of it can be shown; else why not."""
    row = _read_object(reply)
    if row is None:
        return "no_json"
    if not all(isinstance(row.get(name), str) and row[name].strip() for name in _FIELDS):
        return "no_question"
    english, chinese = (" ".join(row[name].split()) for name in ("question_en", "question_zh"))
    if detect_language(english) != "en" or detect_language(chinese) != "zh":
        return "language"
    span = _find_within(row["quote"], source, node)
    if span is None:
        return "quote"
    figure = _find_figure(row["figure"], source.text, span)
    if figure is None:
        return "figure"
    if any(_is_same(figure, one) for one in find_figures(f"{english}\n{chinese}")):
        return "told"
    return _Reply(english, chinese, figure, span)


def _read_object(reply: str) -> dict[str, Any] | None:
    found = _OBJECT.search(reply)
    try:
        row = json.loads(found.group()) if found else None
    except json.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None


def _find_within(quote: str, source: Source, node: TextNode) -> tuple[int, int] | None:
    """Where a quotation stands in its document, if that is within the passage that was shown."""
    start, end = node.metadata["start"], node.metadata["end"]
    span = find_quote(quote, source.text[start:end]) if len(quote) <= _LONGEST else None
    return (start + span[0], start + span[1]) if span else None


def _find_figure(said: str, text: str, span: tuple[int, int]) -> Figure | None:
    """The figure of a quotation that the model means: one that stands there, and no year."""
    meant = [one for one in find_figures(said) if one.unit not in PERIODS]
    rows = find_in_rows(text, span)  # "900,000" is tonnes there, if the head says so
    stated = rows or find_figures(text[slice(*span)])
    named = [one for one in stated if one.unit not in PERIODS and one.text in said]
    same = [one for one in stated if any(_is_same(one, other) for other in meant)]
    found = named if rows else same
    return found[0] if len({(one.value, one.unit) for one in found}) == 1 else None


def _is_same(one: Figure, other: Figure) -> bool:
    return one.unit == other.unit and same_quantity(one, other)


def _measures(text: str) -> bool:
    return any(figure.unit not in PERIODS for figure in find_figures(text))


def _build(reply: _Reply, source: Source, node: TextNode, model: str) -> Json:
    start, end = reply.span
    quote = source.text[start:end]
    figure = reply.figure
    return {
        "id": f"d-{name_parts(source.id, quote, figure.text, reply.question_en)}",
        "kind": "figure",
        "question_en": reply.question_en,
        "question_zh": reply.question_zh,
        "answer_en": say_figure(figure, "en"),
        "answer_zh": say_figure(figure, "zh"),
        "figures": [state_figure(figure)],
        "names": [],
        "source": source.id,
        "line": source.text.count("\n", 0, start) + 1,
        "quote": quote,
        "state": PROPOSED,
        "draft": {
            "by": model,
            "language": node.metadata["language"],
            "translated": True,
            "look_at": ["model"],
        },
    }
