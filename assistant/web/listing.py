"""The list of a collection's documents: searched, sorted, a page at a time, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.shelf import Shelved
from assistant.text.script import simplify

PAGE = 50
"""Documents a page: what a browser shows at once, however many there are."""

COLUMNS = ("title", "organisation", "year", "language", "chunks", "state")
_MOST_NAMED = 2  # organisations of one document; the rest is counted
_NUMBERS = frozenset({"year", "chunks"})


@dataclass(frozen=True, slots=True)
class View:
    """Which documents are listed, in which order; `opened` is the id of the one that is read."""

    query: str = ""
    order: str = "title"
    down: bool = False
    page: int = 0
    opened: str = ""

    def search(self, query: str) -> View:
        return replace(self, query=query, page=0)

    def sort(self, column: str) -> View:
        """By a column, or the other way round if it is that one already; others don't exist."""
        if column not in COLUMNS:
            return self
        down = not self.down if column == self.order else False
        return replace(self, order=column, down=down, page=0)

    def turn(self, page: str) -> View:
        return replace(self, page=int(page)) if page.isdecimal() else self


def find_documents(shelved: Sequence[Shelved], view: View) -> list[Shelved]:
    """Those that hold every word of the query, in order; what has no value comes last."""
    words = _fold(view.query).split()
    found = [one for one in shelved if all(word in _say_all(one) for word in words)]
    known = [one for one in found if _value(one, view.order) is not None]
    unknown = [one for one in found if _value(one, view.order) is None]
    known.sort(key=lambda one: _key(one, "title"))
    known.sort(key=lambda one: _key(one, view.order), reverse=view.down)
    return [*known, *sorted(unknown, key=lambda one: _key(one, "title"))]


def show_list(shelved: Sequence[Shelved], view: View, language: Language) -> str:
    """A table whose heads sort it and whose titles open a document, and the way to other pages."""
    labels = load_messages(language)
    found = find_documents(shelved, view)
    if not found:
        key = "none_found" if shelved else "none_yet"
        return f'<p class="nothing">{_say(f"ui.documents.{key}", labels)}</p>'
    last = (len(found) - 1) // PAGE
    page = min(view.page, last)
    rows = "".join(_show_row(one, view, labels) for one in found[page * PAGE : (page + 1) * PAGE])
    heads = "".join(_show_head(column, view, labels) for column in COLUMNS)
    pager = show_pager(page, last, len(found), labels)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="rows">{table}</div>{pager}'


def say_state(one: Shelved, labels: Messages) -> str:
    return labels.text(f"ui.state.{one.state}")


def say_language(one: Shelved, labels: Messages) -> str:
    """A language by its name, where we have one for it."""
    key = f"ui.documents.language_{one.record.language}"
    return labels.text(key if key in labels else "ui.documents.language_other")


def act(verb: str, argument: str) -> str:
    """What the script sends when a button is clicked, as its attribute."""
    return f'data-act="{verb}:{escape(argument)}"'


def show_pager(page: int, last: int, found: int, labels: Messages) -> str:
    """Which rows are on view, and the way to the other pages; `page` and `last` count from 0."""
    first, end = page * PAGE + 1, min((page + 1) * PAGE, found)
    said = escape(labels.text("ui.documents.shown", first=first, last=end, all=found))
    if not last:
        return f'<p class="pages"><span>{said}</span></p>'
    steps = ((page - 1, "before", "‹", page == 0), (page + 1, "after", "›", page == last))
    before, after = (
        f"<button {act('page', str(to))} {'disabled' if ends else ''} "
        f'title="{_say(f"ui.documents.{key}", labels)}" '
        f'aria-label="{_say(f"ui.documents.{key}", labels)}">{sign}</button>'
        for to, key, sign, ends in steps
    )
    return f'<p class="pages">{before}<span>{said}</span>{after}</p>'


def _show_head(column: str, view: View, labels: Messages) -> str:
    sorted_ = ("descending" if view.down else "ascending") if column == view.order else "none"
    return (
        f'<th scope="col" class="{column}" aria-sort="{sorted_}">'
        f"<button {act('sort', column)}>{_say(f'ui.documents.{column}', labels)}</button></th>"
    )


def _show_row(one: Shelved, view: View, labels: Messages) -> str:
    record = one.record
    shown = {
        "organisation": _shorten(_speakers(one)),
        "year": str(record.year or ""),
        "language": say_language(one, labels),
        "chunks": str(record.chunks),
    }
    cells = "".join(f'<td class="{key}">{escape(text)}</td>' for key, text in shown.items())
    opened = ' class="opened"' if record.id == view.opened else ""
    return (
        f'<tr{opened}><td class="title"><button {act("open", record.id)}>{escape(record.title)}'
        f"</button><span>{escape(record.id)}</span></td>{cells}"
        f'<td class="state {one.state}">{escape(say_state(one, labels))}</td></tr>'
    )


def _speakers(one: Shelved) -> tuple[str, ...]:
    own = one.record.organisation
    return (own,) if own else one.record.organisations


def _shorten(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" +{more}" if more > 0 else "")


def _say_all(one: Shelved) -> str:
    """Everything that a search looks through."""
    record = one.record
    said = (record.title, record.id, record.author, record.year, record.language)
    texts = [str(text) for text in (*said, *record.organisations, record.organisation) if text]
    return _fold(" ".join(texts))


def _fold(text: str) -> str:
    return simplify(text).casefold()


def _value(one: Shelved, column: str) -> object:
    if column == "state":
        return one.state
    if column == "organisation":
        return ", ".join(_speakers(one)) or None
    value: object = getattr(one.record, column)
    return value


def _key(one: Shelved, column: str) -> tuple[int, str]:
    value = _value(one, column)
    if column in _NUMBERS and isinstance(value, int):
        return value, ""
    return 0, str(value).casefold()


def _say(key: str, labels: Messages) -> str:
    return escape(labels.text(key))
