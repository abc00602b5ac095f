"""The one road of a question: retrieve, answer, check each sentence, show what is proved."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.base.response.schema import RESPONSE_TYPE, StreamingResponse
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.answer import Answer, Claim, Passage, Reason
from assistant.calling import Complete
from assistant.conflicts import Side, Told, find_conflicts, is_told
from assistant.draft import Draft
from assistant.errors import ModelError
from assistant.glossary import NO_NAMES, Glossary
from assistant.grounding import Checked, Source, check_claim
from assistant.passages import TextOf, build_passage
from assistant.prompts import load_messages
from assistant.question import Question
from assistant.repair import Repairer, stand_in
from assistant.stopping import check_wanted
from assistant.synthesis import as_question
from assistant.telling import tell_conflict
from assistant.text.citations import split_claims
from assistant.tracing import start_span, step_in, trace, trace_steps

log = logging.getLogger(__name__)

Event = Claim | Answer
_Written = tuple[str, Checked]
FindConflicts = Callable[[str, Sequence[Told], Mapping[int, Source]], Sequence[tuple[Side, ...]]]
"""What `find_conflicts` does, with or without a way to compare sentences."""


class GroundedQueryEngine(RetrieverQueryEngine):
    """A LlamaIndex query engine whose response is an Answer: checked, or a refusal.

    `stream` gives each proved claim as soon as it is checked and the Answer last; `query` is the
    Answer alone. A sentence that isn't proved is left out, or with `marks_unproved` shown with
    that verdict, but for those of the fallback. With `complete`, which asks the model once more,
    such sentences wait for the model's last one and are then tried again: what is proved never
    waits for them, and the model has only one thing to do at a time. Where retrieved sources
    disagree with a figure of the answer, a last claim says so, unless the answer states all sides
    already.
    """

    def __init__(
        self,
        retriever: BaseRetriever,
        synthesizer: BaseSynthesizer,
        text_of: TextOf,
        *,
        fallback: BaseSynthesizer | None = None,
        find_conflicts: FindConflicts = find_conflicts,
        glossary: Glossary = NO_NAMES,
        marks_unproved: bool = False,
        complete: Complete | None = None,
        collection: str = "",
        fingerprint: str = "",
    ) -> None:
        super().__init__(retriever=retriever, response_synthesizer=synthesizer)
        self._text_of = text_of
        self._fallback = fallback
        self._find_conflicts = find_conflicts
        self._glossary = glossary
        self._marks_unproved = marks_unproved
        self._complete = complete
        self._collection = collection
        self._fingerprint = fingerprint

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return last_answer(self.stream(as_question(query_bundle)))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def stream(self, question: Question) -> Iterator[Event]:
        """Proved claims one by one, then the Answer."""
        clock = _Clock()
        with trace("retrieve"):
            nodes = self.retrieve(question)
        clock.lap("retrieve")
        check_wanted()
        sources = self._number(nodes)
        try:
            yield from self._answer(question, nodes, sources, self._response_synthesizer, clock)
        except ModelError as error:
            # Nothing has been shown yet: `_answer` lets this out only before the first claim.
            if self._fallback is None:
                raise
            log.warning("the model failed (%s): answering by quotation", error, exc_info=True)
            yield from self._answer(question, nodes, sources, self._fallback, clock, failure=error)

    def _answer(
        self,
        question: Question,
        nodes: list[NodeWithScore],
        sources: dict[int, Source],
        synthesizer: BaseSynthesizer,
        clock: _Clock,
        *,
        failure: ModelError | None = None,
    ) -> Iterator[Event]:
        """`failure` is that of the model which this synthesizer stands in for."""
        draft = Draft(marks=self._marks_unproved and failure is None)
        draft.failure = failure
        waiting: list[_Written] = []
        with start_span("answer") as span:
            with span.entered():
                response = synthesizer.synthesize(question, nodes)
            citable = _find_citable(sources, response.metadata or {})
            sentences = step_in(span, _sentences(response))
            yield from self._take(question, sentences, citable, draft, waiting, clock)
        clock.lap("answer")
        usage = (response.metadata or {}).setdefault("usage", {})
        repairs = self._repair(question, citable, waiting, draft, usage)
        yield from trace_steps("repair", repairs) if waiting else repairs
        clock.lap("repair")
        yield from self._compare(question, sources, draft)
        clock.lap("compare")
        yield self._conclude(
            question,
            sources,
            draft,
            response.metadata or {},
            timings_ms=clock.times(),
            fallback=failure is not None,
        )

    def _take(
        self,
        question: Question,
        sentences: Iterator[str],
        sources: dict[int, Source],
        draft: Draft,
        waiting: list[_Written],
        clock: _Clock,
    ) -> Iterator[Event]:
        """Claims into the draft as they are written; what is to be tried again into `waiting`."""
        repairs = self._complete is not None and draft.failure is None
        try:
            for written in sentences:
                clock.lap("answer")
                check_wanted()
                with trace("check"):
                    found = list(self._check(written, sources, question))
                for text, checked in found:
                    if repairs and checked.claim.verdict == "unproved":
                        waiting.append((text, checked))
                    elif claim := draft.take(text, checked):
                        yield claim
                clock.lap("check")
        except ModelError as error:
            if draft.status == "refused":
                raise
            # What is shown stays: it is proved, and another answer would say it again.
            log.warning("the model failed (%s): the answer ends here", error, exc_info=True)
            draft.incomplete = True
            draft.failure = error

    def _check(
        self, text: str, sources: dict[int, Source], question: Question
    ) -> Iterator[tuple[str, Checked]]:
        for claim in split_claims(text):
            asked = (question.query_str, question.language)
            checked = check_claim(claim, sources, *asked, glossary=self._glossary)
            yield text[slice(*claim.span)], checked

    def _repair(
        self,
        question: Question,
        sources: dict[int, Source],
        waiting: Sequence[_Written],
        draft: Draft,
        usage: dict[str, int],
    ) -> Iterator[Claim]:
        """The sentences that waited, those that can be proved now and those that are shown anyway;
        a model that failed isn't asked again."""
        complete = None if draft.incomplete else self._complete
        repairer = Repairer(complete, usage) if complete else None
        for text, checked in waiting:
            again = repairer and repairer.repair(question, text, checked, sources)
            repaired = next(self._check(again, sources, question), None) if again else None
            if repaired and draft.lacks(repaired[1].claim):
                yield draft.take_repaired(stand_in(text, repaired[0]), repaired[1])
            elif claim := draft.take(text, checked):
                yield claim

    def _compare(
        self, question: Question, sources: dict[int, Source], draft: Draft
    ) -> Iterator[Claim]:
        """What sources disagree on, said where the answer doesn't say it."""
        for sides in self._find_conflicts(question.query_str, draft.told, sources):
            conflict = draft.oppose(question.query_str, sides)
            if not is_told(sides, draft.told):
                yield draft.add_line(*tell_conflict(conflict, question.language))

    def _number(self, nodes: Sequence[NodeWithScore]) -> dict[int, Source]:
        found = {}
        for number, hit in enumerate(nodes, 1):
            assert isinstance(hit.node, TextNode)
            found[number] = Source(build_passage(number, hit, self._text_of), hit.node)
        return found

    def _conclude(
        self,
        question: Question,
        sources: dict[int, Source],
        draft: Draft,
        metadata: dict[str, Any],
        **found: Any,
    ) -> Answer:
        status = draft.status
        reason = _reason(sources, metadata, draft.problems) if status == "refused" else None
        text = "\n".join(filter(None, [metadata.get("note"), draft.text]))
        if reason:
            text = load_messages(question.language).text(f"answer.refused_{reason}")
        return Answer(
            response=text,
            question=question.query_str,
            language=question.language,
            collection=self._collection,
            status=status,
            reason=reason,
            model=str(metadata.get("model", "offline")),
            incomplete=draft.incomplete,
            failure=draft.failure,
            claims=() if reason else tuple(piece.claim for piece in draft.pieces),
            citations=() if reason else tuple(draft.numbering.citations),
            conflicts=tuple(draft.conflicts),
            problems=tuple(draft.problems),
            unproved=draft.unproved,
            nearest=_nearest(sources) if reason else (),
            usage=dict(metadata.get("usage", {})),
            fingerprint=self._fingerprint,
            **found,
        )


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._spent: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._spent[stage] = self._spent.get(stage, 0.0) + now - self._last
        self._last = now

    def times(self) -> dict[str, int]:
        spent = {**self._spent, "total": time.perf_counter() - self._started}
        return {stage: round(seconds * 1000) for stage, seconds in spent.items()}


def last_answer(events: Iterator[Event]) -> Answer:
    """The Answer that ends a stream."""
    answers = [event for event in events if isinstance(event, Answer)]
    return answers[-1]


def _find_citable(sources: dict[int, Source], metadata: Mapping[str, Any]) -> dict[int, Source]:
    """The passages that whoever wrote was shown: all, where nothing else is said."""
    shown = metadata.get("shown", sources)
    return {number: source for number, source in sources.items() if number in shown}


def _sentences(response: RESPONSE_TYPE) -> Iterator[str]:
    """What a synthesizer wrote, sentence by sentence where it streams."""
    if isinstance(response, StreamingResponse):
        yield from response.response_gen or ()
    else:
        yield getattr(response, "response", None) or ""


def _nearest(sources: dict[int, Source]) -> tuple[Passage, ...]:
    return tuple(source.passage for source in list(sources.values())[:3])


def _reason(
    sources: dict[int, Source], metadata: dict[str, Any], problems: Sequence[str]
) -> Reason:
    if not sources:
        return "nothing_relevant"
    if metadata.get("refused"):
        reason: Reason = metadata.get("reason", "not_stated")
        return reason
    return "not_proved" if problems else "not_stated"
