"""Fits the weights of `assistant/weights.py` on suites of known answers, and says how well.

`python -m evals.fit FILE:DOCS[:CATALOG] ...` prints both tables of weights and what five-fold
cross-validation over questions gives. Sentences: conditional logit, the answering sentence against
all others of its question (McFadden 1974). Refusals: logistic regression, negatives against
positives; to these come the positives asked again with the passages that answer them taken away.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from llama_index.core.schema import NodeWithScore
from numpy.typing import NDArray

from assistant.app import Assistant, build_assistant
from assistant.question import Question
from assistant.ranking import FEATURES, Candidate, rank_sentences
from assistant.refusing import REFUSAL_FEATURES, describe_decision
from assistant.retrieval import TOP_K, HybridRetriever, Search
from assistant.settings import load_settings
from evals.cases import LANGUAGES, Ask, build_asks, read_cases
from evals.collections import prepare_collection
from evals.counterfactual import OFF_TOPIC, make_near_misses
from evals.quotes import holds_quotation
from store.spans import find_original

Matrix = NDArray[np.float64]

MADE = 0.03  # weight of a negative that was made, not written
OFF = 0.25  # of a question that is off every subject
FOLDS = 5
PENALTY = 5.0
ANSWERED = 0.96  # of the answerable questions: where the threshold is put


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

    @property
    def features(self) -> Matrix:
        return np.array([candidate.features for candidate in self.ranked])


def read_samples(spec: str) -> Iterator[Sample]:
    """The samples of one FILE:DOCS[:CATALOG]."""
    file, docs, *rest = spec.split(":")
    cases = read_cases(Path(file))
    prepared = prepare_collection(load_settings(), Path(docs), Path(rest[0]) if rest else None)
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        for ask in build_asks(cases):
            yield from _sample(assistant, ask, Path(file).stem)
        yield from _off_topic(assistant)


def _off_topic(assistant: Assistant) -> Iterator[Sample]:
    for number, texts in enumerate(OFF_TOPIC):
        for language, text in zip(LANGUAGES, texts, strict=True):
            hits = HybridRetriever(assistant.searcher).retrieve(Question(text, language=language))
            search = assistant.searcher.search(text)
            ranked = rank_sentences(assistant.searcher, search, hits)
            yield _negative(f"off-topic/{number}", language, search, ranked, OFF)


def _sample(assistant: Assistant, ask: Ask, suite: str) -> Iterator[Sample]:
    searcher = assistant.searcher
    question = Question(ask.question, language=ask.language)
    hits = HybridRetriever(searcher, 4 * TOP_K).retrieve(question)
    search = searcher.search(ask.question)
    known = ask.case.quotations if ask.case.answerable else ()
    holding = {hit.node.node_id for hit in hits if _answers_any(assistant, hit, known)}
    ranked = rank_sentences(searcher, search, hits[:TOP_K])
    answers = np.array([_is_part(assistant, one, known) for one in ranked], dtype=np.bool_)
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
    return Sample(name, language, search, ranked, np.zeros(len(ranked), np.bool_), True, weight)


def _answers_any(assistant: Assistant, hit: NodeWithScore, known: Sequence[str]) -> bool:
    meta = hit.node.metadata
    original = assistant.text(meta["document"])[meta["start"] : meta["end"]]
    return any(holds_quotation(quote, original) for quote in known)


def _is_part(assistant: Assistant, candidate: Candidate, known: Sequence[str]) -> bool:
    """Whether a sentence and a known quotation are mostly the same text."""
    meta = candidate.node.metadata
    start, end = find_original(meta, *candidate.span)
    original = assistant.text(meta["document"])[start:end]
    return any(holds_quotation(q, original) or holds_quotation(original, q) for q in known)


def fit_sentences(samples: Sequence[Sample]) -> Matrix:
    """Weights for features as they are (the scaling used while fitting is folded in)."""
    usable = [s for s in samples if s.answers.any() and not s.negative]
    stacked = np.concatenate([s.features for s in usable])
    scale = stacked.std(axis=0) + 1e-9
    tables = [(s.features / scale, s.answers) for s in usable]

    def gradient(weights: Matrix) -> Matrix:
        total: Matrix = -2 * PENALTY * weights
        for table, answers in tables:
            share = _softmax(table @ weights)
            right = np.where(answers, share, 0.0)
            total += (right / max(right.sum(), 1e-12) - share) @ table
        return total

    fitted: Matrix = _climb(gradient, stacked.shape[1]) / scale
    return fitted


def fit_refusals(rows: Matrix, positive: NDArray[np.bool_], weight: Matrix) -> Matrix:
    """Weights of log-odds, up to a constant."""
    scale = rows.std(axis=0) + 1e-9
    table = np.column_stack([rows / scale, np.ones(len(rows))])
    balance = weight * np.where(positive, 1.0, positive.sum() / max(1.0, weight[~positive].sum()))

    def gradient(weights: Matrix) -> Matrix:
        pull = 2 * PENALTY * np.append(weights[:-1], 0.0)
        expected = 1 / (1 + np.exp(-table @ weights))
        slope: Matrix = (balance * (positive - expected)) @ table - pull
        return slope

    fitted: Matrix = _climb(gradient, table.shape[1])[:-1] / scale
    return fitted


def find_biases(
    rows: Matrix, positive: NDArray[np.bool_], languages: Sequence[str], weights: Matrix
) -> dict[str, float]:
    """For each language what puts the threshold at 0 where ANSWERED of its positives pass."""
    scores, asked = rows @ weights, np.array(languages)
    return {
        language: -float(np.quantile(scores[positive & (asked == language)], 1 - ANSWERED))
        for language in LANGUAGES
    }


def _climb(gradient: object, size: int, steps: int = 3000, rate: float = 0.02) -> Matrix:
    """Adam's ascent: dull and good enough for twenty weights of a concave function."""
    weights, mean, spread = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        slope = gradient(weights)  # type: ignore[operator]
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        weights += rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
    return weights


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


