"""The list of a visitor's conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from assistant.answer import Language
from assistant.export import FileForm
from assistant.history import LONGEST_TITLE, PAGE, ConversationRow
from assistant.prompts import Messages, load_messages
from assistant.web.deeds import Deed, name_deed, show_sign, show_word


@dataclass(frozen=True, slots=True)
class Drawer:
    """How a visitor looks at the list: what is searched for, how much of it, and the conversation
    that is being renamed or asked about before it is deleted. `note` is what went wrong."""

    words: str = ""
    pages: int = 1
    doing: Literal["", "rename", "delete"] = ""
    what: str = ""
    note: str = ""

    @property
    def limit(self) -> int:
        return self.pages * PAGE

    def search(self, words: str) -> Drawer:
        return self if words == self.words else Drawer(words=words)

    def lengthen(self) -> Drawer:
        return replace(self, pages=self.pages + 1)

    def settle(self, note: str = "") -> Drawer:
        """With nothing in hand."""
        return replace(self, doing="", what="", note=note)


@dataclass(frozen=True, slots=True)
class Opened:
    """The conversation on the page, the collection that is asked, and where its files are."""

    id: str
    collection: str
    files: Mapping[FileForm, str]


def show_drawer(
    rows: Sequence[ConversationRow], drawer: Drawer, opened: Opened, language: Language
) -> str:
    """The list. Its class says which conversation is open, for the page's address.

    `rows` may hold one more than are shown, which tells that there are more.
    """
    labels = load_messages(language)
    items = "".join(_show_row(row, drawer, opened, labels) for row in rows[: drawer.limit])
    more = show_word(Deed("more"), "doer", labels.text("ui.history.more"), "word more")
    parts = (
        f'<p class="note" role="alert">{escape(drawer.note)}</p>' if drawer.note else "",
        f"<ul>{items}</ul>" if items else _show_none(drawer, labels),
        more if len(rows) > drawer.limit else "",
    )
    name = escape(labels.text("ui.history.name"))
    kind = f"talks open-{escape(opened.id)}"
    return f'<nav class="{kind}" aria-label="{name}">{"".join(parts)}</nav>'


def _show_none(drawer: Drawer, labels: Messages) -> str:
    key = "none_found" if drawer.words.strip() else "none"
    return f'<p class="none">{escape(labels.text(f"ui.history.{key}"))}</p>'


def _show_row(row: ConversationRow, drawer: Drawer, opened: Opened, labels: Messages) -> str:
    here = row.id == opened.id
    if drawer.what == row.id:
        show = _show_naming if drawer.doing == "rename" else _show_dropping
        return f'<li class="talk in-hand">{show(row, here, labels)}</li>'
    kind, current = ("talk here", ' aria-current="true"') if here else ("talk", "")
    other = f" · {row.collection}" if row.collection != opened.collection else ""
    when = f"{row.updated:%Y-%m-%d %H:%M}"
    return (
        f'<li class="{kind}"><button class="name {name_deed(Deed("open", row.id), "turner")}"'
        f'{current}><b>{escape(row.title)}</b><span><time datetime="{row.updated.isoformat()}">'
        f"{when}</time>{escape(other)}</span></button>{_show_signs(row, labels)}"
        f"{_show_files(opened, labels) if here else ''}</li>"
    )


def _show_signs(row: ConversationRow, labels: Messages) -> str:
    signs = "".join(
        show_sign(
            Deed(verb, row.id), "doer", labels.text(f"ui.history.{verb}", title=row.title), kind
        )
        for verb, kind in (("rename", "pen"), ("delete", "bin"))
    )
    return f'<div class="signs">{signs}</div>'


def _show_files(opened: Opened, labels: Messages) -> str:
    links = " ".join(
        f'<a href="{escape(address)}" download>{escape(labels.text(f"ui.history.{form}"))}</a>'
        for form, address in opened.files.items()
    )
    return f'<p class="files">{escape(labels.text("ui.history.save"))} {links}</p>'


def _show_naming(row: ConversationRow, here: bool, labels: Messages) -> str:
    label = escape(labels.text("ui.history.title"))
    return (
        f'<input class="text" type="text" value="{escape(row.title)}" maxlength="{LONGEST_TITLE}"'
        f' aria-label="{label}"><p class="choice">'
        + show_word(Deed("title", row.id), "doer", labels.text("ui.history.keep"), "word sure")
        + show_word(Deed("leave"), "doer", labels.text("ui.history.cancel"))
        + "</p>"
    )


def _show_dropping(row: ConversationRow, here: bool, labels: Messages) -> str:
    """Deleting the conversation that is open ends what is at work in it."""
    told = escape(labels.text("ui.history.ask_delete", title=row.title))
    drop = show_word(
        Deed("drop", row.id),
        "turner" if here else "doer",
        labels.text("ui.history.drop"),
        "word sure bad",
    )
    leave = show_word(Deed("leave"), "doer", labels.text("ui.history.cancel"))
    return f'<p class="told">{told}</p><p class="choice">{drop}{leave}</p>'
