"""What an owner does with a real store, in a folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.app import Assistant
from assistant.errors import CatalogError, RequestError, StoreError
from assistant.owner import MOST_TURNS, Owner, open_owner, tell
from assistant.scope import Turn
from assistant.settings import Settings
from assistant.wire import LONGEST_QUESTION, Asked, CollectionRow, IngestOrder, Said, Told
from store.lock import lock_folder
from store.places import Place
from store.report import IngestProgress, IngestReport
from tests.support.answers import SENTENCE, build_answer

MILL = "# A year of paper\n\n## Output\n\nThe mill made 40 tons of paper in 2023. It grew.\n"
QUESTION = "How many tons of paper did the mill make in 2023?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", embedding="hash", _env_file=None)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "mill.md").write_text(MILL, encoding="utf-8")
    (folder / "ship.md").write_text("# 轮渡\n\n轮渡去年运送旅客三万人次。\n", encoding="utf-8")
    return folder


@pytest.fixture
def owner(settings: Settings, docs: Path) -> Iterator[Owner]:
    with closing(open_owner(settings, create=True)) as opened:
        assert ingest(opened, docs).new == 2
        yield opened


def ingest(owner: Owner, *paths: Path, collection: str = "default") -> IngestReport:
    return owner.ingest(IngestOrder(paths, collection), lambda progress: None)


def answer_of(owner: Owner, question: str, **given: object) -> Told:
    *_, told = owner.ask(Asked(question, **given))  # type: ignore[arg-type]
    assert isinstance(told, Told)
    return told


def test_a_question_is_answered_sentence_by_sentence(owner: Owner) -> None:
    said, *_, told = owner.ask(Asked(QUESTION, form="plain"))
    assert isinstance(said, Said)
    assert ("40 tons" in said.text, said.verdict) == (True, "proved")
    assert isinstance(told, Told)
    assert "Sources" in told.rendered
    assert told.answer["collection"] == "default"


def test_what_is_read_in_is_answered_from_at_once(owner: Owner, docs: Path) -> None:
    answer_of(owner, QUESTION)
    (docs / "deep" / "mill.md").write_text(MILL.replace("40", "55"), encoding="utf-8")
    assert ingest(owner, docs).changed == 1
    assert "55 tons" in answer_of(owner, QUESTION).answer["answer"]


def test_a_question_has_a_limit(owner: Owner) -> None:
    answer_of(owner, "?" * LONGEST_QUESTION)
    with pytest.raises(RequestError) as caught:
        answer_of(owner, "?" * (LONGEST_QUESTION + 1))
    assert (caught.value.code, caught.value.details) == ("too_long", {"limit": LONGEST_QUESTION})


def test_of_a_long_history_the_end_is_read(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Turn, ...]] = []
    whole = Assistant.make_whole

    def note(self: Assistant, question: str, history: tuple[Turn, ...], *more: Any) -> str:
        seen.append(history)
        return whole(self, question, history, *more)

    monkeypatch.setattr(Assistant, "make_whole", note)
    turns = [Turn(f"What of {number}?", "") for number in range(MOST_TURNS + 5)]
    turns.append(Turn("?" * (LONGEST_QUESTION + 1), ""))
    answer_of(owner, QUESTION, history=tuple(turns))
    assert seen == [tuple(turns[5:-1])]


def test_collections_and_documents_are_listed(owner: Owner, docs: Path) -> None:
    ingest(owner, docs / "ship.md", collection="one")
    assert owner.collections() == [CollectionRow("default", 2, 2), CollectionRow("one", 1, 1)]
    mill, ship = owner.documents("default")
    assert (mill.id, mill.title, mill.language) == ("reports/deep/mill.md", "A year of paper", "en")
    assert (ship.id, ship.chunks) == ("reports/ship.md", 1)


def test_a_document_is_shown_whole_and_in_chunks(owner: Owner) -> None:
    assert owner.text("reports/deep/mill.md", "default") == MILL
    [chunk] = owner.chunks("reports/deep/mill.md", "default")
    assert chunk.location == Place("lines", 1, 5)
    start, end = chunk.span
    assert MILL[start:end].startswith("A year of paper")
    assert MILL[start:end].endswith("It grew.")


def test_documents_are_removed_all_or_none(owner: Owner) -> None:
    with pytest.raises(StoreError, match="no_document"):
        owner.remove(["reports/ship.md", "none.md"], "default")
    assert len(owner.documents("default")) == 2
    assert owner.remove(["reports/deep/", "reports/deep/mill.md"], "default") == 1
    assert owner.remove(["reports/"], "default") == 1
    assert owner.documents("default") == []


def test_a_catalog_that_can_not_be_read_stops_an_ingest(owner: Owner, docs: Path) -> None:
    order = IngestOrder((docs,), catalog=docs / "none.yaml")
    with pytest.raises(CatalogError):
        owner.ingest(order, lambda progress: None)


def test_two_ingests_of_one_collection_do_not_mix(owner: Owner, docs: Path) -> None:
    caught: list[StoreError] = []

    def interfere(progress: IngestProgress) -> None:
        def try_it() -> None:
            with pytest.raises(StoreError) as error:
                ingest(owner, docs)
            caught.append(error.value)

        if not caught:
            thread = threading.Thread(target=try_it)
            thread.start()
            thread.join()

    owner.ingest(IngestOrder((docs,)), interfere)
    assert [error.code for error in caught] == ["busy"]
    assert ingest(owner, docs).unchanged == 2


def test_another_collection_is_read_in_meanwhile(owner: Owner, docs: Path) -> None:
    new: list[int] = []

    def beside(progress: IngestProgress) -> None:
        def read_in() -> None:
            new.append(ingest(owner, docs, collection="other").new)

        if not new:
            thread = threading.Thread(target=read_in)
            thread.start()
            thread.join()

    owner.ingest(IngestOrder((docs,)), beside)
    assert new == [2]


def test_where_nothing_is_nothing_is_made(settings: Settings) -> None:
    with closing(open_owner(settings, create=False)) as owner:
        assert owner.collections() == []
        for look in (owner.documents, owner.assistant):
            with pytest.raises(StoreError, match="no_collection"):
                look("default")
        with pytest.raises(StoreError, match="no_store"):
            ingest(owner)
    assert not settings.data.exists()


def test_the_store_is_let_go_of(settings: Settings) -> None:
    owner = open_owner(settings, create=True)
    with pytest.raises(StoreError, match="locked"):
        lock_folder(settings.data, wait=0)
    owner.close()
    lock_folder(settings.data, wait=0).release()


@pytest.mark.parametrize(
    ("form", "start"),
    [("plain", SENTENCE), ("markdown", "Northern Mill"), ("html", "<div class="), (None, "")],
)
def test_an_answer_is_rendered_as_asked(form: object, start: str) -> None:
    answer = build_answer("Q?")
    claim, told = tell([*answer.claims, answer], form)  # type: ignore[arg-type]
    assert isinstance(claim, Said)
    assert isinstance(told, Told)
    assert told.rendered.startswith(start)
    assert bool(told.rendered) is (form is not None)
    assert told.answer == answer.to_json()


def send(owner: Owner, folder: Path, **texts: str) -> IngestReport:
    """Upload files of these names (without their suffix) and texts."""
    folder.mkdir(exist_ok=True)
    files = {f"{name}.md": folder / f"sent-{name}" for name in texts}
    for name, text in texts.items():
        files[f"{name}.md"].write_text(text, encoding="utf-8")
    return owner.upload(files, "default", lambda progress: None)


def test_an_uploaded_document_is_answered_from_and_lies_in_a_folder_of_its_own(
    owner: Owner, settings: Settings, tmp_path: Path
) -> None:
    text = "# Looms\n\nThe weavers sold 900 carpets in 2021.\n"
    assert send(owner, tmp_path / "sent", looms=text).new == 1
    told = answer_of(owner, "How many carpets did the weavers sell in 2021?")
    assert told.answer["citations"][0]["document"] == "uploads/looms.md"
    [shelved] = [one for one in owner.shelf("default") if one.uploaded]
    assert (shelved.record.id, shelved.state) == ("uploads/looms.md", "current")
    folder = next((settings.data / "uploads").iterdir())
    assert [path.name for path in folder.iterdir()] == ["looms.md"]
    assert ingest(owner, folder).unchanged == 1  # a root as any other


def test_a_new_version_that_is_refused_leaves_the_former_one(owner: Owner, tmp_path: Path) -> None:
    send(owner, tmp_path / "sent", looms="# Looms\n\nThe weavers sold 900 carpets.\n")
    report = send(owner, tmp_path / "sent", looms="\n", other="# Other\n\nA second one.\n")
    assert [error.code for _, error in report.failed] == ["empty"]
    assert (report.new, report.changed) == (1, 0)
    assert "900 carpets" in owner.text("uploads/looms.md", "default")
    assert owner.reread("uploads/looms.md", "default", print).unchanged == 1
    assert send(owner, tmp_path / "sent", looms="# Looms\n\nIt was 950.\n").changed == 1
    assert "950" in owner.text("uploads/looms.md", "default")


def test_a_removed_upload_is_gone_with_its_file_and_others_keep_theirs(
    owner: Owner, docs: Path, settings: Settings, tmp_path: Path
) -> None:
    send(owner, tmp_path / "sent", looms="# Looms\n\nThe weavers sold 900 carpets.\n")
    assert owner.remove(["uploads/looms.md", "reports/ship.md"], "default") == 2
    assert list((settings.data / "uploads").rglob("*.md")) == []
    assert (docs / "ship.md").exists()


def test_uploads_go_into_a_collection_that_is_there(owner: Owner, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        owner.upload({"a.md": tmp_path / "a"}, "no such", lambda progress: None)
    assert caught.value.code == "no_collection"


def test_a_document_is_read_again_as_its_file_now_is(owner: Owner, docs: Path) -> None:
    (docs / "deep" / "mill.md").write_text(MILL.replace("40", "55"), encoding="utf-8")
    assert owner.reread("reports/deep/mill.md", "default", lambda progress: None).changed == 1
    assert "55 tons" in answer_of(owner, QUESTION).answer["answer"]
    (docs / "deep" / "mill.md").unlink()
    with pytest.raises(StoreError) as caught:
        owner.reread("reports/deep/mill.md", "default", lambda progress: None)
    assert caught.value.code == "source_gone"
    with pytest.raises(StoreError) as caught:
        owner.reread("reports/none.md", "default", lambda progress: None)
    assert caught.value.code == "no_document"
