from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UserError
from assistant.passwords import hash_of_nobody
from assistant.users import (
    LONGEST_NAME,
    User,
    UserFile,
    change_users,
    check_name,
    read_users,
    write_users,
)

HASH = hash_of_nobody()
ANNA, BEN = User("anna", "editor", HASH), User("本 o'Neill", "reader", HASH)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users"


def keep(path: Path, *users: User) -> None:
    write_users(path, {user.name: user for user in users})


def test_what_was_written_is_read_again(path: Path) -> None:
    keep(path, ANNA, BEN)
    assert read_users(path) == {"anna": ANNA, "本 o'Neill": BEN}
    assert (ANNA.editor, BEN.editor) == (True, False)


def test_the_file_is_for_its_owner_alone_whatever_it_was_before(path: Path) -> None:
    path.write_text("", encoding="utf-8")
    path.chmod(0o644)
    keep(path, ANNA)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["users"]


def test_remarks_stay_and_a_link_leads_to_the_file_that_is_written(path: Path) -> None:
    real = path.with_name("real")
    real.write_text(f"# the harbour's people\n\nanna:editor:{HASH}\n", encoding="utf-8")
    path.symlink_to(real)
    with change_users(path) as users:
        users[BEN.name] = BEN
    assert path.is_symlink()
    assert real.read_text("utf-8").startswith("# the harbour's people\nanna:editor:")
    assert list(read_users(real)) == ["anna", "本 o'Neill"]


def test_a_hash_is_not_shown_where_a_user_is(path: Path) -> None:
    assert HASH not in repr(ANNA)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("anna", "bad_line"),
        ("anna:secret", "bad_line"),
        (f"anna:editor:{HASH}:more", "bad_line"),
        (f":editor:{HASH}", "bad_name"),
        (f" anna:editor:{HASH}", "bad_name"),
        (f"an\x07na:editor:{HASH}", "bad_name"),
        (f"{'x' * (LONGEST_NAME + 1)}:editor:{HASH}", "bad_name"),
        (f"anna:admin:{HASH}", "bad_role"),
        (f"anna:Editor:{HASH}", "bad_role"),
        ("anna:editor:secret", "bad_hash"),
        ("anna:editor:", "bad_hash"),
        (f"ben:editor:{HASH}", "twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(path: Path, line: str, code: str) -> None:
    text = f"# users\nben:reader:{HASH}\n{line}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_users(path)
    assert (caught.value.code, caught.value.details["line"]) == (code, 3)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_told(path: Path) -> None:
    with pytest.raises(UserError, match="missing"):
        read_users(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="unreadable"):
        read_users(path)
    with pytest.raises(UserError, match="unreadable"):
        read_users(path.parent)
    with pytest.raises(UserError, match="missing"):
        UserFile(path.with_name("gone")).find("anna")


def test_where_nobody_may_write_it_says_so(path: Path) -> None:
    path.write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="unwritable"):
        keep(path / "below a file", ANNA)
    with pytest.raises(UserError, match="unwritable"), change_users(path / "below a file"):
        pass


def test_a_change_that_fails_changes_nothing(path: Path) -> None:
    keep(path, ANNA)
    with suppress(ZeroDivisionError), change_users(path) as users:
        users.clear()
        raise ZeroDivisionError
    assert list(read_users(path)) == ["anna"]


def test_changes_at_once_are_all_kept(path: Path) -> None:
    def add(name: str) -> None:
        with change_users(path) as users:
            users[name] = User(name, "reader", HASH)

    names = [f"user {number}" for number in range(8)]
    threads = [threading.Thread(target=add, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(read_users(path)) == set(names)


def test_a_file_is_read_again_once_it_has_changed(path: Path) -> None:
    keep(path, ANNA)
    users = UserFile(path)
    assert users.find("anna") == ANNA
    keep(path, User("anna", "reader", HASH), BEN)
    assert users.find("anna") == User("anna", "reader", HASH)
    assert users.find(" 本 o'Neill ") == BEN
    keep(path, BEN)
    assert users.find("anna") is None


def test_it_is_not_read_again_as_long_as_it_is_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(path, ANNA)
    users = UserFile(path)
    users.users()
    monkeypatch.setattr("assistant.users.read_users", lambda path: pytest.fail("read again"))
    assert users.find("anna") == ANNA


def test_a_file_that_has_gone_wrong_finds_nobody(path: Path) -> None:
    keep(path, ANNA)
    users = UserFile(path)
    users.users()
    with path.open("a", encoding="utf-8") as file:
        file.write("nonsense\n")
    for _ in range(2):
        with pytest.raises(UserError, match="bad_line"):
            users.find("anna")
    os.unlink(path)
    with pytest.raises(UserError, match="missing"):
        users.find("anna")


@pytest.mark.parametrize("name", ["", "  ", "a:b", "#a", "a\nb", "x" * 101, "a\u202eb"])
def test_names_that_the_file_or_a_list_can_not_hold(name: str) -> None:
    with pytest.raises(UserError, match="name"):
        check_name(name)


@given(st.text(max_size=LONGEST_NAME))
def test_a_name_that_is_taken_comes_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    try:
        kept = check_name(name)
    except UserError:
        return
    path = tmp_path_factory.getbasetemp() / "any-users"
    write_users(path, {kept: User(kept, "reader", HASH)})
    assert list(read_users(path)) == [kept]
