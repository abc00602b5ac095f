"""Whether two figures say the same, and whether one supports the other."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from assistant.figures.numerals import LONGEST
from assistant.figures.types import Bound, Figure
from assistant.figures.units import EXACT, load_alike

_APPROXIMATE: Final[frozenset[Bound]] = frozenset({"about", "nearly"})
_LOWER: Final[frozenset[Bound]] = frozenset({"more_than", "at_least"})
_UPPER: Final[frozenset[Bound]] = frozenset({"less_than", "at_most"})
_PLAIN: Final[frozenset[Bound]] = frozenset({"exact", *_APPROXIMATE})
_ALIKE: Final = (_PLAIN | {"as_much_as"}, _LOWER, _UPPER, frozenset({"at_most", "as_much_as"}))
_TIMES: Final = frozenset({"year", "date", "half", "quarter"})

_WIDEST: Final = Decimal("0.05")
"""How far an approximate figure reaches at most, as a share of its value: "about 100" is not 60."""
_AS_WRITTEN: Final = Context(prec=LONGEST)
"""No number has more digits; those behind them come of factors like 2000/3, which never end."""
_NO_YEAR: Final = 10000
_NO_PERIOD: Final = 0
_DIGITS_OF_DAY: Final = 10**7


def same_quantity(a: Figure, b: Figure) -> bool:
    """Equal value in comparable units, whatever bounds the two are stated with."""
    if a.unit in _TIMES and b.unit in _TIMES:
        return _same_time(a, b)
    values = _comparable(a, b)
    return values is not None and _AS_WRITTEN.plus(values[0]) == _AS_WRITTEN.plus(values[1])


def same_figure(a: Figure, b: Figure) -> bool:
    """Equal quantity with bounds that agree, or one approximate figure that rounds to the other.

    "More than 8 billion" is not "8 billion", though it is "8 billion or more"; "nearly 700 billion"
    is "687.3 billion", and not "701 billion". Months agree with months and years with years, not a
    month with its year.
    """
    if not _bounds_agree(a.bound, b.bound):
        return False
    return same_quantity(a, b) or _rounds(a, b) or _rounds(b, a) or _converts(a, b)


def supports_figure(source: Figure, claim: Figure) -> bool:
    """Whether a text that states `source` proves `claim`, which may be coarser but not finer.

    1 July 2024 supports "July 2024" and "2024"; 8.3 billion supports "more than 8 billion" and
    "about 8 billion"; "more than 8 billion" doesn't support "8 billion".
    """
    if source.unit in _TIMES and claim.unit in _TIMES:
        return _same_time(source, claim) or _within(source, claim)
    equal = same_quantity(source, claim) or _converts(source, claim)
    if equal and _bounds_agree(source.bound, claim.bound):
        return True
    return _rounds(source, claim) or _exceeds(source, claim)


def _comparable(a: Figure, b: Figure) -> tuple[Decimal, Decimal] | None:
    (value_a, unit_a), (value_b, unit_b) = _base(a, a.value), _base(b, b.value)
    if a.unit == b.unit:
        return a.value, b.value
    return (value_a, value_b) if unit_a == unit_b else None


def _base(figure: Figure, amount: Decimal) -> tuple[Decimal, str]:
    alike = load_alike().get(figure.unit)
    if alike is None:
        return amount, figure.unit
    return EXACT.add(EXACT.multiply(amount, alike.size), alike.zero), alike.base


def _bounds_agree(a: Bound, b: Bound) -> bool:
    if a == b or {a, b} == {"nearly", "less_than"}:
        return True
    return any({a, b} <= group for group in _ALIKE)


def _rounds(source: Figure, claim: Figure) -> bool:
    """An approximate figure and the finer one that it, or that is, rounded."""
    values = _comparable(source, claim)
    if values is None or {source.bound, claim.bound} - _PLAIN or source.unit in _TIMES | {"rank"}:
        return False
    coarse, fine = _shown_step(claim), _shown_step(source)
    one_approximate = (source.bound in _APPROXIMATE) != (claim.bound in _APPROXIMATE)
    if not one_approximate or fine > coarse:
        return False
    if claim.bound == "nearly" and source.value > claim.value:
        return False
    return abs(source.value - claim.value) <= _reach(claim) and source.unit == claim.unit


def _converts(a: Figure, b: Figure) -> bool:
    """300 miles is 483 km: one unit is no power of ten of the other, so the other's digits round.

    Of two such steps only a power of ten is the place of a digit.
    """
    (value_a, unit_a), (value_b, unit_b) = _base(a, a.value), _base(b, b.value)
    if unit_a != unit_b or unit_a in _TIMES:
        return False
    digits = [step for step in map(_place, (a, b)) if step]
    return len(digits) == 1 and abs(value_a - value_b) * 2 < digits[0]


def _place(figure: Figure) -> Decimal | None:
    """The place of the last digit in the unit that figures are compared in; None for a step
    of 1.609344 km or of one kelvin, which are no place of a digit there."""
    alike = load_alike().get(figure.unit)
    step = EXACT.multiply(figure.step, alike.size) if alike else figure.step
    power_of_ten = sum(step.as_tuple().digits) == 1
    return step if power_of_ten and not (alike and alike.zero) else None


def _shown_step(figure: Figure) -> Decimal:
    """Size of the last digit that counts: trailing noughts of an approximate figure don't."""
    if figure.bound == "exact" or not figure.value:
        return figure.step
    exponent = int(figure.value.normalize(EXACT).as_tuple().exponent)
    return max(figure.step, Decimal(1).scaleb(exponent))


