from __future__ import annotations

from dataclasses import replace

from store.ledger import DocumentRecord, hash_records, hash_text

RECORD = DocumentRecord(
    id="a/报告.txt",
    title="报告",
    language="zh",
    sha256=hash_text("x"),
    fingerprint="f1",
    transform="1.1",
    chunks=3,
    sentences=9,
    characters=1200,
    year=2024,
    organisations=("Corning", "康宁"),
)


def test_a_record_survives_its_flat_form() -> None:
    assert DocumentRecord.from_metadata(RECORD.to_metadata()) == RECORD


def test_keys_that_chroma_dropped_come_back_as_nothing() -> None:
    stored = {key: value for key, value in RECORD.to_metadata().items() if value is not None}
    again = DocumentRecord.from_metadata(stored)
    assert again == RECORD
    assert again.author is None


def test_foreign_keys_in_the_flat_form_are_passed_over() -> None:
    assert DocumentRecord.from_metadata({**RECORD.to_metadata(), "kind": "record"}) == RECORD


def test_the_flat_form_is_flat() -> None:
    assert all(
        value is None or isinstance(value, str | int) for value in RECORD.to_metadata().values()
    )


def test_the_same_text_in_two_documents_has_two_versions() -> None:
    assert RECORD.version != replace(RECORD, id="b.txt").version


def test_another_fingerprint_is_another_version_of_the_document_and_of_the_ledger() -> None:
    other = replace(RECORD, fingerprint="f2")
    assert other.version != RECORD.version
    assert hash_records({RECORD.id: RECORD}) != hash_records({RECORD.id: other})


def test_the_order_of_records_does_not_matter() -> None:
    other = replace(RECORD, id="b.txt")
    one = hash_records({RECORD.id: RECORD, other.id: other})
    assert one == hash_records({other.id: other, RECORD.id: RECORD})


def test_the_hash_is_over_utf_8() -> None:
    assert hash_text("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hash_text("é") != hash_text("e\u0301")
