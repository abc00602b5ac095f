"""Each example of the page on the API does what it shows, on the real app."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import FERRY, MILL, Served
from tests.support.owners import TOKEN

pytestmark = pytest.mark.integration

PAGE = (Path(__file__).parents[2] / "assistant/api/README.md").read_text("utf-8")
HERE = "http://127.0.0.1:7860"
CURL = [
    command
    for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    for command in re.split(r"\n\n+", block.strip())
]
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def plain(served: Served) -> Iterator[httpx.Client]:
    """Without a header that the examples don't send."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: httpx.Client) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", TOKEN)
    Path("mill.md").write_text(MILL, encoding="utf-8")
    Path("年报.md").write_text(FERRY, encoding="utf-8")
    given = [("files", (name, Path(name).read_bytes())) for name in ("mill.md", "年报.md")]
    client.post("/v1/documents", files=given)
    yield
    for name in ("uploads/mill.md", "uploads/年报.md"):
        client.delete("/v1/documents", params={"id": name})


def read_curl(command: str) -> dict[str, Any]:
    """What a command line of curl asks for; an option that isn't known is a KeyError."""
    words = iter(shlex.split(command.replace("\\\n", " ").replace("$KEY", TOKEN)))
    assert next(words) == "curl"
    asked: dict[str, Any] = {"method": None, "url": "", "headers": {}, "files": [], "data": None}
    asked["params"] = {}
    for word in words:
        if not word.startswith("-"):
            asked["url"] = word
        elif word in ("-s", "-sN"):
            continue
        elif word == "-G":
            asked["method"] = "GET"
        else:
            _take_option(asked, word, next(words))
    return asked


def _take_option(asked: dict[str, Any], option: str, value: str) -> None:
    if option == "-X":
        asked["method"] = value
    elif option == "-H":
        name, _, said = value.partition(": ")
        asked["headers"][name] = said
    elif option == "-d":
        asked["data"] = value
    elif option == "--data-urlencode":
        name, _, said = value.partition("=")
        asked["params"][name] = said
    elif option == "-F":
        name, _, said = value.partition("=")
        path = Path(said.removeprefix("@"))
        held = (path.name, path.read_bytes()) if said.startswith("@") else (None, said.encode())
        asked["files"].append((name, held))
    else:
        raise KeyError(option)


def run_curl(command: str, client: httpx.Client, served: Served) -> httpx.Response:
    asked = read_curl(command)
    method = asked["method"] or ("POST" if asked["data"] or asked["files"] else "GET")
    return client.request(
        method,
        asked["url"].replace(HERE, served.running.address),
        headers=asked["headers"],
        content=asked["data"].encode() if asked["data"] else None,
        files=asked["files"] or None,
        params=asked["params"] or None,
    )


def find_answer(client: httpx.Client) -> str:
    body = {"question": "How much paper did the mill make in 2023?"}
    return str(client.post("/v1/ask", json=body).json()["id"])


def test_there_are_examples_of_each_part() -> None:
    assert len(CURL) == 9
    assert len(PYTHON) == 2


@pytest.mark.parametrize("number", range(len(CURL)))
def test_a_command_of_the_page_succeeds(
    number: int, plain: httpx.Client, client: httpx.Client, served: Served
) -> None:
    command = CURL[number].replace("ANSWER_ID", find_answer(client))
    response = run_curl(command, plain, served)
    assert response.status_code == 200, response.text
    if response.headers["content-type"].startswith("text/event-stream"):
        names = re.findall(r"^event: (\w+)$", response.text, re.MULTILINE)
        assert names[-1] in {"answer", "report"}
    else:
        check_known(response.json())


def check_known(known: dict[str, Any]) -> None:
    """What the page promises of it."""
    if "answered" in known:
        assert known["answered"]
        assert "40 tonnes" in known["answer"]
    elif "files" in known:
        assert {one["status"] for one in known["files"]} <= {"new", "changed", "unchanged"}
    else:
        assert known.keys() & {"documents", "text", "removed", "verdict"}


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_a_program_of_the_page_runs(
    number: int, served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, Any] = {}
    exec(PYTHON[number].replace(HERE, served.running.address), namespace)
    namespace["client"].close()
    said = capsys.readouterr().out
    assert ("40 tonnes" if number == 0 else "四万人次") in said
    assert "**Sources**" in said or "**出处**" in said


def test_an_option_that_is_not_known_is_noticed() -> None:
    with pytest.raises(KeyError):
        read_curl("curl --magic x http://127.0.0.1")
    asked = read_curl("curl -s http://127.0.0.1/x -H 'A: b' -d '{}'")
    assert (asked["headers"], json.loads(asked["data"])) == ({"A": "b"}, {})
