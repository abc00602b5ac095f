"""`duocite keys`, by its functions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import granting
from assistant.cli import app
from assistant.errors import GrantError
from assistant.keyform import is_key
from assistant.keys import Key
from assistant.prompts import load_messages
from assistant.state import has_state

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUOCITE_LANGUAGE", "en")
    return tmp_path / "data"


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    granting.list_keys(as_json=True)
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["keys"]
    return found


def test_a_key_comes_alone_so_that_a_script_can_take_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    granting.make_key("dashboard", ["ask"], None)
    out, err = capsys.readouterr()
    assert is_key(out.removesuffix("\n"))
    assert out.strip() not in err
    assert "only time" in err
    assert "takes requests with a key only" in err
    granting.make_key("other", ["ask", "write"], "90d")
    assert "with a key only" not in capsys.readouterr().err


def test_keys_are_listed_without_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    granting.make_key("dashboard", ["ask"], None)
    key = capsys.readouterr().out.strip()
    granting.list_keys(as_json=False)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert capsys.readouterr().out == f"dashboard · ask · made {today}\n"
    [row] = listed(capsys)
    assert (row["name"], row["scopes"]) == ("dashboard", ["ask"])
    assert set(row) == {"name", "scopes", "created", "expires", "used", "revoked"}
    assert key not in str(row)


def test_a_key_is_revoked_and_then_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    granting.make_key("a", ["ask"], None)
    with pytest.raises(GrantError, match="works"):
        granting.forget_key("a")
    granting.revoke_key("a")
    assert listed(capsys)[0]["revoked"]
    granting.forget_key("a")
    assert "open to programs of this machine again" in capsys.readouterr().err
    assert listed(capsys) == []


def test_looking_and_ending_make_no_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    granting.list_keys(as_json=False)
    assert "There are no keys" in capsys.readouterr().out
    for call in (granting.revoke_key, granting.forget_key):
        with pytest.raises(GrantError, match="no_key"):
            call("a")
    assert not has_state(folder)


def test_what_is_wrong_makes_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    for name, scopes, expires in (("", ["ask"], None), ("a", [], None), ("a", ["ask"], "soon")):
        with pytest.raises(GrantError):
            granting.make_key(name, scopes, expires)
    assert listed(capsys) == []


@pytest.mark.parametrize(
    ("more", "english", "chinese"),
    [
        ({}, "a · ask + write · made 2030-06-01", "a · ask + write · 生成于 2030-06-01"),
        ({"used": NOON.date()}, "last used 2030-06-01", "最近使用 2030-06-01"),
        ({"revoked": NOON}, "revoked 2030-06-01", "停用于 2030-06-01"),
        (
            {"expires": NOON + timedelta(hours=1)},
            "expires 2030-06-01 13:00 UTC",
            "有效期至 2030-06-01 13:00 UTC",
        ),
        ({"expires": NOON}, "expired 2030-06-01 12:00 UTC", "已于 2030-06-01 12:00 UTC 过期"),
    ],
)
def test_a_line_says_whether_a_key_works(
    more: dict[str, object], english: str, chinese: str
) -> None:
    key = Key(1, "a", "", frozenset({"write", "ask"}), NOON, **more)  # type: ignore[arg-type]
    assert granting.say_key(key, load_messages("en"), NOON).endswith(english)
    assert granting.say_key(key, load_messages("zh"), NOON).endswith(chinese)


def test_the_command_asks_for_known_scopes(capsys: pytest.CaptureFixture[str]) -> None:
    run = CliRunner()
    assert run.invoke(app, ["keys", "make", "a", "--scope", "admin"]).exit_code == 2
    made = run.invoke(app, ["keys", "make", "a", "--scope", "write", "--expires", "8w"])
    assert made.exit_code == 0
    plain = run.invoke(app, ["keys", "make", "b"])
    assert plain.exit_code == 0
    rows = listed(capsys)
    assert [row["scopes"] for row in rows] == [["write"], ["ask"]]
    assert rows[0]["expires"]
    assert run.invoke(app, ["keys", "revoke", "b"]).exit_code == 0
    assert run.invoke(app, ["keys", "list", "--json"]).exit_code == 0
