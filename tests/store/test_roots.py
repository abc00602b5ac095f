from __future__ import annotations

from pathlib import Path

import pytest

from store.ledger import DocumentRecord
from store.roots import (
    ALONE,
    Root,
    build_own_root,
    build_root,
    file_of,
    find_root,
    is_gone,
    name_alone,
)


def record(document: str, root: str | None, source: str | None = None) -> DocumentRecord:
    return DocumentRecord(document, document, "en", "", "", "1", 1, 1, 1, source=source, root=root)


def named(*roots: Root) -> dict[str, Root]:
    return {root.name: root for root in roots}


def test_the_innermost_root_holds_a_file() -> None:
    outer, inner = Root("reports", Path("/d/reports")), Root("2024", Path("/d/reports/2024"))
    for roots in ([outer, inner], [inner, outer]):
        assert find_root(roots, Path("/d/reports/2024/a.md")) == inner
        assert find_root(roots, Path("/d/reports/a.md")) == outer
        assert find_root(roots, Path("/d/reports-old/a.md")) is None


def test_an_id_is_the_root_s_name_and_the_path_within_it() -> None:
    root = Root("reports", Path("/d/reports"))
    assert root.document_id(Path("/d/reports/2024/a.md")) == "reports/2024/a.md"
    assert root.place(Path("/d/reports/2024/a.md")) == "2024/a.md"


@pytest.mark.parametrize(
    ("known", "file"),
    [
        (record("reports/2024/a.md", "reports"), Path("/d/reports/2024/a.md")),
        (record("a.md", ALONE, "/x/a.md"), Path("/x/a.md")),
        (record("a.md", None, "/x/a.md"), None),
        (record("lost/a.md", "lost"), None),
    ],
)
def test_a_record_knows_where_its_file_lies(known: DocumentRecord, file: Path | None) -> None:
    assert file_of(known, named(Root("reports", Path("/d/reports")))) == file


def test_a_folder_takes_its_own_name_and_a_number_where_that_is_taken(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "reports").mkdir(parents=True)
    first = build_root(tmp_path / "a" / "reports", {}, [])
    second = build_root(tmp_path / "b" / "reports", named(first), [])
    assert (first.name, second.name) == ("reports", "reports-2")
    assert build_root(tmp_path / "b" / "reports", named(first, second), []) == second


def test_the_folder_one_stands_in_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reports").mkdir()
    monkeypatch.chdir(tmp_path / "reports")
    assert build_root(Path("."), {}, []) == Root("reports", tmp_path / "reports")
    assert build_root(Path("/"), {}, []).name == "root"


def test_a_link_is_the_folder_it_leads_to_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "v7").mkdir()
    (tmp_path / "reports").symlink_to(tmp_path / "v7")
    root = build_root(tmp_path / "reports", {}, [])
    assert root == Root("reports", tmp_path / "v7")
    assert build_root(tmp_path / "v7", named(root), []) == root


@pytest.mark.parametrize(
    ("old_is_there", "document_is_there", "name"),
    [
        (False, True, "reports"),
        (True, True, "reports-2"),  # a copy
        (False, False, "reports-2"),  # another folder that happens to be called the same
    ],
)
def test_a_folder_has_moved_if_it_is_gone_and_its_documents_are_here(
    tmp_path: Path, old_is_there: bool, document_is_there: bool, name: str
) -> None:
    old, new = tmp_path / "a" / "reports", tmp_path / "b" / "reports"
    new.mkdir(parents=True)
    if old_is_there:
        old.mkdir(parents=True)
    if document_is_there:
        (new / "a.md").write_text("text")
    known = Root("reports", old)
    found = build_root(new, named(known), [record("reports/a.md", "reports")])
    assert found == Root(name, new)


def test_a_file_alone_is_called_by_its_name_and_a_number_where_that_is_taken() -> None:
    file = Path("/x/a.b.md")
    assert name_alone(file, {}) == "a.b.md"
    assert name_alone(file, {"a.b.md": file}) == "a.b.md"
    assert name_alone(file, {"a.b.md": None}) == "a.b.md"
    other = Path("/y/a.b.md")
    assert name_alone(file, {"a.b.md": other}) == "a.b-2.md"
    assert name_alone(file, {"a.b.md": other, "a.b-2.md": other}) == "a.b-3.md"


def test_what_can_not_be_looked_at_is_not_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.md"
    assert is_gone(file)
    assert is_gone(file / "b.md")
    file.write_text("text")
    assert not is_gone(file)
    assert is_gone(file / "b.md")

    def refuse(path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("store.roots.os.stat", refuse)
    assert not is_gone(tmp_path / "none.md")


def test_a_folder_of_its_own_is_a_root_although_another_one_holds_it(tmp_path: Path) -> None:
    outer = Root("docs", tmp_path)
    folder = tmp_path / ".data" / "uploads"
    made = build_own_root("uploads", folder, named(outer), [])
    assert made == Root("uploads", folder)
    assert build_own_root("uploads", folder, named(outer, made), []) == made
    taken = Root("uploads", Path("/elsewhere"))
    assert build_own_root("uploads", folder, named(taken), []).name == "uploads-2"


def test_a_folder_of_its_own_that_moved_keeps_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "default"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("A mill.", encoding="utf-8")
    before = Root("uploads", tmp_path / "old" / "default")
    moved = build_own_root("uploads", folder, named(before), [record("uploads/a.md", "uploads")])
    assert moved == Root("uploads", folder)
