"""A real small store in two languages, served on loopback by the real app; and a fake owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from openai import OpenAI

from assistant.owner import Owner, open_owner
from assistant.running import Running
from assistant.server import build_app
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.site import Site
from assistant.state import State
from assistant.wire import Asked, IngestOrder
from tests.support.owners import TOKEN, TableOwner

MILL = """---
title: A year of paper
organisation: Northern Mill
year: 2024
---
# A year of paper

The mill made 40 tonnes of paper in 2023. The mill made 52 tonnes of paper in 2024.

The works employed 310 people at the end of 2024.
"""
FERRY = """---
title: 轮渡年报
organisation: 江城轮渡
year: 2024
---
# 轮渡年报

轮渡2023年运送旅客三万人次。轮渡2024年运送旅客四万人次。

公司计划在2027年更新全部码头。
"""
FOREST = """# Trees

The forest lost 900 hectares of pine to the storm of 2019.
"""


class Served(NamedTuple):
    """A server, its owner and what it keeps."""

    running: Running
    owner: Any
    state: State

    def client(self, **headers: str) -> httpx.Client:
        known = {**self.running.headers, **headers}
        return httpx.Client(
            base_url=self.running.address, headers=known, trust_env=False, timeout=60
        )

    def openai(self, **options: Any) -> OpenAI:
        """The official client, with nothing about it changed but where it asks."""
        given = {"max_retries": 0, "timeout": 60, **options}
        return OpenAI(base_url=f"{self.running.address}/v1", api_key=TOKEN, **given)


@contextmanager
def serving(owner: Any, state: State, site: Site | None = None) -> Iterator[Served]:
    app = build_app(owner, TOKEN, site, state=state)
    with closing(app.state.workers), Serving(app, "127.0.0.1", 0) as server:
        yield Served(Running(server.address, 1, TOKEN), owner, state)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """Two collections; the embedding counts words, which is enough for questions in their words."""
    folder = tmp_path_factory.mktemp("files")
    for name, text in {"docs/mill.md": MILL, "docs/ferry.md": FERRY, "trees/a.md": FOREST}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    data: Path = tmp_path_factory.mktemp("data")
    settings = Settings(data=data, llm="offline", embedding="hash", _env_file=None)
    with closing(open_owner(settings, create=True)) as owner:
        for collection, path in (("default", "docs"), ("森林/trees", "trees")):
            owner.ingest(IngestOrder((folder / path,), collection), lambda progress: None)
        for question in ("How much paper?", "运送旅客多少人次？"):
            list(owner.ask(Asked(question)))  # what is loaded once is loaded
        yield owner


@pytest.fixture(scope="module")
def served(store: Owner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with closing(State(tmp_path_factory.mktemp("state"))) as state, serving(store, state) as found:
        yield found


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as opened:
        yield opened


@pytest.fixture(scope="module")
def faked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on a table, which answers anything and fails as it is told."""
    folder = tmp_path_factory.mktemp("state")
    with closing(State(folder)) as state, serving(TableOwner(), state) as found:
        yield found


@pytest.fixture
def table(faked: Served) -> Iterator[TableOwner]:
    """As if it had heard nothing yet."""
    owner: TableOwner = faked.owner
    owner.__init__()  # type: ignore[misc]
    yield owner
    owner.__init__()  # type: ignore[misc]
