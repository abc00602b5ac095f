"""Whether a server can answer: each part looked at rarely, quickly, and without a word too many."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from assistant.errors import ModelError, StoreError
from assistant.http import Server
from assistant.readiness import Readiness, build_checks, check_server
from assistant.settings import Settings
from tests.support.clock import Clock
from tests.support.openai_server import LISTING, OpenAIServer, Scripted, refused


class Part:
    """Notes how often it is looked at; fails with `error` if there is one."""

    def __init__(self) -> None:
        self.looks = 0
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.looks += 1
        if self.error:
            raise self.error


@pytest.fixture
def store() -> Part:
    return Part()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listed(running: OpenAIServer) -> Iterator[OpenAIServer]:
    yield running
    running.listing = LISTING


def test_every_part_is_named_with_what_is_wrong(store: Part) -> None:
    broken = Part()
    broken.error = StoreError("unreachable", url="http://u:p@10.0.0.5/")
    found = Readiness({"store": store, "model": broken}).find()
    assert found == {"store": None, "model": "store.unreachable"}


def test_probes_in_quick_succession_cost_one_look(store: Part, clock: Clock) -> None:
    readiness = Readiness({"store": store}, 5.0, clock)
    for _ in range(100):
        assert readiness.find() == {"store": None}
    clock.now += 4.9
    readiness.find()
    assert store.looks == 1


def test_after_a_while_it_is_looked_again(store: Part, clock: Clock) -> None:
    readiness = Readiness({"store": store}, 5.0, clock)
    readiness.find()
    store.error = StoreError("no_store", path="/secret")
    clock.now += 5.0
    assert readiness.find() == {"store": "store.no_store"}
    store.error = None
    clock.now += 5.0
    assert readiness.find() == {"store": None}


def test_many_who_probe_at_once_wait_for_one_look() -> None:
    looked, gate = Part(), threading.Event()

    def look() -> None:
        looked()
        assert gate.wait(10)

    readiness = Readiness({"store": look})
    probes = [threading.Thread(target=readiness.find) for _ in range(8)]
    for probe in probes:
        probe.start()
    gate.set()
    for probe in probes:
        probe.join()
    assert looked.looks == 1


def test_a_fault_that_nobody_foresaw_is_no_answer(store: Part) -> None:
    store.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        Readiness({"store": store}).find()


def test_offline_the_store_is_all_there_is(store: Part) -> None:
    assert list(build_checks(Settings(_env_file=None), store)) == ["store"]


def test_each_server_that_is_set_is_looked_at(store: Part) -> None:
    settings = Settings(
        llm="openai:gpt-4o", embedding="compatible:e@http://127.0.0.1:9/v1", _env_file=None
    )
    assert list(build_checks(settings, store)) == ["store", "model", "embedding"]


@pytest.mark.integration
def test_the_servers_that_are_set_are_asked_with_their_own_keys(
    store: Part, listed: OpenAIServer
) -> None:
    settings = Settings(
        llm=f"compatible:m@{listed.url}", llm_key=SecretStr("key-of-llm"), _env_file=None
    )
    checks = build_checks(settings, store)
    assert Readiness(checks).find() == {"store": None, "model": None}
    listed.listing = refused(401)
    assert Readiness(checks).find() == {"store": None, "model": "model.refused_key"}


@pytest.mark.integration
@pytest.mark.parametrize("status", [200, 404, 405, 429])
def test_a_server_that_says_anything_is_there(listed: OpenAIServer, status: int) -> None:
    listed.listing = refused(status)
    check_server(Server(listed.url), "m")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused_key"), (403, "refused_key"), (500, "server"), (503, "server")],
)
def test_a_server_that_takes_nothing_is_not_ready(
    listed: OpenAIServer, status: int, code: str
) -> None:
    listed.listing = refused(status)
    with pytest.raises(ModelError) as caught:
        check_server(Server(listed.url), "m")
    assert caught.value.code == code


@pytest.mark.integration
def test_a_server_that_is_not_there_is_unreachable() -> None:
    with OpenAIServer().running() as gone:
        url = gone.url
    with pytest.raises(ModelError) as caught:
        check_server(Server(url), "m")
    assert caught.value.code == "unreachable"


@pytest.mark.integration
@pytest.mark.parametrize(
    "parts", [(30.0,), (b"{", *[0.05, b" "] * 600)], ids=["silence", "a trickle"]
)
def test_a_server_is_not_waited_for(listed: OpenAIServer, parts: tuple[bytes | float, ...]) -> None:
    listed.listing = Scripted(parts, status=503)
    begun = time.monotonic()
    with pytest.raises(ModelError):
        check_server(Server(listed.url), "m", timeout=0.3)
    assert time.monotonic() - begun < 10
