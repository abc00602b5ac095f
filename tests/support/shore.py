"""A suite of a few questions on two documents, which the quoting answerer gets right by words alone
and refuses where it should: small enough to be asked again and again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ENGLISH = """# Harbour of Ningbo

In 2023 the harbour of Ningbo moved 410 tonnes of grain. The warehouse of Ningbo holds 75 tonnes of
rice. The pilot boat is called Kestrel. The lighthouse of Ningbo was painted in 2019.
"""
CHINESE = """# 港务局年报

2023年港务局投资了3.2亿元。灯塔高度为48米。港务局有员工615人。引航站有船9艘。
"""
CASES: list[dict[str, Any]] = [
    {
        "id": "h1",
        "kind": "figure",
        "question_en": "How many tonnes of grain did the harbour of Ningbo move in 2023?",
        "question_zh": "2023年宁波港运了多少吨粮食？",
        "answer_en": "410 tonnes",
        "answer_zh": "410吨",
        "figures": [{"value": 410, "unit": "t", "text": "410 tonnes"}],
        "source": "harbour.md",
        "line": 3,
        "quote": "In 2023 the harbour of Ningbo moved 410 tonnes of grain",
    },
    {
        "id": "h2",
        "kind": "figure",
        "question_en": "How many tonnes of rice does the warehouse of Ningbo hold?",
        "question_zh": "宁波的仓库存放多少吨大米？",
        "answer_en": "75 tonnes",
        "answer_zh": "75吨",
        "figures": [{"value": 75, "unit": "t", "text": "75 tonnes"}],
        "source": "harbour.md",
        "line": 3,
        "quote": "holds 75 tonnes of\nrice",
    },
    {
        "id": "h3",
        "kind": "figure",
        "question_en": "How much did the port authority invest in 2023?",
        "question_zh": "2023年港务局投资了多少？",
        "answer_en": "RMB 320 million",
        "answer_zh": "3.2亿元",
        "figures": [{"value": 320000000, "unit": "CNY", "text": "3.2亿元"}],
        "source": "report.md",
        "line": 3,
        "quote": "2023年港务局投资了3.2亿元",
    },
    {
        "id": "h4",
        "kind": "unanswerable",
        "question_en": "Which team won the football cup in Madrid?",
        "question_zh": "马德里哪支球队赢得了足球杯？",
        "why": "Nothing is said of football.",
    },
]
TOML = """[shore]
file = "cases.jsonl"
documents = "docs"

[shore.floors]
quotation_found = 1.0
"""


def write_shore(folder: Path) -> Path:
    """The suite in a folder; its suite.toml."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (docs / "harbour.md").write_text(ENGLISH, encoding="utf-8")
    (docs / "report.md").write_text(CHINESE, encoding="utf-8")
    rows = [json.dumps(case, ensure_ascii=False) for case in CASES]
    (folder / "cases.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "suite.toml").write_text(TOML, encoding="utf-8")
    return folder / "suite.toml"
