from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import IngestError, StoreError
from assistant.uploads import FOLDER, check_format, clean_name, delete_file, find_folder
from assistant.uploads import put_in_place as put


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read_all(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in files}


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("2024年报（终稿）.pdf", "2024年报（终稿）.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\docs\\a b.docx", "a b.docx"),
        ("/abs/olute.md", "olute.md"),
        (".hidden.md", "hidden.md"),
        ("...", "document"),
        (".pdf", "document.pdf"),
        ("", "document"),
        ("a\x00b\x1b[31m.md", "ab[31m.md"),
        ("gnp\u202efdp.exe.md", "gnpfdp.exe.md"),
        ("<script>alert(1)<.md", "_script_alert(1)_.md"),
        ("cafe\u0301.md", "café.md"),
        ("a/..", "document"),
    ],
)
def test_a_browsers_name_becomes_a_name_and_no_path(given_name: str, name: str) -> None:
    assert clean_name(given_name) == name


@given(st.text(max_size=400))
def test_no_name_leads_out_of_its_folder_or_hides(given_name: str) -> None:
    name = clean_name(given_name)
    assert name
    assert not name.startswith(".")
    assert Path(name).name == name
    assert len(name.encode()) <= 180


def test_a_long_name_keeps_its_suffix() -> None:
    assert clean_name("报" * 300 + ".docx").endswith("报.docx")


def test_collections_have_folders_of_their_own(tmp_path: Path) -> None:
    names = ["default", "a/b", "a-b", "年报", "..", "A-B"]
    folders = {find_folder(tmp_path, name) for name in names}
    assert len(folders) == len(names)
    assert {folder.parent for folder in folders} == {tmp_path / FOLDER}
    assert find_folder(tmp_path, "default") == find_folder(tmp_path, "default")


def test_a_file_of_a_kind_that_nobody_reads_is_told_at_once() -> None:
    check_format("a.PDF")
    with pytest.raises(IngestError) as caught:
        check_format("setup.exe")
    assert caught.value.code == "format"
    assert ".pdf" in caught.value.details["formats"]  # type: ignore[operator]


def test_a_stored_file_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    write(folder / "a.md", "former")
    sent = {"a.md": write(tmp_path / "x1", "new"), "b.md": write(tmp_path / "x2", "other")}
    with put(folder, sent, lambda name: True) as paths:
        assert paths == [folder / "a.md", folder / "b.md"]
        assert (folder / "a.md").read_text() == "new"
    assert read_all(folder) == {"a.md": "new", "b.md": "other"}
    assert not (tmp_path / "x1").exists()


def test_a_file_that_is_not_stored_leaves_all_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    write(folder / "a.md", "former")
    sent = {"a.md": write(tmp_path / "x1", "broken"), "b.md": write(tmp_path / "x2", "broken")}
    with put(folder, sent, lambda name: False):
        pass
    assert read_all(folder) == {"a.md": "former"}


def test_an_ingest_that_breaks_off_leaves_former_files(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    write(folder / "a.md", "former")
    sent = {"a.md": write(tmp_path / "x1", "new")}
    with pytest.raises(RuntimeError), put(folder, sent, lambda name: False):
        raise RuntimeError("the embedding is down")
    assert read_all(folder) == {"a.md": "former"}


def test_a_former_file_is_hidden_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    write(folder / "a.md", "former")
    with put(folder, {"a.md": write(tmp_path / "x1", "new")}, lambda name: True):
        others = [path.name for path in folder.iterdir() if path.name != "a.md"]
        assert others
        assert all(name.startswith(".") for name in others)


def test_files_that_went_meanwhile_lose_nothing_that_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    write(folder / "a.md", "former")
    with (
        pytest.raises(StoreError) as caught,
        put(folder, {"a.md": tmp_path / "no"}, lambda n: False),
    ):
        pass
    assert caught.value.code == "unwritable"
    assert read_all(folder) == {"a.md": "former"}


def test_only_uploaded_files_are_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    mine, other = write(folder / "a.md", "a"), write(tmp_path / "reports" / "a.md", "a")
    assert delete_file(mine, folder) is True
    assert delete_file(other, folder) is False
    assert (mine.exists(), other.exists()) == (False, True)
