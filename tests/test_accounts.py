"""`duocite users`, by its functions and as the real command."""

from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import accounts
from assistant.cli import app
from assistant.errors import DuociteError, SettingsError, UserError
from assistant.passwords import is_password
from assistant.users import read_users

ROOT = Path(__file__).parent.parent
MAIN = "from assistant.cli import main; main()"
PASSWORD, OTHER = "four plain words here", "other words for later"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_AUTH", "users")
    monkeypatch.setenv("DUOCITE_LANGUAGE", "en")
    return tmp_path / "users"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def ask(first: str, again: str) -> str:
    return PASSWORD


def code_of(call: object, *args: object) -> str:
    with pytest.raises(DuociteError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


def test_somebody_is_added_and_listed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts.add_user("anna", "editor", None, ask)
    accounts.add_user("本", "reader", None, ask)
    assert "anna may sign in as editor." in capsys.readouterr().out
    accounts.list_users(None, as_json=False)
    assert capsys.readouterr().out == "anna · editor\n本 · reader\n"
    accounts.list_users(None, as_json=True)
    shown = capsys.readouterr().out
    assert json.loads(shown)["users"][1] == {"name": "本", "role": "reader"}
    assert "argon2" not in shown
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_password(PASSWORD, read_users(path)["anna"].hash)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nmore\n"])
def test_a_password_comes_as_the_first_line(
    path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    typed(monkeypatch, f" {PASSWORD} {end}")
    accounts.add_user("anna", "editor", None, None)
    assert is_password(f" {PASSWORD} ", read_users(path)["anna"].hash)


def test_a_new_password_leaves_the_role(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add_user("anna", "editor", None, ask)
    typed(monkeypatch, OTHER)
    accounts.change_password("anna", None, None)
    anna = read_users(path)["anna"]
    assert anna.editor
    assert is_password(OTHER, anna.hash)
    assert not is_password(PASSWORD, anna.hash)


def test_who_is_removed_is_gone(path: Path) -> None:
    accounts.add_user("anna", "editor", None, ask)
    accounts.add_user("ben", "reader", None, ask)
    accounts.remove_user(" anna ", None)
    assert list(read_users(path)) == ["ben"]
    assert code_of(accounts.remove_user, "anna", None) == "no_user"
    assert code_of(accounts.change_password, "anna", None, ask) == "no_user"


@pytest.mark.parametrize("name", ["anna", "Anna", " anna "])
def test_nobody_is_there_twice_not_even_in_other_letters(path: Path, name: str) -> None:
    accounts.add_user("anna", "editor", None, ask)
    before = path.read_bytes()
    assert code_of(accounts.add_user, name, "reader", None, ask) == "exists"
    assert path.read_bytes() == before


def test_who_was_added_while_a_password_was_typed_is_not_replaced(path: Path) -> None:
    def slow(first: str, again: str) -> str:
        accounts.add_user("anna", "editor", None, ask)
        return OTHER

    assert code_of(accounts.add_user, "anna", "reader", None, slow) == "exists"
    assert read_users(path)["anna"].editor


def test_what_can_not_be_is_refused_and_no_file_is_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert code_of(accounts.add_user, "a:b", "reader", None, ask) == "name"
    assert code_of(accounts.add_user, "anna", "reader", None, lambda *_: "short") == (
        "password_short"
    )
    typed(monkeypatch, "\n")
    assert code_of(accounts.add_user, "anna", "reader", None, None) == "no_password"
    for call in (accounts.remove_user, accounts.change_password):
        assert code_of(
            call, "anna", None, *([ask] if call is accounts.change_password else [])
        ) == ("missing")
    assert list(path.parent.iterdir()) == []


def test_the_file_is_named_or_set(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.add_user("anna", "editor", Path("others"), ask)
    assert not path.exists()
    monkeypatch.setenv("DUOCITE_AUTH", "header:Remote-User")
    with pytest.raises(SettingsError, match="auth_is_header"):
        accounts.list_users(None, as_json=False)
    monkeypatch.delenv("DUOCITE_AUTH")
    with pytest.raises(SettingsError, match="no_auth_file"):
        accounts.list_users(None, as_json=False)
    accounts.list_users(Path("others"), as_json=False)


def test_a_malformed_file_is_left_alone(path: Path) -> None:
    path.write_text("anna:editor\n", encoding="utf-8")
    with pytest.raises(UserError, match="bad_line"):
        accounts.add_user("ben", "reader", None, ask)
    assert path.read_text("utf-8") == "anna:editor\n"


def test_no_command_takes_a_password_as_an_argument(path: Path) -> None:
    for command in ("add", "passwd"):
        result = CliRunner().invoke(app, ["users", command, "anna", "--password", PASSWORD])
        assert result.exit_code == 2
        assert "No such option" in result.output
    assert CliRunner().invoke(app, ["users", "add", "anna", "--role", "admin"]).exit_code == 2


def run(*args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, "users", *args],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.integration
def test_the_real_command_adds_lists_and_says_what_is_wrong(path: Path) -> None:
    added = run("add", "anna", "--role", "editor", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert run("list").stdout == "anna · editor\n"
    again = run("add", "anna", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("There is a user “anna” already.")
    assert PASSWORD not in added.stdout + added.stderr + again.stderr
    assert run("remove", "anna").returncode == 0
    assert "anna" not in path.read_text("utf-8")


@pytest.mark.integration
def test_at_a_terminal_it_asks_twice_and_shows_nothing(path: Path) -> None:
    terminal, inner = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", MAIN, "users", "add", "anna"],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(inner)
    shown = ""
    for prompt in ("Password for anna", "The same again"):
        shown += read_until(terminal, prompt)
        os.write(terminal, f"{PASSWORD}\n".encode())
    shown += read_until(terminal, "may sign in")
    assert child.wait() == 0
    os.close(terminal)
    assert PASSWORD not in shown
    assert is_password(PASSWORD, read_users(path)["anna"].hash)


def read_until(terminal: int, text: str) -> str:
    """What a terminal shows up to a text; getpass throws away what is typed before its prompt."""
    shown, ends = "", time.monotonic() + 60
    while text not in shown and time.monotonic() < ends:
        shown += os.read(terminal, 1000).decode()
    time.sleep(0.2)
    return shown
