from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.answer import Language
from assistant.history import PAGE, ConversationRow
from assistant.web.drawer import Drawer, Opened, show_drawer

WHEN = datetime(2024, 2, 29, 8, 30, tzinfo=UTC)
NONE = Opened("", "harbour", {})
HERE = Opened("c1", "harbour", {"markdown": "conversation/t/en/markdown", "docx": "d", "json": "j"})


def row(known: str = "c1", **changes: Any) -> ConversationRow:
    fields = {"title": "Berths 泊位", "collection": "harbour", "pinned": None}
    return ConversationRow(known, **{**fields, "created": WHEN, "updated": WHEN, **changes})


def show(
    *rows: ConversationRow,
    drawer: Drawer | None = None,
    opened: Opened = NONE,
    language: Language = "en",
) -> str:
    return show_drawer(rows, drawer or Drawer(), opened, language)


def test_a_conversation_is_opened_by_its_title() -> None:
    shown = show(row())
    assert '<button class="name do-open-c1 by-turner"><b>Berths 泊位</b>' in shown
    assert '<time datetime="2024-02-29T08:30:00+00:00">2024-02-29 08:30</time>' in shown
    assert "download" not in shown


def test_the_open_one_is_marked_and_can_be_saved() -> None:
    shown = show(row(), row("c2"), opened=HERE)
    assert shown.count("aria-current") == shown.count('class="files"') == 1
    assert '<a href="conversation/t/en/markdown" download>Markdown</a>' in shown
    assert 'class="talks open-c1"' in shown
    assert 'class="talks open-"' in show(row())


def test_the_list_has_a_name_in_the_language_of_the_page() -> None:
    assert 'aria-label="Conversations"' in show(row())
    assert 'aria-label="历史对话"' in show(row(), language="zh")


def test_a_title_is_text() -> None:
    shown = show(row(title="<script>x</script>"), drawer=Drawer())
    assert "<script" not in shown
    naming = show(row(title='"><script>x'), drawer=Drawer(doing="rename", what="c1"))
    assert 'value="&quot;&gt;&lt;script&gt;x"' in naming


def test_the_one_that_is_renamed_has_a_field_and_the_others_do_not() -> None:
    shown = show(row(), row("c2"), drawer=Drawer(doing="rename", what="c1"))
    assert shown.count("<input") == 1
    assert "do-title-c1 by-doer" in shown
    assert "do-open-c1" not in shown
    assert "do-open-c2" in shown


@pytest.mark.parametrize(("opened", "way"), [(NONE, "doer"), (HERE, "turner")])
def test_deleting_asks_first_and_deleting_the_open_one_leaves_it(opened: Opened, way: str) -> None:
    shown = show(row(), drawer=Drawer(doing="delete", what="c1"), opened=opened)
    assert "Delete “Berths 泊位”? It can" in shown
    assert f"do-drop-c1 by-{way}" in shown
    assert "do-leave by-doer" in shown


def test_more_are_offered_only_where_there_are_more() -> None:
    many = [row(f"c{n}") for n in range(PAGE + 1)]
    assert "do-more by-doer" in show(*many)
    assert show(*many).count('class="talk"') == PAGE
    assert "do-more" not in show(*many[:-1])
    assert "do-more" not in show(*many, drawer=Drawer().lengthen())


def test_the_collection_is_named_where_it_is_another() -> None:
    assert " · reports" in show(row(collection="reports"))
    assert " · harbour" not in show(row())


def test_an_empty_list_says_what_it_is_for_or_that_nothing_was_found() -> None:
    assert "Ask a question to begin one" in show()
    assert "No conversation holds these words" in show(drawer=Drawer().search("x"))
    assert "没有对话包含这些词" in show(drawer=Drawer().search("x"), language="zh")


def test_what_went_wrong_stands_over_the_list() -> None:
    assert 'role="alert">a &lt; b</p>' in show(row(), drawer=Drawer().settle("a < b"))
    assert "alert" not in show(row(), drawer=Drawer().settle())


def test_a_search_begins_at_the_first_page() -> None:
    looked = Drawer(pages=3, doing="delete", what="c1")
    assert looked.search("x") == Drawer(words="x")
    assert looked.search("") == looked
