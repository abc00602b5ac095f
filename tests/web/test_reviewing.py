from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.auth import VISITOR, Visitor
from assistant.prompts import load_messages
from evals.acceptance import DraftFile
from evals.drafts import build_draft
from tests.evals.drafted import build_row, read_text
from tests.web.fake import FakeAssistant, answer_in_english
from tests.web.parts import REQUEST, with_loop
from tests.web.test_page import page_module

__all__ = ["page_module"]

READER: Any = SimpleNamespace(
    request=SimpleNamespace(scope={VISITOR: Visitor("ben", editor=False)}),
    session_hash="v1",
    query_params={},
    headers={},
)


@pytest.fixture
def drafts(tmp_path: Path) -> DraftFile:
    rows = [build_row("a", question_en="<script>"), build_draft(answer_in_english().to_json())]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return DraftFile(tmp_path / "d.jsonl", tmp_path / "cases.jsonl")


def build_events(drafts: DraftFile) -> Any:
    """The events, with components that are their own names."""
    from assistant.web.reviewing import TYPED, Drafts, ReviewEvents, ReviewTab

    names: Any = [name for name in ReviewTab._fields if name != "fields"]
    tab = ReviewTab(**{name: name for name in names}, fields=TYPED)  # type: ignore[arg-type]
    return ReviewEvents(tab, Drafts(drafts, read_text))


def typed(row: dict[str, Any]) -> list[str]:
    from assistant.web.reviewing import TYPED
    from evals.acceptance import say_field

    return [say_field(row, name) for name in TYPED]


def test_a_reader_sees_no_tab_and_can_do_nothing(page_module: Any, drafts: DraftFile) -> None:
    events, before = build_events(drafts), drafts.path.read_bytes()
    assert events.arrive(READER).visible is False
    assert events.arrive(REQUEST).visible is True
    row = drafts.read_open()[0]
    for shown in (
        events.open("a", "en", READER),
        events.accept("a", "en", "figure", READER, *typed(row)),
        events.save("a", "en", "date", READER, *typed(row)),
        events.drop("a", "en", READER),
    ):
        assert "Only editors" in shown["told"]
        assert shown["shown"] == ""
    assert drafts.path.read_bytes() == before


def test_the_first_draft_is_open_and_all_are_listed(page_module: Any, drafts: DraftFile) -> None:
    shown = build_events(drafts).open(None, "en", REQUEST)
    assert [name for name, _ in shown["waiting"].choices] == [
        "<script>",
        "What will the second berth cost?",
    ]
    assert shown["waiting"].value == "a"
    assert shown["question_en"].value == "<script>"
    assert "<mark>41 million tonnes</mark>" in shown["shown"]
    assert load_messages("en").text("cli.draft_look_wording") in shown["shown"]


def test_what_a_reader_found_wrong_is_shown_with_the_answer(
    page_module: Any, drafts: DraftFile
) -> None:
    name = drafts.read_open()[1]["id"]
    shown = build_events(drafts).open(name, "zh", REQUEST)
    assert "当时的回答" in shown["shown"]
    assert shown["kind"].value is None


def test_accepting_keeps_what_was_typed(page_module: Any, drafts: DraftFile) -> None:
    events, row = build_events(drafts), drafts.read_open()[0]
    fields = typed(row)
    fields[0] = "How much freight in 2023?"
    shown = events.accept("a", "en", "figure", REQUEST, *fields)
    assert "a is a case now" in shown["told"]
    assert drafts.into is not None
    kept = json.loads(drafts.into.read_text("utf-8"))
    assert kept["question_en"] == "How much freight in 2023?"
    assert kept["figures"] == row["figures"]
    assert len(drafts.read_open()) == 1


def test_what_cant_be_accepted_says_why_and_leaves_the_fields(
    page_module: Any, drafts: DraftFile
) -> None:
    events, row = build_events(drafts), drafts.read_open()[0]
    fields = typed(row)
    fields[-2] = "Nobody <b>said</b> so."
    shown = events.accept("a", "en", "figure", REQUEST, *fields)
    assert list(shown) == ["told"]
    assert "does not stand in" in shown["told"]
    assert "<b>" not in shown["told"]
    assert drafts.read_open()[0]["quote"] == "Nobody <b>said</b> so."


def test_the_last_decision_leaves_an_empty_tab(page_module: Any, drafts: DraftFile) -> None:
    events = build_events(drafts)
    for row in drafts.read_open():
        shown = events.drop(row["id"], "zh", REQUEST)
    assert "已放弃" in shown["told"]
    assert shown["accept"].visible is False
    assert "没有待审" in events.open(None, "zh", REQUEST)["told"]


def test_a_file_that_cant_be_read_is_a_line(page_module: Any, drafts: DraftFile) -> None:
    drafts.path.write_text("no JSON\n", encoding="utf-8")
    shown = build_events(drafts).open(None, "en", REQUEST)
    assert "line 1" in shown["told"]


def test_a_quotation_is_escaped_around_its_figures(page_module: Any) -> None:
    from assistant.web.reviewing import mark_figures

    row = {"figures": [{"text": "5 %"}]}
    assert mark_figures("<i> 5 % & 6 %", row) == "&lt;i&gt; <mark>5 %</mark> &amp; 6 %"


def test_the_tab_is_there_only_with_drafts(page_module: Any, drafts: DraftFile) -> None:
    from assistant.web.reviewing import Drafts

    page = with_loop(
        lambda: page_module.build_page(FakeAssistant(), drafts=Drafts(drafts, read_text))
    )
    assert "tab-drafts" in {getattr(one, "elem_id", None) for one in page.blocks.values()}
    plain = with_loop(lambda: page_module.build_page(FakeAssistant()))
    assert "tab-drafts" not in {getattr(one, "elem_id", None) for one in plain.blocks.values()}
