"""`duocite serve` with Slack set up, as a real process: past the gate, before the chat's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from assistant.owner import open_owner
from assistant.running import find_running
from assistant.settings import Settings
from assistant.wire import IngestOrder
from evals.slack_traffic import EVENTS, SECRET, TOKEN, send_event
from tests.support.served import serving

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    here = tmp_path_factory.mktemp("served")
    (here / "mill.md").write_text("# Paper\n\nThe mill made 40 tons in 2023.\n", encoding="utf-8")
    settings = {
        "DUOCITE_DATA": str(here / "data"),
        "DUOCITE_EMBEDDING": "hash",
        "DUOCITE_LANGUAGE": "en",
        "DUOCITE_SLACK_SIGNING_SECRET": SECRET,
        "DUOCITE_SLACK_BOT_TOKEN": TOKEN,
    }
    with closing(open_owner(Settings(data=here / "data", embedding="hash"), create=True)) as owner:
        owner.ingest(IngestOrder((here / "mill.md",)), lambda progress: None)
    with serving(folder=here, settings=settings):
        running = find_running(here / "data")
        assert running
        with httpx.Client(base_url=running.address, trust_env=False, timeout=60) as opened:
            yield opened


def test_slack_is_heard_where_it_signs_and_the_chat_is_there_as_before(
    client: httpx.Client,
) -> None:
    asked = {"type": "url_verification", "challenge": "3eZbrw1aB"}
    assert send_event(client, asked).json() == {"challenge": "3eZbrw1aB"}
    assert client.post(EVENTS, content=json.dumps(asked)).status_code == 401
    assert client.get("/").status_code == 200
