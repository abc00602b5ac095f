"""One Slack for the tests of a module; each test has a server and a data folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.slack_server import SlackServer
from tests.slack.bench import Bench


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer().running() as server:
        yield server


@pytest.fixture
def bench(slack: SlackServer, tmp_path: Path) -> Bench:
    return Bench(slack, tmp_path / "data")