def decisions(
    samples: Sequence[Sample], weights: Matrix
) -> tuple[Matrix, NDArray[np.bool_], Matrix]:
    """REFUSAL_FEATURES of each sample as these weights rank it, which are positive, and weights."""
    rows = [describe_decision(s.search, s.ranked, weights) for s in samples]
    positive = np.array([not sample.negative for sample in samples])
    return np.array(rows), positive, np.array([sample.weight for sample in samples])


def cross_validate(samples: Sequence[Sample]) -> dict[str, float]:
    """Held-out shares: first or second sentence right; answered and refused at the threshold."""
    ids = sorted({sample.id for sample in samples})
    found: dict[str, list[bool]] = {}
    for fold in range(FOLDS):
        held = set(ids[fold::FOLDS])
        train = [s for s in samples if s.id not in held]
        test = [s for s in samples if s.id in held]
        weights = fit_sentences(train)
        known = decisions(train, weights)
        model = fit_refusals(*known)
        bias = find_biases(*known[:2], [sample.language for sample in train], model)
        rows, _, _ = decisions(test, weights)
        for sample, odds in zip(test, rows @ model, strict=True):
            score = odds + bias[sample.language]
            suite = f"{sample.id.partition('/')[0]} {sample.language}"
            if not sample.negative:
                found.setdefault(f"{suite} sentence@2", []).append(_hit(sample, weights))
                found.setdefault(f"{suite} answered", []).append(score >= 0)
            else:
                kind = "refused" if sample.weight == 1 else "made refused"
                found.setdefault(f"{suite} {kind}", []).append(score < 0)
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}


def _hit(sample: Sample, weights: Matrix) -> bool:
    best = np.argsort(-(sample.features @ weights), kind="stable")[:2]
    return bool(sample.answers[best].any())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", nargs="+", help="FILE:DOCS[:CATALOG]")
    samples = [s for spec in parser.parse_args(arguments).suite for s in read_samples(spec)]
    samples = [sample for sample in samples if sample.ranked]
    print({name: round(value, 3) for name, value in cross_validate(samples).items()})
    weights = fit_sentences(samples)
    known = decisions(samples, weights)
    model = fit_refusals(*known)
    biases = find_biases(*known[:2], [sample.language for sample in samples], model)
    _say("SENTENCE_WEIGHTS", FEATURES, weights)
    _say("REFUSAL_WEIGHTS", REFUSAL_FEATURES, model)
    _say("REFUSAL_BIAS", list(biases), np.array(list(biases.values())))


def _say(title: str, names: Sequence[str], values: Matrix) -> None:
    print(f"{title} = {{")
    for name, value in zip(names, values, strict=True):
        print(f'    "{name}": {value:.3f},')
    print("}")


if __name__ == "__main__":
    main()
