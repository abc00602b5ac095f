from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import store.batches
import store.prepare
from assistant.errors import CatalogError, StoreError
from store.catalog import Catalog, CatalogEntry, CatalogSection
from store.chroma import Store
from store.chunks import embedded_text
from store.collection import Collection
from store.connection import ChromaServer
from store.embedding import E5Embedding
from store.formats.extract import Note
from store.formats.limits import Limits
from store.ingest import ingest
from store.ledger import hash_text
from store.prepare import read_sentences
from store.report import IngestProgress, IngestReport
from tests.support.chroma_server import BOTH

if TYPE_CHECKING:
    from tests.store.conftest import CountingEmbedding

Ingest = Callable[..., IngestReport]
Reopen = Callable[..., Store]
ReadDisk = Callable[[], dict[str, list[dict[str, Any]]]]

STEEL = "# Steel plan 2024\n\nThe works will invest 3.5 billion yuan. Furnaces get cleaner.\n"
WIND = "海上风电规划\n\n到2030年装机容量达到5000万千瓦。政府承担部分费用。\n"


@pytest.fixture
def server(request: pytest.FixtureRequest) -> ChromaServer | None:
    """Where the store lies: in a folder, and on a server where that could make a difference."""
    return request.getfixturevalue("empty_chroma") if getattr(request, "param", False) else None


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    save(folder / "steel.md", STEEL)
    save(folder / "wind.txt", WIND)
    return folder


@pytest.fixture
def run(collection: Collection, embedding: CountingEmbedding, docs: Path) -> Ingest:
    def ingest_docs(*paths: Path, **named: Any) -> IngestReport:
        return ingest(collection, embedding, paths or (docs,), **named)

    return ingest_docs


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.failed)


def text_of(collection: Collection, document: str) -> str:
    nodes = collection.load().nodes
    return "\n".join(node.text for node in nodes if node.metadata["document"] == document)


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_a_folder_goes_in(run: Ingest, collection: Collection, docs: Path) -> None:
    save(docs / "photo.png", "no document")
    report = run()
    assert counts(report) == (2, 0, 0, 0)
    assert report.skipped == (docs / "photo.png",)
    assert report.chunks == len(collection.load().nodes) >= 2
    assert report.sentences == sum(map(len, collection.load().sentence_vectors)) >= 4
    assert report.seconds > 0
    assert collection.text("docs/steel.md") == STEEL
    assert "3.5 billion" in text_of(collection, "docs/steel.md")


