from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.settings import Settings
from evals.collections import Prepared
from evals.fingerprint import build_fingerprint, hash_fingerprint
from evals.suite import Suite
from store.report import IngestReport

NOTHING = IngestReport(0, 0, 0, (), (), (), (), (), (), 0, 0, 0, 0.0)
SECRET = "sk-very-secret"


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    (tmp_path / "q.jsonl").write_text("{}", encoding="utf-8")
    return Suite("s", tmp_path / "q.jsonl", tmp_path)


def fingerprint(suite: Suite, version: str = "v1", **settings: Any) -> dict[str, str]:
    prepared = Prepared(Settings(**settings), "eval", 1, (), NOTHING, version)
    return build_fingerprint(suite, prepared)


def changed(suite: Suite, **changes: Any) -> set[str]:
    """The parts in which it differs from that of the same run without changes."""
    first, second = fingerprint(suite), fingerprint(suite, **changes)
    return {name for name in first if first[name] != second[name]}


def test_the_same_run_has_the_same_fingerprint(suite: Suite) -> None:
    assert fingerprint(suite) == fingerprint(suite)
    assert hash_fingerprint(fingerprint(suite)) == hash_fingerprint(fingerprint(suite))


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"version": "v2"}, {"documents"}),
        ({"llm": "compatible:swift@http://127.0.0.1:9"}, {"model", "settings"}),
        ({"unproved": "mark"}, {"settings"}),
        ({"repair": False}, {"settings"}),
        ({"port": 7000}, set()),
        ({"data": Path("elsewhere")}, set()),
    ],
)
def test_what_answers_depend_on_changes_its_own_part(
    suite: Suite, changes: dict[str, Any], parts: set[str]
) -> None:
    assert changed(suite, **changes) == parts


def test_the_questions_are_part_of_it(suite: Suite) -> None:
    before = fingerprint(suite)
    suite.file.write_text('{"id": 1}', encoding="utf-8")
    after = fingerprint(suite)
    assert {name for name in before if before[name] != after[name]} == {"questions"}
    assert hash_fingerprint(before) != hash_fingerprint(after)


def test_the_glossary_counts_by_what_is_in_it(suite: Suite, tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("a\tb", encoding="utf-8")
    before = fingerprint(suite, glossary=words)
    words.write_text("a\tc", encoding="utf-8")
    assert fingerprint(suite, glossary=words)["settings"] != before["settings"]


def test_no_secret_stands_in_it(suite: Suite) -> None:
    llm = f"compatible:swift@http://127.0.0.1:9/v1?key={SECRET}"
    shown = str(fingerprint(suite, llm=llm, llm_key=SECRET))
    assert SECRET not in shown
    assert "127.0.0.1" not in shown
