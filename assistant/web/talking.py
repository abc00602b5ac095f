"""The events of the chat: which of them calls what, and what it changes on the page."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.asker import asking
from assistant.prompts import load_messages
from assistant.streaming import Emit, Workers
from assistant.text.accepted import choose_language
from assistant.web.chat import Chat, Shown
from assistant.web.components import (
    AS_ASKED,
    LATEST,
    QUIET,
    Updates,
    label_pin,
    read_pin,
    update_plot,
)
from assistant.web.conversation import Conversation, to_messages
from assistant.web.documents import DocumentEvents
from assistant.web.editing import EditEvents
from assistant.web.feedback import RatingEvents
from assistant.web.filters import FilterEvents
from assistant.web.history import DrawerEvents
from assistant.web.holdings import Holdings
from assistant.web.keeper import Recalled
from assistant.web.labels import show_masthead, show_welcome
from assistant.web.panel import show_hint
from assistant.web.parts import Parts, label_tabs
from assistant.web.scope import read_filters
from assistant.web.turns import Turns
from assistant.web.visitor import find_visitor

# The script leaves in `duocitePick` what was clicked last, and then clicks the hidden button; in
# `duociteOpen` it keeps what the panel shows.
_READ_PICK = "(picked, ...rest) => [window.duocitePick || '', ...rest]"
_READ_OPEN = "(picked, ...rest) => [window.duociteOpen || '', ...rest]"
_MARK_LANGUAGE = "() => window.duociteLanguage && window.duociteLanguage(false)"
_KEEP_LANGUAGE = "() => window.duociteLanguage && window.duociteLanguage(true)"


class TalkEvents:
    """Binds the events; each handler says in terms of components what `Chat` answered."""

    def __init__(
        self,
        chat: Chat,
        parts: Parts,
        holdings: Holdings | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.chat = chat
        self.parts = parts
        self._holdings = holdings
        self._workers = workers or Workers()
        self.filters = FilterEvents(chat.assistant, parts.filters)
        self.turns = Turns()
        self.drawer = DrawerEvents(chat.keeper, parts.drawer, self.turn)
        talk = (parts.conversation, parts.messages)
        self.rating = RatingEvents(chat.keeper, parts.rating, *talk)
        self.editing = EditEvents(parts.editing, *talk, parts.box)

    def bind(self, page: gr.Blocks) -> None:
        parts = self.parts
        spoken = [parts.conversation, parts.switch]
        picked = [parts.picked, *spoken]
        listed, drawn = [parts.drawer.drawer, *spoken], self.drawer.outputs
        shown = [parts.conversation, parts.messages, parts.panel, parts.box, parts.plot]
        shown.append(parts.editing.banner)
        asked = [*spoken, parts.pin, *parts.filters.chosen]
        tabs = [parts.chat_tab, *([parts.library[0]] if parts.library else [])]
        labelled = [parts.switch, parts.pin, parts.masthead, parts.fresh, *shown[1:], *tabs]
        labelled += [parts.drawer_button, parts.drawer.seek, *drawn, *self.rating.labelled]

        arrived = page.load(self.arrive, None, [parts.conversation, *labelled], **QUIET)
        arrived.then(None, js=_MARK_LANGUAGE)
        switched = parts.switch.input(self.relabel, picked, labelled, js=_READ_OPEN, **LATEST)
        switched.then(None, js=_KEEP_LANGUAGE).then(self.drawer.refresh, listed, drawn, **QUIET)
        changes = self._bind_library([arrived, switched])
        self.filters.bind(parts.switch, [arrived, switched, *changes])
        running: list[Any] = [
            parts.box.submit(self.ask, [parts.box, *asked], shown, **QUIET),
            parts.messages.example_select(self.ask_example, asked, shown, **QUIET),
            parts.editing.retrier.click(self.ask_again, asked, shown, **QUIET),
        ]
        for event in running:
            event.failure(self.fail, spoken, shown, **QUIET)
            event.then(self.drawer.refresh, listed, drawn, **QUIET)
        parts.box.stop(self.stop, spoken, shown, cancels=running, **QUIET)
        turned = [*shown, *self.rating.outputs]
        fresh = parts.fresh.click(self.restart, parts.switch, turned, cancels=running, **QUIET)
        fresh.then(self.drawer.refresh, listed, drawn, **QUIET)
        self.drawer.bind(spoken, [*turned, parts.pin], running)
        parts.pin.input(self.drawer.pin, [parts.pin, *listed], drawn, **QUIET)
        told = [parts.drawer.done, parts.drawer.text]
        self.rating.bind(told, spoken)
        self.editing.bind(told, spoken)
        page.unload(self.turns.end)
        opened = [parts.panel, parts.plot]
        parts.opener.click(self.open, picked, opened, js=_READ_PICK, **LATEST)

    def _bind_library(self, renewals: list[Any]) -> list[Any]:
        """The events after which documents may be others: the head of the page counts them."""
        parts = self.parts
        if parts.library is None or self._holdings is None:
            return []
        asked = self.chat.assistant.collection
        tab = DocumentEvents(self._holdings, parts.library[1], asked, self._workers)
        changes = tab.bind(parts.switch, renewals)
        for change in changes:
            change.then(self.count, parts.switch, parts.masthead, **QUIET)
        return changes

    def count(self, language: Language) -> str:
        assistant = self.chat.assistant
        documents = len(assistant.documents())
        return show_masthead(language, assistant.collection, documents, assistant.answering())

    def arrive(self, request: gr.Request) -> Updates:
        wanted = request.query_params.get("lang")
        language = choose_language(wanted, request.headers.get("accept-language"))
        user, asked = find_visitor(request).name, request.query_params.get("talk")
        recalled, listed = self.drawer.arrive(asked, user, language)
        shown = self.chat.show(recalled.conversation, language)
        return {
            **self._label(recalled.conversation, language),
            **listed,
            self.parts.conversation: recalled.conversation,
            self.parts.panel: shown.panel,
            self.parts.switch: gr.Radio(
                value=language, label=load_messages(language).text("ui.page.language")
            ),
            self.parts.pin: gr.Dropdown(value=recalled.pinned or AS_ASKED, **label_pin(language)),
        }

    def relabel(self, picked: str, conversation: Conversation, language: Language) -> Updates:
        """In the other language, with the same source still open."""
        opened = self.open(picked, conversation, language) if picked else {}
        return {**self._label(conversation, language), **opened}

    def turn(self, recalled: Recalled, language: Language) -> Updates:
        """Another conversation of the visitor's on the page."""
        return {
            **self._show(self.chat.show(recalled.conversation, language)),
            **self.rating.close(),
            self.parts.pin: recalled.pinned or AS_ASKED,
        }

    def open(self, picked: str, conversation: Conversation, language: Language) -> Updates:
        """The panel, and above it the plot where a chart was picked."""
        series = self.chat.find_chart(picked, conversation)
        return {
            self.parts.panel: self.chat.open(picked, conversation, language),
            self.parts.plot: update_plot(series, language),
        }

    async def ask(
        self,
        question: str,
        conversation: Conversation,
        language: Language,
        pinned: str,
        request: gr.Request,
        *chosen: object,
    ) -> AsyncGenerator[Updates]:
        """`chosen` are the filters, as their row gives them.

        Gradio ends this where it waits: a thread would go on, and with it the model."""
        yield {self.parts.box: ""}
        if not question.strip():
            return

        filters, user = read_filters(*chosen), find_visitor(request).name
        said = (question.strip(), conversation, language, read_pin(pinned), user, filters)

        def work(emit: Emit[Shown]) -> None:
            with asking("chat", user), closing(self.chat.ask(*said)) as steps:
                for shown in steps:
                    emit(shown)

        async with aclosing(self.turns.take(request).run(work)) as events:
            async for shown in events:
                yield self._show(shown)

    async def ask_example(
        self,
        conversation: Conversation,
        language: Language,
        pinned: str,
        picked: gr.SelectData,
        request: gr.Request,
        *chosen: object,
    ) -> AsyncGenerator[Updates]:
        asked = self.ask(picked.value["text"], conversation, language, pinned, request, *chosen)
        async with aclosing(asked) as steps:
            async for updates in steps:
                yield updates

    async def ask_again(
        self,
        conversation: Conversation,
        language: Language,
        pinned: str,
        request: gr.Request,
        *chosen: object,
    ) -> AsyncGenerator[Updates]:
        """The last question; its answer goes when there is another."""
        talk = conversation.edit(len(conversation.exchanges) - 1)
        asked = self.ask(talk.edited or "", talk, language, pinned, request, *chosen)
        async with aclosing(asked) as steps:
            await anext(steps)  # that empties the box: what is being typed stays
            async for updates in steps:
                yield updates

    def stop(self, conversation: Conversation, language: Language) -> Updates:
        return self._show(self.chat.stop(conversation, language))

    def fail(self, conversation: Conversation, language: Language) -> Updates:
        return self._show(self.chat.fail(conversation, language))

    def restart(self, language: Language) -> Updates:
        shown = Shown(Conversation(), [], show_hint(language))
        return {**self._show(shown), **self.rating.close()}

    def _show(self, shown: Shown) -> Updates:
        working = shown.conversation.working
        updates: Updates = {
            self.parts.conversation: shown.conversation,
            self.parts.messages: shown.messages,
            self.parts.box: gr.Textbox(submit_btn=not working, stop_btn=working),
            self.parts.editing.banner: "",
        }
        if shown.panel is not None:
            updates[self.parts.panel] = shown.panel
            updates[self.parts.plot] = update_plot(None, "en")
        return updates

    def _label(self, conversation: Conversation, language: Language) -> Updates:
        """Everything on the page that is said in a language, but for the answers themselves."""
        assistant, labels = self.chat.assistant, load_messages(language)
        messages: Any = to_messages(conversation, language)
        hint, fresh = labels.text("ui.composer.hint"), labels.text("ui.composer.new_chat")
        return {
            self.parts.switch: gr.Radio(label=labels.text("ui.page.language")),
            self.parts.pin: gr.Dropdown(**label_pin(language)),
            self.parts.masthead: self.count(language),
            **label_tabs(self.parts, language),
            self.parts.fresh: gr.Button(value=fresh),
            self.parts.messages: gr.Chatbot(
                value=messages,
                placeholder=show_welcome(language, assistant.offers()),
                examples=[{"text": text} for text in self.chat.examples(language)],
            ),
            self.parts.box: gr.Textbox(placeholder=hint, label=labels.text("ui.composer.label")),
            self.parts.panel: show_hint(language),
            self.parts.plot: update_plot(None, language),
            self.parts.drawer_button: gr.Button(value=labels.text("ui.history.name")),
            **self.drawer.label(language),
            **self.rating.label(language),
            **self.editing.label(conversation, language),
        }
