from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.outcomes import EVERY, WRONG, View
from evals.latest import Latest
from evals.writing import REPORT
from tests.web.evaluated import change_report, write_run
from tests.web.fake import FakeAssistant
from tests.web.parts import with_loop
from tests.web.test_page import page_module

__all__ = ["page_module"]


@pytest.fixture
def latest(tmp_path: Path) -> Latest:
    return write_run(tmp_path)


@pytest.fixture
def events(page_module: Any, latest: Latest) -> Any:
    return build_events(latest)


def build_events(latest: Latest) -> Any:
    """The events, with components that are their own names."""
    from assistant.web.evaluations import EvalEvents, EvalTab

    names: Any = EvalTab._fields
    return EvalEvents(EvalTab(**{name: name for name in names}), latest)


def given(
    view: View = View(),  # noqa: B008 - a value
    language: Language = "en",
    which: str = WRONG,
    tongue: str = EVERY,
    kind: str = EVERY,
    query: str = "",
) -> tuple[Any, ...]:
    return (which, tongue, kind, query, view, language)


def test_opening_shows_the_run_its_first_suite_and_what_is_wrong(events: Any) -> None:
    shown = events.open(*given())
    assert "own" in shown["overview"]
    assert "2 of 8 answers" in shown["cases"]
    assert shown["view"].stamp
    assert shown["which"].choices == [("Wrong ones", WRONG), ("All answers", EVERY)]
    assert [value for _, value in shown["language"].choices] == [EVERY, "en", "zh"]
    assert shown["kind"].choices[1:] == [("Figure", "figure"), ("Near miss", "near_miss")]


def test_before_a_run_a_line_says_how_to_make_one(page_module: Any, tmp_path: Path) -> None:
    events = build_events(Latest(tmp_path / "none"))
    shown = events.open(*given())
    assert "duocite eval" in shown["overview"]
    assert shown["cases"] == ""
    again = events.relabel(*given(shown["view"], "zh"))
    assert "还没有评测报告" in again["overview"]


def test_a_report_that_comes_later_is_there_when_the_tab_is_opened(
    page_module: Any, tmp_path: Path
) -> None:
    latest = Latest(tmp_path)
    events = build_events(latest)
    nothing = events.open(*given())
    write_run(tmp_path)
    assert "own" in events.open(*given(nothing["view"]))["overview"]
    assert "own" in events.sift(*given(nothing["view"]))["overview"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Make a new one: duocite eval"), ("zh", "请用 duocite eval 重新生成")],
)
def test_a_file_that_is_no_report_is_a_line_of_text(
    events: Any, latest: Latest, language: Language, said: str
) -> None:
    (latest.folder / REPORT).write_text('{"suites": [{"suite": "<b>"}]}', encoding="utf-8")
    shown = events.open(*given(language=language))
    assert said in shown["overview"]
    assert 'class="problem"' in shown["overview"]
    assert "<b>" not in shown["overview"]
    assert shown["cases"] == ""
    assert "cases" in events.act("case:0", *given(language=language))


def test_a_report_that_was_mended_is_shown_again(events: Any, latest: Latest) -> None:
    path = latest.folder / REPORT
    first, whole = events.open(*given()), path.read_bytes()
    path.write_bytes(whole[:1000])
    broken = events.act("case:0", *given(first["view"]))
    assert 'class="problem"' in broken["overview"]
    path.write_bytes(whole)
    assert "own" in events.sift(*given(broken["view"]))["overview"]


def test_a_run_of_no_suites_is_a_line(events: Any, tmp_path: Path) -> None:
    change_report(tmp_path, lambda report: {"suites": []})
    assert "asked no suite" in events.open(*given())["overview"]


def test_an_older_report_is_shown_too(page_module: Any, tmp_path: Path) -> None:
    events = build_events(write_run(tmp_path, compared=False))
    assert "not compared with a baseline" in events.open(*given())["overview"]


def test_another_suite_is_chosen_with_its_own_kinds(events: Any) -> None:
    view = events.open(*given())["view"]
    shown = events.act("suite:1", *given(view, kind="near_miss", which=EVERY))
    assert shown["view"].suite == 1
    assert 'aria-pressed="true" data-act="suite:1"' in shown["overview"]
    assert shown["kind"].value == EVERY
    assert "120 of 120 answers" in shown["cases"]


def test_an_answer_is_opened_and_closed_without_saying_the_rest_again(events: Any) -> None:
    view = events.open(*given())["view"]
    opened = events.act("case:2", *given(view))
    assert set(opened) == {"view", "cases"}
    assert "missing: 8 billion" in opened["cases"]
    assert "particulars" not in events.act("case:2", *given(opened["view"]))["cases"]


def test_the_page_is_turned_and_another_choice_begins_at_the_first(events: Any) -> None:
    view = events.act("suite:1", *given(events.open(*given())["view"]))["view"]
    turned = events.act("page:1", *given(view, which=EVERY))
    assert turned["view"].page == 1
    assert "51–100 of 120" in turned["cases"]
    sifted = events.sift(*given(turned["view"], which=EVERY, tongue="zh"))
    assert sifted["view"].page == 0
    assert "1–50 of 60" in sifted["cases"]
    assert set(sifted) == {"view", "cases"}


def test_the_search_looks_for_all_words(events: Any) -> None:
    view = events.open(*given())["view"]
    assert "1 of 8" not in events.sift(*given(view, query="unknown", which=EVERY))["cases"]
    assert "2 of 8" in events.sift(*given(view, query="unknown", which=EVERY))["cases"]


@pytest.mark.parametrize("act", ["", "case", "case:x", "suite:9", "drop:1", "case:999", "page:-1"])
def test_what_the_page_did_not_send_changes_nothing(events: Any, act: str) -> None:
    view = events.open(*given())["view"]
    shown = events.act(act, *given(view))
    assert "2 of 8 answers" in shown["cases"]
    assert "particulars" not in shown["cases"]


def test_the_switch_says_all_anew_once_the_tab_was_opened(events: Any) -> None:
    unopened = events.relabel(*given(language="zh"))
    assert list(unopened) == ["tab"]
    assert unopened["tab"].label == "评测"
    view = events.open(*given())["view"]
    shown = events.relabel(*given(view, "zh", kind="figure"))
    assert "未通过" in shown["overview"]
    assert "共 8 个回答" in shown["cases"]
    assert (shown["kind"].label, shown["kind"].value) == ("类型", "figure")
    assert shown["search"].placeholder == load_messages("zh").text("ui.outcomes.search_hint")


@pytest.mark.parametrize(("accepted", "label"), [("zh-CN,zh", "评测"), ("en", "Evals")])
def test_the_tab_is_named_in_the_language_of_the_browser(
    events: Any, accepted: str, label: str
) -> None:
    request: Any = SimpleNamespace(query_params={}, headers={"accept-language": accepted})
    assert events.arrive(request).label == label


def test_the_tab_is_there_only_with_evals_and_reads_nothing_before_it_is_opened(
    page_module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    monkeypatch.setattr(Latest, "read", lambda self: reads.append(1))
    page = with_loop(lambda: page_module.build_page(FakeAssistant(), evals=Latest(tmp_path)))
    ids = {getattr(block, "elem_id", None) for block in page.blocks.values()}
    assert {"tab-evals", "evals-overview", "eval-tools", "eval-cases", "eval-doer"} <= ids
    assert reads == []
    assert {function.api_visibility for function in page.fns.values()} == {"private"}
    plain = with_loop(lambda: page_module.build_page(FakeAssistant()))
    assert "tab-evals" not in {getattr(one, "elem_id", None) for one in plain.blocks.values()}
