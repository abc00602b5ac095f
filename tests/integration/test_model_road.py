"""The whole road with a language model: a scripted server speaks, only what is proved is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from assistant.answer import Answer, Claim, Turn
from assistant.app import Assistant, build_assistant
from assistant.calling import Complete
from assistant.errors import ModelError
from assistant.expansion import NOTHING, Expand, Expander, Expansion
from assistant.patience import Patience
from assistant.prices import Price, Prices
from assistant.render import to_plain
from assistant.reply import REFUSAL
from assistant.settings import Settings
from tests.support.openai_server import (
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

pytestmark = pytest.mark.integration

QUESTION = "How much will the port invest in container terminals?"
# [1] stands for the harbour's passage, whatever its number.
RIGHT = "Selby Port said in 2024 that it will invest RMB 500 billion in container terminals [1]."
ALSO_RIGHT = " It handled 4.6 million containers in 2023 [1]."
WRONG = " It handled 9.9 million containers in 2023 [1]."
UNKNOWN = " It will build new container terminals [77]."


@pytest.fixture(scope="module")
def assistant(running: OpenAIServer, settings: Settings) -> Iterator[Assistant]:
    """Set up as a user would: by the environment."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DUOCITE_DATA", str(settings.data))
        environment.setenv("DUOCITE_LLM", f"compatible:scripted@{running.url}")
        opened = build_assistant(Settings(_env_file=None))
    yield opened
    opened.close()


def place_of(assistant: Assistant, document: str, question: str = QUESTION) -> int:
    """The number under which the model is shown the passage of a document."""
    passages = assistant.retrieve(question, top_k=8)
    return next(passage.number for passage in passages if passage.document == document)


def says(assistant: Assistant, text: str) -> str:
    """The text with the number of the harbour's passage for [1]."""
    return text.replace("[1]", f"[{place_of(assistant, 'docs/en/harbour.md')}]")


