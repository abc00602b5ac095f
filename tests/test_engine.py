"""The road of a question with parts that say what a test tells them to."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import pytest
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response, StreamingResponse
from llama_index.core.llms import ChatMessage
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, QueryType, TextNode

from assistant.answer import Answer, Claim
from assistant.engine import GroundedQueryEngine, last_answer
from assistant.errors import ModelError
from assistant.glossary import NO_NAMES, build_glossary
from assistant.offline import QuotingSynthesizer
from assistant.question import Question
from tests.support.nodes import build_hits, build_node, build_searcher

FIRST = build_node("The mill made 40 tonnes of paper. It rests in winter.", document="mill.md")
SECOND = build_node("The ferry carried 31,000 cyclists.", document="ferry.md", organisation="Sea")
TEXTS = {"mill.md": FIRST.text, "ferry.md": SECOND.text}
PAPER = "The mill made 40 tonnes of paper [1]."
FERRY = " The ferry carried 31,000 cyclists [2]."
FALSE = " The mill made 90 tonnes of paper [1]."


class Finder(BaseRetriever):
    """Finds what it was given."""

    def __init__(self, nodes: Sequence[TextNode]) -> None:
        super().__init__()
        self._found = build_hits(*nodes)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._found


class Speaker(QuotingSynthesizer):
    """Says some sentences one by one, an error among them being raised."""

    def __init__(self, *says: str | ModelError, streams: bool = True, **metadata: Any) -> None:
        super().__init__(build_searcher(FIRST))
        self._says = says
        self._streams = streams
        self._metadata = {"model": "speaker", "refused": False, **metadata}

    def synthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        if self._streams:
            return StreamingResponse(self._speak(), nodes, self._metadata)
        return Response("".join(self._speak()), nodes, self._metadata)

    def _speak(self) -> Generator[str]:
        for said in self._says:
            if isinstance(said, ModelError):
                raise said
            yield said


def build_engine(
    speaker: BaseSynthesizer,
    nodes: Sequence[TextNode] = (FIRST, SECOND),
    fallback: BaseSynthesizer | None = None,
) -> GroundedQueryEngine:
    return GroundedQueryEngine(
        Finder(nodes),
        speaker,
        TEXTS.__getitem__,
        fallback=fallback,
        collection="papers",
        fingerprint="f",
    )


def ask(*says: str | ModelError, **metadata: Any) -> Answer:
    return last_answer(build_engine(Speaker(*says, **metadata)).stream(Question("How much?")))


def test_each_proved_sentence_is_given_before_the_next_is_asked_for() -> None:
    spoken: list[str] = []

    class Slow(Speaker):
        def _speak(self) -> Generator[str]:
            for said in super()._speak():
                spoken.append(said)
                yield said

    events = build_engine(Slow(PAPER, FALSE, FERRY)).stream(Question("How much?"))
    first = next(events)
    assert isinstance(first, Claim)
    assert spoken == [PAPER]
    *others, answer = events
    assert isinstance(answer, Answer)
    assert (first, *others) == answer.claims
    assert len(answer.claims) == 2


def test_an_answer_tells_what_it_was_made_from() -> None:
    answer = ask(PAPER, usage={"total_tokens": 7})
    assert (answer.question, answer.language, answer.collection) == ("How much?", "en", "papers")
    assert (answer.model, answer.fingerprint, answer.usage) == ("speaker", "f", {"total_tokens": 7})
    assert {"retrieve", "answer", "check", "total"} <= set(answer.timings_ms)
    assert (answer.status, answer.incomplete, answer.fallback) == ("verified", False, False)


def test_what_is_not_proved_is_left_out_and_reported() -> None:
    answer = ask(PAPER, FALSE, FERRY)
    assert (
        answer.text
        == "The mill made 40 tonnes of paper [1]. The ferry carried 31,000 cyclists [2]."
    )
    assert answer.problems == ("figure_not_found:90 tonnes",)


@pytest.mark.parametrize("opening", [" ", "\n\n", "\u3000", FALSE + "\n"])
def test_the_text_never_begins_or_ends_with_white_space(opening: str) -> None:
    answer = ask(opening + PAPER + " \n")
    assert answer.text == PAPER
    assert answer.claims[0].text == "The mill made 40 tonnes of paper."


def test_citations_are_numbered_in_order_of_use_and_each_place_once() -> None:
    answer = ask(FERRY.strip(), " It rests in winter [1]. ", PAPER, FERRY)
    assert answer.text.split(".")[:-1] == [
        "The ferry carried 31,000 cyclists [1]",
        " It rests in winter [2]",
        " The mill made 40 tonnes of paper [3]",
        " The ferry carried 31,000 cyclists [1]",
    ]
    assert [c.passage.document for c in answer.citations] == ["ferry.md", "mill.md", "mill.md"]
    assert [c.number for c in answer.citations] == [1, 2, 3]
    assert [claim.citations for claim in answer.claims] == [(1,), (2,), (3,), (1,)]
    assert answer.claims[2].figures[0].citations == (3,)


@pytest.mark.parametrize("marker", ["[0]", "[9]", "[0, 9]", "[7-9]"])
def test_a_marker_that_names_no_passage_never_becomes_a_citation(marker: str) -> None:
    answer = ask(PAPER, f" The ferry carried 31,000 cyclists {marker}[2].")
    assert answer.text == PAPER + FERRY
    assert any(problem.startswith("unknown_marker:") for problem in answer.problems)


def test_two_passages_with_the_same_place_are_one_citation() -> None:
    shorter = build_node("The mill made 40 tonnes of paper.", document="mill.md")
    engine = build_engine(Speaker("The mill made 40 tonnes of paper [1][2]."), (FIRST, shorter))
    answer = last_answer(engine.stream(Question("How much?")))
    assert answer.text == PAPER
    assert answer.claims[0].citations == (1,)
    assert answer.problems == ()


def test_a_speaker_whose_name_ends_in_a_full_stop_keeps_it() -> None:
    node = build_node(
        "The mill made 40 tonnes of paper.", document="mill.md", organisation="M & Co."
    )
    said = "M & Co. (2023): “The mill made 40 tonnes of paper” [1]"
    answer = last_answer(build_engine(Speaker(said), (node,)).stream(Question("How much?")))
    assert answer.text == said


@pytest.mark.parametrize(
    ("says", "nodes", "metadata", "reason"),
    [
        ((), (), {"refused": True}, "nothing_relevant"),
        ((), (FIRST,), {"refused": True}, "not_stated"),
        ((), (FIRST,), {"refused": True, "reason": "nothing_relevant"}, "nothing_relevant"),
        ((FALSE,), (FIRST,), {}, "not_proved"),
        (("Nobody knows.",), (FIRST,), {}, "not_proved"),
    ],
)
def test_a_refusal_says_why(
    says: tuple[str, ...], nodes: tuple[TextNode, ...], metadata: dict[str, Any], reason: str
) -> None:
    engine = build_engine(Speaker(*says, **metadata), nodes)
    answer = last_answer(engine.stream(Question("How much?")))
    assert (answer.status, answer.reason) == ("refused", reason)
    assert (answer.claims, answer.citations) == ((), ())
    assert [passage.document for passage in answer.nearest] == ["mill.md"] * len(nodes)
    assert answer.text not in ("", "None")


def test_a_refusal_is_said_in_the_language_of_the_question() -> None:
    engine = build_engine(Speaker(refused=True))
    english = last_answer(engine.stream(Question("How much?", language="en")))
    chinese = last_answer(engine.stream(Question("多少？", language="zh")))
    assert english.text.isascii()
    assert "文档" in chinese.text


def test_a_note_stands_before_the_answer_and_not_before_a_refusal() -> None:
    assert ask(PAPER, note="A selection:").text == f"A selection:\n{PAPER}"
    assert "selection" not in ask(FALSE, note="A selection:").text


FAILURE = ModelError("unavailable", model="speaker")


def test_a_model_that_fails_at_once_is_replaced() -> None:
    fallback = Speaker(FERRY, model="offline")
    engine = build_engine(Speaker(FALSE, FAILURE), fallback=fallback)
    *claims, answer = engine.stream(Question("How much?"))
    assert isinstance(answer, Answer)
    assert (answer.model, answer.fallback, answer.incomplete) == ("offline", True, False)
    assert answer.failure is FAILURE
    assert tuple(claims) == answer.claims
    assert answer.problems == ()


def test_a_model_that_fails_after_a_proved_sentence_leaves_an_incomplete_answer() -> None:
    fallback = Speaker(PAPER, FERRY, model="offline")
    engine = build_engine(Speaker(PAPER, FALSE, FAILURE), fallback=fallback)
    *claims, answer = engine.stream(Question("How much?"))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.incomplete, answer.fallback) == ("verified", True, False)
    assert answer.failure is FAILURE
    assert answer.text == PAPER
    assert tuple(claims) == answer.claims
    assert answer.model == "speaker"


def test_a_model_that_fails_without_a_replacement_says_so() -> None:
    with pytest.raises(ModelError):
        list(build_engine(Speaker(FAILURE)).stream(Question("How much?")))


def test_a_reply_that_does_not_stream_is_checked_alike() -> None:
    speaker = Speaker(PAPER, FALSE, FERRY, streams=False)
    answer = last_answer(build_engine(speaker).stream(Question("How much?")))
    assert len(answer.claims) == 2


def test_llama_index_may_query_it_with_and_without_asyncio() -> None:
    for answer in (
        build_engine(Speaker(PAPER)).query("How much?"),
        asyncio.run(build_engine(Speaker(PAPER)).aquery("How much?")),
    ):
        assert isinstance(answer, Answer)
        assert str(answer) == PAPER


def test_the_last_answer_of_a_stream_is_taken() -> None:
    def events() -> Iterator[Claim | Answer]:
        yield Claim("a", (), "proved")
        yield Answer(response="one")

    assert last_answer(events()).text == "one"


NEAR = build_node(
    "The railway from Ningbo to Wuhan is 270 km long.", document="near.md", organisation="Almanac"
)
FAR = build_node("宁波至武汉的铁路长340公里。", document="far.md", organisation="测绘院", year=2021)
ROUTES = {"near.md": NEAR.text, "far.md": FAR.text}
ROUTE = "The railway from Ningbo to Wuhan is 270 km long [1]."


def ask_route(*says: str, nodes: Sequence[TextNode] = (NEAR, FAR)) -> tuple[list[Claim], Answer]:
    engine = GroundedQueryEngine(Finder(nodes), Speaker(*says), ROUTES.__getitem__)
    question = Question("How long is the railway from Ningbo to Wuhan?", language="en")
    *claims, answer = engine.stream(question)
    assert isinstance(answer, Answer)
    return [one for one in claims if isinstance(one, Claim)], answer


def test_a_source_that_disagrees_is_named_with_its_year_and_citation() -> None:
    claims, answer = ask_route(ROUTE)
    said = "The sources differ: Almanac (2023) states 270 km [1]; 测绘院 (2021) states 340 km [2]."
    assert answer.text == f"{ROUTE}\n{said}"
    assert [one.text for one in claims] == [one.text for one in answer.claims]
    assert answer.status == "verified"
    assert [one.quote for one in answer.citations] == [NEAR.text, FAR.text]
    assert answer.to_json()["conflicts"] == [
        {
            "about": "How long is the railway from Ningbo to Wuhan?",
            "sides": [
                {
                    "figure": {
                        "text": "270 km",
                        "value": "270",
                        "unit": "km",
                        "bound": "exact",
                        "step": "1",
                        "span": [36, 42],
                    },
                    "who": "Almanac",
                    "when": 2023,
                    "citation": 1,
                },
                {
                    "figure": {
                        "text": "340公里",
                        "value": "340",
                        "unit": "km",
                        "bound": "exact",
                        "step": "1",
                        "span": [9, 14],
                    },
                    "who": "测绘院",
                    "when": 2021,
                    "citation": 2,
                },
            ],
        }
    ]


def test_an_answer_that_states_both_sides_isnt_told_a_second_time() -> None:
    both = (ROUTE, " The railway from Ningbo to Wuhan is 340 km long [2].")
    claims, answer = ask_route(*both)
    assert answer.text == "".join(both)
    assert len(claims) == len(answer.claims) == 2
    (conflict,) = answer.conflicts
    assert [side.citation for side in conflict.sides] == [1, 2]


def test_sources_that_agree_are_no_conflict_nor_are_those_of_a_refusal() -> None:
    _, alone = ask_route(ROUTE, nodes=(NEAR,))
    assert alone.conflicts == ()
    assert alone.text == ROUTE
    _, refused = ask_route("The railway from Ningbo to Wuhan is 900 km long [1].")
    assert not refused.answered
    assert refused.conflicts == ()


def test_how_conflicts_are_found_can_be_given() -> None:
    engine = GroundedQueryEngine(
        Finder((NEAR, FAR)),
        Speaker(ROUTE),
        ROUTES.__getitem__,
        find_conflicts=lambda question, told, sources: [],
    )
    answer = last_answer(engine.stream(Question("How far is Ningbo from Wuhan?", language="en")))
    assert answer.conflicts == ()


def test_names_of_the_glossary_prove_what_no_dictionary_pairs() -> None:
    node = build_node("Borealis Ferries runs 40 ships.", "b.md", organisation="Borealis Ferries")
    said = "海沃德有40艘船[1]。"
    glossary = build_glossary([("海沃德", "Borealis Ferries")], [])
    for names, answered in ((glossary, True), (NO_NAMES, False)):
        engine = GroundedQueryEngine(
            Finder([node]), Speaker(said), {"b.md": node.text}.__getitem__, glossary=names
        )
        answer = last_answer(engine.stream(Question("有多少艘船？", language="zh")))
        assert answer.answered == answered


def ask_marking(*says: str | ModelError, fallback: BaseSynthesizer | None = None) -> list[Any]:
    engine = GroundedQueryEngine(
        Finder((FIRST, SECOND)),
        Speaker(*says),
        TEXTS.__getitem__,
        fallback=fallback,
        marks_unproved=True,
    )
    return list(engine.stream(Question("How much?", language="en")))


def test_an_unproved_sentence_may_be_shown_with_its_verdict() -> None:
    *claims, answer = ask_marking(PAPER, FALSE, FERRY)
    assert answer.text == PAPER + FALSE + FERRY.replace("[2]", "[2]")
    assert answer.status == "partial"
    assert answer.answered
    assert [claim.verdict for claim in claims] == ["proved", "unproved", "proved"]
    assert claims == list(answer.claims)
    assert answer.claims[1].reason == "figure_not_found:90 tonnes"
    assert answer.to_json()["claims"][1]["verdict"] == "unproved"


def test_with_nothing_proved_marks_dont_make_an_answer() -> None:
    *_, answer = ask_marking(FALSE)
    assert (answer.status, answer.reason) == ("refused", "not_proved")
    assert answer.claims == ()
    assert answer.citations == ()
    assert answer.problems == ("figure_not_found:90 tonnes",)


def test_all_proved_is_verified_even_where_marks_are_wanted() -> None:
    *_, answer = ask_marking(PAPER)
    assert answer.status == "verified"


def test_the_fallback_is_never_marked() -> None:
    *_, answer = ask_marking(ModelError("timeout"), fallback=Speaker(PAPER, FALSE))
    assert answer.fallback
    assert answer.status == "verified"
    assert answer.text == PAPER


def test_a_model_that_breaks_off_with_nothing_proved_is_replaced() -> None:
    *_, answer = ask_marking(FALSE, ModelError("timeout"), fallback=Speaker(PAPER))
    assert answer.text == PAPER
    assert not answer.incomplete


def ask_repairing(
    *says: str | ModelError, replies: Sequence[str | ModelError], marks: bool = False, **known: Any
) -> tuple[list[Claim], Answer, list[str]]:
    """Claims, the answer, and what was sent to the model that repairs."""
    sent: list[str] = []
    left = list(replies)

    def complete(messages: Sequence[ChatMessage], usage: dict[str, int]) -> str:
        sent.append(str(messages[-1].content))
        reply = left.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        return reply

    engine = GroundedQueryEngine(
        Finder((FIRST, SECOND)),
        Speaker(*says, **known),
        TEXTS.__getitem__,
        marks_unproved=marks,
        complete=complete,
    )
    events = list(engine.stream(Question("How much?", language="en")))
    claims = [event for event in events if isinstance(event, Claim)]
    return claims, last_answer(iter(events)), sent


def test_a_sentence_that_is_not_proved_is_tried_again_after_the_others() -> None:
    claims, answer, sent = ask_repairing(FALSE, FERRY, replies=["The mill made 40 tonnes [1]."])
    assert answer.text == "The ferry carried 31,000 cyclists [1]. The mill made 40 tonnes [2]."
    assert [claim.repaired for claim in claims] == [False, True]
    assert tuple(claims) == answer.claims
    assert (answer.status, answer.problems) == ("verified", ())
    assert len(sent) == 1
    assert "90 tonnes" in sent[0]
    assert answer.to_json()["claims"][1]["repaired"] is True


def test_what_is_proved_is_shown_before_anything_is_tried_again() -> None:
    asked: list[str] = []

    def complete(messages: Sequence[ChatMessage], usage: dict[str, int]) -> str:
        asked.append("again")
        return PAPER

    engine = GroundedQueryEngine(
        Finder((FIRST, SECOND)), Speaker(FALSE, FERRY), TEXTS.__getitem__, complete=complete
    )
    events = engine.stream(Question("How much?", language="en"))
    first = next(events)
    assert isinstance(first, Claim)
    assert (first.text, asked) == (FERRY.replace(" [2]", "").strip(), [])
    assert len(list(events)) == 2
    assert asked == ["again"]


@pytest.mark.parametrize(
    "reply",
    ["The mill made 95 tonnes of paper [1].", "It is so.", "NOT_STATED", ModelError("timeout")],
)
def test_a_repair_that_is_not_proved_either_is_left_out(reply: str | ModelError) -> None:
    claims, answer, _ = ask_repairing(PAPER, FALSE, replies=[reply])
    assert answer.text == PAPER
    assert len(claims) == 1
    assert answer.problems == ("figure_not_found:90 tonnes",)
    assert (answer.status, answer.incomplete) == ("verified", False)


def test_a_repair_that_fails_is_marked_where_marks_are_wanted() -> None:
    claims, answer, _ = ask_repairing(FALSE, PAPER, replies=["NOT_STATED"], marks=True)
    assert answer.text == PAPER + FALSE
    assert [claim.verdict for claim in claims] == ["proved", "unproved"]
    assert answer.status == "partial"


def test_an_answer_may_be_proved_by_its_repairs_alone_or_else_is_refused() -> None:
    _, mended, _ = ask_repairing(FALSE, replies=[PAPER])
    assert (mended.status, mended.text) == ("verified", PAPER)
    claims, refused, _ = ask_repairing(FALSE, replies=["NOT_STATED"])
    assert (refused.status, refused.reason, claims) == ("refused", "not_proved", [])
    assert len(refused.nearest) == 2


def test_a_repair_that_only_repeats_the_answer_is_left_out() -> None:
    _, answer, _ = ask_repairing(PAPER, FALSE, replies=[PAPER])
    assert answer.text == PAPER
    assert answer.problems == ("figure_not_found:90 tonnes",)


def test_a_model_that_failed_in_the_middle_is_not_asked_again() -> None:
    _, answer, sent = ask_repairing(PAPER, FALSE, ModelError("cut_off"), replies=[])
    assert (answer.text, answer.incomplete, sent) == (PAPER, True, [])
    assert answer.problems == ("figure_not_found:90 tonnes",)


def test_a_passage_that_was_not_shown_cannot_be_cited_nor_repaired_with() -> None:
    claims, answer, sent = ask_repairing(FERRY, replies=["NOT_STATED"], shown=(1,))
    assert (claims, answer.status) == ([], "refused")
    assert answer.problems == ("unknown_marker:2", "no_citation")
    assert "cyclists" not in sent[0].partition("Sentence to correct")[0]


def test_the_fallback_is_not_repaired() -> None:
    engine = GroundedQueryEngine(
        Finder((FIRST, SECOND)),
        Speaker(ModelError("timeout")),
        TEXTS.__getitem__,
        fallback=Speaker(PAPER, FALSE),
        complete=lambda messages, usage: pytest.fail("the model is down"),
    )
    *_, answer = engine.stream(Question("How much?", language="en"))
    assert isinstance(answer, Answer)
    assert (answer.text, answer.fallback) == (PAPER, True)
