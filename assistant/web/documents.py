"""The tab of documents: its components, and which event of theirs calls what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.streaming import Workers
from assistant.web.components import QUIET, Updates
from assistant.web.holdings import Holdings, Shown, Visit
from assistant.web.listing import View
from assistant.web.reader import Reading
from assistant.web.sending import SendBox, SendEvents, lay_out_sending
from assistant.web.visitor import find_visitor
from assistant.wire import CollectionRow

# What was clicked last; the script clicks one of the hidden buttons then.
_READ_ACT = "(act, ...rest) => [window.duociteAct || '', ...rest]"


@dataclass(frozen=True, slots=True)
class DocumentTab:
    """The components that events read and write."""

    collection: gr.Dropdown
    search: gr.Textbox
    sending: SendBox
    rows: gr.HTML
    document: gr.HTML
    act: gr.Textbox
    looker: gr.Button
    changer: gr.Button
    view: gr.State
    reading: gr.State

    @property
    def shown(self) -> list[Any]:
        return [self.view, self.reading, self.rows, self.document]


def lay_out_documents(holdings: Holdings) -> DocumentTab:
    """In a tab that is open as this is called."""
    with gr.Row(elem_id="documents"):
        with gr.Column(elem_id="shelf", scale=3, min_width=0):
            with gr.Row(elem_id="tools"):
                collection = gr.Dropdown([], elem_id="collection", filterable=False, min_width=120)
                search = gr.Textbox(elem_id="search", lines=1, max_lines=1, max_length=200)
            sending = lay_out_sending(holdings)
            rows = gr.HTML(elem_id="rows")
        with gr.Column(elem_id="reading", scale=2, min_width=0):
            document = gr.HTML(elem_id="document")
    act = gr.Textbox(visible="hidden", elem_id="act")
    looker = gr.Button(visible="hidden", elem_id="looker")
    changer = gr.Button(visible="hidden", elem_id="changer")
    view, reading = gr.State(View()), gr.State(Reading())
    return DocumentTab(
        collection, search, sending, rows, document, act, looker, changer, view, reading
    )


class DocumentEvents:
    """Binds the events of the tab; who may change documents is looked at anew in each of them.

    `asked` is the collection that the chat asks.
    """

    def __init__(self, holdings: Holdings, tab: DocumentTab, asked: str, workers: Workers) -> None:
        self.holdings = holdings
        self._tab = tab
        self._asked = asked
        self.sending = SendEvents(holdings, tab.sending, workers)

    def bind(self, switch: gr.Radio, renewals: Sequence[Any]) -> list[Any]:
        """`renewals` are the events after which all is said anew. Returns those after which the
        documents may be others."""
        tab = self._tab
        given = [tab.collection, tab.view, tab.reading, switch]
        for renewal in renewals:
            renewal.then(self.label, given, [tab.search, tab.collection, *tab.shown], **QUIET)
        tab.collection.input(self.choose, [tab.collection, switch], tab.shown, **QUIET)
        tab.search.change(
            self.search, [tab.search, *given], tab.shown, trigger_mode="always_last", **QUIET
        )
        acted = [tab.act, *given]
        tab.looker.click(self.look, acted, tab.shown, js=_READ_ACT, **QUIET)
        changed = tab.changer.click(self.change, acted, tab.shown, js=_READ_ACT, **QUIET)
        changes = [changed, *self.sending.bind(tab.collection, switch, renewals)]
        for change in changes:
            change.then(self.renew, given, [tab.collection, *tab.shown], **QUIET)
        return changes

    def label(
        self,
        collection: str | None,
        view: View,
        reading: Reading,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """Everything that is said in a language."""
        labels = load_messages(language)
        search = gr.Textbox(
            label=labels.text("ui.documents.search"),
            placeholder=labels.text("ui.documents.search_hint"),
        )
        renewed = self.renew(collection, view, reading, language, request)
        return {**renewed, self._tab.search: search}

    def renew(
        self,
        collection: str | None,
        view: View,
        reading: Reading,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """The list, and the collections with their numbers, as they are now."""
        labels = load_messages(language)
        rows = self.holdings.collections()
        chosen = collection if collection in {row.name for row in rows} else self._asked
        choice = gr.Dropdown(
            choices=[(_name_collection(row, labels), row.name) for row in rows],
            value=chosen,
            label=labels.text("ui.documents.collection"),
        )
        shown = self.holdings.show(_see(chosen, language, request), view, reading)
        return {**self._update(shown), self._tab.collection: choice}

    def choose(self, collection: str, language: Language, request: gr.Request) -> Updates:
        visit = _see(collection, language, request)
        return self._update(self.holdings.show(visit, View(), Reading()))

    def search(
        self,
        query: str,
        collection: str,
        view: View,
        reading: Reading,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        visit = _see(collection, language, request)
        return self._update(self.holdings.show(visit, view.search(query), reading))

    def look(
        self,
        act: str,
        collection: str,
        view: View,
        reading: Reading,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        visit = _see(collection, language, request)
        return self._update(self.holdings.look(act, visit, view, reading))

    def change(
        self,
        act: str,
        collection: str,
        view: View,
        reading: Reading,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        visit = _see(collection, language, request)
        return self._update(self.holdings.change(act, visit, view, reading))

    def _update(self, shown: Shown) -> Updates:
        tab = self._tab
        return {
            tab.view: shown.view,
            tab.reading: shown.reading,
            tab.rows: shown.rows,
            tab.document: shown.document,
        }


def _see(collection: str, language: Language, request: gr.Request) -> Visit:
    return Visit(collection, language, find_visitor(request).editor)


def _name_collection(row: CollectionRow, labels: Messages) -> str:
    return labels.text("ui.documents.collection_of", name=row.name, documents=row.documents)
