"""Claims made wrong on purpose: altered figures, neighbours' figures, swapped names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from assistant.answer import Language
from assistant.figures import Figure, find_figures, kind_of, same_quantity, say_figure
from evals.cases import Ask, Case

_PERIODS = frozenset({"year", "date", "half", "quarter"})
_MONEY = ("CNY", "USD", "EUR")


def replace_figure(text: str, figure: Figure, said: str) -> str:
    start, end = figure.span
    return text[:start] + said + text[end:]


def say_plainly(figure: Figure, language: Language) -> str:
    """Without its bound, whose words stand beside the figure that it replaces."""
    return say_figure(replace(figure, bound="exact"), language)


def alter_figure(text: str, figure: Figure, language: Language) -> Iterator[str]:
    """The text with one figure changed: digit, magnitude, unit, currency, sign, year."""
    for other in _altered(figure):
        if not same_quantity(other, figure):
            yield replace_figure(text, figure, say_plainly(other, language))


def _altered(figure: Figure) -> Iterator[Figure]:
    value = figure.value
    if figure.unit in _PERIODS:
        yield replace(figure, value=value + (1 if value % 10 < 9 else -1))
        yield replace(figure, value=value - 10 ** (len(str(int(value))) - 4) * 3)
        return
    yield replace(figure, value=_other_digit(value))
    if figure.unit == "rank":
        return
    yield replace(figure, value=value * 10)
    yield replace(figure, value=value * 1000)
    if figure.unit == "%":
        yield replace(figure, unit="pp")
        yield replace(figure, value=-value)
    if kind_of(figure.unit) == "money":
        yield from (replace(figure, unit=unit) for unit in _MONEY if unit != figure.unit)
    if figure.unit == "count" and value == int(value):
        yield replace(figure, unit="%")


def _other_digit(value: Decimal) -> Decimal:
    """The first digit one higher, or lower where it is a 9."""
    first = Decimal(1).scaleb(value.adjusted())
    return value + first if abs(value) < 9 * first else value - first


def move_figures(ask: Ask, figure: Figure, passages: Sequence[str]) -> Iterator[str]:
    """The answer with a neighbour in place of one of its figures: of the same unit, from the same
    passages, and neither an answer nor said in the question."""
    taken = [*find_figures(ask.expected), *find_figures(ask.question)]
    seen: set[tuple[Decimal, str]] = set()
    for passage in passages:
        for other in find_figures(passage):
            key = (other.value, other.unit)
            if other.unit != figure.unit or key in seen or _is_among(other, taken):
                continue
            seen.add(key)
            yield replace_figure(ask.expected, figure, say_plainly(other, ask.language))


def _is_among(figure: Figure, others: Sequence[Figure]) -> bool:
    if figure.unit in _PERIODS:
        year = str(figure.value)[:4]
        return any(str(other.value)[:4] == year for other in others if other.unit in _PERIODS)
    return any(same_quantity(figure, other) for other in others)


def swap_names(ask: Ask, cases: Sequence[Case], passage: str) -> Iterator[str]:
    """The answer with one of its names replaced by another answer's that the passage lacks."""
    if not ask.case.names:
        return
    place = 0 if ask.language == "en" else -1
    strangers = [
        case.names[0].split("|")[place]
        for case in cases
        if case.names
        and case.id != ask.case.id
        and not any(one.lower() in passage.lower() for one in case.names[0].split("|"))
    ]
    for number, name in enumerate(ask.case.names):
        forms = [form for form in name.split("|") if form in ask.expected]
        for stranger in strangers[number : number + 3]:
            swapped = ask.expected
            for form in forms:
                swapped = swapped.replace(form, stranger)
            if swapped != ask.expected:
                yield swapped
