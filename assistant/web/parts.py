"""The components that events of the page read and write, and how they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.components import build_box, build_messages, build_plot
from assistant.web.conversation import Conversation
from assistant.web.documents import DocumentTab, lay_out_documents
from assistant.web.editing import EditParts, lay_out_editing
from assistant.web.evaluations import EvalTab, lay_out_evaluations
from assistant.web.feedback import RatingParts, lay_out_rating
from assistant.web.filters import FilterRow, lay_out_filters
from assistant.web.history import DrawerParts, lay_out_drawer
from assistant.web.holdings import Holdings
from assistant.web.labels import LANGUAGES
from assistant.web.person import lay_out_person
from assistant.web.reviewing import ReviewTab, lay_out_reviewing
from assistant.web.status import StatusTab, lay_out_status


@dataclass(frozen=True, slots=True)
class Parts:
    """`picked` stands for what the script hands over when it clicks `opener`."""

    drawer_button: gr.Button
    masthead: gr.HTML
    person: gr.HTML
    fresh: gr.Button
    switch: gr.Radio
    chat_tab: gr.Tab
    drawer: DrawerParts
    messages: gr.Chatbot
    rating: RatingParts
    editing: EditParts
    box: gr.Textbox
    filters: FilterRow
    pin: gr.Dropdown
    plot: gr.LinePlot
    panel: gr.HTML
    library: tuple[gr.Tab, DocumentTab] | None
    status: StatusTab | None
    evals: EvalTab | None
    drafts: ReviewTab | None
    picked: gr.Textbox
    opener: gr.Button
    conversation: gr.State


def lay_out(
    holdings: Holdings | None, *, status: bool, evals: bool = False, drafts: bool = False
) -> Parts:
    """The whole page; with a tab for documents where there are `holdings`, one for what is used
    where that is known, one for the last run of `evals`, and one for proposed cases where there may
    be `drafts`."""
    head = _lay_out_head()
    # What isn't on view stays in the page: an answer goes on growing, the script finds its places.
    with gr.Tabs(elem_id="tabs"):
        chat = _lay_out_chat()
        library = _lay_out_library(holdings) if holdings else None
        used = lay_out_status() if status else None
        evaluated = lay_out_evaluations() if evals else None
        proposed = lay_out_reviewing() if drafts else None
    return Parts(
        **head,
        **chat,
        library=library,
        status=used,
        evals=evaluated,
        drafts=proposed,
        picked=gr.Textbox(visible="hidden", elem_id="picked"),
        opener=gr.Button(visible="hidden", elem_id="opener"),
        conversation=gr.State(Conversation()),
    )


def label_tabs(parts: Parts, language: Language) -> dict[Any, gr.Tab]:
    labels = load_messages(language)
    named = {parts.chat_tab: gr.Tab(label=labels.text("ui.tabs.chat"))}
    if parts.library:
        named[parts.library[0]] = gr.Tab(label=labels.text("ui.tabs.documents"))
    return named


def _lay_out_head() -> dict[str, Any]:
    choices = [(shown, language) for language, shown in LANGUAGES.items()]
    with gr.Row(elem_id="top"):
        return {
            "drawer_button": gr.Button(elem_id="drawer-button", size="sm", scale=0, min_width=0),
            "masthead": gr.HTML(elem_id="masthead"),
            "person": lay_out_person(),
            "fresh": gr.Button(elem_id="fresh", size="sm", scale=0, min_width=0),
            "switch": gr.Radio(choices, value="en", elem_id="switch", container=False, scale=0),
        }


def _lay_out_chat() -> dict[str, Any]:
    with (
        gr.Tab(id="chat", elem_id="tab-chat", render_children=True) as tab,
        gr.Row(elem_id="body"),
    ):
        return {"chat_tab": tab, "drawer": lay_out_drawer(), **_lay_out_talk(), **_lay_out_side()}


def _lay_out_talk() -> dict[str, Any]:
    with gr.Column(elem_id="talk", scale=3, min_width=0):
        parts: dict[str, Any] = {
            "messages": build_messages(),
            "rating": lay_out_rating(),
            "editing": lay_out_editing(),
            "box": build_box(),
        }
        with gr.Row(elem_id="below"):
            parts["filters"] = lay_out_filters()
            parts["pin"] = gr.Dropdown(elem_id="pin", container=False, scale=0, filterable=False)
    return parts


def _lay_out_side() -> dict[str, Any]:
    with gr.Column(elem_id="side", scale=2, min_width=0):
        return {"plot": build_plot(), "panel": gr.HTML(elem_id="panel")}


def _lay_out_library(holdings: Holdings) -> tuple[gr.Tab, DocumentTab]:
    with gr.Tab(id="documents", elem_id="tab-documents", render_children=True) as tab:
        return tab, lay_out_documents(holdings)
