"""Where an answer may come from: what can be chosen, and what was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.answer import Filters
from store.ledger import DocumentRecord

Value = TypeVar("Value")

JOINT = " · "
_MOST_NAMED = 3  # documents, organisations, years: each; the rest is counted


@dataclass(frozen=True, slots=True)
class Choices:
    """What a collection's documents can be told apart by; documents as (title, id)."""

    documents: tuple[tuple[str, str], ...] = ()
    organisations: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


def find_choices(records: Sequence[DocumentRecord]) -> Choices:
    """Titles and organisations by name, years with the latest first."""
    titles = Counter(record.title for record in records)
    documents = (
        (f"{one.title} ({one.id})" if titles[one.title] > 1 else one.title, one.id)
        for one in records
    )
    organisations = {name for record in records for name in _speakers(record)}
    years = {record.year for record in records if record.year is not None}
    return Choices(
        tuple(sorted(documents, key=lambda one: (one[0].casefold(), one[1]))),
        tuple(sorted(organisations, key=str.casefold)),
        tuple(sorted(years, reverse=True)),
    )


def read_filters(
    documents: object = None, organisations: object = None, years: object = None
) -> Filters:
    """What was chosen, as it came from a browser. What the collection no longer has stays: an
    answer from elsewhere is not what was asked for."""
    return Filters(_only(str, documents), _only(str, organisations), _only(int, years))


def keep_known(filters: Filters, choices: Choices) -> Filters:
    """Without what can't be chosen any more."""
    known = {document for _, document in choices.documents}
    return Filters(
        tuple(one for one in filters.documents if one in known),
        tuple(one for one in filters.organisations if one in choices.organisations),
        tuple(one for one in filters.years if one in choices.years),
    )


def is_on(filters: Filters) -> bool:
    return filters != Filters()


def count_fitting(filters: Filters, records: Iterable[DocumentRecord]) -> int:
    """How many documents a question with these filters may be answered from."""
    return sum(_fits(filters, record) for record in records)


def say_filters(filters: Filters, choices: Choices) -> str:
    """The names of what was chosen, in no language."""
    titles = {document: title for title, document in choices.documents}
    named = (
        [titles.get(document, document) for document in filters.documents],
        filters.organisations,
        [str(year) for year in filters.years],
    )
    return JOINT.join(_shorten(names) for names in named if names)


def _shorten(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" +{more}" if more > 0 else "")


def _fits(filters: Filters, record: DocumentRecord) -> bool:
    wanted = {name.casefold() for name in filters.organisations}
    return (
        (not filters.documents or record.id in filters.documents)
        and (not filters.years or record.year in filters.years)
        and (not wanted or any(name.casefold() in wanted for name in _speakers(record)))
    )


def _speakers(record: DocumentRecord) -> tuple[str, ...]:
    own = (record.organisation,) if record.organisation else ()
    return (*record.organisations, *own)


def _only(kind: type[Value], given: object) -> tuple[Value, ...]:
    chosen = given if isinstance(given, list) else []
    return tuple(value for value in chosen if isinstance(value, kind))
