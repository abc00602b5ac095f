"""Fits the weights of `assistant/weights.py` on questions of known answers, and says how well.

`python -m evals.fit FILE:DOCS[:CATALOG] ... [--xquad DIR --pool-docs DIR --pool-catalog FILE]`
prints both tables of weights and what five-fold cross-validation over questions gives. Sentences:
conditional logit, the answering sentence against all others of its question (McFadden 1974).
Refusals: logistic regression, negatives against positives.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.features import FEATURES
from assistant.refusing import REFUSAL_FEATURES, describe_decision
from evals.cases import LANGUAGES
from evals.samples import Matrix, Sample, read_suite, read_xquad

FOLDS = 5
PENALTY = 2.0  # of the weights of sentences
REFUSAL_PENALTY = 0.5  # held-out refusals were best at 0.5 to 2
ANSWERED = {"en": 0.99, "zh": 0.979}  # of the answerable questions: where the threshold is put


def fit_sentences(samples: Sequence[Sample]) -> Matrix:
    """Weights for features as they are (the scaling used while fitting is folded in)."""
    usable = [s for s in samples if s.answers.any() and not s.negative]
    stacked = np.concatenate([s.features for s in usable])
    scale = stacked.std(axis=0) + 1e-9
    table = stacked / scale
    answers = np.concatenate([s.answers for s in usable])
    sizes = np.array([len(s.answers) for s in usable])
    weight = np.repeat([s.weight for s in usable], sizes)
    starts = np.cumsum(sizes) - sizes

    def gradient(weights: Matrix) -> Matrix:
        scores = table @ weights
        powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        share = _shares(powers, starts, sizes)
        right = _shares(np.where(answers, powers, 0.0), starts, sizes)
        slope: Matrix = (weight * (right - share)) @ table - 2 * PENALTY * weights
        return slope

    fitted: Matrix = _climb(gradient, stacked.shape[1]) / scale
    return fitted


def fit_refusals(rows: Matrix, positive: NDArray[np.bool_], weight: Matrix) -> Matrix:
    """Weights of log-odds, up to a constant."""
    scale = rows.std(axis=0) + 1e-9
    table = np.column_stack([rows / scale, np.ones(len(rows))])
    both = weight[positive].sum() / max(1.0, weight[~positive].sum())
    balance = weight * np.where(positive, 1.0, both)

    def gradient(weights: Matrix) -> Matrix:
        pull = 2 * REFUSAL_PENALTY * np.append(weights[:-1], 0.0)
        expected = 1 / (1 + np.exp(-table @ weights))
        slope: Matrix = (balance * (positive - expected)) @ table - pull
        return slope

    fitted: Matrix = _climb(gradient, table.shape[1])[:-1] / scale
    return fitted


def find_biases(samples: Sequence[Sample], scores: Matrix) -> dict[str, float]:
    """For each language what puts the threshold at 0 where ANSWERED of its positives pass, of the
    questions that were written for a suite."""
    asked = np.array([s.language for s in samples])
    known = np.array([not s.negative and s.kind == "written" for s in samples])
    return {
        language: -float(np.quantile(scores[known & (asked == language)], 1 - ANSWERED[language]))
        for language in LANGUAGES
    }


def _climb(gradient: object, size: int, steps: int = 1500, rate: float = 0.03) -> Matrix:
    """Adam's ascent: dull and good enough for twenty weights of a concave function."""
    weights, mean, spread = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        slope = gradient(weights)  # type: ignore[operator]
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        weights += rate * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
    return weights


def _shares(powers: Matrix, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> Matrix:
    """Each value's share of the sum of its question."""
    sums = np.maximum(np.add.reduceat(powers, starts), 1e-12)
    return np.asarray(powers / np.repeat(sums, sizes))


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
        bias = find_biases(train, known[0] @ model)
        rows, _, _ = decisions(test, weights)
        for sample, odds in zip(test, rows @ model, strict=True):
            score = odds + bias[sample.language]
            suite = f"{sample.id.partition('/')[0]} {sample.language}"
            if not sample.negative:
                found.setdefault(f"{suite} sentence@2", []).append(_hit(sample, weights))
                found.setdefault(f"{suite} answered", []).append(score >= 0)
            else:
                kind = "refused" if sample.kind == "written" else "made refused"
                found.setdefault(f"{suite} {kind}", []).append(score < 0)
    return {name: float(np.mean(values)) for name, values in sorted(found.items())}


def _hit(sample: Sample, weights: Matrix) -> bool:
    best = np.argsort(-(sample.features @ weights), kind="stable")[:2]
    return bool(sample.answers[best].any())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", nargs="+", help="FILE:DOCS[:CATALOG]")
    parser.add_argument("--xquad", type=Path, help="folder of XQuAD, to learn from as well")
    parser.add_argument("--pool-docs", type=Path, help="documents that its paragraphs stand among")
    parser.add_argument("--pool-catalog", type=Path, help="their catalog")
    given = parser.parse_args(arguments)
    samples = [sample for spec in given.suite for sample in read_suite(spec)]
    if given.xquad:
        samples += read_xquad(given.xquad, given.pool_docs, given.pool_catalog)
    samples = [sample for sample in samples if sample.ranked]
    print({name: round(value, 3) for name, value in cross_validate(samples).items()})
    weights = fit_sentences(samples)
    known = decisions(samples, weights)
    model = fit_refusals(*known)
    biases = find_biases(samples, known[0] @ model)
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
