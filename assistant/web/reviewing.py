"""The tab where editors accept, change or drop proposed cases of the evals.

It shows the drafts of one file. Who may do so is looked at in each event: a hidden tab protects
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

import gradio as gr

from assistant.answer import Language
from assistant.errors import DuociteError, SuiteError
from assistant.figures import find_figures
from assistant.prompts import Messages, explain, load_messages
from assistant.text.accepted import choose_language
from assistant.web.components import LATEST, QUIET, Updates
from assistant.web.visitor import find_visitor
from evals.acceptance import DraftFile, say_field
from evals.sources import Texts

KINDS = ("figure", "date", "name", "list", "multi", "unanswerable", "near_miss")
TYPED = ("question_en", "question_zh", "answer_en", "answer_zh", "figures", "names", "source",
         "line", "quote", "why")  # fmt: skip
MOST_LISTED = 50
"""Drafts that are listed at a time: what a page shows at once, however many there are."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """The file that is reviewed, and the texts of the documents that it speaks of."""

    file: DraftFile
    texts: Texts


class ReviewTab(NamedTuple):
    """The components of the tab; `fields` are those of TYPED, in that order."""

    tab: gr.Tab
    told: gr.HTML
    waiting: gr.Radio
    shown: gr.HTML
    kind: gr.Dropdown
    fields: tuple[gr.Textbox, ...]
    accept: gr.Button
    save: gr.Button
    drop: gr.Button

    @property
    def outputs(self) -> list[Any]:
        return [self.told, self.waiting, self.shown, self.kind, *self.fields, *self.buttons]

    @property
    def buttons(self) -> list[gr.Button]:
        return [self.accept, self.save, self.drop]

    @property
    def typed(self) -> list[Any]:
        return [self.kind, *self.fields]


def lay_out_reviewing() -> ReviewTab:
    """To be called where the tabs are laid out."""
    with (
        gr.Tab(id="drafts", elem_id="tab-drafts", visible=False, render_children=True) as tab,
        gr.Row(elem_id="reviewing"),
    ):
        with gr.Column(scale=2, min_width=0, elem_id="waiting-side"):
            told = gr.HTML(elem_id="review-told")
            waiting = gr.Radio([], elem_id="waiting")
        with gr.Column(scale=3, min_width=0, elem_id="draft-side"):
            shown = gr.HTML(elem_id="draft-shown")
            kind = gr.Dropdown(list(KINDS), elem_id="draft-kind", filterable=False)
            fields = tuple(_build_box(name) for name in TYPED)
            with gr.Row(elem_id="draft-deeds"):
                accept = gr.Button(elem_id="draft-accept", variant="primary", min_width=0)
                save, drop = (
                    gr.Button(elem_id=f"draft-{name}", min_width=0) for name in ("save", "drop")
                )
    return ReviewTab(tab, told, waiting, shown, kind, fields, accept, save, drop)


def _build_box(name: str) -> gr.Textbox:
    long = name.startswith(("question", "quote", "why"))
    return gr.Textbox(elem_id=f"draft-{name}", lines=2 if long else 1, max_lines=8)


class ReviewEvents:
    """What the tab shows after each event."""

    def __init__(self, tab: ReviewTab, drafts: Drafts) -> None:
        self._tab = tab
        self._drafts = drafts

    def bind(self, page: gr.Blocks, switch: gr.Radio) -> None:
        tab, quiet = self._tab, QUIET
        chosen = [tab.waiting, switch]
        page.load(self.arrive, None, tab.tab, **quiet)
        tab.tab.select(self.open, chosen, tab.outputs, **quiet)
        switch.input(self.relabel, chosen, [tab.tab, *tab.outputs], **LATEST)
        tab.waiting.input(self.open, chosen, tab.outputs, **LATEST)
        typed = [*chosen, *tab.typed]
        tab.accept.click(self.accept, typed, tab.outputs, **quiet)
        tab.save.click(self.save, typed, tab.outputs, **quiet)
        tab.drop.click(self.drop, chosen, tab.outputs, **quiet)

    def arrive(self, request: gr.Request) -> gr.Tab:
        wanted = request.query_params.get("lang")
        language = choose_language(wanted, request.headers.get("accept-language"))
        return self._label(language, request)

    def relabel(self, chosen: str | None, language: Language, request: gr.Request) -> Updates:
        shown = self.open(chosen, language, request)
        return {**shown, self._tab.tab: self._label(language, request)}

    def open(self, chosen: str | None, language: Language, request: gr.Request) -> Updates:
        if not find_visitor(request).editor:
            return self._show_nothing(language, "editors_only")
        return self._show(chosen, language)

    def accept(
        self, chosen: str | None, language: Language, kind: str, request: gr.Request, *typed: str
    ) -> Updates:
        def do(draft: str) -> None:
            self._drafts.file.edit(draft, self._read(draft, kind, typed))
            self._drafts.file.accept(draft, self._drafts.texts)

        return self._do(do, chosen, language, request, "accepted")

    def save(
        self, chosen: str | None, language: Language, kind: str, request: gr.Request, *typed: str
    ) -> Updates:
        def do(draft: str) -> None:
            self._drafts.file.edit(draft, self._read(draft, kind, typed))

        return self._do(do, chosen, language, request, "saved")

    def drop(self, chosen: str | None, language: Language, request: gr.Request) -> Updates:
        return self._do(self._drafts.file.drop, chosen, language, request, "dropped")

    def _read(self, draft: str, kind: str, typed: tuple[str, ...]) -> dict[str, str]:
        """The fields that a person has changed: an empty one isn't put where none was."""
        rows = {row["id"]: row for row in self._drafts.file.read_open()}
        row = rows.get(draft, {})
        now = dict(zip(("kind", *TYPED), (kind or "", *typed), strict=True))
        return {name: text or "" for name, text in now.items() if text != say_field(row, name)}

    def _do(
        self,
        do: Callable[[str], None],
        chosen: str | None,
        language: Language,
        request: gr.Request,
        done: str,
    ) -> Updates:
        if not find_visitor(request).editor:
            return self._show_nothing(language, "editors_only")
        if not chosen:
            return self._show(None, language)
        try:
            do(chosen)
        except SuiteError as error:
            # What was typed stays, so that it can be put right.
            line = f'<p class="problem" role="alert">{escape(explain(error, language))}</p>'
            return {self._tab.told: line}
        labels = load_messages(language)
        told = escape(labels.text(f"ui.drafts.{done}", id=chosen))
        shown = self._show(chosen, language)
        return {**shown, self._tab.told: f'<p class="told" role="status">{told}</p>'}

    def _show(self, chosen: str | None, language: Language) -> Updates:
        """The list, and the draft that is chosen or else the first."""
        try:
            rows = self._drafts.file.read_open()
        except DuociteError as error:
            line = f'<p class="problem" role="alert">{escape(explain(error, language))}</p>'
            return {**self._show_nothing(language, "none"), self._tab.told: line}
        if not rows:
            return self._show_nothing(language, "none")
        row = next((one for one in rows if one["id"] == chosen), rows[0])
        labels, tab = load_messages(language), self._tab
        listed = [(_name(one, language), one["id"]) for one in rows[:MOST_LISTED]]
        if row["id"] not in {one for _, one in listed}:
            listed.append((_name(row, language), row["id"]))
        told = labels.text("ui.drafts.waiting", count=len(rows))
        boxes = {
            box: gr.Textbox(
                value=say_field(row, name), label=labels.text(f"ui.drafts.{name}"), visible=True
            )
            for name, box in zip(TYPED, tab.fields, strict=True)
        }
        return {
            tab.told: f'<p class="told">{escape(told)}</p>',
            tab.waiting: gr.Radio(
                choices=listed, value=row["id"], label=labels.text("ui.drafts.list"), visible=True
            ),
            tab.shown: show_draft(row, labels),
            tab.kind: gr.Dropdown(
                choices=list(KINDS),
                value=row.get("kind") or None,
                label=labels.text("ui.drafts.kind"),
                visible=True,
            ),
            **boxes,
            **self._label_buttons(labels, visible=True),
        }

    def _show_nothing(self, language: Language, why: str) -> Updates:
        tab, labels = self._tab, load_messages(language)
        hidden: Updates = {box: gr.Textbox(value="", visible=False) for box in tab.fields}
        return {
            tab.told: f'<p class="nothing">{escape(labels.text(f"ui.drafts.{why}"))}</p>',
            tab.waiting: gr.Radio(choices=[], value=None, visible=False),
            tab.shown: "",
            tab.kind: gr.Dropdown(value=None, visible=False),
            **hidden,
            **self._label_buttons(labels, visible=False),
        }

    def _label_buttons(self, labels: Messages, *, visible: bool) -> Updates:
        names = ("accept", "save", "drop")
        return {
            button: gr.Button(value=labels.text(f"ui.drafts.{name}"), visible=visible)
            for name, button in zip(names, self._tab.buttons, strict=True)
        }

    def _label(self, language: Language, request: gr.Request) -> gr.Tab:
        editor = find_visitor(request).editor
        return gr.Tab(label=load_messages(language).text("ui.tabs.drafts"), visible=editor)


