"""The real client against a scripted server: each failure, how often it asks, how long it waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from llama_index.core.llms import (
    ChatMessage,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
)
from openai.types.chat import ChatCompletionChunk

from assistant.answer import Language
from assistant.calling import Caller, add_usage, build_caller, find_finish_reason
from assistant.errors import ModelError, RetryableModelError
from assistant.models import build_llm
from assistant.patience import Patience, Slots
from assistant.prompts import explain
from assistant.settings import Settings
from assistant.stopping import GoneError, stop_when
from tests.support.openai_server import (
    EVENTS,
    OpenAIServer,
    Scripted,
    broken,
    chunk,
    counted,
    cut,
    refused,
    stalled,
    streamed,
)

ASKED = [ChatMessage("ask")]
SHORT = 0.3
GENEROUS = 5.0  # seconds over what a call should take, for a machine that has other work


@dataclass
class Pauses:
    """A sleep that takes no time and remembers how long it should have been."""

    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


Build = Callable[..., Caller]


@pytest.fixture
def build(server: OpenAIServer, pauses: Pauses) -> Iterator[Build]:
    """Builds a caller of the scripted server, and closes its connections afterwards."""
    callers = []

    def build_on_server(deadline: float = 20.0, url: str = "", slots: int = 1) -> Caller:
        settings = Settings(llm=f"compatible:m@{url or server.url}", _env_file=None)
        llm = build_llm(settings)
        assert llm is not None
        patience = Patience(deadline, sleep=pauses, chance=lambda: 1.0)
        callers.append(Caller(llm, patience, Slots(slots), Slots(slots)))
        return callers[-1]

    yield build_on_server
    for caller in callers:
        caller.close()


@pytest.mark.integration
def test_a_reply_arrives_piece_by_piece(server: OpenAIServer, build: Build) -> None:
    server.say(streamed("It is 5 %."))
    pieces = [one.delta or "" for one in build().stream(ASKED)]
    assert "".join(pieces) == build().complete(ASKED) == "It is 5 %."
    assert len(list(filter(None, pieces))) > 2


@pytest.mark.integration
def test_those_with_an_event_loop_get_the_same(server: OpenAIServer, build: Build) -> None:
    caller = build()

    async def ask() -> str:
        return "".join([one.delta or "" async for one in caller.astream(ASKED)])

    server.say(streamed("五个百分点。"))
    # Two loops, one after the other: connections belong to neither.
    assert asyncio.run(ask()) == asyncio.run(ask()) == "五个百分点。"
    server.say(refused(401))
    with pytest.raises(ModelError, match="refused_key"):
        asyncio.run(ask())


EMPTY = streamed("")
PAGE = Scripted([b"<html>Welcome to the proxy</html>"])
NO_JSON = Scripted([b"data: {not json\n\n"], headers=EVENTS)
ERROR_AT_ONCE = broken("")
ERROR_IN_STREAM = broken("It is")
QUOTA_IN_STREAM = Scripted(
    [b'data: {"error": {"message": "no", "code": "insufficient_quota"}}\n\n'], headers=EVENTS
)
FAILURES: dict[str, tuple[Scripted, str, bool, int]] = {
    "wrong key": (refused(401), "refused_key", False, 1),
    "forbidden": (refused(403), "refused_key", False, 1),
    "no such model": (refused(404, "model_not_found"), "no_model", False, 1),
    "too many": (refused(429), "rate_limited", True, 3),
    "too many, wait 2": (refused(429, Retry_After="2"), "rate_limited", True, 3),
    "too many, wait 120": (refused(429, Retry_After="120"), "wait", True, 1),
    "wait for years": (refused(429, Retry_After="Wed, 21 Oct 2037 07:28:00 GMT"), "wait", True, 1),
    "quota": (refused(429, "insufficient_quota"), "quota", False, 1),
    "quota in the stream": (QUOTA_IN_STREAM, "quota", False, 1),
    "fault": (refused(500), "server", True, 3),
    "down": (refused(503, Retry_After="1"), "server", True, 3),
    "too long": (refused(400, "context_length_exceeded"), "too_long", False, 1),
    "not allowed": (refused(400), "bad_request", False, 1),
    "filtered": (refused(400, "content_filter"), "filtered", False, 1),
    "filtered while writing": (
        streamed("It", finish_reason="content_filter"),
        "filtered",
        False,
        1,
    ),
    "filtered, nothing written": (
        streamed("", finish_reason="content_filter"),
        "filtered",
        False,
        1,
    ),
    "empty": (EMPTY, "bad_reply", True, 3),
    "only spaces": (streamed(" \n "), "bad_reply", True, 3),
    "no stream": (PAGE, "bad_reply", True, 3),
    "no json": (NO_JSON, "bad_reply", True, 3),
    "error at once": (ERROR_AT_ONCE, "server", True, 3),
    "error in the stream": (ERROR_IN_STREAM, "server", True, 1),
    "lost at once": (cut(""), "cut_off", True, 3),
    "lost": (cut("It is"), "cut_off", True, 1),
    "no reason": (streamed("It is", finish_reason=None), "cut_off", True, 1),
    "length": (streamed("It is", finish_reason="length"), "cut_off", False, 1),
}


@pytest.mark.integration
@pytest.mark.parametrize("failure", FAILURES)
def test_each_failure_has_its_code_and_its_number_of_requests(
    server: OpenAIServer, build: Build, failure: str
) -> None:
    reply, code, retryable, requests = FAILURES[failure]
    server.say(reply)
    with pytest.raises(ModelError) as caught:
        build().complete(ASKED)
    assert (caught.value.code, caught.value.retryable) == (code, retryable)
    assert len(server.received) == requests
    for language, mark in (("en", "The "), ("zh", "。")):
        line = explain(caught.value, language)  # type: ignore[arg-type]
        assert mark in line
        assert "model m" in line or "模型 m" in line
        assert "\n" not in line


@pytest.mark.integration
@pytest.mark.parametrize(
    ("reply", "seen"),
    [(stalled(), ""), (stalled("It is"), "It is"), (stalled(" "), " ")],
    ids=["hang", "stall", "stall before a word"],
)
def test_silence_ends_at_the_deadline(
    server: OpenAIServer, build: Build, reply: Scripted, seen: str
) -> None:
    server.say(reply)
    heard: list[str] = []
    began = time.monotonic()
    with pytest.raises(RetryableModelError, match="timeout"):
        heard.extend(one.delta or "" for one in build(SHORT).stream(ASKED))
    assert SHORT <= time.monotonic() - began < SHORT + GENEROUS
    assert "".join(heard) == seen
    assert len(server.received) == 1


@pytest.mark.integration
@pytest.mark.parametrize("drop", [chunk("so "), b": still here\n\n"], ids=["words", "comments"])
def test_a_reply_that_only_trickles_ends_at_the_deadline(
    server: OpenAIServer, build: Build, drop: bytes
) -> None:
    server.say(Scripted([part for _ in range(200) for part in (drop, 0.05)], headers=EVENTS))
    began = time.monotonic()
    with pytest.raises(RetryableModelError, match="timeout"):
        build(SHORT).complete(ASKED)
    assert time.monotonic() - began < SHORT + GENEROUS


@pytest.mark.integration
def test_tries_and_pauses_share_the_deadline(server: OpenAIServer, build: Build) -> None:
    server.say(refused(500), stalled())
    began = time.monotonic()
    with pytest.raises(RetryableModelError, match="timeout"):
        build(0.8).complete(ASKED)
    assert time.monotonic() - began < 0.8 + GENEROUS
    assert len(server.received) == 2


@pytest.mark.integration
def test_a_server_that_is_not_there_is_unreachable(build: Build, pauses: Pauses) -> None:
    with OpenAIServer().running() as gone:
        pass
    with pytest.raises(RetryableModelError, match="unreachable") as caught:
        build(url=gone.url).complete(ASKED)
    assert len(pauses.slept) == 2
    assert "DUOCITE_LLM" in explain(caught.value, "en")


@pytest.mark.integration
def test_pauses_grow_and_heed_the_server(
    server: OpenAIServer, build: Build, pauses: Pauses
) -> None:
    server.say(refused(500), refused(429, Retry_After="3"), streamed("Five."))
    assert build().complete(ASKED) == "Five."
    assert pauses.slept == [0.5, 3.0]
    pauses.slept.clear()
    server.say(refused(500))
    with pytest.raises(RetryableModelError):
        build().complete(ASKED)
    assert pauses.slept == [0.5, 1.0]


@pytest.mark.integration
@pytest.mark.parametrize("language", ["en", "zh"])
def test_how_long_to_wait_is_said(server: OpenAIServer, build: Build, language: Language) -> None:
    server.say(refused(429, Retry_After="120"))
    with pytest.raises(RetryableModelError) as caught:
        build().complete(ASKED)
    assert "120" in explain(caught.value, language)


@pytest.mark.integration
def test_an_empty_reply_is_asked_for_again(server: OpenAIServer, build: Build) -> None:
    server.say(EMPTY, PAGE, streamed("Five."))
    assert build().complete(ASKED) == "Five."


@pytest.mark.integration
@pytest.mark.parametrize("status", [400, 422])
def test_a_parameter_that_the_server_does_not_know_is_left_out(
    server: OpenAIServer, build: Build, status: int
) -> None:
    strange = refused(status, message="Unsupported parameter: stream_options")
    hot = refused(status, message="Unsupported value: 'temperature' must be 1")
    server.say(strange, hot, streamed("Five."))
    caller = build()
    assert caller.complete(ASKED) == caller.complete(ASKED) == "Five."
    sent = [{"stream_options", "temperature"} & one.body.keys() for one in server.received]
    assert sent == [{"stream_options", "temperature"}, {"temperature"}, set(), set()]


@pytest.mark.integration
def test_a_server_that_refuses_what_is_left_out_is_not_asked_for_ever(
    server: OpenAIServer, build: Build
) -> None:
    server.say(refused(400, message="no stream_options, no temperature"))
    with pytest.raises(ModelError, match="bad_request"):
        build().complete(ASKED)
    assert len(server.received) == 2


@pytest.mark.integration
def test_what_a_call_took_is_counted(server: OpenAIServer, build: Build) -> None:
    server.say(streamed("Five.", usage=counted(900, 30)))
    usage: dict[str, int] = {"prompt_tokens": 100}
    build().complete(ASKED, usage)
    assert usage == {"prompt_tokens": 1000, "completion_tokens": 30, "total_tokens": 930}
    assert server.received[0].body["stream_options"] == {"include_usage": True}


# Whoever leaves stops the model


@pytest.mark.integration
@pytest.mark.parametrize("reply", [stalled("One two."), stalled(" ")], ids=["words", "none yet"])
def test_closing_the_reply_closes_the_connection(
    server: OpenAIServer, build: Build, reply: Scripted
) -> None:
    server.say(reply)
    chunks = build().stream(ASKED)
    next(chunks)
    chunks.close()
    assert server.left.wait(GENEROUS)


@pytest.mark.integration
def test_one_who_is_gone_stops_a_model_that_says_nothing(
    server: OpenAIServer, build: Build
) -> None:
    server.say(stalled())
    gone = threading.Event()
    ended = threading.Event()
    caller = build()

    def work() -> None:
        with stop_when(gone.is_set), pytest.raises(GoneError):
            caller.complete(ASKED)
        ended.set()

    worker = threading.Thread(target=work)
    worker.start()
    while not server.received:
        time.sleep(0.01)
    assert not server.left.is_set()
    gone.set()
    assert server.left.wait(GENEROUS)
    assert ended.wait(GENEROUS)
    worker.join()


@pytest.mark.integration
def test_a_task_that_is_cancelled_stops_the_model(server: OpenAIServer, build: Build) -> None:
    server.say(stalled("One."))
    caller = build()

    async def ask() -> None:
        async for _ in caller.astream(ASKED):
            pass

    async def leave() -> None:
        task = asyncio.create_task(ask())
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert server.left.wait(GENEROUS)


# So many at a time


@pytest.mark.integration
def test_no_more_calls_run_than_there_are_places(server: OpenAIServer, build: Build) -> None:
    server.say(Scripted([chunk("One"), 0.3, chunk("", "stop")], headers=EVENTS))
    caller = build(slots=2)
    workers = [threading.Thread(target=caller.complete, args=(ASKED,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    time.sleep(0.2)
    busy = len(server.received)
    for worker in workers:
        worker.join()
    assert busy == 2
    assert len(server.received) == 4


@pytest.mark.integration
def test_whoever_finds_no_place_in_time_is_told_to_come_back(
    server: OpenAIServer, build: Build
) -> None:
    server.say(stalled("One."))
    caller = build(0.5)
    holding = caller.stream(ASKED)
    next(holding)
    waiting = Caller(caller._llm, Patience(0.1), caller._slots)
    with pytest.raises(RetryableModelError) as caught:
        list(waiting.stream(ASKED))
    assert caught.value.code == "busy"
    assert "DUOCITE_LLM_SLOTS" in explain(caught.value, "zh")
    holding.close()
    server.say(streamed("Two."))
    assert [one.delta for one in caller.stream(ASKED) if one.delta]
    assert len(server.received) == 2


@pytest.mark.integration
def test_what_is_asked_beside_a_reply_that_streams_does_not_wait_for_it(
    server: OpenAIServer, build: Build
) -> None:
    server.say(stalled("One."), streamed("Two."))
    caller = build(slots=1)
    holding = caller.stream(ASKED)
    next(holding)
    assert caller.complete(ASKED) == "Two."
    holding.close()


def test_callers_of_one_model_share_their_places() -> None:
    def caller(llm: str, slots: int = 8) -> Caller:
        settings = Settings(llm=llm, llm_slots=slots, timeout=7, _env_file=None)
        return build_caller(settings, Parrot())

    one = caller("compatible:m@http://127.0.0.1:1")
    assert one._slots is caller("compatible:m@http://127.0.0.1:1")._slots
    assert one._slots is not caller("compatible:n@http://127.0.0.1:1")._slots
    assert one._asides is not one._slots
    assert one._asides is caller("compatible:m@http://127.0.0.1:1")._asides
    assert one._slots.many == one._asides.many == 8
    assert one._patience.deadline == 7


class Parrot(CustomLLM):
    """A model that speaks no protocol of OpenAI's."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="parrot")

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        return CompletionResponse(text="Hello")

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: object
    ) -> CompletionResponseGen:
        yield CompletionResponse(text="Hello", delta="Hello")


def test_a_model_of_another_kind_is_called_the_same_way() -> None:
    caller = Caller(Parrot())
    assert (caller.model, caller.complete(ASKED)) == ("parrot", "Hello")
    caller.close()


def test_an_error_of_our_own_code_passes_through() -> None:
    class Wrong(Parrot):
        def stream_complete(
            self, prompt: str, formatted: bool = False, **_: object
        ) -> CompletionResponseGen:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Caller(Wrong()).complete(ASKED)


def test_only_a_chunk_with_a_reason_ends_a_reply() -> None:
    def build_chunk(reason: str | None) -> ChatCompletionChunk:
        choice = {"index": 0, "delta": {}, "finish_reason": reason}
        fields = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        return ChatCompletionChunk.model_validate({**fields, "choices": [choice]})

    assert find_finish_reason(build_chunk(None)) is None
    assert find_finish_reason(build_chunk("length")) == "length"
    assert find_finish_reason({"of": "another kind"}) == "stop"


def test_counts_add_up() -> None:
    usage = {"prompt_tokens": 2}
    add_usage(usage, {"prompt_tokens": 3, "completion_tokens": 1})
    assert usage == {"prompt_tokens": 5, "completion_tokens": 1}