def test_the_ledger_says_what_went_in(run: Ingest, collection: Collection, docs: Path) -> None:
    run()
    steel, wind = collection.documents()
    assert (steel.id, steel.title, steel.year, steel.language) == (
        "docs/steel.md",
        "Steel plan 2024",
        2024,
        "en",
    )
    assert (wind.title, wind.language, wind.organisations) == ("海上风电规划", "zh", ())
    assert (wind.sha256, wind.characters) == (hash_text(WIND), len(WIND))
    assert wind.source == str(docs / "wind.txt")


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_an_unchanged_run_embeds_and_writes_nothing(
    run: Ingest,
    collection: Collection,
    embedding: CountingEmbedding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run()
    seen, version = len(embedding.seen), collection.version
    assert seen > 0
    monkeypatch.setattr(Collection, "write", None)
    report = run()
    assert counts(report) == (0, 0, 2, 0)
    assert (report.chunks, report.sentences) == (0, 0)
    assert (len(embedding.seen), collection.version) == (seen, version)


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_an_unchanged_run_after_reopening_embeds_nothing(
    reopen: Reopen, embedding: CountingEmbedding, docs: Path
) -> None:
    with reopen() as opened:
        ingest(opened.collection("c", create=True), embedding, [docs])
    seen = len(embedding.seen)
    with reopen() as opened:
        assert counts(ingest(opened.collection("c"), embedding, [docs])) == (0, 0, 2, 0)
    assert len(embedding.seen) == seen


def test_what_is_embedded_is_head_and_text_and_then_each_sentence(
    run: Ingest, collection: Collection, embedding: CountingEmbedding, docs: Path
) -> None:
    run(docs / "steel.md")
    loaded = collection.load()
    wanted: list[str] = []
    for node in loaded.nodes:
        wanted.append(f"{node.metadata['head']}\n{node.text}")
        spans = json.loads(node.metadata["sentences"])
        wanted += [node.text[start:end] for start, end, *_ in spans]
    assert embedding.seen == wanted
    assert "The works will invest 3.5 billion yuan." in wanted
    assert loaded.nodes[0].metadata["head"].startswith("2024, Steel plan")


def test_each_vector_stands_with_its_text(
    run: Ingest,
    collection: Collection,
    embedding: CountingEmbedding,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store.batches, "BATCH_SIZE", 3)
    lines = [f"The plant number {number} makes {number} tons. " * 8 for number in range(40)]
    save(docs / "long.txt", "\n\n".join(lines))
    run()
    loaded = collection.load()
    assert len(loaded.nodes) > 6
    for node, vector, sentences in zip(
        loaded.nodes, loaded.vectors, loaded.sentence_vectors, strict=True
    ):
        head = embedding.passage_vectors([f"{node.metadata['head']}\n{node.text}"])[0]
        assert float(vector @ head) > 0.9999
        own = embedding.passage_vectors(read_sentences(node))
        assert len(own) == len(sentences)
        assert np.sum(own * sentences, axis=1).min(initial=1) > 0.999


def test_the_tokens_of_each_chunk_are_stored_with_it(
    run: Ingest,
    collection: Collection,
    embedding: CountingEmbedding,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store.batches, "BATCH_SIZE", 3)
    save(docs / "long.txt", "\n\n".join(f"Plant {n} made {n} tons. " * 30 for n in range(10)))
    run()
    nodes = collection.load().nodes
    assert sorted(embedding.read) == sorted(embedded_text(node) for node in nodes)
    for node in nodes:
        held = collection.read_tokens(node)
        wanted = embedding.query_tokens(embedded_text(node))
        assert held is not None
        assert held.starts.tolist() == wanted.starts.tolist()
        assert np.sum(held.vectors * wanted.vectors, axis=1).min() > 0.999


def test_tokens_of_a_changed_file_are_those_of_its_new_text(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    (old,) = [n for n in collection.load().nodes if n.metadata["document"] == "docs/steel.md"]
    assert collection.read_tokens(old) is not None
    save(docs / "steel.md", "# Steel plan 2025\n\nThe works closed.\n")
    run()
    assert collection.read_tokens(old) is None
    assert all(collection.read_tokens(node) for node in collection.load().nodes)


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_a_changed_file_is_replaced_with_no_orphan(
    run: Ingest, store: Store, collection: Collection, docs: Path, read_disk: ReadDisk
) -> None:
    run()
    before = collection.version
    save(docs / "steel.md", "# Steel plan 2025\n\nThe works closed.\n")
    report = run()
    assert counts(report) == (0, 1, 1, 0)
    assert collection.version != before
    assert "closed" in text_of(collection, "docs/steel.md")
    assert "billion" not in text_of(collection, "docs/steel.md")
    total = len(collection.load().nodes)
    store.close()
    disk = read_disk()
    assert (len(disk["chunk"]), len(disk["text"]), len(disk["record"])) == (total, 2, 2)


def test_line_ends_alone_make_another_document(run: Ingest, docs: Path) -> None:
    run()
    save(docs / "steel.md", STEEL.replace("\n", "\r\n"))
    assert counts(run()) == (0, 1, 1, 0)


def ids(collection: Collection) -> list[str]:
    return [record.id for record in collection.documents()]


def test_a_file_that_is_gone_takes_its_document_with_it(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    (docs / "wind.txt").unlink()
    report = run()
    assert counts(report) == (0, 0, 1, 0)
    assert report.removed == ("docs/wind.txt",)
    assert ids(collection) == ["docs/steel.md"]


def test_a_folder_that_lost_all_its_files_keeps_its_documents(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    for name in ("wind.txt", "steel.md"):
        (docs / name).unlink()
    report = run()
    assert (report.removed, counts(report)) == ((), (0, 0, 0, 0))
    [spared] = report.spared
    assert (spared.folder, spared.documents) == (docs, ("docs/steel.md", "docs/wind.txt"))
    assert collection.text("docs/wind.txt") == WIND
    assert run(prune=True).removed == ("docs/steel.md", "docs/wind.txt")
    assert ids(collection) == []


def test_a_folder_that_is_not_there_keeps_its_documents_even_if_told_to_prune(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    docs.rename(docs.parent / "away")
    report = run(prune=True)
    assert [error.code for _, error in report.failed] == ["not_found"]
    assert ids(collection) == ["docs/steel.md", "docs/wind.txt"]


def test_a_file_that_was_renamed_is_one_document_and_not_embedded_again_where_it_is_all_there_is(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    (docs / "wind.txt").unlink()
    run()
    (docs / "steel.md").rename(docs / "iron.md")
    report = run()
    assert (report.new, report.removed, report.spared) == (1, ("docs/steel.md",), ())
    assert ids(collection) == ["docs/iron.md"]


def test_a_folder_that_moved_keeps_its_name_and_its_documents(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    moved = docs.parent / "else" / "docs"
    moved.parent.mkdir()
    docs.rename(moved)
    report = run(moved)
    assert counts(report) == (0, 0, 2, 0)
    assert ids(collection) == ["docs/steel.md", "docs/wind.txt"]
    assert {record.source for record in collection.documents()} == {
        str(moved / "steel.md"),
        str(moved / "wind.txt"),
    }
    assert [root.path for root in collection.roots()] == [moved]


def test_documents_of_two_folders_of_one_name_are_told_apart(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    other = docs.parent / "b" / "docs"
    save(other / "steel.md", "# Another steel plan\n\nThe mill closes in 2031.\n")
    run(docs, other)
    assert ids(collection) == ["docs-2/steel.md", "docs/steel.md", "docs/wind.txt"]
    assert "closes" in text_of(collection, "docs-2/steel.md")


def test_a_file_given_alone_and_then_with_its_folder_is_one_document(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run(docs / "steel.md")
    assert ids(collection) == ["steel.md"]
    report = run()
    assert counts(report) == (1, 1, 0, 0)
    assert ids(collection) == ["docs/steel.md", "docs/wind.txt"]
    assert counts(run(docs / "steel.md")) == (0, 0, 1, 0)
    assert ids(collection) == ["docs/steel.md", "docs/wind.txt"]


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_documents_from_before_there_were_roots_are_taken_over(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    for record in collection.documents():
        nodes = [n for n in collection.load().nodes if n.metadata["document"] == record.id]
        older = replace(record, id=record.id.removeprefix("docs/"), root=None, stamp=None)
        vectors = np.ones((len(nodes), 256), np.float32)
        sentences = [np.ones((len(read_sentences(n)), 256), np.float32) for n in nodes]
        collection.write(older, collection.text(record.id), nodes, vectors, sentences)
        collection.remove(record.id)
    collection.remove_root("docs")
    assert ids(collection) == ["steel.md", "wind.txt"]
    assert counts(run()) == (0, 2, 0, 0)
    assert ids(collection) == ["docs/steel.md", "docs/wind.txt"]
    assert counts(run()) == (0, 0, 2, 0)


def test_an_unchanged_file_is_not_read_again(
    run: Ingest, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(store.prepare, "read_document", None)
    assert counts(run()) == (0, 0, 2, 0)


def test_the_same_text_in_other_bytes_is_the_same_document(
    run: Ingest, collection: Collection, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    version = collection.version
    (docs / "steel.md").write_bytes(b"\xef\xbb\xbf" + STEEL.encode())
    assert counts(run()) == (0, 0, 2, 0)
    assert collection.version == version
    monkeypatch.setattr(store.prepare, "read_document", None)
    assert counts(run()) == (0, 0, 2, 0)


def test_documents_in_other_languages_are_pointed_out(run: Ingest, docs: Path) -> None:
    save(docs / "город.txt", "Город хочет, чтобы промышленность росла. " * 20)
    assert run().other == ("docs/город.txt",)
    assert run().other == ()


def test_short_documents_share_a_batch(
    run: Ingest, embedding: CountingEmbedding, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = type(embedding).read_passages

    def note(self: CountingEmbedding, texts: list[str]) -> object:
        sizes.append(len(texts))
        return real(self, texts)

    monkeypatch.setattr(type(embedding), "read_passages", note)
    for number in range(70):
        save(docs / f"{number}.md", f"# Plant {number}\n\nIt made {number} tons.\n")
    assert counts(run()) == (72, 0, 0, 0)
    assert sizes == [32, 32, 8]


def test_other_transforms_or_another_embedding_make_new_chunks(
    run: Ingest, monkeypatch: pytest.MonkeyPatch, embedding: CountingEmbedding
) -> None:
    run()
    monkeypatch.setattr(store.prepare, "TRANSFORM", "2.9")
    assert counts(run()) == (0, 2, 0, 0)
    monkeypatch.setattr(type(embedding), "identity", "hash/2")
    assert counts(run()) == (0, 2, 0, 0)
    assert counts(run()) == (0, 0, 2, 0)


def test_an_unreadable_file_is_reported_and_the_rest_goes_on(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    (docs / "a.txt").write_bytes(b"\0\1\2")
    save(docs / "z.txt", " \n")
    report = run(docs, docs / "none.md")
    assert counts(report) == (2, 0, 0, 3)
    assert {(path.name, error.code) for path, error in report.failed} == {
        ("a.txt", "encoding"),
        ("z.txt", "empty"),
        ("none.md", "not_found"),
    }
    assert len(collection.documents()) == 2


def test_a_file_that_became_unreadable_keeps_its_old_version(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    (docs / "steel.md").write_bytes(b"\xff\xff\xff\0")
    assert counts(run()) == (0, 0, 1, 1)
    assert collection.text("docs/steel.md") == STEEL


def test_an_embedding_that_fails_half_way_leaves_the_old_version_whole(
    run: Ingest,
    collection: Collection,
    embedding: CountingEmbedding,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run()
    monkeypatch.setattr(store.batches, "BATCH_SIZE", 4)
    version, chunks = collection.version, text_of(collection, "docs/wind.txt")
    lines = [f"第{number}期风电场投产。" * 30 for number in range(40)]
    save(docs / "wind.txt", "\n\n".join(lines))
    embedding.fail_on("第30期")
    seen = len(embedding.seen)
    with pytest.raises(MemoryError):
        run()
    assert len(embedding.seen) > seen
    assert (collection.version, text_of(collection, "docs/wind.txt")) == (version, chunks)
    assert collection.text("docs/wind.txt") == WIND
    embedding.fail_on(None)
    assert counts(run()) == (0, 1, 1, 0)


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_documents_before_the_batch_that_failed_are_not_done_again(
    run: Ingest,
    collection: Collection,
    embedding: CountingEmbedding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store.batches, "BATCH_SIZE", 1)
    embedding.fail_on("5000")
    with pytest.raises(MemoryError):
        run()
    assert ids(collection) == ["docs/steel.md"]
    embedding.fail_on(None)
    assert counts(run()) == (1, 0, 1, 0)


def test_a_document_that_lost_chunks_is_ingested_again(run: Ingest, collection: Collection) -> None:
    run()
    whole = text_of(collection, "docs/wind.txt")
    chunks = collection._chunks["zh"]
    chunks.delete(ids=chunks.get(limit=1)["ids"])
    with pytest.raises(StoreError, match="incomplete"):
        collection.load()
    assert counts(run()) == (0, 1, 1, 0)
    assert text_of(collection, "docs/wind.txt") == whole


@pytest.mark.parametrize("server", BOTH, indirect=True)
def test_rows_that_a_cut_left_behind_are_gone_after_the_next_run(
    run: Ingest,
    store: Store,
    collection: Collection,
    docs: Path,
    read_disk: ReadDisk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run()
    save(docs / "steel.md", "# Steel plan 2025\n\nThe works closed.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Collection, "_delete_rows", lambda *args, **named: None)
        run()
    assert counts(run()) == (0, 0, 2, 0)
    versions = {record.version for record in collection.documents()}
    store.close()
    disk = read_disk()
    assert {row["version"] for row in disk["chunk"] + disk["text"]} == versions


CATALOG = """\
- file: steel.md
  title: Papers on steel
  organisation: 理事会
  year: 1999
  sections:
    - lines: [1, 3]
      organisation: Corning
"""


def test_the_catalog_beside_the_documents_describes_them(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    save(docs / "catalog.yaml", CATALOG)
    run()
    steel, wind = collection.documents()
    assert (steel.title, steel.organisation, steel.year) == ("Papers on steel", "理事会", 1999)
    assert steel.organisations == ("理事会", "Corning")
    assert wind.title == "海上风电规划"
    metadata = collection.load().nodes[0].metadata
    assert (metadata["organisation"], metadata["year"]) == ("Corning", 1999)


def test_the_sidecar_counts_for_a_file_given_alone(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    save(docs / "catalog.yaml", CATALOG)
    run(docs / "steel.md")
    assert collection.documents()[0].title == "Papers on steel"


def test_a_catalog_that_is_given_stands_in_for_the_sidecar(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    save(docs / "catalog.yaml", CATALOG)
    given = Catalog(None, {"wind.txt": CatalogEntry("wind.txt", organisation="能源局")})
    run(catalog=given)
    steel, wind = collection.documents()
    assert steel.title == "Steel plan 2024"
    assert (wind.organisation, wind.organisations) == ("能源局", ("能源局",))


def test_another_catalog_entry_makes_new_chunks_of_that_document(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    run()
    save(docs / "catalog.yaml", CATALOG)
    assert counts(run()) == (0, 1, 1, 0)
    save(docs / "catalog.yaml", CATALOG.replace("Corning", "Nomura"))
    assert counts(run()) == (0, 1, 1, 0)
    assert collection.load().nodes[0].metadata["organisation"] == "Nomura"


def test_the_only_speaker_is_the_document_s(run: Ingest, collection: Collection) -> None:
    section = CatalogSection(1, 3, "Corning")
    run(catalog=Catalog(None, {"steel.md": CatalogEntry("steel.md", sections=(section,))}))
    assert collection.documents()[0].organisation == "Corning"


def test_lines_that_the_document_lacks_fail_that_document_only(run: Ingest, docs: Path) -> None:
    save(docs / "catalog.yaml", CATALOG.replace("[1, 3]", "[1, 400]"))
    report = run()
    assert counts(report) == (1, 0, 0, 1)
    [(path, error)] = report.failed
    assert (path.name, error.code) == ("steel.md", "catalog_lines")
    assert error.details == {"path": str(docs / "steel.md"), "line": 400, "lines": 4}


def test_a_broken_catalog_stops_the_run_before_anything_is_written(
    run: Ingest, collection: Collection, docs: Path
) -> None:
    save(docs / "catalog.yaml", "- title: no file\n")
    with pytest.raises(CatalogError):
        run()
    assert collection.documents() == []


def test_progress_runs_from_nothing_to_all(
    run: Ingest, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.batches, "BATCH_SIZE", 16)
    save(docs / "long.txt", "\n\n".join(f"Plant {n} made {n} tons. " * 30 for n in range(60)))
    steps: list[IngestProgress] = []
    run(progress=steps.append)
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert (steps[0].documents_done, steps[-1].documents_done) == (0, 3)
    assert {step.documents_total for step in steps} == {3}
    of_long = [step for step in steps if step.document == "docs/long.txt" and step.chunks_total]
    assert len(of_long) > 3
    assert [step.chunks_done for step in of_long[:2]] == [16, 32]
    assert of_long[-1].chunks_done == of_long[-1].chunks_total
    assert {step.document for step in steps} == {
        f"docs/{name}" for name in ("long.txt", "steel.md", "wind.txt")
    }


def test_progress_tells_at_once_which_document_is_refused(run: Ingest, docs: Path) -> None:
    save(docs / "blank.md", "\n")
    steps: list[IngestProgress] = []
    run(progress=steps.append)
    told = {step.document: step.refused.code for step in steps if step.refused}
    assert told == {"docs/blank.md": "empty"}


def test_no_documents_are_no_work(run: Ingest, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    report = run(tmp_path / "none")
    assert counts(report) == (0, 0, 0, 0)


@pytest.mark.integration
def test_the_bundled_model_finds_a_chinese_document_for_an_english_question(
    reopen: Reopen, docs: Path
) -> None:
    model = E5Embedding()
    with reopen(model) as opened:
        ingest(opened.collection("c", create=True), model, [docs])
    with reopen(model) as opened:
        loaded = opened.collection("c").load()
        question = model.query_vectors(["How much offshore wind power is planned?"])[0]
        best = loaded.nodes[int(np.argmax(loaded.vectors @ question))]
        assert best.metadata["document"] == "docs/wind.txt"
        assert loaded.vectors.shape[1] == 384
        held = opened.collection("c").read_tokens(best)
        assert held is not None
        assert held.vectors.shape == (len(held.starts), 384)


def test_the_same_text_at_other_places_is_a_change(run: Ingest, docs: Path) -> None:
    sheet = docs / "sheet.csv"
    sheet.write_bytes(b"Name,Count\nA,5\n")
    run()
    sheet.write_bytes(b"\nName,Count\nA,5\n")
    assert counts(run()) == (0, 1, 2, 0)


def test_what_a_user_should_know_of_a_document_is_in_the_report(run: Ingest, docs: Path) -> None:
    broken = ("钢铁" * 900).encode() + b"\xff" + ("钢铁" * 900).encode()
    (docs / "broken.txt").write_bytes(broken)
    assert run().notes == (("docs/broken.txt", Note("slips", "1")),)


def test_a_file_above_the_limits_is_refused_and_the_rest_goes_on(run: Ingest, docs: Path) -> None:
    save(docs / "large.txt", "a" * (1024 * 1024 + 1))
    report = run(limits=Limits(file_mb=1))
    assert counts(report) == (2, 0, 0, 1)
    assert report.failed[0][1].code == "too_large"