def show_draft(row: dict[str, Any], labels: Messages) -> str:
    """Where it comes from, the quotation with the figure marked, what to look at, and of an answer
    that a reader found wrong, that answer."""
    parts = []
    if source := row.get("source"):
        place = escape(f"{source}:{row.get('line', 0)}")
        parts.append(f'<p class="from">{place}</p>')
    if quote := row.get("quote") or row.get("trap_quote"):
        parts.append(f"<blockquote>{mark_figures(quote, row)}</blockquote>")
    for code in row.get("draft", {}).get("look_at", ()):
        parts.append(f'<p class="look">{escape(labels.text(f"cli.draft_look_{code}"))}</p>')
    if given := row.get("given"):
        said = labels.text("ui.drafts.given", answer=given["answer"], reason=given["reason"] or "–")
        parts.append(f'<p class="given">{escape(said)}</p>')
    return f'<section class="draft">{"".join(parts)}</section>'


def mark_figures(quote: str, row: dict[str, Any]) -> str:
    """A quotation as HTML, the known figures in <mark>."""
    known = {figure.get("text") for figure in row.get("figures", ())}
    html, at = "", 0
    for figure in find_figures(quote):
        start, end = figure.span
        if figure.text in known and start >= at:
            html += f"{escape(quote[at:start])}<mark>{escape(quote[start:end])}</mark>"
            at = end
    return html + escape(quote[at:])


def _name(row: dict[str, Any], language: Language) -> str:
    other = "en" if language == "zh" else "zh"
    return str(row.get(f"question_{language}") or row.get(f"question_{other}") or row["id"])
