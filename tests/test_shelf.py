from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import DuociteError
from assistant.shelf import find_file, find_state, list_documents
from store.ledger import DocumentRecord
from store.prepare import TRANSFORM
from store.roots import ALONE, Root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "a.md").write_text("A mill.", encoding="utf-8")
    return Root("reports", tmp_path)


def record(document: str = "reports/a.md", **changes: object) -> DocumentRecord:
    made = DocumentRecord(document, "A", "en", "", "", TRANSFORM, 1, 1, 1, root="reports")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_document_with_its_file_is_current(root: Root) -> None:
    assert find_state(record(), {"reports": root}) == "current"


def test_each_other_state_is_told(root: Root, tmp_path: Path) -> None:
    roots = {"reports": root}
    assert find_state(record(transform="0.0"), roots) == "outdated"
    assert find_state(record("reports/b.md"), roots) == "file_gone"
    assert find_state(record(root=None), roots) == "file_unknown"
    assert find_state(record(), {}) == "file_unknown"
    alone = record("a.md", root=ALONE, source=str(tmp_path / "a.md"))
    assert find_state(alone, {}) == "current"


def test_uploaded_documents_are_told_from_others(root: Root, tmp_path: Path) -> None:
    [mine] = list_documents([record()], [root], tmp_path)
    [other] = list_documents([record()], [root], tmp_path / "uploads")
    assert (mine.uploaded, other.uploaded) == (True, False)
    assert mine.state == "current"


def test_the_file_of_a_document_is_found(root: Root, tmp_path: Path) -> None:
    assert find_file(record(), [root]) == tmp_path / "a.md"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"id": "reports/b.md"}, "source_gone"), ({"root": None}, "source_unknown")],
)
def test_a_file_that_cant_be_read_again_is_told(
    root: Root, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DuociteError) as caught:
        find_file(replace(record(), **changes), [root])
    assert caught.value.code == code


def test_a_link_out_of_its_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(DuociteError) as caught:
        find_file(record(), [Root("reports", folder)])
    assert caught.value.code == "outside"
