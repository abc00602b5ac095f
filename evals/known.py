"""Does an answer hold a known figure? Known ones as `Figure`s, compared with those it states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from assistant.figures import Figure, base_unit, same_quantity
from evals.cases import KnownFigure

_PERIODS = frozenset({"year", "date", "half", "quarter"})


def holds_figure(known: KnownFigure, found: Iterable[Figure]) -> bool:
    return any(_meets(known, figure) for figure in found)


def read_figure(row: Mapping[str, Any]) -> Figure:
    """A figure from the JSON of an answer, as exact as the digits that it shows."""
    return Figure(Decimal(row["value"]), row["unit"], row["text"], (0, 0), row["bound"])


def find_strange_units(known: Iterable[KnownFigure]) -> list[str]:
    """The units that nothing is known about, so that no answer can be judged by them."""
    return [figure.unit for figure in known if not _knows_unit(figure.unit)]


def build_figure(known: KnownFigure) -> Figure:
    unit, factor = base_unit(known.unit)
    return Figure(known.value * factor, unit, known.text, (0, 0))


def plain_figure(known: KnownFigure) -> str:
    return f"{known.value:f} {known.unit}"


def _meets(known: KnownFigure, figure: Figure) -> bool:
    """A count may carry any unit ("300 SMEs"), a year or month may be given by any day of it, a day
    without its year. Known figures have no bounds: "more than 8 billion" meets 8 billion."""
    if known.unit == "count":
        return figure.value == known.value and figure.unit not in _PERIODS
    within = figure.unit in _PERIODS and _digits(figure.value).startswith(_digits(known.value))
    return (known.unit in _PERIODS and within) or same_quantity(build_figure(known), figure)


def _knows_unit(unit: str) -> bool:
    try:
        base_unit(unit)
    except KeyError:
        return False
    return True


def _digits(value: Decimal) -> str:
    return str(int(value))
