from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import StoreError
from store import backup
from store.backup import MANIFEST, READY, finish_restore, restore_backup, write_backup
from store.cache import CACHE_FILE
from store.chroma import open_store
from store.embedding import HashEmbedding
from store.ledger import DocumentRecord
from store.lock import lock_folder

Put = Callable[..., DocumentRecord]


@pytest.fixture
def fill(folder: Path, put: Put) -> Callable[..., None]:
    def write(*documents: str) -> None:
        with open_store(folder, HashEmbedding()) as store:
            for document in documents:
                put(store.collection("c", create=True), document, f"{document}\nwind", tokens=True)

    return write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar.gz"


def read(folder: Path) -> dict[str, list[str]]:
    """Texts of chunks by document; each with tokens."""
    with open_store(folder, HashEmbedding()) as store:
        if "c" not in store.collections():
            return {}
        collection = store.collection("c")
        found: dict[str, list[str]] = {}
        for node in collection.load().nodes:
            assert collection.read_tokens(node) is not None
            found.setdefault(node.metadata["document"], []).append(node.text)
        return found


def code_of(error: pytest.ExceptionInfo[StoreError]) -> str:
    return error.value.code


TWO = {"a.md": ["a.md", "wind"], "b.md": ["b.md", "wind"]}


def test_what_was_saved_comes_back(
    folder: Path, fill: Callable[..., None], file: Path, tmp_path: Path
) -> None:
    fill("a.md", "b.md")
    (folder / CACHE_FILE).write_bytes(b"x" * 999)
    (folder / "evals").mkdir()
    parts = write_backup(folder, file)
    assert {part.path.split("/")[0] for part in parts} == {"chroma", "tokens.db"}
    other = tmp_path / "other"
    assert restore_backup(file, other) == parts
    assert read(other) == TWO
    assert read(folder) == TWO
    assert {path.name for path in tmp_path.iterdir()} == {"backup.tar.gz", "data", "other"}


def test_a_store_that_is_there_is_replaced_only_if_told(
    folder: Path, fill: Callable[..., None], file: Path
) -> None:
    fill("a.md", "b.md")
    write_backup(folder, file)
    fill("c.md")
    with pytest.raises(StoreError) as caught:
        restore_backup(file, folder)
    assert code_of(caught) == "not_empty_store"
    assert len(read(folder)) == 3
    (folder / "later.db").write_text("made after the backup")
    (folder / CACHE_FILE).write_text("stays")
    restore_backup(file, folder, force=True)
    assert read(folder) == TWO
    assert not (folder / "later.db").exists()
    assert (folder / CACHE_FILE).exists()


def test_what_a_dead_process_left_in_a_journal_is_saved(
    folder: Path, fill: Callable[..., None], file: Path, tmp_path: Path
) -> None:
    fill("a.md")
    source = tmp_path / "live.db"
    database = sqlite3.connect(source)
    database.execute("pragma journal_mode = wal")
    database.execute("create table t (x)")
    database.execute("insert into t values (7)")
    database.commit()
    for side in ("", "-wal", "-shm"):  # as they lie there when the process dies
        shutil.copy(f"{source}{side}", folder / f"state.db{side}")
    database.close()
    write_backup(folder, file)
    restore_backup(file, tmp_path / "other")
    copied = sqlite3.connect(tmp_path / "other" / "state.db")
    assert copied.execute("select x from t").fetchall() == [(7,)]
    copied.close()


def test_a_journal_of_the_old_store_does_not_meet_the_new_one(
    folder: Path, fill: Callable[..., None], file: Path
) -> None:
    fill("a.md", "b.md")
    write_backup(folder, file)
    for side in ("-wal", "-shm"):
        (folder / f"tokens.db{side}").write_bytes(b"old" * 99)
    restore_backup(file, folder, force=True)
    assert not list(folder.glob("tokens.db-*"))
    assert read(folder) == TWO


@pytest.mark.parametrize(
    ("place", "code"), [("none", "no_store"), ("data", "inside"), ("there", "exists")]
)
def test_a_backup_that_can_not_be_is_refused(
    folder: Path, fill: Callable[..., None], file: Path, tmp_path: Path, place: str, code: str
) -> None:
    fill("a.md")
    source = tmp_path / "none" if place == "none" else folder
    target = folder / "b.tar.gz" if place == "data" else file
    if place == "there":
        file.write_text("an older backup")
    with pytest.raises(StoreError) as caught:
        write_backup(source, target)
    assert code_of(caught) == code
    assert place != "there" or file.read_text() == "an older backup"
    assert not (tmp_path / "none").exists()


def test_a_store_in_use_is_neither_saved_nor_replaced(
    folder: Path, fill: Callable[..., None], file: Path
) -> None:
    fill("a.md")
    write_backup(folder, file)
    with lock_folder(folder):
        with pytest.raises(StoreError, match="locked"):
            write_backup(folder, file.with_name("b"), wait=0.05)
        with pytest.raises(StoreError, match="locked"):
            restore_backup(file, folder, force=True, wait=0.05)
    assert not file.with_name("b").exists()


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("harm", [cut, flip, lambda _: b"", lambda _: b"no archive at all"])
def test_a_damaged_backup_changes_nothing(
    folder: Path, fill: Callable[..., None], file: Path, harm: Callable[[bytes], bytes]
) -> None:
    fill("a.md", "b.md")
    write_backup(folder, file)
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(StoreError) as caught:
        restore_backup(file, folder, force=True)
    assert code_of(caught) == "no_backup"
    assert caught.value.details["reason"] != ""
    assert read(folder) == TWO
    assert not list(folder.glob(".restoring*"))


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", ".hidden"])
def test_a_backup_writes_nowhere_but_into_the_store(folder: Path, file: Path, name: str) -> None:
    manifest = {"format": 1, "parts": [{"path": name, "size": 4, "sha256": "x"}]}
    with tarfile.open(file, "w:gz") as archive:
        for member, content in ((MANIFEST, json.dumps(manifest).encode()), (name, b"evil")):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    with pytest.raises(StoreError, match="no_backup"):
        restore_backup(file, folder)
    assert not list(folder.parent.rglob("evil.txt"))


def test_a_backup_that_is_not_there_is_named(folder: Path, file: Path) -> None:
    with pytest.raises(StoreError) as caught:
        restore_backup(file, folder)
    assert (code_of(caught), caught.value.details["path"]) == ("no_backup", str(file))


class PowerCut(BaseException):
    """Nothing in the code may catch this."""


@pytest.mark.parametrize("after", range(5))
def test_a_restore_that_is_cut_off_ends_with_one_store_or_the_other(
    folder: Path,
    fill: Callable[..., None],
    file: Path,
    after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill("a.md", "b.md")
    write_backup(folder, file)
    fill("c.md")
    steps = 0

    def count(real: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object) -> object:
            nonlocal steps
            steps += 1
            if steps > after:
                raise PowerCut
            return real(*args)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_remove", count(backup._remove))
        patch.setattr(Path, "replace", count(Path.replace))
        with pytest.raises(PowerCut):
            restore_backup(file, folder, force=True)
    assert (folder / READY).exists() is (after > 0)
    found = read(folder)
    assert found == TWO or (after == 0 and len(found) == 3)
    assert not list(folder.glob(".restoring*"))


def test_without_a_backup_that_waits_nothing_is_finished(folder: Path) -> None:
    (folder / ".restoring.part" / "chroma").mkdir(parents=True)  # not all of it was read
    (folder / "tokens.db").write_text("as it is")
    finish_restore(folder)
    assert not (folder / ".restoring.part").exists()
    assert (folder / "tokens.db").read_text() == "as it is"
