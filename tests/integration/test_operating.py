"""A server as it is run: limits and counts of real answers, and real processes told to end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.operations import build_operations
from assistant.owner import open_owner
from assistant.running import Running, find_running
from assistant.server import build_app
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.tracing import trace_with
from store.chroma import open_store
from store.embedding import build_embedding
from store.ingest import ingest
from tests.support.openai_server import EVENTS, OpenAIServer, Scripted, stalled, streamed
from tests.support.served import serving

pytestmark = pytest.mark.integration

QUESTION = "How many tons of paper did the mill make in 2023?"
MILL = "# A year of paper\n\n## Output\n\nThe mill made 40 tons of paper in 2023. It grew.\n"
SENTENCE = "The mill made 40 tons of paper in 2023 [1]."
WRONG = "The mill made 90 tons of paper in 2023 [1]. " + SENTENCE
TOKEN = "the token of this start"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PATIENCE = 60.0
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one document."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "mill.md").write_text(MILL, encoding="utf-8")
    embedding = build_embedding("hash")
    with open_store(folder / "data", embedding) as store:
        ingest(store.collection("default", create=True), embedding, [folder / "mill.md"])
    return folder / "data"


@contextmanager
def operating(data: Path, server: OpenAIServer, **more: Any) -> Iterator[httpx.Client]:
    """A server of this process, asked with its token."""
    settings = Settings(
        data=data, embedding="hash", llm=f"compatible:m@{server.url}", _env_file=None, **more
    )
    with closing(open_owner(settings, create=False)) as owner:
        owner.assistant("default").retrieve(QUESTION)  # what is loaded once is loaded
        app = build_app(owner, TOKEN)
        operations = build_operations(settings, owner)
        operations.add(app)
        with (
            closing(app.state.workers),
            Serving(operations.around(app), "127.0.0.1", 0) as served,
            httpx.Client(
                base_url=served.address, headers=BEARER, timeout=PATIENCE, trust_env=False
            ) as client,
        ):
            yield client


@pytest.fixture(scope="module")
def client(data: Path, running: OpenAIServer) -> Iterator[httpx.Client]:
    own = shutil.copytree(data, data.with_name("copy"))  # processes of other tests take the first
    with operating(own, running, answer_timeout=1.5, repair=True) as client:
        yield client


def sample(client: httpx.Client, name: str) -> float:
    """A line of the metrics; 0 where there is none yet."""
    text = client.get("/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_a_question_ends_with_its_time_and_so_does_the_model(
    client: httpx.Client, server: OpenAIServer
) -> None:
    server.say(stalled())
    failed = 'duocite_questions_failed_total{code="request.time",front="api"}'
    before = sample(client, failed)
    response = client.post("/v1/ask", json={"question": QUESTION})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["retryable"]) == (504, "request.time", True)
    assert error["request_id"] == response.headers["x-request-id"]
    assert server.left.wait(PATIENCE)
    assert sample(client, failed) == before + 1
    assert sample(client, "duocite_questions_in_progress") == 0


def test_a_stream_that_takes_too_long_says_so_as_its_last_event(
    client: httpx.Client, server: OpenAIServer
) -> None:
    server.say(stalled(f"{SENTENCE} And"))
    response = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    events = re.findall(r"event: (\w+)", response.text)
    assert events == ["claim", "error"]
    assert '"code": "request.time"' in response.text
    assert server.left.wait(PATIENCE)


def test_an_answer_is_counted_with_its_stages(client: httpx.Client, server: OpenAIServer) -> None:
    server.say(streamed(SENTENCE))
    counted = 'duocite_answers_total{front="api",language="en",reason="",status="verified"}'
    stage = 'duocite_answer_stage_duration_seconds_count{stage="total"}'
    before = sample(client, counted), sample(client, stage)
    assert client.post("/v1/ask", json={"question": QUESTION}).json()["status"] == "verified"
    assert (sample(client, counted), sample(client, stage)) == (before[0] + 1, before[1] + 1)
    assert sample(client, 'duocite_figures_total{verdict="checked"}') >= 1


def test_what_could_not_be_proved_is_counted(client: httpx.Client, server: OpenAIServer) -> None:
    server.say(streamed(WRONG), streamed(WRONG))
    before = sample(client, "duocite_unproved_sentences_total")
    client.post("/v1/ask", json={"question": QUESTION})
    assert sample(client, "duocite_unproved_sentences_total") == before + 1


def test_an_ingest_is_counted(client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "ship.md").write_text("# 轮渡\n\n轮渡去年运送旅客三万人次。\n", encoding="utf-8")
    before = sample(client, 'duocite_ingested_documents_total{result="new"}')
    order = {"paths": [str(tmp_path / "ship.md")], "collection": "ships"}
    assert client.post("/v1/documents", json=order).is_success
    assert sample(client, 'duocite_ingested_documents_total{result="new"}') == before + 1


def test_a_server_with_its_store_and_its_model_is_ready(client: httpx.Client) -> None:
    response = client.get("/readyz", headers={"Authorization": ""})
    checks = {"store": {"ready": True}, "model": {"ready": True}}
    assert (response.status_code, response.json()["checks"]) == (200, checks)


def test_a_question_over_http_is_one_trace_with_its_stages(
    client: httpx.Client, server: OpenAIServer
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    server.say(streamed("How much paper did the mill make?"), streamed(WRONG), streamed(SENTENCE))
    history = [{"question": "What of 2022?", "answer": "Nothing is said."}]
    trace_with(provider)
    try:
        body = {"question": "And in 2023?", "history": history}
        assert client.post("/v1/ask", json=body, headers={"traceparent": PARENT}).is_success
    finally:
        trace_with(None)
    spans = exporter.get_finished_spans()
    names = {span.context.span_id: span.name for span in spans if span.context}
    parents = {(one.name, one.parent and names.get(one.parent.span_id)) for one in spans}
    wanted = {("question", None), ("condense", "question"), ("retrieve", "question")}
    wanted |= {("embed", "retrieve"), ("answer", "question"), ("repair", "question")}
    assert wanted <= parents
    assert ("check", "question") in parents
    assert {f"{span.context.trace_id:x}" for span in spans if span.context} == {PARENT[4:35]}
    told = " ".join(str(dict(span.attributes or {})) for span in spans)
    assert not any(word in told for word in ("paper", "mill", "2023"))


@pytest.fixture
def at_hand(data: Path, server: OpenAIServer) -> dict[str, str]:
    """Settings of a process whose model this test scripts."""
    return {
        "DUOCITE_DATA": str(data),
        "DUOCITE_EMBEDDING": "hash",
        "DUOCITE_LLM": f"compatible:m@{server.url}",
        "DUOCITE_LOG": "-",
        "DUOCITE_LOG_FORMAT": "json",
    }


def await_that(holds: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def find(data: Path) -> Running:
    running = find_running(data)
    assert running
    return running


def ask(running: Running, **headers: str) -> httpx.Response:
    sent = {**running.headers, **headers}
    body = {"question": QUESTION}
    url = f"{running.address}/v1/ask"
    return httpx.post(url, json=body, headers=sent, timeout=PATIENCE, trust_env=False)


class Asking(threading.Thread):
    """Somebody who asks and waits."""

    def __init__(self, running: Running, **headers: str) -> None:
        super().__init__(daemon=True)
        self.response: httpx.Response | None = None
        self._running, self._headers = running, headers
        self.start()

    def run(self) -> None:
        try:
            self.response = ask(self._running, **self._headers)
        except httpx.HTTPError:
            self.response = None

    def wait(self) -> httpx.Response | None:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.response


def is_ending(running: Running) -> bool:
    return httpx.get(f"{running.address}/readyz", trust_env=False).status_code == 503


def read_log(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    _, said = process.communicate(timeout=PATIENCE)
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_told_to_end_it_answers_what_is_at_hand_and_waits_for_no_page_that_is_merely_open(
    data: Path, at_hand: dict[str, str], server: OpenAIServer, tmp_path: Path
) -> None:
    go_on = threading.Event()
    said = streamed(SENTENCE)
    server.say(Scripted([said.parts[0], go_on, *said.parts[1:]], headers=EVENTS))
    with serving(folder=tmp_path, settings={**at_hand, "DUOCITE_GRACE": "600"}) as process:
        running = find(data)
        with open_page(running):
            asking = Asking(running, **{"X-Request-ID": "the-slow-one"})
            await_that(lambda: server.received)
            process.send_signal(signal.SIGTERM)
            await_that(lambda: is_ending(running))
            refused = ask(running)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
            assert refused.json()["error"]["code"] == "request.ending"
            assert process.poll() is None
            go_on.set()
            answer = asking.wait()
            assert answer
            assert (answer.status_code, answer.json()["status"]) == (200, "verified")
            assert answer.json()["answer"].startswith("The mill made 40 tons")
            lines = read_log(process)
        assert process.returncode == 0
    check_log(lines)


@contextmanager
def open_page(running: Running) -> Iterator[None]:
    """What the page of the chat holds open as long as somebody has it before them."""
    url = f"{running.address}/gradio_api/heartbeat/of-a-page"
    with httpx.stream("GET", url, timeout=PATIENCE, trust_env=False) as page:
        assert page.is_success
        yield


def check_log(lines: list[dict[str, Any]]) -> None:
    """The slow question of above, as a program reads of it."""
    by_message = {line["message"]: line for line in lines if line.get("request") == "the-slow-one"}
    answer, request = by_message["answer"], by_message["request"]
    assert (answer["front"], answer["status"], answer["language"]) == ("api", "verified", "en")
    assert {"retrieve", "answer", "check", "total"} <= answer["timings_ms"].keys()
    assert (request["route"], request["status"]) == ("/v1/ask", 200)
    assert request["asker"] == answer["asker"] == "local"
    assert not any(QUESTION in json.dumps(line) for line in lines)


def test_told_twice_it_ends_at_once_and_the_model_stops(
    data: Path, at_hand: dict[str, str], server: OpenAIServer, tmp_path: Path
) -> None:
    server.say(stalled(seconds=600))
    with serving(folder=tmp_path, settings={**at_hand, "DUOCITE_GRACE": "600"}) as process:
        running = find(data)
        asking = Asking(running)
        await_that(lambda: server.received)
        process.send_signal(signal.SIGTERM)
        await_that(lambda: is_ending(running))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        assert server.left.wait(PATIENCE)
        response = asking.wait()
        assert response is None or response.status_code != 200
