"""A question put in another way, or asked again: the banner over the box, and its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.web.components import QUIET, Updates
from assistant.web.conversation import Conversation, to_messages
from assistant.web.deeds import read_deed
from assistant.web.handles import show_banner
from assistant.web.history import FOCUS, READ_DEED


@dataclass(frozen=True, slots=True)
class EditParts:
    banner: gr.HTML
    editor: gr.Button
    retrier: gr.Button


def lay_out_editing() -> EditParts:
    banner = gr.HTML(elem_id="banner")
    editor, retrier = (gr.Button(visible="hidden", elem_id=name) for name in ("editor", "retrier"))
    return EditParts(banner, editor, retrier)


class EditEvents:
    def __init__(
        self, parts: EditParts, conversation: gr.State, messages: gr.Chatbot, box: gr.Textbox
    ) -> None:
        self.parts = parts
        self.conversation = conversation
        self.messages = messages
        self.box = box

    def bind(self, told: Sequence[Any], spoken: Sequence[Any]) -> None:
        """`told` is what the script hands over, `spoken` the conversation and the language."""
        shown = [self.conversation, self.messages, self.box, self.parts.banner]
        self.parts.editor.click(self.edit, [*told, *spoken], shown, js=READ_DEED, **QUIET).then(
            None, js=FOCUS
        )

    def edit(self, done: str, text: str, conversation: Conversation, language: Language) -> Updates:
        """The question in the box again, or the box given back."""
        deed = read_deed(done)
        talk = conversation.edit(deed.number if deed.verb == "edit" else None)
        return {
            self.conversation: talk,
            self.messages: to_messages(talk, language),
            self.box: talk.edited or "",
            **self.label(talk, language),
        }

    def label(self, conversation: Conversation, language: Language) -> Updates:
        question = conversation.edited
        shown = "" if question is None else show_banner(question, language)
        return {self.parts.banner: shown}
