"""What a figure is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Bound = Literal[
    "exact", "about", "nearly", "more_than", "at_least", "less_than", "at_most", "as_much_as"
]
"""`as_much_as`: words that may state the figure or its ceiling (as high as 80 %, 高达80%)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as a text states it.

    `value` is in base units, exact: CNY 500 billion is 500000000000 with unit "CNY"; 23 % is 23
    with unit "%"; 14 September 2022 is 20220914 with unit "date" (YYYYMMDD, or YYYYMM where no day
    is given); a bare year is 1997 with unit "year". `step` is the size of the last digit that the
    text shows, in base units (500 billion: 1000000000; 687.3 billion: 100000000): a figure stands
    for value +- step/2. `span` are character offsets of `text` in the text that was searched.
    """

    value: Decimal
    unit: str
    text: str
    span: tuple[int, int]
    bound: Bound = "exact"
    step: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Found:
    """A figure whose unit is in its own words (a date, a rank, a share), or, with the unit "",
    a name that holds a number and is no figure. `bound` None: the words around it say."""

    value: Decimal
    unit: str
    start: int
    end: int
    step: Decimal = Decimal(1)
    bound: Bound | None = None
