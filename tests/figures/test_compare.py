"""Which pairs of spellings say the same, which support each other, and which do neither."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures import (
    Figure,
    find_figures,
    same_figure,
    same_quantity,
    supports_figure,
)
from assistant.figures.units import load_currencies

CASES: dict[str, list[list[str]]] = json.loads(
    Path(__file__).with_name("compare.json").read_text(encoding="utf-8")
)


def _only(text: str) -> Figure:
    return find_figures(text)[-1]


def _same_pairs() -> list[tuple[str, str]]:
    return [pair for group in CASES["same"] for pair in combinations(group, 2)]


def _different_pairs() -> list[tuple[str, str]]:
    """The written ones, and each spelling of a group with each of the next group."""
    neighbours = [
        (left, right)
        for first, second in pairwise(CASES["same"])
        for left in first
        for right in second
    ]
    return [*((left, right) for left, right in CASES["different"]), *neighbours]


def _both_ways(pairs: list[tuple[str, str]]) -> Iterator[tuple[Figure, Figure]]:
    for left, right in pairs:
        yield _only(left), _only(right)
        yield _only(right), _only(left)


def test_golden_file_holds_400_pairs_of_each_kind() -> None:
    assert len(_same_pairs()) >= 400
    assert len(_different_pairs()) >= 400


def _languages(pairs: list[tuple[str, str]]) -> Counter[str]:
    """Pairs by the languages of their spellings: "en", "zh" or "both"."""

    def speak(text: str) -> str:
        return "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in text) else "en"

    return Counter(speak(left) if speak(left) == speak(right) else "both" for left, right in pairs)


def test_golden_file_compares_within_and_across_the_languages() -> None:
    for pairs in (_same_pairs(), _different_pairs()):
        counts = _languages(pairs)
        assert min(counts[kind] for kind in ("en", "zh", "both")) >= 100, counts


def test_spellings_of_one_figure_are_the_same() -> None:
    wrong = [(a, b) for a, b in _both_ways(_same_pairs()) if not same_figure(a, b)]
    assert wrong == []


def test_spellings_of_different_figures_are_not_the_same() -> None:
    wrong = [(a, b) for a, b in _both_ways(_different_pairs()) if same_figure(a, b)]
    assert wrong == []


@pytest.mark.parametrize(("approximate", "exact"), CASES["rounded"])
def test_an_approximate_figure_is_the_one_that_it_rounds(approximate: str, exact: str) -> None:
    assert same_figure(_only(approximate), _only(exact))
    assert same_figure(_only(exact), _only(approximate))
    assert not same_quantity(_only(approximate), _only(exact))


@pytest.mark.parametrize(("source", "claim"), CASES["supported"])
def test_a_source_supports_a_coarser_claim(source: str, claim: str) -> None:
    assert supports_figure(_only(source), _only(claim))


@pytest.mark.parametrize(("source", "claim"), CASES["unsupported"])
def test_a_source_does_not_support_a_finer_or_other_claim(source: str, claim: str) -> None:
    assert not supports_figure(_only(source), _only(claim))


def test_same_figures_support_each_other() -> None:
    wrong = [(a, b) for a, b in _both_ways(_same_pairs()) if not supports_figure(a, b)]
    # "at least" is weaker than "more than" at the same value only in words
    assert wrong == []


@pytest.mark.parametrize("bound", ["more_than", "at_least", "less_than", "at_most", "nearly"])
def test_same_quantity_leaves_bounds_aside(bound: str) -> None:
    exact = _only("80亿美元")
    assert same_quantity(exact, replace(exact, bound=bound))  # type: ignore[arg-type]


FIGURES = st.builds(
    Figure,
    value=st.decimals("-1e15", "1e15", places=3),
    unit=st.sampled_from(["%", "pp", "count", "km", "km2", "m2", "W", *sorted(load_currencies())]),
    text=st.just("x"),
    span=st.just((0, 1)),
    bound=st.sampled_from(
        ["exact", "about", "nearly", "more_than", "at_least", "less_than", "at_most", "as_much_as"]
    ),
    step=st.sampled_from([Decimal("0.001"), Decimal(1), Decimal(1000)]),
)


@given(FIGURES)
def test_a_figure_is_the_same_as_itself(figure: Figure) -> None:
    assert same_figure(figure, figure)
    assert supports_figure(figure, figure)


@given(FIGURES, FIGURES)
def test_sameness_has_no_direction(a: Figure, b: Figure) -> None:
    assert same_figure(a, b) == same_figure(b, a)


@given(FIGURES, st.sampled_from(sorted(load_currencies())))
def test_another_currency_is_never_the_same(figure: Figure, code: str) -> None:
    other = replace(figure, unit=code)
    assert same_figure(figure, other) == (figure.unit == code)


@given(FIGURES.filter(lambda figure: figure.value != 0))
def test_another_magnitude_is_never_the_same(figure: Figure) -> None:
    larger = replace(figure, value=figure.value * 10)
    assert not same_figure(figure, larger)
    assert not supports_figure(figure, larger) or figure.bound != "exact"


@given(FIGURES.filter(lambda figure: figure.value != 0))
def test_the_other_sign_is_never_the_same(figure: Figure) -> None:
    assert not same_figure(figure, replace(figure, value=-figure.value))
