"""The tab that says what is used and how it is set: `duocite status` as a page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import gradio as gr

from assistant.answer import Language
from assistant.errors import DuociteError
from assistant.prompts import explain, load_messages
from assistant.status import Fact, Status, list_facts, say_label
from assistant.text.accepted import choose_language
from assistant.web.components import LATEST, QUIET

Look = Callable[[], Status]
"""Looks anew each time; `build_status` with what it needs."""


class StatusTab(NamedTuple):
    """The components of the tab."""

    tab: gr.Tab
    shown: gr.HTML


def lay_out_status() -> StatusTab:
    """To be called where the tabs are laid out."""
    with gr.Tab(id="status", elem_id="tab-status", render_children=True) as tab:
        shown = gr.HTML(elem_id="status")
    return StatusTab(tab, shown)


def bind_status(page: gr.Blocks, tab: StatusTab, switch: gr.Radio, look: Look) -> None:
    """It looks when the tab is opened, and again where its language changes: to count a store's
    chunks takes a moment."""

    def arrive(request: gr.Request) -> gr.Tab:
        wanted = request.query_params.get("lang")
        return label_tab(choose_language(wanted, request.headers.get("accept-language")))

    def show(language: Language) -> str:
        return show_status(look, language)

    def renew(shown: str, language: Language) -> tuple[gr.Tab, str]:
        return relabel(look, shown, language)

    page.load(arrive, None, tab.tab, **QUIET)
    tab.tab.select(show, switch, tab.shown, **QUIET)
    switch.input(renew, [tab.shown, switch], [tab.tab, tab.shown], **LATEST)


def relabel(look: Look, shown: str, language: Language) -> tuple[gr.Tab, str]:
    """In another language: the tab, and what is in it once it has been opened."""
    return label_tab(language), show_status(look, language) if shown else ""


def label_tab(language: Language) -> gr.Tab:
    return gr.Tab(label=load_messages(language).text("ui.tabs.status"))


def show_status(look: Look, language: Language) -> str:
    """The facts as a list of terms; a line where even that can't be told."""
    labels = load_messages(language)
    try:
        facts = list_facts(look(), labels)
    except DuociteError as error:
        return f'<p class="problem">{escape(explain(error, language))}</p>'
    title, text = (escape(labels.text(f"ui.status.{key}")) for key in ("title", "text"))
    rows = "".join(_show_fact(fact, escape(say_label(fact, labels))) for fact in facts)
    return f'<section class="status"><h2>{title}</h2><p>{text}</p><dl>{rows}</dl></section>'


def _show_fact(fact: Fact, label: str) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in fact.lines)
    return f'<div class="{fact.key}"><dt>{label}</dt><dd>{lines}</dd></div>'
