"""The row under the conversation that says which documents answers may come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

import gradio as gr

from assistant.answer import Filters, Language
from assistant.prompts import load_messages
from assistant.web.components import QUIET, Updates
from assistant.web.scope import (
    Choices,
    count_fitting,
    find_choices,
    is_on,
    keep_known,
    read_filters,
    say_filters,
)
from store.ledger import DocumentRecord


class Listed(Protocol):
    """Whoever knows the documents that are asked."""

    def documents(self) -> Sequence[DocumentRecord]: ...


@dataclass(frozen=True, slots=True)
class FilterRow:
    """The components: three lists to choose from, folded away, and what is to be said of them."""

    fold: gr.Accordion
    documents: gr.Dropdown
    organisations: gr.Dropdown
    years: gr.Dropdown
    note: gr.HTML
    clear: gr.Button

    @property
    def chosen(self) -> list[Any]:
        """What `scope.read_filters` takes, in its order."""
        return [self.documents, self.organisations, self.years]

    @property
    def all(self) -> list[Any]:
        return [self.fold, *self.chosen, self.note, self.clear]


def lay_out_filters() -> FilterRow:
    with gr.Row(elem_id="scope"):
        with (
            gr.Accordion(" ", open=False, elem_id="filters") as fold,
            gr.Row(elem_id="choices"),
        ):
            documents = _build_choice("documents")
            organisations = _build_choice("organisations")
            years = _build_choice("years")
        clear = gr.Button(
            visible=False, elem_id="unfilter", size="sm", scale=0, min_width=0, variant="secondary"
        )
        note = gr.HTML(visible=False, elem_id="fitting")
    return FilterRow(fold, documents, organisations, years, note, clear)


def _build_choice(name: str) -> gr.Dropdown:
    return gr.Dropdown([], value=[], multiselect=True, elem_id=f"choose-{name}", min_width=160)


class FilterEvents:
    """What the row does; the chosen values stay in the browser and are read anew each time."""

    def __init__(self, listed: Listed, row: FilterRow) -> None:
        self._listed = listed
        self._row = row

    def bind(self, switch: gr.Radio, renewals: Sequence[Any]) -> None:
        """`renewals` are the events after which the row is written anew."""
        row, given = self._row, [*self._row.chosen, switch]
        for choice in row.chosen:
            choice.input(self.choose, given, row.all, **QUIET)
        row.clear.click(self.clear, switch, row.all, **QUIET)
        row.fold.expand(self.choose, given, row.all, **QUIET)
        for renewal in renewals:
            renewal.then(self.choose, given, row.all, **QUIET)

    def choose(
        self, documents: object, organisations: object, years: object, language: Language
    ) -> Updates:
        """The row as it is now: choices that the collection lost, or got, are seen to."""
        records = self._listed.documents()
        choices = find_choices(records)
        filters = keep_known(read_filters(documents, organisations, years), choices)
        fitting = count_fitting(filters, records)
        said = self._say(filters, choices, fitting, language)
        return {**self._offer(choices, filters, language), **said}

    def clear(self, language: Language) -> Updates:
        return self.choose([], [], [], language)

    def _offer(self, choices: Choices, filters: Filters, language: Language) -> Updates:
        labels = load_messages(language)
        row = self._row
        offered: list[tuple[gr.Dropdown, str, Sequence[Any], Sequence[Any]]] = [
            (row.documents, "documents", choices.documents, filters.documents),
            (row.organisations, "organisations", choices.organisations, filters.organisations),
            (row.years, "years", choices.years, filters.years),
        ]
        return {
            choice: gr.Dropdown(
                choices=list(all_),
                value=list(on),
                multiselect=True,
                label=labels.text(f"ui.filter.{key}"),
            )
            for choice, key, all_, on in offered
        }

    def _say(self, filters: Filters, choices: Choices, fitting: int, language: Language) -> Updates:
        labels, on = load_messages(language), is_on(filters)
        title = labels.text("ui.filter.title")
        if on:
            title = labels.text("ui.filter.on", names=say_filters(filters, choices))
        key = "ui.filter.fitting" if fitting else "ui.filter.none"
        note = labels.text(key, documents=fitting) if fitting else labels.text(key)
        kind = "fitting" if fitting else "fitting none"
        return {
            self._row.fold: gr.Accordion(label=title, elem_classes=["on"] if on else []),
            self._row.note: gr.HTML(f'<p class="{kind}">{escape(note)}</p>', visible=on),
            self._row.clear: gr.Button(value=labels.text("ui.filter.clear"), visible=on),
        }
