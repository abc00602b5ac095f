from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import DuociteError, IngestError, ModelError
from assistant.web.uploading import (
    Item,
    Items,
    answer_asking,
    begin,
    fail_open,
    find_waiting,
    hold,
    say_stage,
    show_items,
    sort_in,
    take_progress,
    take_report,
)
from store.formats.extract import Note
from store.report import IngestProgress
from tests.web.library import NOTHING, shelve

A, B = Path("/tmp/w1/file"), Path("/tmp/w2/file")


def stages(items: Items) -> list[str]:
    return [one.stage for one in items]


def progress(name: str, done: int, chunks: int, error: IngestError | None = None) -> IngestProgress:
    return IngestProgress(f"uploads/{name}", 0, 2, done, chunks, 0.0, error)


@pytest.fixture
def two() -> Items:
    return begin(sort_in([("a.md", A), ("b.md", B)], []))


def test_files_wait_under_names_that_are_none_of_a_browsers_paths() -> None:
    [item] = sort_in([("../../a/报告.md", A)], [])
    assert (item.name, item.path, item.stage) == ("报告.md", A, "waiting")
    assert find_waiting((item,)) == {"报告.md": A}


def test_a_file_that_would_replace_an_uploaded_document_asks_first() -> None:
    shelf = [shelve("uploads/a.md", "Old report"), shelve("reports/b.md", "Of a folder")]
    items = sort_in([("a.md", A), ("b.md", B)], shelf)
    assert stages(items) == ["asks", "waiting"]
    assert "Old report" in say_stage(items[0], "en")
    assert stages(answer_asking(items, replaces=True)) == ["waiting", "waiting"]
    assert stages(answer_asking(items, replaces=False)) == ["left", "waiting"]


def test_wrong_kinds_and_second_files_of_a_name_are_refused_at_once() -> None:
    items = sort_in([("a.exe", A), ("a.md", A), ("x/a.md", B)], [])
    assert [one.error.code if one.error else "" for one in items] == ["format", "", "sent_twice"]
    assert "同一批上传" in say_stage(items[2], "zh")
    again = sort_in([("a.md", A), ("a.md", B)], [shelve("uploads/a.md")])
    assert stages(again) == ["asks", "refused"]


def test_each_file_goes_from_waiting_to_stored(two: Items) -> None:
    assert stages(two) == ["reading", "waiting"]
    items = take_progress(two, progress("a.md", 0, 0))
    items = take_progress(items, progress("a.md", 2, 5))
    assert (items[0].stage, items[0].done, items[0].chunks) == ("embedding", 2, 5)
    assert stages(items) == ["embedding", "reading"]
    items = take_progress(items, progress("a.md", 0, 0))
    assert stages(items) == ["done", "reading"]
    items = take_progress(items, progress("b.md", 0, 0, IngestError("empty", path="/x/b.md")))
    assert stages(items) == ["done", "refused"]
    shelf = [shelve("uploads/a.md")]
    report = replace(NOTHING, notes=(("uploads/a.md", Note("slips", "3")),))
    ended = take_report(items, report, shelf)
    assert stages(ended) == ["done", "refused"]
    assert ended[0].chunks == shelf[0].record.chunks
    assert "could not be read: 3" in show_items(ended, "en")


def test_a_file_that_is_there_already_is_told_from_a_new_one(two: Items) -> None:
    items = take_progress(two, progress("a.md", 0, 0))
    assert stages(take_report(items, NOTHING, []))[0] == "unchanged"


def test_a_refusal_that_only_the_report_tells_is_told(two: Items) -> None:
    error = IngestError("unreadable", path="/data/uploads/b.md", reason="gone")
    report = replace(NOTHING, failed=((Path("/data/uploads/b.md"), error),))
    assert stages(take_report(two, report, []))[1] == "refused"


def test_a_reason_doesnt_tell_where_files_lie_here(two: Items) -> None:
    error = IngestError("empty", path="/srv/duocite/uploads/a.md")
    shown = show_items(take_progress(two, progress("a.md", 0, 0, error)), "en")
    assert "a.md has no text in it." in shown
    assert "/srv" not in shown


def test_files_wait_while_others_write(two: Items) -> None:
    held = hold(two)
    assert stages(held) == ["busy", "busy"]
    assert stages(take_progress(held, progress("a.md", 1, 2)))[0] == "embedding"


def test_a_model_that_fails_refuses_what_isnt_done(two: Items) -> None:
    done = take_progress(take_progress(two, progress("a.md", 5, 5)), progress("a.md", 0, 0))
    failed = fail_open(done, ModelError("unreachable", model="m", setting="DUOCITE_EMBEDDING"))
    assert stages(failed) == ["done", "refused"]
    assert "can't be reached" in say_stage(failed[1], "en")


def test_names_stay_text() -> None:
    item = Item("<img src=x onerror=alert(1)>.md", A, "asks", replaces="<script>")
    shown = show_items((item,), "en")
    assert "<img" not in shown
    assert "<script" not in shown


def test_every_stage_is_said_in_both_languages() -> None:
    for stage in ("waiting", "busy", "reading", "embedding", "done", "unchanged", "left", "asks"):
        item = Item("a.md", A, stage)
        assert say_stage(item, "en") != say_stage(item, "zh")
    refused = Item("a.md", A, "refused", error=DuociteError("unexpected"))
    assert say_stage(refused, "zh").startswith("未能加入")


def test_what_becomes_of_files_is_said_aloud_and_stays_a_list() -> None:
    shown = show_items((Item("a.md", A),), "zh")
    assert '<div role="status"><ul class="sent" aria-label="上传的文件"><li' in shown


def test_no_files_are_no_list() -> None:
    assert show_items((), "en") == ""
