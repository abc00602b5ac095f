"""On real stores in tmp_path, with the embedding that needs no model."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SuiteError
from assistant.settings import Settings
from evals import collections
from evals.collections import COLLECTION, Prepared, build_folder, prepare_collection
from store.chroma import open_store
from store.embedding import HashEmbedding

CATALOG = "- file: a.md\n  organisation: Acme\n  title: From the catalog\n"
ENGLISH = "# Ports\n\nThe port moved 12 million tonnes in 2020. It will move more by 2025.\n"
CHINESE = "# 港口\n\n2020年港口吞吐量为1200万吨。预计到2025年还会增加。\n"


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "build_embedding", lambda name: HashEmbedding())


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text(ENGLISH, encoding="utf-8")
    (folder / "b.md").write_text(CHINESE, encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def titles(prepared: Prepared) -> list[str]:
    with open_store(prepared.settings.data, HashEmbedding()) as store:
        return [record.title for record in store.collection(COLLECTION).documents()]


def test_a_second_run_embeds_nothing(settings: Settings, docs: Path) -> None:
    first = prepare_collection(settings, docs, None)
    second = prepare_collection(settings, docs, None)
    assert (first.report.new, second.report.new) == (2, 0)
    assert (second.report.unchanged, second.report.chunks) == (2, 0)
    assert first.chunk_sizes == second.chunk_sizes


def test_a_catalog_is_used_only_where_it_is_given(settings: Settings, docs: Path) -> None:
    (docs / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    assert titles(prepare_collection(settings, docs, None)) == ["Ports", "港口"]
    given = prepare_collection(settings, docs, docs / "catalog.yaml")
    assert titles(given) == ["From the catalog", "港口"]


def test_a_document_whose_file_is_gone_is_not_asked(settings: Settings, docs: Path) -> None:
    prepare_collection(settings, docs, None)
    (docs / "b.md").unlink()
    prepared = prepare_collection(settings, docs, None)
    assert prepared.documents == 1
    assert titles(prepared) == ["Ports"]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(settings: Settings, docs: Path) -> None:
    (docs / "c.txt").write_bytes(b"\x00\x01\x02broken\xff")
    prepared = prepare_collection(settings, docs, None)
    assert [path.name for path, _ in prepared.failed] == ["c.txt"]
    assert prepared.documents == 2


def test_chunks_are_measured_by_language(settings: Settings, docs: Path) -> None:
    sizes = {one.language: one for one in prepare_collection(settings, docs, None).chunk_sizes}
    assert set(sizes) == {"en", "zh"}
    assert sizes["en"].chunks == 1
    assert sizes["en"].mean_characters > sizes["zh"].mean_characters > 20


def test_a_folder_without_documents_is_an_error(settings: Settings, tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SuiteError, match="no_documents"):
            prepare_collection(settings, missing, None)
    assert not settings.data.exists()


def test_documents_and_catalog_choose_the_store(tmp_path: Path) -> None:
    data, docs = tmp_path / "data", tmp_path / "docs"
    pairs = [(docs, None), (docs, docs / "catalog.yaml"), (tmp_path, None)]
    folders = {build_folder(data, *pair) for pair in pairs}
    assert len(folders) == 3
    assert {folder.parent for folder in folders} == {data / "evals"}


def test_the_version_changes_with_what_is_stored_and_comes_back(
    settings: Settings, docs: Path
) -> None:
    first = prepare_collection(settings, docs, None).version
    assert prepare_collection(settings, docs, None).version == first
    text = (docs / "b.md").read_text(encoding="utf-8")
    (docs / "b.md").write_text(f"{text}\n\nMore.", encoding="utf-8")
    assert prepare_collection(settings, docs, None).version != first
    (docs / "b.md").write_text(text, encoding="utf-8")
    assert prepare_collection(settings, docs, None).version == first
