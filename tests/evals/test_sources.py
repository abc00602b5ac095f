from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SuiteError
from evals.sources import find_id, list_spans, read_folder


def test_documents_are_read_with_their_catalog_and_nothing_is_written(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("It cost 5 yuan. It was built in 2020.", encoding="utf-8")
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text("- file: a.txt\n  organisation: Acme\n", encoding="utf-8")
    (source,) = read_folder(docs, catalog).sources
    (node,) = source.nodes
    assert (source.id, node.metadata["organisation"]) == ("a.txt", "Acme")
    assert [node.text[a:b] for a, b in list_spans(node)] == [
        "It cost 5 yuan.",
        "It was built in 2020.",
    ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "catalog.yaml", "docs"]


def test_a_broken_document_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text.", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"no")
    folder = read_folder(tmp_path)
    assert [source.id for source in folder.sources] == ["a.txt"]
    assert [path.name for path, _ in folder.failed] == ["b.pdf"]
    assert folder.text("a.txt") == "Text."
    assert folder.text("c.txt") is None


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no_documents"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("source", "found"),
    [("x/a.txt", "x/a.txt"), ("a.txt", None), ("b.txt", "y/b.txt"), ("", None), (".txt", None)],
)
def test_a_document_is_found_by_the_end_of_its_name_if_there_is_one(
    source: str, found: str | None
) -> None:
    assert find_id(["x/a.txt", "y/a.txt", "y/b.txt"], source) == found
