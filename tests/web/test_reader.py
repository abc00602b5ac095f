from __future__ import annotations

from dataclasses import replace

from assistant.web.reader import Reading, show_document, show_no_document
from tests.web.fake import REPORT
from tests.web.library import shelve

ONE = shelve("reports/harbour.md", "Harbour works")


def show(text: str = REPORT, reading: Reading | None = None, *, editor: bool = True) -> str:
    return show_document(ONE, text, reading or Reading(), "en", editor=editor)


def test_a_document_is_read_with_its_headings_and_what_is_known() -> None:
    shown = show()
    assert '<div class="line heading"><span class="at">9</span><span>What follows</span>' in shown
    for known in ("Harbour works", "Northern Port Authority", "A. Lindqvist", "2024", "current"):
        assert known in shown
    assert "The document ends here." in shown


def test_a_long_document_is_read_on() -> None:
    text = "".join(f"Line {number} of a long report.\n" for number in range(3000))
    first = show(text)
    assert 'data-act="more:reports/harbour.md"' in first
    assert len(first) < len(text)
    more = show(text, Reading(reach=2))
    assert len(more) > 1.5 * len(first)
    assert "Line 2999 " in show(text, Reading(reach=9))


def test_texts_and_titles_stay_text() -> None:
    bad = "<script>alert(1)</script>"
    one = replace(ONE, record=replace(ONE.record, title=bad, author=bad))
    shown = show_document(one, f"# {bad}\n\n{bad}\n", Reading(told=bad), "en", editor=True)
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 5
    assert "<script" not in show_no_document("en", bad)


def test_only_editors_can_do_anything() -> None:
    assert 'data-act="remove:' in show()
    assert 'data-act="again:' in show()
    reader = show(reading=Reading(asks=True), editor=False)
    assert 'class="do' not in reader
    assert "sure:" not in reader


def test_a_removal_asks_first_and_says_what_becomes_of_the_file() -> None:
    asked = show(reading=Reading(asks=True))
    assert 'data-act="sure:reports/harbour.md"' in asked
    assert 'data-act="unsure:' in asked
    assert "Its file stays where it is" in asked
    mine = show_document(shelve("uploads/a.md"), "x", Reading(asks=True), "zh", editor=True)
    assert "上传的文件也会一并删除" in mine
    assert "sure:" not in show()


def test_what_was_done_is_told() -> None:
    assert '<p class="note" role="status">Done &amp; dusted</p>' in show(
        reading=Reading(told="Done & dusted")
    )
    assert "点击标题" in show_no_document("zh")
