from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.scope import Filters, Turn
from assistant.wire import Asked, ChunkRow, IngestOrder, Said, Told
from store.places import Box, Place


def travel(value: Any) -> Any:
    """As it comes out at the other end."""
    return json.loads(json.dumps(value))


def test_a_question_takes_all_that_goes_with_it() -> None:
    asked = Asked("Q?", "c", Filters(years=(2024,)), "zh", (Turn("before", "answer"),), "plain")
    assert travel(asked.to_json()) == {
        "question": "Q?",
        "collection": "c",
        "filters": {"documents": [], "organisations": [], "years": [2024], "languages": []},
        "language": "zh",
        "history": [{"question": "before", "answer": "answer"}],
        "form": "plain",
    }


def test_a_sentence_arrives_as_it_was_said() -> None:
    said = Said("一句话。", (1, 3), "unproved", "name_not_found")
    assert Said.from_json(travel(said.to_json())) == said


@pytest.mark.parametrize(
    "place",
    [
        Place("lines", 3, 9),
        Place("page", 4, 4),
        Place("slide", 2, 3),
        Place("heading", name="Plan › 到2030年"),
        Place("cells", name="表 1", box=Box(2, 2, 28, 40)),
        Place("cells", box=Box(1, 1, 1, 1)),
    ],
)
def test_a_chunk_arrives_with_its_place(place: Place) -> None:
    row = ChunkRow("id", None, "zh", place, (3, 90), "text")
    assert ChunkRow.from_json(travel(row.to_json())) == row


def test_an_answer_can_go_under_another_id() -> None:
    told = Told({"id": "a", "question": "Q?"})
    assert told.to_json() == {"id": "a", "question": "Q?"}
    assert list(told.to_json("b").items()) == [("id", "b"), ("question", "Q?")]


def test_an_order_names_paths_as_text() -> None:
    order = IngestOrder((Path("/a/*.md"), Path("/文件")), "c", Path("/c.yaml"), True)
    assert travel(order.to_json()) == {
        "paths": ["/a/*.md", "/文件"],
        "collection": "c",
        "catalog": "/c.yaml",
        "prune": True,
    }
    assert IngestOrder(()).to_json()["catalog"] is None
