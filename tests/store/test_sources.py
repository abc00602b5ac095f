from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import StoreError
from store.chroma import Store
from store.embedding import HashEmbedding
from store.formats.limits import Limits
from store.ingest import ingest
from store.ledger import DocumentRecord
from store.roots import ALONE, Root
from store.sources import draw_source, hash_bytes, open_source
from tests.support.files import make_pdf

TEXT = b"The northern terminal opened in 2019.\n"


def record_of(file: Path, root: str | None, **changes: object) -> DocumentRecord:
    document = f"{root}/{file.name}" if root else file.name
    known = DocumentRecord(document, "T", "en", "", "", "1", 1, 1, 1, source=str(file), root=root)
    return replace(known, content=hash_bytes(TEXT), **changes)  # type: ignore[arg-type]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    (made / "a.md").write_bytes(TEXT)
    return made


def refused(record: DocumentRecord, *roots: Root, limits: Limits | None = None) -> str:
    with pytest.raises(StoreError) as caught:
        open_source(record, roots, limits or Limits())
    return caught.value.code


def test_a_file_of_a_root_is_opened_as_it_was_read(reports: Path) -> None:
    record, root = record_of(reports / "a.md", "reports"), Root("reports", reports)
    source = open_source(record, [root])
    assert (source.path, source.data) == (reports / "a.md", TEXT)


def test_a_file_given_alone_is_opened(reports: Path) -> None:
    assert open_source(record_of(reports / "a.md", ALONE), []).data == TEXT


def test_a_folder_that_moved_is_looked_up_where_it_is_now(reports: Path, tmp_path: Path) -> None:
    moved = reports.rename(tmp_path / "elsewhere")
    record = record_of(reports / "a.md", "reports")
    assert refused(record, Root("reports", reports)) == "source_gone"
    assert open_source(record, [Root("reports", moved)]).data == TEXT


def test_a_file_that_changed_by_one_character_is_not_handed_out(reports: Path) -> None:
    (reports / "a.md").write_bytes(TEXT.replace(b"2019", b"2018"))
    assert refused(record_of(reports / "a.md", "reports"), Root("reports", reports)) == (
        "source_changed"
    )


def test_a_link_that_leads_out_of_the_root_is_not_followed(reports: Path, tmp_path: Path) -> None:
    """Not even to a file of the same bytes."""
    outside = tmp_path / "outside.md"
    outside.write_bytes(TEXT)
    (reports / "a.md").unlink()
    (reports / "a.md").symlink_to(outside)
    assert refused(record_of(reports / "a.md", "reports"), Root("reports", reports)) == (
        "source_changed"
    )


def test_a_root_that_is_no_longer_registered_has_no_files(reports: Path) -> None:
    assert refused(record_of(reports / "a.md", "reports")) == "source_unknown"


@pytest.mark.parametrize("changes", [{"content": None}, {"root": None}])
def test_what_was_stored_before_files_were_noted_says_so(
    reports: Path, changes: dict[str, None]
) -> None:
    record = replace(record_of(reports / "a.md", "reports"), **changes)  # type: ignore[arg-type]
    assert refused(record, Root("reports", reports)) == "source_unknown"


def test_a_folder_in_the_files_place_is_no_file(reports: Path) -> None:
    (reports / "a.md").unlink()
    (reports / "a.md").mkdir()
    assert refused(record_of(reports / "a.md", ALONE)) == "source_gone"


def test_no_more_is_read_than_a_document_may_have(reports: Path) -> None:
    big = reports / "a.md"
    big.write_bytes(b"x" * (1 << 20) + TEXT)
    record = replace(record_of(big, ALONE), content=hash_bytes(big.read_bytes()))
    assert open_source(record, []).data == big.read_bytes()
    assert refused(record, limits=Limits(file_mb=1)) == "source_changed"


def test_an_ingest_notes_the_bytes_that_it_read(store: Store, reports: Path) -> None:
    collection = store.collection("default", create=True)
    ingest(collection, HashEmbedding(), [reports])
    record = collection.record("reports/a.md")
    assert record is not None
    assert open_source(record, collection.roots()).data == TEXT


def test_the_next_ingest_notes_the_bytes_of_what_was_stored_before(
    store: Store, reports: Path
) -> None:
    collection = store.collection("default", create=True)
    ingest(collection, HashEmbedding(), [reports])
    [record] = collection.documents()
    collection.restate(replace(record, content=None))
    report = ingest(collection, HashEmbedding(), [reports])
    assert (report.unchanged, collection.documents()) == (1, [record])


def test_a_pdf_has_pages_to_draw_and_a_text_has_none(reports: Path) -> None:
    pdf = reports / "b.pdf"
    pdf.write_bytes(make_pdf([["The northern terminal opened in 2019."]]))
    record = replace(record_of(pdf, ALONE), content=hash_bytes(pdf.read_bytes()))
    picture = draw_source(open_source(record, []), 1, "terminal opened in 2019")
    assert picture is not None
    assert len(picture.boxes) == 1
    assert draw_source(open_source(record_of(reports / "a.md", ALONE), []), 1, "x") is None