def test_a_right_figure_is_verified_and_quoted_from_the_document(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(streamed(says(assistant, RIGHT)))
    answer = assistant.ask(QUESTION)
    assert (answer.status, answer.fallback, answer.incomplete) == ("verified", False, False)
    assert answer.text == RIGHT
    assert answer.model == "scripted"
    (citation,) = answer.citations
    assert citation.quote_shown == (
        "The port will invest CNY 500 billion in new container terminals by 2030."
    )
    text = assistant.text("docs/en/harbour.md")
    assert text[citation.span.start : citation.span.end] == citation.quote
    assert {figure.verdict for figure in answer.figures} == {"checked"}


def test_the_model_is_asked_with_numbered_passages_and_the_question(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(streamed(says(assistant, RIGHT)))
    assistant.ask(QUESTION)
    (received,) = server.received
    number = place_of(assistant, "docs/en/harbour.md")
    assert QUESTION in received.prompt
    assert f'<passage number="{number}">' in received.prompt
    assert "CNY 500 billion" in received.prompt


def test_citations_are_numbered_in_order_of_use(server: OpenAIServer, assistant: Assistant) -> None:
    railway = place_of(assistant, "docs/zh/railway.md")
    water = place_of(assistant, "docs/zh/water.md")
    server.say(
        streamed(
            f"The railway cost RMB 320 billion [{railway}]. "
            f"Of the used water, 35 percent is reclaimed [{water}]. "
            f"It has 86 tunnels [{railway}]. The railway cost RMB 320 billion [{railway}][{water}]."
        )
    )
    answer = assistant.ask(QUESTION)
    assert re.findall(r"\[(\d+)\]", answer.text)[:4] == ["1", "2", "3", "1"]
    assert [citation.number for citation in answer.citations] == [
        n for n, _ in enumerate(answer.citations, 1)
    ]
    assert answer.citations[0].quote == "高速铁路建设总投资达到3200亿元。"
    assert answer.citations[2].quote == "全线共有隧道86座。"
    assert answer.claims[3].citations[0] == 1


@pytest.mark.parametrize(
    ("left_out", "problem"),
    [(WRONG, "figure_not_found:9.9 million"), (UNKNOWN, "unknown_marker:77")],
)
def test_a_sentence_that_is_not_proved_is_left_out(
    server: OpenAIServer, assistant: Assistant, left_out: str, problem: str
) -> None:
    server.say(streamed(says(assistant, RIGHT + left_out + ALSO_RIGHT)))
    answer = assistant.ask(QUESTION)
    assert answer.status == "verified"
    assert answer.text == RIGHT + ALSO_RIGHT.replace("[1]", "[2]")
    assert problem in answer.problems
    assert len(answer.claims) == 2


def test_an_answer_whose_first_sentence_is_left_out_begins_with_the_next(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(streamed(says(assistant, WRONG + ALSO_RIGHT)))
    assert assistant.ask(QUESTION).text == ALSO_RIGHT.strip()


def test_a_wholly_wrong_reply_is_refused_as_not_proved(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(streamed(says(assistant, WRONG.strip() + UNKNOWN)))
    answer = assistant.ask(QUESTION)
    assert (answer.status, answer.reason) == ("refused", "not_proved")
    assert "9.9" not in answer.text
    assert (answer.claims, answer.citations) == ((), ())


def test_the_sentinel_is_a_refusal_in_the_askers_language(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(streamed(REFUSAL))
    answer = assistant.ask("港口将投资多少？")
    assert (answer.status, answer.reason) == ("refused", "not_stated")
    assert answer.text == "文档中没有说明这一点。"


def test_a_sentence_is_shown_before_the_model_is_done(
    server: OpenAIServer, assistant: Assistant
) -> None:
    rest = says(assistant, ALSO_RIGHT)
    server.say(
        Scripted(
            [chunk(says(assistant, RIGHT) + rest[:5]), 0.3, chunk(rest[5:]), chunk("", "stop")],
            headers={"Content-Type": "text/event-stream"},
        )
    )
    events = assistant.stream(QUESTION)
    first = next(events)
    assert isinstance(first, Claim)
    assert "500 billion" in first.text
    *_, answer = events
    assert isinstance(answer, Answer)
    assert answer.claims[0] == first
    assert len(answer.claims) == 2


@pytest.mark.parametrize("failure", [refused(401), refused(500), cut(""), broken("The por")])
def test_a_model_that_fails_before_anything_is_proved_falls_back_to_quoting(
    server: OpenAIServer, assistant: Assistant, failure: Scripted
) -> None:
    server.say(failure)
    events = list(assistant.stream(QUESTION))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert (answer.status, answer.fallback, answer.incomplete) == ("verified", True, False)
    assert answer.model == "offline"
    assert "CNY 500 billion" in answer.text
    assert tuple(events[:-1]) == answer.claims


@pytest.mark.parametrize("fail", [cut, broken])
def test_what_was_proved_before_a_model_failed_is_kept_and_said_once(
    server: OpenAIServer, assistant: Assistant, fail: Callable[[str], Scripted]
) -> None:
    server.say(fail(says(assistant, RIGHT + " And the") + " rest"))
    events = list(assistant.stream(QUESTION))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert (answer.status, answer.incomplete, answer.fallback) == ("verified", True, False)
    assert answer.text == RIGHT
    assert tuple(events[:-1]) == answer.claims
    assert len(answer.claims) == 1


def test_a_model_that_was_wrong_and_then_failed_falls_back_to_quoting(
    server: OpenAIServer, assistant: Assistant
) -> None:
    server.say(cut(says(assistant, WRONG + " And the")))
    answer = assistant.ask(QUESTION)
    assert (answer.status, answer.fallback) == ("verified", True)
    assert "9.9" not in answer.text


FAULTS = {
    "wrong key": (refused(401), "refused_key", ("key", "密钥")),
    "no such model": (refused(404, "model_not_found"), "no_model", ("name", "名称")),
    "wait": (refused(429, Retry_After="120"), "wait", ("120 seconds", "120 秒")),
    "quota": (refused(429, "insufficient_quota"), "quota", ("quota", "额度")),
    "too long": (refused(400, "context_length_exceeded"), "too_long", ("longer than", "长度")),
    "filtered": (refused(400, "content_filter"), "filtered", ("held the reply back", "扣下")),
    "empty": (streamed(""), "bad_reply", ("can't be read", "无法读取")),
    "no stream": (Scripted([b"<html>Proxy</html>"]), "bad_reply", ("can't be read", "无法读取")),
    "hang": (stalled(), "timeout", ("in time", "及时")),
}


@pytest.fixture
def hasty(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """Waits half a second, and not at all between tries."""

    async def no_sleep(seconds: float) -> None:
        pass

    assert assistant.writer._caller is not None
    monkeypatch.setattr(assistant.writer._caller, "_patience", Patience(0.5, sleep=no_sleep))
    return assistant


@pytest.mark.parametrize("failure", FAULTS)
def test_a_failure_is_told_in_the_askers_language_beside_what_is_quoted(
    server: OpenAIServer, hasty: Assistant, failure: str
) -> None:
    reply, code, said = FAULTS[failure]
    server.say(reply)
    for question, words in zip((QUESTION, "港口将在集装箱码头投资多少？"), said, strict=True):
        answer = hasty.ask(question)
        assert answer.fallback
        assert answer.failure is not None
        assert answer.failure.code == code
        assert words in to_plain(answer)


@pytest.mark.parametrize("question", [QUESTION, "港口将在集装箱码头投资多少？"])
@pytest.mark.parametrize(("reply", "code"), [(refused(401), "refused_key"), (cut(""), "cut_off")])
def test_without_a_fallback_the_failure_is_all_there_is(
    server: OpenAIServer,
    hasty: Assistant,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    reply: Scripted,
    code: str,
) -> None:
    strict = hasty.writer._settings.model_copy(update={"fallback": "none"})
    monkeypatch.setattr(hasty.writer, "_settings", strict)
    monkeypatch.setattr(hasty, "_state", None)
    server.say(reply)
    with pytest.raises(ModelError, match=code):
        hasty.ask(question)


@pytest.mark.parametrize("ending", ["no reason", "stall"])
def test_a_reply_without_its_end_leaves_what_was_proved(
    server: OpenAIServer, hasty: Assistant, ending: str
) -> None:
    text = says(hasty, RIGHT + " And the") + " rest"
    server.say(streamed(text, finish_reason=None) if ending == "no reason" else stalled(text))
    answer = hasty.ask(QUESTION)
    assert (answer.status, answer.incomplete, answer.fallback) == ("verified", True, False)
    assert answer.text == RIGHT
    assert answer.failure is not None
    assert answer.failure.code == ("cut_off" if ending == "no reason" else "timeout")


def test_an_answer_says_what_it_took_and_cost(
    server: OpenAIServer, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = Prices({"scripted": Price(Decimal("0.5"), Decimal(2), "USD")})
    monkeypatch.setattr(assistant.writer, "_prices", prices)
    server.say(streamed(says(assistant, RIGHT), usage=counted(2000, 100)))
    answer = assistant.ask(QUESTION)
    assert answer.to_json()["usage"] == {
        "prompt_tokens": 2000,
        "completion_tokens": 100,
        "total_tokens": 2100,
        "cost": "0.0012",
        "currency": "USD",
    }
    assert "0.0012 USD" in to_plain(answer)


def test_what_a_follow_up_took_is_counted_too(server: OpenAIServer, assistant: Assistant) -> None:
    whole = "How much will the port invest in container terminals by 2030?"
    said = streamed(says(assistant, RIGHT), usage=counted(2000, 100))
    server.say(streamed(whole, usage=counted(300, 20)), said)
    usage = assistant.ask("And by 2030?", history=[Turn(QUESTION, RIGHT)]).usage
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (2300, 120)


def test_one_who_leaves_stops_the_model(server: OpenAIServer, assistant: Assistant) -> None:
    server.say(stalled(says(assistant, RIGHT) + " And the"))
    events = assistant.stream(QUESTION)
    assert isinstance(next(events), Claim)
    events.close()
    assert server.left.wait(5)


def test_a_follow_up_reaches_the_model_with_its_subject(
    server: OpenAIServer, assistant: Assistant
) -> None:
    before = "How many containers did the harbour handle in 2022?"
    asked = "How many containers did the harbour handle in 2023?"
    number = place_of(assistant, "docs/en/harbour.md", asked)
    reply = streamed(f"It handled 4.6 million containers in 2023 [{number}].")
    server.say(streamed(asked), reply)
    answer = assistant.ask("And in 2023?", history=[Turn(before, "4.1 million [1]")])
    assert (answer.status, answer.question) == ("verified", "And in 2023?")
    condensing, answering = server.received
    assert f"Question: {before}" in condensing.prompt
    assert asked in answering.prompt.rpartition("Question:")[2]


@pytest.mark.parametrize(
    "reply",
    [
        refused(401),
        cut("How many"),
        streamed(""),
        streamed("How many containers did the harbour handle in 2031?"),
        streamed("港口2023年处理了多少集装箱？"),
        streamed("How many containers did Lanternport handle in 2023?"),
        streamed("The harbour handled 4.6 million containers in 2023 [1]."),
    ],
    ids=["refused", "cut", "empty", "year", "language", "name", "citation"],
)
def test_a_follow_up_that_the_model_does_not_make_whole_is_made_so_by_rule(
    server: OpenAIServer, assistant: Assistant, reply: Scripted
) -> None:
    before = "How many containers did the harbour handle in 2022?"
    asked = "How many containers did the harbour handle in 2023?"
    number = place_of(assistant, "docs/en/harbour.md", asked)
    server.say(reply, streamed(f"It handled 4.6 million containers in 2023 [{number}]."))
    answer = assistant.ask("And in 2023?", history=[Turn(before, "4.1 million [1]")])
    assert answer.status == "verified"
    assert asked in server.received[-1].prompt.rpartition("Question:")[2]


def complete_of(assistant: Assistant) -> Complete:
    assert assistant.writer.complete
    return assistant.writer.complete


def scores(assistant: Assistant, expand: Expand) -> list[tuple[str, float]]:
    return [(one.document, one.score) for one in assistant.retrieve(QUESTION, expand=expand)]


def test_a_model_widens_the_search_by_what_it_did_not_make_up(
    server: OpenAIServer, assistant: Assistant
) -> None:
    expand = Expander(complete_of(assistant)).expand
    server.say(streamed("T: 港口将为集装箱码头投资多少？\nQ: 9.9 billion port expansion"))
    widened = scores(assistant, expand)
    assert expand(QUESTION, {}) == Expansion("港口将为集装箱码头投资多少？", ("port expansion",))
    assert len(server.received) == 1
    assert "You do not answer it" in server.received[0].prompt
    assert widened != scores(assistant, lambda question, usage: NOTHING)


@pytest.mark.parametrize(
    ("reply", "requests"),
    [(refused(401), 1), (streamed("I can't."), 1), (cut("T: "), 1), (streamed(""), 3)],
    ids=["refused", "prose", "cut", "empty"],
)
def test_a_failed_expansion_leaves_the_question_alone(
    server: OpenAIServer, assistant: Assistant, reply: Scripted, requests: int
) -> None:
    server.say(reply)
    found = scores(assistant, Expander(complete_of(assistant)).expand)
    assert found == scores(assistant, lambda question, usage: NOTHING)
    assert len(server.received) == requests


def test_greetings_do_not_reach_the_model(server: OpenAIServer, assistant: Assistant) -> None:
    assert assistant.ask("Hello").status == "verified"
    assert server.received == []
