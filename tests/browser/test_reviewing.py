"""Proposed cases accepted, edited and dropped by an editor in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.serving import Serving
from evals.acceptance import DraftFile
from evals.cases import read_cases
from tests.browser.test_accessibility import find_faults
from tests.evals.drafted import FREIGHT, build_row
from tests.support.browsing import Visitor, build_app
from tests.web.fake import FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Servers and browsers close their sockets in their own time.
    pytest.mark.filterwarnings("ignore"),
]

WRONG = "Freight reached 99 million tonnes in 2023."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drafts")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    drafts = DraftFile(folder / "drafts.jsonl", folder / "cases.jsonl")
    with Serving(build_app(FakeAssistant(), drafts=drafts), "127.0.0.1", 0) as serving:
        yield f"{serving.address}/"


@pytest.fixture
def rows(folder: Path) -> list[dict[str, Any]]:
    """Three drafts, the first of which quotes what doesn't stand there; no case accepted yet."""
    rows = [
        build_row("d-1", quote=WRONG, question_en="How much freight <b>went</b> through?"),
        build_row("d-2"),
        build_row("d-3"),
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "drafts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "cases.jsonl").unlink(missing_ok=True)
    return rows


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.locator("#draft-accept")).to_be_visible()


def test_an_editor_puts_a_draft_right_and_accepts_it(
    visitor: Visitor, rows: list[dict[str, Any]], folder: Path
) -> None:
    page = visitor.visit()
    open_tab(page, "Proposed cases")
    expect(page.locator("#waiting label")).to_have_count(3)
    expect(page.locator("#waiting label").first).to_contain_text("<b>went</b>")
    page.click("#draft-accept")
    expect(page.locator("#review-told [role=alert]")).to_contain_text("does not stand in")
    page.fill("#draft-quote textarea", FREIGHT)
    page.fill("#draft-question_zh textarea", "2023年港口吞吐量是多少？")
    page.click("#draft-accept")
    expect(page.locator("#review-told [role=status]")).to_contain_text("d-1 is a case now")
    expect(page.locator("#waiting label")).to_have_count(2)
    (case,) = read_cases(folder / "cases.jsonl")
    assert (case.id, case.quote, case.question_zh) == ("d-1", FREIGHT, "2023年港口吞吐量是多少？")


def test_what_is_dropped_goes_and_what_is_saved_waits(
    visitor: Visitor, rows: list[dict[str, Any]], folder: Path
) -> None:
    page = visitor.visit()
    open_tab(page, "Proposed cases")
    page.locator("#waiting input").nth(1).check()
    expect(page.locator("#draft-shown mark")).to_have_text("41 million tonnes")
    page.fill("#draft-question_en textarea", "How many tonnes of freight in 2023?")
    page.click("#draft-save")
    expect(page.locator("#review-told")).to_contain_text("d-2 is saved")
    page.locator("#waiting input").nth(2).check()
    # The draft is there once its first answer is.
    expect(page.locator("#draft-question_en textarea")).to_have_value(rows[2]["question_en"])
    page.click("#draft-drop")
    expect(page.locator("#review-told")).to_contain_text("d-3 is dropped")
    open_ = {row["id"]: row for row in DraftFile(folder / "drafts.jsonl").read_open()}
    assert list(open_) == ["d-1", "d-2"]
    assert open_["d-2"]["question_en"] == "How many tonnes of freight in 2023?"


def test_the_tab_speaks_chinese(visitor: Visitor, rows: list[dict[str, Any]]) -> None:
    page = visitor.visit("?lang=zh", color_scheme="dark")
    open_tab(page, "待审用例")
    expect(page.locator("#review-told")).to_contain_text("有 3 个用例待审")
    expect(page.locator("#draft-accept")).to_have_text("接受")
    expect(page.locator("#waiting label").nth(1)).to_contain_text(rows[1]["question_zh"])
    assert find_faults(page) == []


def test_on_a_phone_the_draft_stands_below_the_list(
    visitor: Visitor, rows: list[dict[str, Any]]
) -> None:
    page = visitor.visit(viewport={"width": 390, "height": 800})
    open_tab(page, "Proposed cases")
    listed, shown = (page.locator(name).bounding_box() for name in ("#waiting", "#draft-shown"))
    assert listed
    assert shown
    assert shown["y"] >= listed["y"] + listed["height"]
    assert listed["width"] > 300
