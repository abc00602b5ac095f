"""The API for programs with keys: each has its own answers, and no more than its leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import httpx
import openai
import pytest
from openai import OpenAI

from assistant.feedback import Feedback
from assistant.keys import Keys
from assistant.settings import Settings
from assistant.site import build_site
from assistant.state import State
from tests.api.conftest import Served, serving
from tests.support.owners import TableOwner

pytestmark = pytest.mark.integration

ASK: Any = {"model": "duocite", "messages": [{"role": "user", "content": "Q?"}]}


class Keyed(NamedTuple):
    """A server that takes keys, and two of them."""

    served: Served
    reader: str
    writer: str

    def client(self, key: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(
            base_url=self.served.running.address, headers=headers, trust_env=False, timeout=60
        )

    def openai(self, key: str) -> OpenAI:
        address = f"{self.served.running.address}/v1"
        return OpenAI(base_url=address, api_key=key, max_retries=0, timeout=60)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    folder = tmp_path_factory.mktemp("keyed")
    settings = Settings(data=folder, rate_key="40/minute", _env_file=None)
    with closing(State(folder)) as state:
        keys = Keys(state)
        reader, writer = keys.make("reader", ["ask"]), keys.make("writer", ["ask", "write"])
        with (
            closing(build_site(settings)) as site,
            serving(TableOwner(), state, site=site) as served,
        ):
            yield Keyed(served, reader, writer)


def test_the_client_s_key_is_the_key(keyed: Keyed) -> None:
    with keyed.openai(keyed.reader) as client:
        assert client.chat.completions.create(**ASK).choices[0].message.content
    with keyed.openai("duo-wrong") as client, pytest.raises(openai.AuthenticationError) as raised:
        client.chat.completions.create(**ASK)
    assert raised.value.type == "authentication_error"


def test_an_answer_is_rated_by_the_key_that_was_given_it(keyed: Keyed) -> None:
    with keyed.client(keyed.reader) as mine, keyed.client(keyed.writer) as other:
        known = mine.post("/v1/ask", json={"question": "Mine?"}).json()["id"]
        body = {"answer_id": known, "verdict": "up"}
        assert other.post("/v1/feedback", json=body).status_code == 404
        assert mine.post("/v1/feedback", json=body).status_code == 200
    (opinion,) = Feedback(keyed.served.state).opinions()
    assert opinion.user == "key:reader"


def test_only_a_key_to_write_brings_files_in(keyed: Keyed) -> None:
    files = [("files", ("a.md", b"# A\n\nText.\n"))]
    with keyed.client(keyed.reader) as reader, keyed.client(keyed.writer) as writer:
        refused = reader.post("/v1/documents", files=files)
        assert (refused.status_code, refused.json()["error"]["type"]) == (403, "permission_error")
        assert writer.post("/v1/documents", files=files).status_code == 200
        paths = writer.post("/v1/documents", json={"paths": ["/etc"]})
        assert paths.json()["error"]["code"] == "request.token_only"


def test_the_description_is_for_who_has_a_key(keyed: Keyed) -> None:
    for path in ("/docs", "/docs/start.js", "/openapi.json"):
        with keyed.client(keyed.reader) as client:
            assert client.get(path).status_code == 200
        address = f"{keyed.served.running.address}{path}"
        assert httpx.get(address, trust_env=False).status_code == 401


def test_too_many_questions_are_the_client_s_own_error(keyed: Keyed) -> None:
    """Last, for it uses the key up."""

    def ask_on() -> None:
        with keyed.openai(keyed.writer) as client:
            for _ in range(99):
                client.chat.completions.create(**ASK)

    with pytest.raises(openai.RateLimitError) as raised:
        ask_on()
    assert raised.value.type == "rate_limit_error"
    assert int(raised.value.response.headers["retry-after"]) > 0
