"""`duocite serve` and `duocite keys` as real processes: a key counts at once, and shows nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant.keyform import make_key
from assistant.keys import Keys
from assistant.running import find_running
from assistant.state import State
from tests.support.served import serving, start

pytestmark = pytest.mark.integration

QUESTION = {"question": "How many tons of paper did the mill make in 2023?"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("keyed")
    (here / "mill.md").write_text("# Paper\n\nThe mill made 40 tons in 2023.\n", encoding="utf-8")
    assert finish(here, "ingest", "mill.md")[0] == 0
    return here


def settings(here: Path, **more: str) -> dict[str, str]:
    known = {"DUOCITE_DATA": str(here / "data"), "DUOCITE_EMBEDDING": "hash"}
    return {**known, "DUOCITE_LANGUAGE": "en", "DUOCITE_LOG": str(here / "log"), **more}


def finish(here: Path, *args: str, **more: str) -> tuple[int, str, str]:
    with start(*args, folder=here, settings=settings(here, **more)) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def keys(here: Path) -> Iterator[Keys]:
    with closing(State(here / "data")) as state:
        yield Keys(state)


def test_a_server_notices_keys_and_the_commands_go_on(here: Path, keys: Keys) -> None:
    limits = {"DUOCITE_CORS": "https://app.example.org"}
    with serving(folder=here, settings=settings(here, **limits)):
        running = find_running(here / "data")
        assert running is not None
        with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as client:
            assert client.get("/v1/collections").status_code == 200
            code, key, said = finish(here, "keys", "make", "dashboard")
            assert (code, "with a key only" in said) == (0, True)
            given = {"Authorization": f"Bearer {key.strip()}"}
            assert client.get("/v1/collections").status_code == 401
            # By the token of this start: an ingest by path, which no key may order.
            assert finish(here, "ingest", "mill.md")[0] == 0
            answer = client.post("/v1/ask", json=QUESTION, headers=given).json()
            assert "40 tons" in answer["answer"]
            wrong = make_key()
            asked = {"Authorization": f"Bearer {wrong}", "Origin": "https://app.example.org"}
            refused = client.post("/v1/ask", json=QUESTION, headers=asked)
            assert refused.status_code == 401
            assert refused.headers["access-control-allow-origin"] == "https://app.example.org"
            keys.revoke("dashboard")
            assert client.post("/v1/ask", json=QUESTION, headers=given).status_code == 401
            assert client.get("/").status_code == 200
    log = (here / "log").read_text("utf-8")
    for secret in (key.strip(), wrong):
        assert secret not in log


def test_beyond_this_machine_it_takes_a_key_and_has_no_chat(here: Path, keys: Keys) -> None:
    beyond = {"DUOCITE_HOST": "0.0.0.0", "DUOCITE_NAMES": "reports.example.org"}
    code, _, said = finish(here, "serve", "--port", "0", **beyond)
    assert (code, said.count("\n")) == (2, 1)
    assert "no key works" in said
    made = keys.make("other", ["ask"])
    with serving(folder=here, settings=settings(here, **beyond)) as process:
        assert process.stdout is not None
        assert "there is no chat" in process.stdout.readline()
        running = find_running(here / "data")
        assert running is not None
        given = {"Authorization": f"Bearer {made}"}
        with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/v1/documents", headers=given).status_code == 200
            assert client.get("/v1/documents").json()["error"]["code"] == "request.token"
            page = client.get("/", headers={"Accept": "text/html"})
            assert (page.status_code, "DUOCITE_AUTH" in page.text) == (403, True)
            assert client.get("/config", headers=given).status_code == 403
