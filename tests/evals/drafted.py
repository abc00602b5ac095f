"""Drafts about the documents of the chat's tests."""

from __future__ import annotations

from typing import Any

from tests.web.fake import TEXTS

FREIGHT = "Freight reached 41 million tonnes in 2023."
SOURCE = "reports/harbour.md"


def build_row(name: str = "d-1", **changes: Any) -> dict[str, Any]:
    """A proposed case that can be accepted as it is; `changes` replace its fields."""
    row: dict[str, Any] = {
        "id": name,
        "kind": "figure",
        "question_en": "How much freight did the northern terminal handle in 2023?",
        "question_zh": "2023年北部码头的货物吞吐量是多少？",
        "answer_en": "41 million tonnes",
        "answer_zh": "4100万吨",
        "figures": [{"value": 41000000, "unit": "t", "text": "41 million tonnes"}],
        "names": [],
        "source": SOURCE,
        "line": 7,
        "quote": FREIGHT,
        "state": "proposed",
        "draft": {"by": "rule", "language": "en", "translated": True, "look_at": ["wording"]},
    }
    return {**row, **changes}


def read_text(source: str) -> str | None:
    return TEXTS.get(source)
