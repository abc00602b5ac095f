from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelError, StoreError
from assistant.web import holdings as module
from assistant.web.holdings import Holdings, Shown, Visit
from assistant.web.listing import View
from assistant.web.reader import Reading
from assistant.web.uploading import Items, answer_asking
from tests.web.library import FakeLibrary, shelve

HARBOUR = "reports/harbour.md"
EDITOR, READER = Visit("harbour", "en", editor=True), Visit("harbour", "en")


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def holdings(library: FakeLibrary) -> Holdings:
    return Holdings(library)


def look(holdings: Holdings, act: str, shown: Shown | None = None) -> Shown:
    view, reading = (shown.view, shown.reading) if shown else (View(), Reading())
    return holdings.look(act, EDITOR, view, reading)


def change(holdings: Holdings, act: str, visit: Visit = EDITOR) -> Shown:
    opened = look(holdings, f"open:{HARBOUR}")
    return holdings.change(act, visit, opened.view, opened.reading)


def send(folder: Path, **texts: str) -> list[tuple[str, Path]]:
    """As Gradio leaves them: each file in a folder of its own."""
    sent = []
    for name, text in texts.items():
        path = folder / f"hash-{name}" / f"{name}.md"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        sent.append((path.name, path))
    return sent


def bring_in(holdings: Holdings, items: Items) -> list[list[str]]:
    steps: list[Items] = []
    holdings.bring_in(items, "harbour", steps.append)
    return [[one.stage for one in step] for step in steps]


def test_a_document_is_opened_from_the_list(holdings: Holdings) -> None:
    shown = look(holdings, f"open:{HARBOUR}")
    assert shown.view.opened == HARBOUR
    assert "The northern terminal opened in 2019" in shown.document
    assert 'class="opened"' in shown.rows
    assert look(holdings, "more:", shown).reading.reach == 2


def test_the_list_is_sorted_and_turned(holdings: Holdings) -> None:
    shown = look(holdings, "sort:year")
    assert (shown.view.order, look(holdings, "sort:year", shown).view.down) == ("year", True)
    assert look(holdings, "page:3").view.page == 3


def test_a_click_that_means_nothing_changes_nothing(holdings: Holdings) -> None:
    assert look(holdings, "drop table") == look(holdings, "")
    assert look(holdings, "open:no such document").view.opened == ""


def test_looking_never_removes(holdings: Holdings, library: FakeLibrary) -> None:
    opened = look(holdings, f"open:{HARBOUR}")
    asked = look(holdings, f"remove:{HARBOUR}", opened)
    assert "Remove now" in asked.document
    assert "Remove now" not in look(holdings, f"unsure:{HARBOUR}", asked).document
    look(holdings, f"sure:{HARBOUR}", asked)
    assert len(library.shelved) == 2


def test_a_removed_document_is_gone_from_list_and_view(holdings: Holdings) -> None:
    shown = change(holdings, f"sure:{HARBOUR}")
    assert HARBOUR not in shown.rows
    assert "was removed" in shown.document
    assert shown.view.opened == ""


@pytest.mark.parametrize("verb", ["sure", "again"])
def test_a_reader_changes_nothing_whatever_is_sent(
    holdings: Holdings, library: FakeLibrary, verb: str
) -> None:
    shown = change(holdings, f"{verb}:{HARBOUR}", READER)
    assert "Only editors may change documents" in shown.document
    assert (len(library.shelved), library.reread_ids) == (2, [])


def test_a_document_is_read_again_and_what_came_of_it_told(
    holdings: Holdings, library: FakeLibrary
) -> None:
    assert "as it was read" in change(holdings, f"again:{HARBOUR}").document
    assert library.reread_ids == [HARBOUR]
    assert "no text in it" in change(holdings, "again:reports/简报.txt").document
    library.error = StoreError("source_gone", document=HARBOUR)
    assert "no longer where it was read from" in change(holdings, f"again:{HARBOUR}").document


def test_a_verb_that_doesnt_exist_is_refused(holdings: Holdings, library: FakeLibrary) -> None:
    assert "has a value that it can" in change(holdings, f"erase:{HARBOUR}").document
    assert len(library.shelved) == 2


def test_a_collection_that_has_gone_is_said(holdings: Holdings) -> None:
    shown = holdings.show(Visit("gone", "zh"), View(), Reading())
    assert shown.rows == ""
    assert "gone" in shown.document


def test_sent_files_leave_nothing_where_they_lay(holdings: Holdings, tmp_path: Path) -> None:
    items = holdings.receive(send(tmp_path, a="A mill.", b="B mill."), "harbour")
    assert [one.name for one in items] == ["a.md", "b.md"]
    assert list(tmp_path.iterdir()) == []
    assert bring_in(holdings, items)[-1] == ["done", "done"]
    assert not any(one.path.exists() for one in items)


def test_files_for_a_collection_that_has_gone_are_deleted(
    holdings: Holdings, tmp_path: Path
) -> None:
    with pytest.raises(StoreError):
        holdings.receive(send(tmp_path, a="A mill."), "gone")
    assert list(tmp_path.iterdir()) == []
    assert list(holdings._waiting.iterdir()) == []


def test_one_bad_file_stops_none_of_the_others(
    holdings: Holdings, library: FakeLibrary, tmp_path: Path
) -> None:
    items = holdings.receive(send(tmp_path, a="A.", b="bad", c="C."), "harbour")
    steps = bring_in(holdings, items)
    assert steps[0] == ["reading", "waiting", "waiting"]
    assert steps[-1] == ["done", "refused", "done"]
    assert ["embedding", "reading", "waiting"] in steps
    assert {one.record.id for one in library.shelved} >= {"uploads/a.md", "uploads/c.md"}


def test_what_asks_is_kept_until_it_is_answered(
    holdings: Holdings, library: FakeLibrary, tmp_path: Path
) -> None:
    library.shelved.append(shelve("uploads/a.md", "Former"))
    items = holdings.receive(send(tmp_path, a="A.", b="B."), "harbour")
    assert bring_in(holdings, items)[-1] == ["asks", "done"]
    assert items[0].path.exists()
    assert library.uploaded == [{"b.md": "B."}]
    told = answer_asking(items, replaces=True)
    bring_in(holdings, (told[0],))
    assert library.uploaded[-1] == {"a.md": "A."}


def test_an_upload_waits_for_others_who_write(
    holdings: Holdings, library: FakeLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    library.busy = 2
    steps = bring_in(holdings, holdings.receive(send(tmp_path, a="A."), "harbour"))
    assert steps.count(["busy"]) == 2
    assert steps[-1] == ["done"]


def test_an_embedding_that_fails_is_told_and_leaves_no_files(
    holdings: Holdings, library: FakeLibrary, tmp_path: Path
) -> None:
    library.error = ModelError("unreachable", model="m", setting="DUOCITE_EMBEDDING")
    items = holdings.receive(send(tmp_path, a="A."), "harbour")
    assert bring_in(holdings, items)[-1] == ["refused"]
    assert not items[0].path.exists()


def test_only_what_waits_here_can_be_discarded(holdings: Holdings, tmp_path: Path) -> None:
    other = tmp_path / "other" / "file"
    other.parent.mkdir()
    other.write_text("mine")
    holdings.discard([other])
    assert other.exists()


def test_files_that_wait_are_their_own_users_alone_and_go_with_the_program(
    library: FakeLibrary, tmp_path: Path
) -> None:
    holdings = Holdings(library)
    waiting = holdings._waiting
    holdings.receive(send(tmp_path, a="A."), "harbour")
    assert waiting.stat().st_mode & 0o077 == 0
    del holdings
    assert not waiting.exists()
