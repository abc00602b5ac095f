from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import IngestError
from store import prepare
from store.catalog import Catalog, CatalogEntry
from store.formats.extract import Note
from store.ledger import DocumentRecord
from store.plan import PlannedFile, build_plan
from store.prepare import AHEAD, Outcome, Prepared, Preparer, build_stamp, hash_file, prepare_all
from store.read import read_document

TEXT = "# Steel plan 2024\n\nThe works will invest 3.5 billion yuan. Furnaces get cleaner.\n"
Plan = Callable[..., list[PlannedFile]]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    def build(*names: str) -> list[PlannedFile]:
        for name in names:
            path = tmp_path / "docs" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(TEXT)
        return build_plan([tmp_path / "docs"], [], []).files

    return build


def preparer(folder: Path, *known: DocumentRecord, catalog: Catalog | None = None) -> Preparer:
    whole = {record.id: record for record in known}
    return Preparer(whole, {folder: catalog or Catalog()}, "model/1")


def test_a_new_file_is_made_ready(plan: Plan) -> None:
    [file] = plan("a.md")
    made = preparer(file.folder)(file)
    assert isinstance(made, Prepared)
    assert (made.record.id, made.record.root, made.text) == ("docs/a.md", "docs", TEXT)
    assert {node.metadata["document"] for node in made.nodes} == {"docs/a.md"}
    assert made.sentences == [["The works will invest 3.5 billion yuan.", "Furnaces get cleaner."]]
    assert 10 < made.tokens < 40


def test_what_is_known_is_not_made_again_until_something_changes(plan: Plan) -> None:
    [file] = plan("a.md")
    first = preparer(file.folder)(file)
    assert isinstance(first, Prepared)
    again = preparer(file.folder, first.record)
    assert again(file) == first.record
    named = Catalog(None, {"a.md": CatalogEntry("a.md", organisation="Acme")})
    changed = preparer(file.folder, first.record, catalog=named)(file)
    assert isinstance(changed, Prepared)
    assert changed.record.organisation == "Acme"
    file.path.write_text(TEXT + "More.\n")
    assert isinstance(again(file), Prepared)


def test_a_catalog_names_a_file_by_its_path_within_the_root(plan: Plan) -> None:
    [file] = plan("a.md")
    wrong = Catalog(None, {"docs/a.md": CatalogEntry("docs/a.md", organisation="Acme")})
    made = preparer(file.folder, catalog=wrong)(file)
    assert isinstance(made, Prepared)
    assert made.record.organisation is None


def test_a_stamp_changes_with_all_that_a_document_is_made_of(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = plan("a.md", "b.md")
    entry = CatalogEntry("a.md", organisation="Acme")
    before = hash_file(one.path)
    stamps = {build_stamp(before, one, None, "1"), build_stamp(before, other, None, "1")}
    stamps |= {build_stamp(before, one, entry, "1"), build_stamp(before, one, None, "2")}
    one.path.write_text("other")
    after = hash_file(one.path)
    stamps.add(build_stamp(after, one, None, "1"))
    monkeypatch.setattr(prepare, "TRANSFORM", "0.0")
    stamps.add(build_stamp(after, one, None, "1"))
    monkeypatch.setattr(prepare, "find_spec", lambda _: None if find_spec("rapidocr") else True)
    stamps.add(build_stamp(after, one, None, "1"))
    assert len(stamps) == 7


def test_what_can_not_be_read_is_an_outcome(plan: Plan) -> None:
    [file] = plan("a.md")
    file.path.unlink()
    outcome = preparer(file.folder)(file)
    assert isinstance(outcome, IngestError)
    assert (outcome.code, outcome.details["path"]) == ("unreadable", str(file.path))


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, in the order in which they were."""
    seen: list[str] = []
    real = Preparer.__call__

    def note(self: Preparer, file: PlannedFile) -> Outcome:
        seen.append(file.place)
        assert threading.current_thread().name.startswith("reader")
        return real(self, file)

    monkeypatch.setattr(Preparer, "__call__", note)
    return seen


def test_files_are_read_ahead_in_order_and_not_too_far(plan: Plan, watched: list[str]) -> None:
    files = plan(*(f"{number}.md" for number in range(9)))
    taken = []
    for file, outcome in prepare_all(files, preparer(files[0].folder)):
        assert isinstance(outcome, Prepared)
        taken.append(file)
        assert file.id == outcome.record.id
        assert len(watched) <= len(taken) + AHEAD
    assert taken == files
    assert watched == [file.place for file in files]


def test_who_stops_early_leaves_no_reading_behind(plan: Plan, watched: list[str]) -> None:
    files = plan(*(f"{number}.md" for number in range(9)))
    outcomes = prepare_all(files, preparer(files[0].folder))
    next(outcomes)
    outcomes.close()
    assert len(watched) <= 1 + AHEAD
    assert not [one for one in threading.enumerate() if one.name.startswith("reader")]


def test_a_fault_of_the_program_is_no_outcome(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    files = plan("a.md", "b.md")
    monkeypatch.setattr(prepare, "read_document", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(prepare_all(files, preparer(files[0].folder)))


def test_notes_of_what_was_read_come_along(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    [file] = plan("a.md")

    def read(*args: Any) -> Any:
        document = read_document(*args)
        document.metadata["notes"] = (Note("slips", "3"),)
        return document

    monkeypatch.setattr(prepare, "read_document", read)
    made = preparer(file.folder)(file)
    assert isinstance(made, Prepared)
    assert made.notes == (Note("slips", "3"),)


def test_sentences_are_embedded_in_simplified_characters_and_bare_rows_below_their_heads(
    plan: Plan,
) -> None:
    [file] = plan("a.md")
    file.path.write_text("霧嶼縣漁會成立。\n\n| Year | Salt (t) |\n|---|---|\n| 2022 | 41 |\n")
    made = preparer(file.folder)(file)
    assert isinstance(made, Prepared)
    assert made.sentences == [
        ["雾屿县渔会成立。", "| Year | Salt (t) |", "| Year | Salt (t) |\n| 2022 | 41 |"]
    ]
