"""Components of the page whose making takes a line or more, and how they are changed."""

from __future__ import annotations

from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.series import Series
from assistant.web.chart import FIGURE, LABEL, VALUE, draw, name_value
from assistant.web.labels import LANGUAGES

Updates = dict[Any, Any]
"""What an event changes, by component."""

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""No spinner over what is being read, and no entry in the public API."""

LATEST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
"""Where the last of two quick clicks counts: Gradio drops one that comes while one like it is at
work."""

AS_ASKED = "auto"
"""What the choice of a language for answers is where none is chosen."""


def build_messages() -> gr.Chatbot:
    # Money is no mathematics: without delimiters, two dollar signs in a line stay as they are.
    return gr.Chatbot(
        elem_id="messages",
        show_label=False,
        container=False,
        autoscroll=False,
        layout="panel",
        buttons=[],
        latex_delimiters=[],
        feedback_options=None,
        group_consecutive_messages=False,
        sanitize_html=True,
        height="100%",
    )


def build_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="box",
        show_label=False,
        container=False,
        submit_btn=True,
        stop_btn=False,
        autofocus=True,
        lines=1,
        max_lines=6,
        max_length=2000,
    )


def build_plot() -> gr.LinePlot:
    """Bars and lines are one component; what it is given says which it draws."""
    return gr.LinePlot(
        x=LABEL,
        y=VALUE,
        x_title=" ",
        tooltip=[FIGURE],
        height=260,
        container=False,
        visible=False,
        elem_id="plot",
    )


def label_pin(language: Language) -> dict[str, Any]:
    """Which language answers are in: the question's, unless one is chosen."""
    labels = load_messages(language)
    choices = [(shown, code) for code, shown in LANGUAGES.items()]
    as_asked = (labels.text("ui.composer.as_asked"), AS_ASKED)
    return {"choices": [as_asked, *choices], "label": labels.text("ui.composer.answers")}


def read_pin(pinned: str) -> Language | None:
    return next((one for one in LANGUAGES if one == pinned), None)


def update_plot(series: Series | None, language: Language) -> gr.LinePlot:
    if series is None:
        return gr.LinePlot(visible=False)
    title = name_value(series, language)
    return gr.LinePlot(value=draw(series, language), y_title=title, visible=True)
