"""The list of conversations beside the chat: its components, and what their events do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from assistant.answer import Language
from assistant.errors import StoreError
from assistant.history import ConversationRow
from assistant.prompts import explain, load_messages
from assistant.web.components import QUIET, Updates, read_pin
from assistant.web.conversation import Conversation
from assistant.web.deeds import Deed, read_deed
from assistant.web.drawer import Drawer, Opened, show_drawer
from assistant.web.keeper import Keeper, Recalled
from assistant.web.visitor import find_visitor

Turn = Callable[[Recalled, Language], Updates]
"""How the page shows another conversation."""

# The script leaves what was done in `duociteDeed`, and in `duociteText` what was typed for it.
READ_DEED = "(done, text, ...rest) => [window.duociteDeed || '', window.duociteText || '', ...rest]"
FOCUS = "() => window.duociteFocus && window.duociteFocus()"


@dataclass(frozen=True, slots=True)
class DrawerParts:
    """`done` and `text` stand for what the script hands over, whichever button it clicks."""

    seek: gr.Textbox
    talks: gr.HTML
    done: gr.Textbox
    text: gr.Textbox
    doer: gr.Button
    turner: gr.Button
    drawer: gr.State


class Told(NamedTuple):
    """What the buttons of the page told, and who pressed them."""

    deed: Deed
    text: str
    user: str


def lay_out_drawer() -> DrawerParts:
    with gr.Column(elem_id="drawer", scale=1, min_width=0):
        seek = gr.Textbox(elem_id="seek", show_label=False, container=False, max_length=200)
        talks = gr.HTML(elem_id="talks")
        done, text = (gr.Textbox(visible="hidden", elem_id=name) for name in ("done", "typed"))
        doer, turner = (gr.Button(visible="hidden", elem_id=name) for name in ("doer", "turner"))
        return DrawerParts(seek, talks, done, text, doer, turner, gr.State(Drawer()))


class DrawerEvents:
    def __init__(self, keeper: Keeper, parts: DrawerParts, turn: Turn) -> None:
        self.keeper = keeper
        self.parts = parts
        self._turn = turn

    @property
    def outputs(self) -> list[Any]:
        return [self.parts.drawer, self.parts.talks]

    def bind(self, spoken: Sequence[Any], turned: Sequence[Any], running: Sequence[Any]) -> None:
        """`spoken` are the conversation and the language, `turned` what another conversation
        changes, `running` the events that it ends."""
        parts = self.parts
        seen = [parts.drawer, *spoken]
        done = [parts.done, parts.text, *seen]
        # Gradio's `input` is deaf to characters that an input method puts in. Who types on is only
        # interested in the last word.
        parts.seek.change(
            self.search, [parts.seek, *seen], self.outputs, trigger_mode="always_last", **QUIET
        )
        parts.doer.click(self.do, done, self.outputs, js=READ_DEED, **QUIET).then(None, js=FOCUS)
        parts.turner.click(
            self.turn, done, [*self.outputs, *turned], cancels=[*running], js=READ_DEED, **QUIET
        )

    def arrive(self, wanted: str | None, user: str, language: Language) -> tuple[Recalled, Updates]:
        """The conversation that the page's address names, and the list; a new one for an address
        that names none of the visitor's."""
        recalled, note = Recalled(Conversation(), None), ""
        try:
            if wanted:
                recalled = self.keeper.recall(user, wanted)
        except StoreError as error:
            note = explain(error, language)
        return recalled, self.show(Drawer(note=note), recalled.conversation, language, user)

    def search(
        self,
        words: str,
        drawer: Drawer,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        user = find_visitor(request).name
        return self.show(drawer.search(words), conversation, language, user)

    def refresh(
        self, drawer: Drawer, conversation: Conversation, language: Language, request: gr.Request
    ) -> Updates:
        return self.show(drawer, conversation, language, find_visitor(request).name)

    def do(
        self,
        done: str,
        text: str,
        drawer: Drawer,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """What changes the list alone."""
        told = Told(read_deed(done), text, find_visitor(request).name)
        try:
            drawer = self._change(told, drawer)
        except StoreError as error:
            drawer = drawer.settle(explain(error, language))
        return self.show(drawer, conversation, language, told.user)

    def turn(
        self,
        done: str,
        text: str,
        drawer: Drawer,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """Another conversation on the page, or, if the open one is deleted, a new one. What was
        being answered has been ended by now."""
        told = Told(read_deed(done), text, find_visitor(request).name)
        recalled, note = Recalled(conversation.stop(), None), ""
        try:
            recalled = self._change_place(told)
        except StoreError as error:
            note = explain(error, language)
        listed = self.show(drawer.settle(note), recalled.conversation, language, told.user)
        return {**listed, **self._turn(recalled, language)}

    def pin(
        self,
        pinned: str,
        drawer: Drawer,
        conversation: Conversation,
        language: Language,
        request: gr.Request,
    ) -> Updates:
        """The language of answers goes with the conversation."""
        user = find_visitor(request).name
        try:
            self.keeper.pin(conversation, user, read_pin(pinned))
        except StoreError as error:
            drawer = drawer.settle(explain(error, language))
        return self.show(drawer, conversation, language, user)

    def show(
        self, drawer: Drawer, conversation: Conversation, language: Language, user: str
    ) -> Updates:
        try:
            rows = self._find(drawer, user)
        except StoreError as error:
            rows, drawer = [], drawer.settle(explain(error, language))
        opened = self._describe(conversation, language, user)
        return {
            self.parts.drawer: drawer,
            self.parts.talks: show_drawer(rows, drawer, opened, language),
        }

    def label(self, language: Language) -> Updates:
        hint = load_messages(language).text("ui.history.search")
        return {self.parts.seek: gr.Textbox(placeholder=hint, label=hint)}

    def _change(self, told: Told, drawer: Drawer) -> Drawer:
        verb, what = told.deed
        if verb == "rename":
            return replace(drawer, doing="rename", what=what, note="")
        if verb == "delete":
            return replace(drawer, doing="delete", what=what, note="")
        if verb == "more":
            return drawer.lengthen()
        if verb == "title":
            self.keeper.history.rename(told.user, what, told.text)
        elif verb == "drop":
            self.keeper.history.delete(told.user, what)
        return drawer.settle()

    def _change_place(self, told: Told) -> Recalled:
        verb, what = told.deed
        if verb == "drop":
            self.keeper.history.delete(told.user, what)
            return Recalled(Conversation(), None)
        return self.keeper.recall(told.user, what)

    def _find(self, drawer: Drawer, user: str) -> list[ConversationRow]:
        return self.keeper.history.find(user, drawer.words, limit=drawer.limit + 1)

    def _describe(self, conversation: Conversation, language: Language, user: str) -> Opened:
        known = conversation.id
        files = self.keeper.exports.issue(user, known, language) if known else {}
        return Opened(known, self.keeper.collection, files)
