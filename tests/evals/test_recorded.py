"""A model that is recorded once and told again when it is gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import LLM, ChatMessage

from assistant import background
from assistant.app import build_assistant
from assistant.calling import Caller, build_caller, find_openai
from assistant.errors import ModelError, RetryableModelError, SuiteError
from assistant.models import build_llm
from assistant.patience import Patience
from assistant.reply import REFUSAL
from assistant.settings import Settings, load_settings
from evals.attempts import begin_attempt
from evals.cases import Case
from evals.collections import Prepared, prepare_collection
from evals.recorded import RecordedLLM, Tape, build_key, open_recorded, read_replies
from evals.task import build_task, run_task
from tests.evals.fakes import TEXT, build_case, build_negative
from tests.support.openai_server import (
    EVENTS,
    OpenAIServer,
    Scripted,
    chunk,
    counted,
    cut,
    refused,
    streamed,
    whole,
)

pytestmark = pytest.mark.integration

KEY, HEADER = "sk-very-secret-0123456789", "tenant-token-abcdef"
ASKED = [ChatMessage("How much?")]
CASES = [build_case(), build_negative(question_en="What of Mars?", question_zh="火星呢？")]
SAID = "The firm had put over 8 billion U.S. dollars into the mainland [1]."


@pytest.fixture
def settings(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DUOCITE_LLM", f"compatible:scripted@{server.url}")
    monkeypatch.setenv("DUOCITE_LLM_KEY", KEY)
    monkeypatch.setenv("DUOCITE_LLM_HEADERS", json.dumps({"X-Tenant": HEADER}))
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    monkeypatch.setenv("DUOCITE_DATA", str(tmp_path / "data"))
    return load_settings()


@pytest.fixture
def model(settings: Settings) -> Iterator[LLM]:
    llm = build_llm(settings)
    assert llm is not None
    with closing(build_caller(settings, llm)):
        yield llm


def call(llm: LLM) -> Caller:
    async def wait(seconds: float) -> None:
        """No time, for a test."""

    return Caller(llm, Patience(5.0, sleep=wait))


def forbid(server: OpenAIServer) -> None:
    """From here on the server refuses everything, as one that is gone."""
    server.received.clear()
    server.say(refused(401))


def test_a_reply_is_told_again_without_the_server(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(streamed(SAID, usage=counted(7, 5)))
    usage: dict[str, int] = {}
    assert call(open_recorded(model, tmp_path / "t.jsonl", None)).complete(ASKED, usage) == SAID
    forbid(server)
    again: dict[str, int] = {}
    replayed = open_recorded(model, None, tmp_path / "t.jsonl")
    assert call(replayed).complete(ASKED, again) == SAID
    assert again == usage == {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    assert server.received == []


def test_a_model_is_called_as_it_would_be_without_a_tape(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(streamed(SAID))
    recorded = open_recorded(model, tmp_path / "t.jsonl", None)
    call(model).complete(ASKED)
    call(recorded).complete(ASKED)
    plain, taped = (one.body for one in server.received)
    assert plain == taped
    assert taped["stream_options"] == {"include_usage": True}
    assert find_openai(recorded) is model


def test_a_parameter_that_the_server_refuses_is_left_out_here_too(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(refused(400, message="stream_options is not known"), streamed(SAID))
    assert call(open_recorded(model, tmp_path / "t.jsonl", None)).complete(ASKED) == SAID
    assert "stream_options" not in server.received[-1].body


def test_a_prompt_that_is_not_on_the_tape_is_an_error_that_no_fallback_hides(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    (tmp_path / "t.jsonl").touch()
    with pytest.raises(SuiteError, match="no_reply") as caught:
        call(open_recorded(model, None, tmp_path / "t.jsonl")).complete(ASKED)
    assert caught.value.details == {
        "path": tmp_path / "t.jsonl",
        "model": "scripted",
        "repetition": 1,
    }
    assert server.received == []


def test_each_attempt_has_a_reply_of_its_own(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(streamed("one"), streamed("two"))
    recorded = call(open_recorded(model, tmp_path / "t.jsonl", None))
    said = []
    for number in (1, 2, 1, 2):
        with begin_attempt(number):
            said.append(recorded.complete(ASKED))
    assert said == ["one", "two", "one", "two"]
    assert len(server.received) == 2
    with begin_attempt(3), pytest.raises(SuiteError, match="no_reply"):
        call(open_recorded(model, None, tmp_path / "t.jsonl")).complete(ASKED)


def test_a_recording_that_was_cut_off_goes_on(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(streamed("first"), streamed("second"))
    call(open_recorded(model, tmp_path / "t.jsonl", None)).complete(ASKED)
    later = call(open_recorded(model, tmp_path / "t.jsonl", None))
    assert later.complete(ASKED) == "first"
    assert later.complete([ChatMessage("And then?")]) == "second"
    assert [one.text for one in read_replies(tmp_path / "t.jsonl")] == ["first", "second"]


def test_a_stream_that_broke_off_is_not_kept(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(cut("The firm had"))
    path = tmp_path / "t.jsonl"
    with pytest.raises(ModelError):
        call(open_recorded(model, path, None)).complete(ASKED)
    assert not path.exists()


def test_a_reply_that_nobody_heard_to_its_end_is_told_as_far_as_it_was_heard(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(Scripted([chunk("The firm had "), threading.Event()], headers=EVENTS))
    with closing(call(open_recorded(model, tmp_path / "t.jsonl", None)).stream(ASKED)) as chunks:
        heard = next(chunks).delta
    (kept,) = read_replies(tmp_path / "t.jsonl")
    assert kept.finish_reason is None
    assert heard
    assert kept.text.startswith(heard)
    with pytest.raises(RetryableModelError, match="cut_off"):
        call(open_recorded(model, None, tmp_path / "t.jsonl")).complete(ASKED)


def test_a_judge_is_recorded_too(server: OpenAIServer, model: LLM, tmp_path: Path) -> None:
    server.say(whole("YES"))
    for record, replay in ((tmp_path / "t.jsonl", None), (None, tmp_path / "t.jsonl")):
        said = background.run(open_recorded(model, record, replay).achat(ASKED))
        assert said.message.content == "YES"
    assert len(server.received) == 1


def test_neither_key_nor_header_nor_prompt_is_in_the_file(
    server: OpenAIServer, model: LLM, tmp_path: Path
) -> None:
    server.say(streamed(SAID))
    call(open_recorded(model, tmp_path / "t.jsonl", None)).complete(ASKED)
    sent = server.received[0].headers
    assert (sent["Authorization"], sent["X-Tenant"]) == (f"Bearer {KEY}", HEADER)
    kept = (tmp_path / "t.jsonl").read_text(encoding="utf-8")
    for secret in (KEY, HEADER, "How much?", server.url):
        assert secret not in kept
    assert sorted(json.loads(kept)) == [
        "finish_reason",
        "key",
        "model",
        "repetition",
        "text",
        "usage",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other"},
        {"messages": [("user", "a ")]},
        {"messages": [("system", "a")]},
        {"parameters": {"temperature": 0.5}},
        {"repetition": 2},
    ],
)
def test_all_that_a_reply_depends_on_is_in_its_key(changed: dict[str, Any]) -> None:
    known: dict[str, Any] = {
        "model": "m",
        "messages": [("user", "a")],
        "parameters": {"temperature": 0.0},
        "repetition": 1,
    }
    assert build_key(**known) == build_key(**known)
    assert build_key(**{**known, **changed}) != build_key(**known)


def test_a_line_that_is_no_reply_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('\n{"key": "a", "model": "m"}\n', encoding="utf-8")
    with pytest.raises(SuiteError, match="bad_record") as caught:
        Tape(path)
    assert caught.value.details["line"] == 2


def test_a_tape_that_is_not_there_is_said_before_anything_is_asked(
    model: LLM, tmp_path: Path
) -> None:
    with pytest.raises(SuiteError, match="missing"):
        open_recorded(model, None, tmp_path / "none.jsonl")


def test_without_a_tape_the_model_is_itself(model: LLM) -> None:
    assert open_recorded(model, None, None) is model


def prepare(settings: Settings, folder: Path) -> Prepared:
    docs = folder / "docs"
    docs.mkdir()
    (docs / "report.txt").write_text(TEXT, encoding="utf-8")
    return prepare_collection(settings, docs, None)


def ask(prepared: Prepared, llm: LLM, cases: list[Case]) -> str:
    """All that a run gives, but for its times."""
    with closing(build_assistant(prepared.settings, prepared.collection, llm=llm)) as assistant:
        results = run_task(build_task(cases, assistant))
    answers = [{**one.answer, "timings_ms": {}} for one in results.replies]
    return json.dumps([answers, [str(one) for one in results.results]], ensure_ascii=False)


def test_two_replays_of_a_run_are_the_same_to_the_byte_with_the_server_gone(
    server: OpenAIServer, settings: Settings, model: LLM, tmp_path: Path
) -> None:
    prepared, tape = prepare(settings, tmp_path), tmp_path / "t.jsonl"
    false = "The firm had put 3 billion U.S. dollars into the mainland [1]."
    # The first question's sentence has to be repaired, the last ones are refused.
    server.say(streamed(false), streamed(SAID), streamed(REFUSAL * 9))
    recorded = ask(prepared, RecordedLLM(model, Tape(tape)), CASES)
    assert len(server.received) >= 4
    forbid(server)
    told = [ask(prepared, open_recorded(model, None, tape), CASES) for _ in range(2)]
    assert told[0] == told[1] == recorded
    assert '"repaired": true' in recorded
    assert server.received == []
