"""What a reader thinks of an answer: the thumbs, and the form that asks why it is no good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, cast

import gradio as gr

from assistant.answer import Language
from assistant.feedback import LONGEST_REASON, Thumb
from assistant.prompts import load_messages
from assistant.web.components import QUIET, Updates
from assistant.web.conversation import Conversation, to_messages
from assistant.web.deeds import read_deed
from assistant.web.history import FOCUS, READ_DEED
from assistant.web.keeper import Keeper
from assistant.web.visitor import find_visitor

REASONS = ("figure", "source", "missing", "refused", "beside")
"""What can be wrong with an answer, in the order in which it is offered."""


@dataclass(frozen=True, slots=True)
class RatingParts:
    """The form, and the answer that it is about: `rated` holds its id."""

    form: gr.Column
    asks: gr.HTML
    choices: gr.CheckboxGroup
    words: gr.Textbox
    send: gr.Button
    skip: gr.Button
    rater: gr.Button
    rated: gr.State


def lay_out_rating() -> RatingParts:
    with gr.Column(visible=False, elem_id="reasons") as form:
        asks = gr.HTML()
        choices = gr.CheckboxGroup([*REASONS], show_label=False, container=False)
        words = gr.Textbox(
            show_label=False, container=False, lines=1, max_lines=4, max_length=LONGEST_REASON // 2
        )
        with gr.Row():
            send = gr.Button(size="sm", scale=0, min_width=0, elem_id="send", variant="primary")
            skip = gr.Button(size="sm", scale=0, min_width=0, elem_id="skip")
    rater = gr.Button(visible="hidden", elem_id="rater")
    return RatingParts(form, asks, choices, words, send, skip, rater, gr.State(""))


class RatingEvents:
    def __init__(
        self, keeper: Keeper, parts: RatingParts, conversation: gr.State, messages: gr.Chatbot
    ) -> None:
        self.keeper = keeper
        self.parts = parts
        self.conversation = conversation
        self.messages = messages

    def bind(self, told: Sequence[Any], spoken: Sequence[Any]) -> None:
        """`told` is what the script hands over, `spoken` the conversation and the language."""
        parts = self.parts
        shown = [self.conversation, self.messages, *self.outputs]
        parts.rater.click(self.rate, [*told, *spoken], shown, js=READ_DEED, **QUIET).then(
            None, js=FOCUS
        )
        said = [parts.rated, parts.choices, parts.words, *spoken]
        for asked in (parts.send.click, parts.words.submit):
            asked(self.explain, said, shown, **QUIET)
        parts.skip.click(self.close, None, self.outputs, **QUIET)

    @property
    def outputs(self) -> list[Any]:
        return [self.parts.form, self.parts.choices, self.parts.words, self.parts.rated]

    @property
    def labelled(self) -> list[Any]:
        parts = self.parts
        return [parts.asks, parts.choices, parts.words, parts.send, parts.skip]

    def rate(
        self,
        done: str,
        text: str,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """A thumb is kept at once, and the reason asked for after it; the same one again takes it
        back."""
        verb, answer_id = read_deed(done)
        if verb not in ("up", "down"):
            return self.close()
        thumb = None if conversation.find_thumb(answer_id) == verb else cast(Thumb, verb)
        user = find_visitor(request).name
        talk = self.keeper.rate(conversation, user, answer_id, thumb, language)
        ask = thumb == "down" and talk.find_thumb(answer_id) == "down"
        form = self._open(answer_id) if ask else self.close()
        return {**self._show(talk, language), **form}

    def explain(
        self,
        rated: str,
        chosen: Sequence[str],
        words: str,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """What is wrong with the answer, in the words that the reader saw."""
        reason, user = say_reason(chosen, words, language), find_visitor(request).name
        talk = self.keeper.rate(conversation, user, rated, "down", language, reason)
        return {**self._show(talk, language), **self.close()}

    def close(self) -> Updates:
        parts = self.parts
        return {
            parts.form: gr.Column(visible=False),
            parts.choices: [],
            parts.words: "",
            parts.rated: "",
        }

    def label(self, language: Language) -> Updates:
        parts, labels = self.parts, load_messages(language)
        title = escape(labels.text("ui.feedback.title"))
        hint = labels.text("ui.feedback.words")
        return {
            parts.asks: f'<p class="asks">{title}</p>',
            parts.choices: gr.CheckboxGroup(choices=_name_reasons(language), label=title),
            parts.words: gr.Textbox(placeholder=hint, label=hint),
            parts.send: gr.Button(value=labels.text("ui.feedback.send")),
            parts.skip: gr.Button(value=labels.text("ui.feedback.skip")),
        }

    def _open(self, answer_id: str) -> Updates:
        return {
            **self.close(),
            self.parts.form: gr.Column(visible=True),
            self.parts.rated: answer_id,
        }

    def _show(self, talk: Conversation, language: Language) -> Updates:
        return {self.conversation: talk, self.messages: to_messages(talk, language)}


def say_reason(chosen: Sequence[str], words: str, language: Language) -> str:
    """The choices by their names, then what was typed."""
    names = [name for name, reason in _name_reasons(language) if reason in chosen]
    joint = load_messages(language).text("ui.source.joint")
    return "\n".join(filter(None, (joint.join(names), words.strip())))


def _name_reasons(language: Language) -> list[tuple[str, str]]:
    labels = load_messages(language)
    return [(labels.text(f"ui.feedback.{reason}"), reason) for reason in REASONS]
