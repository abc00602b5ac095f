"""`duocite serve` with a file of users, as a real process: people outside, commands inside."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant.auth import COOKIE
from assistant.passwords import hash_password
from assistant.running import find_running
from assistant.users import User, change_users
from tests.support.served import serving, start

pytestmark = pytest.mark.integration

PASSWORD = "four plain words here"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of one document, and with a user."""
    here = tmp_path_factory.mktemp("served")
    (here / "mill.md").write_text("# Paper\n\nThe mill made 40 tons in 2023.\n", encoding="utf-8")
    assert finish(here, "ingest", "mill.md")[0] == 0
    with change_users(here / "users") as users:
        users["anna"] = User("anna", "editor", hash_password(PASSWORD))
    return here


def settings(here: Path, **more: str) -> dict[str, str]:
    known = {"DUOCITE_DATA": str(here / "data"), "DUOCITE_EMBEDDING": "hash"}
    return {**known, "DUOCITE_LANGUAGE": "en", "DUOCITE_LOG": str(here / "log"), **more}


def finish(here: Path, *args: str, **more: str) -> tuple[int, str]:
    with start(*args, folder=here, settings=settings(here, **more)) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out + err


@pytest.fixture(scope="module")
def served(here: Path) -> Iterator[subprocess.Popen[str]]:
    with serving(folder=here, settings=settings(here, DUOCITE_AUTH="users")) as process:
        yield process


@pytest.fixture
def client(here: Path, served: subprocess.Popen[str]) -> Iterator[httpx.Client]:
    running = find_running(here / "data")
    assert running is not None
    with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as opened:
        yield opened


def test_people_sign_in_and_commands_need_not(here: Path, client: httpx.Client) -> None:
    assert client.get("/").status_code == 401
    code, out = finish(here, "docs", "list", DUOCITE_AUTH="users")
    assert (code, "mill.md" in out) == (0, True)
    form = {"name": "anna", "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303
    assert client.get("/").status_code == 200
    assert client.get("/v1/collections").json()["collections"][0]["documents"] == 1
    assert finish(here, "users", "remove", "anna", DUOCITE_AUTH="users")[0] == 0
    assert client.get("/").status_code == 401
    log = (here / "log").read_text("utf-8")
    assert "signed in: 'anna'" in log
    for secret in (PASSWORD, client.cookies[COOKIE]):
        assert secret not in log


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"DUOCITE_HOST": "0.0.0.0"}, "nobody signs in"),
        ({"DUOCITE_HOST": "0.0.0.0", "DUOCITE_AUTH": "header:X-User"}, "Set DUOCITE_NAMES"),
        ({"DUOCITE_AUTH": "gone"}, "There is no file of users at gone"),
        ({"DUOCITE_AUTH": "header:"}, "DUOCITE_AUTH can't be"),
    ],
)
def test_a_server_that_would_let_in_the_wrong_people_does_not_begin(
    here: Path, more: dict[str, str], line: str
) -> None:
    code, said = finish(here, "serve", "--port", "0", **more)
    assert code == 2
    assert line in said
    assert said.count("\n") == 1