def _reach(figure: Figure) -> Decimal:
    half = _shown_step(figure) / 2
    return min(half, abs(figure.value) * _WIDEST) if figure.bound in _APPROXIMATE else half


def _exceeds(source: Figure, claim: Figure) -> bool:
    """8.3 billion lies above "more than 8 billion", by less than its last digit."""
    if source.unit != claim.unit or source.unit == "rank":
        return False
    distance = source.value - claim.value
    if claim.bound in _UPPER and source.bound in _UPPER | {"exact"}:
        distance = -distance
    elif claim.bound not in _LOWER or source.bound not in _LOWER | {"exact"}:
        return False
    if distance == 0:
        return claim.bound in ("at_least", "at_most")
    return 0 < distance < _shown_step(claim)


def _same_time(a: Figure, b: Figure) -> bool:
    """Equal periods; a day without a year agrees with that day of any year."""
    if a.unit == b.unit == "date" and min(a.value, b.value) < _NO_YEAR:
        days = {a.value % _NO_YEAR, b.value % _NO_YEAR}
        return len(days) == 1 and _names_day(a) and _names_day(b)
    return a.value == b.value and a.unit == b.unit


def _names_day(figure: Figure) -> bool:
    return figure.value < _NO_YEAR or figure.value > _DIGITS_OF_DAY


def _within(inner: Figure, outer: Figure) -> bool:
    first, last = _period(inner)
    start, end = _period(outer)
    return start <= first and last <= end and start != _NO_PERIOD


def _period(figure: Figure) -> tuple[int, int]:
    """First and last day as YYYYMMDD; `_NO_PERIOD` twice for a day without a year."""
    value = int(figure.value)
    if figure.unit == "year":
        return value * 10000 + 101, value * 10000 + 1231
    if figure.unit == "date":
        if value < _NO_YEAR:
            return _NO_PERIOD, _NO_PERIOD
        return (value, value) if value > _DIGITS_OF_DAY else (value * 100 + 1, value * 100 + 31)
    months = 6 if figure.unit == "half" else 3
    year, part = divmod(value, 10)
    first, last = (part - 1) * months + 1, part * months
    return year * 10000 + first * 100 + 1, year * 10000 + last * 100 + 31
