"""The rows of one table that answer a question about several years: one a year, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ranking import Candidate
from assistant.reading import find_years
from assistant.subjects import find_year_mentions
from assistant.tables import read_rows
from assistant.timespan import read_asked_years

ROWS = 6  # of a longer table the last ones, and the first
NEAR = 6.0  # logits behind the best sentence at which a row still answers

_Table = tuple[tuple[str, ...], str]  # heads of the columns; who the rows are about, besides years


def find_rows_of_years(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """For a question about several years, the rows of the table that comes first, by year; none
    where it has fewer than two of them, or where a better sentence tells of two years itself."""
    asked = read_asked_years(question)
    if len(asked) < 2 or not ranked or len(_years_in(ranked[0], asked)) > 1:
        return []
    near = [one for one in ranked if one.score > ranked[0].score - NEAR]
    table = next((found[0] for one in near if (found := _place(one)) and found[1] in asked), None)
    rows: dict[int, Candidate] = {}
    for one in ranked if table else ():
        found = _place(one)
        if found and found[0] == table and found[1] in asked:
            rows.setdefault(found[1], one)
    ordered = [rows[year] for year in sorted(rows)]
    if len(ordered) < 2:
        return []
    return ordered if len(ordered) <= ROWS else [ordered[0], *ordered[1 - ROWS :]]


def _years_in(candidate: Candidate, asked: frozenset[int]) -> set[int]:
    if _place(candidate):
        return set()
    return {int(year) for year in find_years(candidate.text)} & asked


def _place(candidate: Candidate) -> tuple[_Table, int] | None:
    """The table that a sentence is a row of, and the year that the row is about."""
    rows = read_rows(candidate.node.text, candidate.span)
    if len(rows) != 1:
        return None
    heads = tuple(cell.column for cell in rows[0].cells)
    if year := _fills(rows[0].label):
        return (heads, ""), year
    dated = (year for cell in rows[0].cells if (year := _fills(cell.text)))
    year = next(dated, None)
    return ((heads, rows[0].label), year) if year else None


def _fills(text: str) -> int | None:
    """The year that is all that a cell says: 2023, 2023年."""
    mentions = find_year_mentions(text)
    if len(mentions) != 1 or len(mentions[0].keys) != 1:
        return None
    (start, end), (key,) = mentions[0].span, mentions[0].keys
    return None if (text[:start] + text[end:]).strip(" 年") else int(key)
