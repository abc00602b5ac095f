from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.streaming import Workers
from assistant.web.holdings import Holdings
from assistant.web.listing import View
from assistant.web.reader import Reading
from tests.web.fake import FakeAssistant
from tests.web.library import FakeLibrary
from tests.web.parts import with_loop

HARBOUR = "reports/harbour.md"
VISITOR = SimpleNamespace(request=None)
STANDING = (View(), Reading(), "en", VISITOR)


@pytest.fixture(scope="module")
def documents() -> Any:
    return with_loop(lambda: importlib.import_module("assistant.web.documents"))


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def events(documents: Any, library: FakeLibrary) -> Any:
    names = documents.DocumentTab.__dataclass_fields__
    tab = documents.DocumentTab(**{name: name for name in names})
    return documents.DocumentEvents(Holdings(library), tab, "harbour", Workers())


@pytest.fixture
def reader(documents: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = SimpleNamespace(name="r", editor=False)
    monkeypatch.setattr(documents, "find_visitor", lambda request: visitor)


def test_collections_are_offered_with_their_numbers_and_the_asked_one_chosen(events: Any) -> None:
    updates = events.label(None, *STANDING)
    choices = updates["collection"].choices
    assert choices == [("harbour (2)", "harbour"), ("other (0)", "other")]
    assert updates["collection"].value == "harbour"
    assert events.label("other", *STANDING)["collection"].value == "other"
    assert events.label("gone", *STANDING)["collection"].value == "harbour"


def test_labels_are_those_of_the_language(events: Any) -> None:
    updates = events.label(None, View(), Reading(), "zh", VISITOR)
    assert updates["search"].label == "搜索"
    assert "机构" in updates["rows"]
    assert "点击标题" in updates["document"]


def test_another_collection_is_listed_from_its_beginning(events: Any) -> None:
    updates = events.choose("other", "en", VISITOR)
    assert "no documents in this collection" in updates["rows"]
    assert updates["view"] == View()


def test_the_list_is_searched(events: Any) -> None:
    updates = events.search("简报", "harbour", *STANDING)
    assert HARBOUR not in updates["rows"]
    assert "北湾港建设简报" in updates["rows"]


def test_a_document_is_read_and_removed(events: Any, library: FakeLibrary) -> None:
    opened = events.look(f"open:{HARBOUR}", "harbour", *STANDING)
    assert "The northern terminal opened" in opened["document"]
    gone = events.change(f"sure:{HARBOUR}", "harbour", opened["view"], Reading(), "en", VISITOR)
    assert HARBOUR not in gone["rows"]
    assert len(library.shelved) == 1


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("verb", ["sure", "again"])
def test_a_forged_event_of_a_reader_changes_nothing(
    events: Any, library: FakeLibrary, verb: str
) -> None:
    refused = events.change(f"{verb}:{HARBOUR}", "harbour", *STANDING)
    assert "Only editors" in refused["document"]
    assert (len(library.shelved), library.reread_ids) == (2, [])


@pytest.mark.usefixtures("reader")
def test_a_reader_reads_and_is_offered_nothing_else(events: Any) -> None:
    opened = events.look(f"open:{HARBOUR}", "harbour", *STANDING)
    assert "The northern terminal opened" in opened["document"]
    assert 'class="do' not in opened["document"]


def test_the_page_has_a_tab_of_documents_where_there_is_a_library() -> None:
    page = with_loop(lambda: importlib.import_module("assistant.web.page"))
    built = with_loop(lambda: page.build_page(FakeAssistant(), library=FakeLibrary()))
    ids = {block.elem_id for block in built.blocks.values() if block.elem_id}
    assert {"tab-chat", "tab-documents", "drop", "rows", "filters"} <= ids
    assert {function.api_visibility for function in built.fns.values()} == {"private"}
    alone = with_loop(lambda: page.build_page(FakeAssistant()))
    assert "tab-documents" not in {block.elem_id for block in alone.blocks.values()}
