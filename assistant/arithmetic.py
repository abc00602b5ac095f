"""Figures that an answer works out: differences, sums, shares, growth and ratios of cited ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from typing import NamedTuple

from assistant.figures import Figure

MOST_TERMS = 5

_DIFFERENCE = re.compile(
    r"\b(?:differ\w*|gap|more than|less than"
    r"|(?:increase|decrease|rise|drop|fall|gain|lead|margin)\w*|rose|fell|grew|ahead|behind|apart|longer|shorter|higher|lower|fewer|additional|remaining)\b"
    r"|相差|差距|差额|多出|多了|少了|高出|低于|增加|减少|上升|下降|其余|剩余|相隔",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\b(?:together|total\w*|sum|combined|altogether|in all|overall|add(?:s|ed)? up)\b"
    r"|合计|总计|总共|共计|一共|加起来|之和|总和",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:shares?|percent(?:age)?|proportion|fraction|part of|account\w*|out of|equal\w* to)\b|%"
    r"|占|比重|比例|份额|相当于",
    re.IGNORECASE,
)
_GROWTH = re.compile(
    r"\b(?:gr[eo]w\w*|growth|increase\w*|decrease\w*|rise|rose|risen|fell|fall\w*|drop\w*|up|down"
    r"|declin\w*|higher|lower|more|less)\b"
    r"|增长|增加|上升|提高|下降|减少|降低|增幅|降幅|跌|涨",
    re.IGNORECASE,
)
_RATIO = re.compile(r"\b(?:times|fold|ratio|twice|double\w*|triple\w*)\b|倍|比率", re.IGNORECASE)
_HUNDRED = Decimal(100)
_PERIODS = frozenset({"year", "date", "half", "quarter", "rank"})
_APPROXIMATE = frozenset({"about", "nearly"})


class Computation(NamedTuple):
    """How a figure follows from others: `operation` is difference, sum, share, growth or ratio."""

    operation: str
    operands: tuple[Figure, ...]


class _Rule(NamedTuple):
    operation: str
    words: re.Pattern[str]
    compute: Callable[[Decimal, Decimal], Decimal | None]
    units: frozenset[str]


def find_computation(text: str, figure: Figure, operands: Sequence[Figure]) -> Computation | None:
    """How a figure of a text is worked out from others, if the text says that it is.

    Numbers agree by chance; so the text has to name the operation, and the operands are those that
    it shows. A result counts within half of its last digit.
    """
    usable = [one for one in operands if one.unit not in _PERIODS]
    return next(_find_pairs(text, figure, usable), None) or _find_sum(text, figure, usable)


def _find_pairs(text: str, figure: Figure, operands: Sequence[Figure]) -> Iterator[Computation]:
    rules = [rule for rule in _RULES if rule.words.search(text)]
    for one, other in permutations(operands, 2):
        if one.unit != other.unit:
            continue
        for rule in rules:
            fits = figure.unit in rule.units if rule.units else _subtracts(figure, one)
            result = rule.compute(one.value, other.value) if fits else None
            if result is not None and _equals(figure, result):
                yield Computation(rule.operation, (one, other))


def _subtracts(figure: Figure, one: Figure) -> bool:
    """A difference is in the unit of its terms; of shares it is in percentage points."""
    return figure.unit == ("pp" if one.unit == "%" else one.unit)


def _find_sum(text: str, figure: Figure, operands: Sequence[Figure]) -> Computation | None:
    if not _SUM.search(text):
        return None
    terms = [one for one in operands if one.unit == figure.unit][: 2 * MOST_TERMS]
    for size in range(2, min(len(terms), MOST_TERMS) + 1):
        for group in combinations(terms, size):
            if _equals(figure, sum((one.value for one in group), Decimal(0))):
                return Computation("sum", group)
    return None


def _equals(figure: Figure, result: Decimal) -> bool:
    """Within half of the last digit shown; the words say which way, so the sign doesn't count."""
    step = figure.step
    if figure.bound in _APPROXIMATE and figure.value:
        exponent = int(figure.value.normalize().as_tuple().exponent)
        step = max(step, Decimal(1).scaleb(exponent))
    if not result or (figure.value < 0 < result):
        return False
    return abs(abs(figure.value) - abs(result)) <= step / 2


def _difference(one: Decimal, other: Decimal) -> Decimal | None:
    return one - other if one > other else None


def _share(one: Decimal, other: Decimal) -> Decimal | None:
    return one / other * _HUNDRED if 0 < one < other else None


def _growth(one: Decimal, other: Decimal) -> Decimal | None:
    return (one - other) / other * _HUNDRED if other > 0 and one != other else None


def _ratio(one: Decimal, other: Decimal) -> Decimal | None:
    return one / other if other > 0 and one > other else None


_RULES = (
    _Rule("difference", _DIFFERENCE, _difference, frozenset()),
    _Rule("share", _SHARE, _share, frozenset({"%"})),
    _Rule("growth", _GROWTH, _growth, frozenset({"%"})),
    _Rule("ratio", _RATIO, _ratio, frozenset({"times"})),
)
