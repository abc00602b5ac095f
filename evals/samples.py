"""What the weights are fitted on: questions with the sentences that answer them, and without.

From suites: each question; the same with the passages that answer it taken away; near misses made
of it; questions off every subject; and of their short documents each by itself, with its own
questions. From XQuAD, if its folder is given: questions of both languages
over paragraphs of both, with and without the one that answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from llama_index.core.schema import NodeWithScore
from numpy.typing import NDArray

from assistant.answer import Language
from assistant.app import Assistant, build_assistant
from assistant.question import Question
from assistant.ranking import Candidate, rank_sentences
from assistant.retrieval import TOP_K, HybridRetriever, Search, Searcher
from assistant.settings import load_settings
from evals.cases import LANGUAGES, Ask, build_asks, read_cases, read_rows
from evals.collections import prepare_collection
from evals.counterfactual import OFF_TOPIC, make_near_misses
from evals.external import fill_language
from evals.quotes import holds_quotation
from evals.small import find_short, take_out
from store.spans import find_original

Matrix = NDArray[np.float64]

MADE = 0.03  # weight of a negative that was made, not written
SMALL = 0.5  # of the same question once more, to a small collection
OFF = 0.25  # of a question that is off every subject
XQUAD = 0.05  # of a question of XQuAD, whose paragraphs are no reports
XQUAD_EVERY = 4  # one in so many of its questions is taken


class View(NamedTuple):
    """A collection as a question sees it: what searches it, and its documents' texts."""

    searcher: Searcher
    text: Callable[[str], str]


@dataclass(frozen=True)
class Sample:
    """One question: all its sentences with their features, and which of them answer it."""

    id: str
    language: str
    search: Search
    ranked: list[Candidate]
    answers: NDArray[np.bool_]
    negative: bool
    weight: float = 1.0
    kind: str = "written"

    @property
    def features(self) -> Matrix:
        return np.array([candidate.features for candidate in self.ranked])


def read_suite(spec: str) -> Iterator[Sample]:
    """The samples of one FILE:DOCS[:CATALOG]."""
    file, docs, *rest = spec.split(":")
    cases = read_cases(Path(file))
    prepared = prepare_collection(
        load_settings().offline(), Path(docs), Path(rest[0]) if rest else None
    )
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        asks, suite = build_asks(cases), Path(file).stem
        whole = View(assistant.searcher, assistant.text)
        for ask in asks:
            yield from _sample(whole, ask, suite)
        yield from _off_topic(whole)
        for document in find_short(whole.searcher):
            view = View(take_out(whole.searcher, document), assistant.text)
            own = [ask for ask in asks if _is_all_in(ask, document)]
            asked = chain.from_iterable(_sample(view, ask, suite) for ask in own)
            yield from map(_as_small, chain(asked, _off_topic(view)))


def _is_all_in(ask: Ask, document: str) -> bool:
    """Whether a document has all that a question needs, or what tempts to answer it wrongly."""
    sources = {ask.case.source, *ask.case.sources}
    return all(document.endswith(f"/{source}") for source in sources)


def _as_small(sample: Sample) -> Sample:
    weight = sample.weight * SMALL
    return replace(sample, weight=weight, kind="small" if sample.kind == "written" else sample.kind)


def _off_topic(view: View) -> Iterator[Sample]:
    for number, texts in enumerate(OFF_TOPIC):
        for language, text in zip(LANGUAGES, texts, strict=True):
            hits = HybridRetriever(view.searcher).retrieve(Question(text, language=language))
            search = view.searcher.search(text)
            ranked = rank_sentences(view.searcher, search, hits)
            yield _negative(f"off-topic/{number}", language, search, ranked, OFF)


def _sample(view: View, ask: Ask, suite: str) -> Iterator[Sample]:
    searcher = view.searcher
    question = Question(ask.question, language=ask.language)
    hits = HybridRetriever(searcher, 4 * TOP_K).retrieve(question)
    search = searcher.search(ask.question)
    known = ask.case.quotations if ask.case.answerable else ()
    holding = {hit.node.node_id for hit in hits if _answers_any(view, hit, known)}
    ranked = rank_sentences(searcher, search, hits[:TOP_K])
    answers = np.array([_is_part(view, one, known) for one in ranked], dtype=np.bool_)
    name = f"{suite}/{ask.case.id}"
    yield Sample(name, ask.language, search, ranked, answers, not ask.case.answerable)
    if known and holding:
        left: list[NodeWithScore] = [hit for hit in hits if hit.node.node_id not in holding][:TOP_K]
        without = rank_sentences(searcher, search, left)
        yield _negative(name, ask.language, search, without)
    if known:
        for text in make_near_misses(ask.question, searcher.index.organisations):
            moved = HybridRetriever(searcher).retrieve(Question(text, language=ask.language))
            found = searcher.search(text)
            yield _negative(name, ask.language, found, rank_sentences(searcher, found, moved))


def _negative(
    name: str, language: str, search: Search, ranked: list[Candidate], weight: float = MADE
) -> Sample:
    nothing = np.zeros(len(ranked), np.bool_)
    return Sample(name, language, search, ranked, nothing, True, weight, "made")


def _answers_any(view: View, hit: NodeWithScore, known: Sequence[str]) -> bool:
    meta = hit.node.metadata
    original = view.text(meta["document"])[meta["start"] : meta["end"]]
    return any(holds_quotation(quote, original) for quote in known)


def _is_part(view: View, candidate: Candidate, known: Sequence[str]) -> bool:
    """Whether a sentence and a known quotation are mostly the same text."""
    meta = candidate.node.metadata
    start, end = find_original(meta, *candidate.span)
    original = view.text(meta["document"])[start:end]
    return any(holds_quotation(q, original) or holds_quotation(original, q) for q in known)


def read_xquad(data: Path, pool_docs: Path, pool_catalog: Path | None) -> Iterator[Sample]:
    """The samples of the four directions; the pools are those of `evals.external`."""
    prepared = prepare_collection(load_settings().offline(), pool_docs, pool_catalog)
    for pool in LANGUAGES:
        name = fill_language(prepared, data, pool)
        answers = {str(row["id"]): row for _, row in read_rows(data / f"questions_{pool}.jsonl")}
        with closing(build_assistant(prepared.settings, name)) as assistant:
            for asked in LANGUAGES:
                rows = [row for _, row in read_rows(data / f"questions_{asked}.jsonl")]
                for row in rows[::XQUAD_EVERY]:
                    start = int(answers[str(row["id"])]["start"][0])
                    place = (str(row["pid"]), start)
                    yield from _xquad_pair(assistant, str(row["question"]), asked, place)


def _xquad_pair(
    assistant: Assistant, text: str, asked: Language, place: tuple[str, int]
) -> Iterator[Sample]:
    """A question with the paragraph that answers it, at a place in it, and without."""
    document, start = place
    searcher = assistant.searcher
    hits = HybridRetriever(searcher, TOP_K + 1).retrieve(Question(text, language=asked))
    search = searcher.search(text)
    ranked = rank_sentences(searcher, search, hits[:TOP_K])
    answers = np.array(
        [
            one.node.metadata["document"] == document and one.span[0] <= start < one.span[1]
            for one in ranked
        ],
        dtype=np.bool_,
    )
    name = f"xquad/{document}/{start}"
    yield Sample(name, asked, search, ranked, answers, False, XQUAD, "xquad")
    left = [hit for hit in hits if hit.node.metadata["document"] != document][:TOP_K]
    yield _negative(name, asked, search, rank_sentences(searcher, search, left), XQUAD)
