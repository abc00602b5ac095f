"""Drafts become cases one at a time, and only if documents say what they say."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from assistant.errors import SuiteError
from evals.acceptance import DraftFile, check_case, find_quote, is_open, open_drafts, say_field
from evals.cases import build_case, read_cases
from evals.drafts import build_draft
from tests.evals.drafted import FREIGHT, build_row, read_text
from tests.web.fake import QUOTE_EN, answer_in_english

TABLE = "| Port | Cargo 2023 (tonnes) |\n|---|---|\n| Ningbo | 900,000 |\n"


def write(path: Path, *rows: dict[str, Any]) -> DraftFile:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return DraftFile(path)


def refuse(drafts: DraftFile, name: str) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        drafts.accept(name, read_text)
    return caught.value


def test_an_accepted_draft_is_a_case_and_nothing_else(tmp_path: Path) -> None:
    drafts = write(tmp_path / "d.jsonl", build_row("a"))
    assert drafts.accept("a", read_text).id == "a"
    (case,) = read_cases(drafts.path)
    assert case.quote == FREIGHT
    row = json.loads(drafts.path.read_text("utf-8"))
    assert not {"state", "draft", "given"} & set(row)
    assert drafts.read_open() == []


def test_a_file_with_an_open_draft_is_no_suite(tmp_path: Path) -> None:
    drafts = write(tmp_path / "d.jsonl", build_row("a"), build_row("b"))
    drafts.accept("a", read_text)
    with pytest.raises(SuiteError, match="bad_line") as caught:
        read_cases(drafts.path)
    assert caught.value.details["line"] == 2
    drafts.drop("b")
    assert [case.id for case in read_cases(drafts.path)] == ["a"]


def test_what_was_dropped_stays_dropped(tmp_path: Path) -> None:
    from evals.drafts import write_drafts

    drafts = write(tmp_path / "d.jsonl", build_row("a"))
    drafts.drop("a")
    assert write_drafts(drafts.path, [build_row("a")]) == (0, 1)
    assert drafts.read_open() == []
    with pytest.raises(SuiteError, match="no_draft"):
        drafts.accept("a", read_text)


def test_accepted_cases_may_go_to_another_file_once(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", build_row("a"), build_row("b")).path
    into = tmp_path / "cases.jsonl"
    drafts = DraftFile(path, into)
    drafts.accept("a", read_text)
    # As if it had been killed between the two files.
    write(path, build_row("a"), build_row("b"))
    drafts.accept("a", read_text)
    drafts.accept("b", read_text)
    assert [case.id for case in read_cases(into)] == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quote": "Freight reached 42 million tonnes in 2023."}, "no_quote"),
        ({"source": "reports/other.md"}, "no_source"),
        ({"figures": [{"value": 42000000, "unit": "t"}]}, "no_figure"),
        ({"quote": "The port authority reviewed its plans in spring."}, "no_figure"),
        ({"question_zh": " "}, "unfit"),
        ({"question_zh": "How much freight?"}, "wrong_language"),
        ({"question_en": "What was “重庆同东盟十国的贸易额” in 2023?"}, "wrong_language"),
        ({"kind": ""}, "unfit"),
        ({"figures": [{"value": "many", "unit": "t"}]}, "unfit"),
    ],
)
def test_what_documents_dont_say_is_refused_and_stays(
    changes: dict[str, Any], code: str, tmp_path: Path
) -> None:
    drafts = write(tmp_path / "d.jsonl", build_row("a", **changes))
    before = drafts.path.read_bytes()
    assert refuse(drafts, "a").code == code
    assert drafts.path.read_bytes() == before


def test_a_near_miss_needs_no_quotation(tmp_path: Path) -> None:
    near = build_row("n", kind="near_miss", figures=[], source="", quote="", why="Another year.")
    assert write(tmp_path / "d.jsonl", near).accept("n", read_text).kind == "near_miss"


def test_a_quotation_is_found_whatever_its_white_space() -> None:
    span = find_quote("put  over 8\nbillion", "they had put over\n8 billion in")
    assert span == (9, 27)
    assert find_quote("  ", "text") is None


def test_a_tables_row_states_what_its_head_makes_of_it() -> None:
    row = build_row(
        source="t.md",
        quote="| Ningbo | 900,000 |",
        figures=[{"value": 900000, "unit": "t", "text": "900,000"}],
    )
    case = build_case({name: row[name] for name in row if name not in ("state", "draft")})
    check_case(case, lambda source: TABLE)
    with pytest.raises(SuiteError, match="no_figure"):
        check_case(case, lambda source: TABLE.replace("(tonnes)", "(km)"))


def test_a_thumb_down_is_completed_and_accepted(tmp_path: Path) -> None:
    draft = build_draft(answer_in_english().to_json(), "The year is wrong.")
    drafts = write(tmp_path / "d.jsonl", draft)
    assert is_open(draft)
    assert refuse(drafts, draft["id"]).code == "unfit"
    drafts.edit(
        draft["id"],
        {
            "kind": "figure",
            "question_zh": "第二个泊位要投资多少？",
            "figures": '[{"value": 5000000000, "unit": "CNY", "text": "5 billion yuan"}]',
            "source": "reports/harbour.md",
            "line": "6",
            "quote": QUOTE_EN,
        },
    )
    case = drafts.accept(draft["id"], read_text)
    assert (case.line, int(case.figures[0].value)) == (6, 5_000_000_000)


@pytest.mark.parametrize(
    ("name", "text"), [("line", "six"), ("figures", "[1"), ("figures", "7"), ("state", "accepted")]
)
def test_a_field_that_cant_be_read_changes_nothing(name: str, text: str, tmp_path: Path) -> None:
    drafts = write(tmp_path / "d.jsonl", build_row("a"))
    with pytest.raises(SuiteError, match="bad_field"):
        drafts.edit("a", {"question_en": "New?", name: text})
    assert drafts.read_open() == [build_row("a")]


def test_decimals_and_characters_come_back(tmp_path: Path) -> None:
    row = build_row("a", figures=[{"value": 6.72, "unit": "%", "text": "6.72 %"}])
    drafts = write(tmp_path / "d.jsonl", row)
    drafts.edit("a", {"question_zh": "多少\ud83d？"})
    assert '"value": 6.72' in drafts.path.read_text("utf-8")
    assert say_field(drafts.read_open()[0], "figures") == json.dumps(row["figures"])


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    names = [f"d{n}" for n in range(12)]
    drafts = write(tmp_path / "d.jsonl", *(build_row(name) for name in names))
    other = DraftFile(drafts.path)
    deeds = [
        Thread(target=(drafts if n % 2 else other).drop, args=(name,))
        for n, name in enumerate(names)
    ]
    for deed in deeds:
        deed.start()
    for deed in deeds:
        deed.join()
    assert drafts.read_open() == []
    assert len(drafts.path.read_text("utf-8").splitlines()) == 12


def test_the_chats_drafts_lie_in_the_data_folder(tmp_path: Path) -> None:
    drafts = open_drafts(tmp_path)
    assert drafts.read_open() == []
    assert drafts.path == tmp_path / "evals" / "drafts.jsonl"
    assert drafts.into == tmp_path / "evals" / "cases.jsonl"
