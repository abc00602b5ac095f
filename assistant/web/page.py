"""The page: its components, and which event of theirs calls what."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.series import Series
from assistant.site import Site
from assistant.streaming import Emit, Workers
from assistant.text.accepted import choose_language
from assistant.web.chart import FIGURE, LABEL, VALUE, draw, name_value
from assistant.web.chat import Assistant, Chat, Shown
from assistant.web.conversation import Conversation, to_messages
from assistant.web.handouts import Handouts
from assistant.web.labels import LANGUAGES, show_masthead, show_welcome
from assistant.web.panel import show_hint
from assistant.web.person import bind_person, lay_out_person
from assistant.web.status import Look, StatusTab, bind_status, lay_out_status

CONCURRENCY = 16
"""Questions in work at a time; Gradio's own limit of one makes visitors wait for each other."""

AS_ASKED = "auto"
"""What the choice of a language for answers is where none is chosen."""

Updates = dict[Any, Any]

# No spinner over what is being read, and no entry in the public API.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

# The script leaves in `duocitePick` what was clicked last, and then clicks the hidden button; in
# `duociteOpen` it keeps what the panel shows.
_READ_PICK = "(picked, ...rest) => [window.duocitePick || '', ...rest]"
_READ_OPEN = "(picked, ...rest) => [window.duociteOpen || '', ...rest]"
_MARK_LANGUAGE = "() => window.duociteLanguage && window.duociteLanguage(false)"
_KEEP_LANGUAGE = "() => window.duociteLanguage && window.duociteLanguage(true)"


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read and write."""

    masthead: gr.HTML
    switch: gr.Radio
    pin: gr.Dropdown
    fresh: gr.Button
    messages: gr.Chatbot
    box: gr.Textbox
    plot: gr.LinePlot
    panel: gr.HTML
    picked: gr.Textbox
    opener: gr.Button
    conversation: gr.State
    chat_tab: gr.Tab
    person: gr.HTML
    status: StatusTab | None


def build_page(
    assistant: Assistant,
    handouts: Handouts | None = None,
    *,
    site: Site | None = None,
    look: Look | None = None,
) -> gr.Blocks:
    """The chat on `assistant`. Style and script are given when it is served, and `handouts` where
    that serves original files. `site` says whether people sign in; with `look` there is a tab of
    what is used."""
    chat = Chat(assistant, handouts)
    name = load_messages("en").text("ui.page.name")
    page: gr.Blocks
    with gr.Blocks(title=name, analytics_enabled=False, fill_height=True) as page:
        parts = _lay_out(look)
        _Events(chat, parts).bind(page)
        bind_person(page, parts.person, parts.switch, site or Site(), **QUIET)
        if parts.status and look:
            bind_status(page, parts.status, parts.switch, look, **QUIET)
    page.queue(default_concurrency_limit=CONCURRENCY)
    return page


def _lay_out(look: Look | None) -> Parts:
    with gr.Row(elem_id="top"):
        masthead = gr.HTML(elem_id="masthead")
        person = lay_out_person()
        fresh = gr.Button(elem_id="fresh", size="sm", scale=0, min_width=0)
        choices = [(shown, language) for language, shown in LANGUAGES.items()]
        switch = gr.Radio(choices, value="en", elem_id="switch", container=False, scale=0)
    # What isn't on view stays in the page: an answer goes on growing, the script finds its places.
    with gr.Tabs(elem_id="tabs"):
        with (
            gr.Tab(id="chat", elem_id="tab-chat", render_children=True) as chat_tab,
            gr.Row(elem_id="body"),
        ):
            with gr.Column(elem_id="talk", scale=3, min_width=0):
                messages = _build_messages()
                box = _build_box()
                pin = gr.Dropdown(elem_id="pin", container=False, scale=0, filterable=False)
            with gr.Column(elem_id="side", scale=2, min_width=0):
                plot = _build_plot()
                panel = gr.HTML(elem_id="panel")
        status = lay_out_status() if look else None
    picked = gr.Textbox(visible="hidden", elem_id="picked")
    opener = gr.Button(visible="hidden", elem_id="opener")
    state = gr.State(Conversation())
    talk = (masthead, switch, pin, fresh, messages, box, plot, panel, picked, opener, state)
    return Parts(*talk, chat_tab, person, status)


def _build_messages() -> gr.Chatbot:
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


def _build_box() -> gr.Textbox:
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


def _build_plot() -> gr.LinePlot:
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


def _label_pin(language: Language) -> dict[str, Any]:
    """Which language answers are in: the question's, unless one is chosen."""
    labels = load_messages(language)
    choices = [(shown, code) for code, shown in LANGUAGES.items()]
    as_asked = (labels.text("ui.composer.as_asked"), AS_ASKED)
    return {"choices": [as_asked, *choices], "label": labels.text("ui.composer.answers")}


class _Events:
    """Binds the events; each handler says in terms of components what `Chat` answered."""

    def __init__(self, chat: Chat, parts: Parts) -> None:
        self.chat = chat
        self.parts = parts
        self._visitors: dict[str, Workers] = {}

    def bind(self, page: gr.Blocks) -> None:
        parts = self.parts
        spoken = [parts.conversation, parts.switch]
        picked = [parts.picked, *spoken]
        shown = [parts.conversation, parts.messages, parts.panel, parts.box, parts.plot]
        asked = [*spoken, parts.pin]
        tabs: list[Any] = [parts.chat_tab]
        labelled = [parts.switch, parts.pin, parts.masthead, parts.fresh, *shown[1:], *tabs]

        page.load(self.arrive, None, labelled, **QUIET).then(None, js=_MARK_LANGUAGE)
        switched = parts.switch.input(self.relabel, picked, labelled, js=_READ_OPEN, **QUIET)
        switched.then(None, js=_KEEP_LANGUAGE)
        running: list[Any] = [
            parts.box.submit(self.ask, [parts.box, *asked], shown, **QUIET),
            parts.messages.example_select(self.ask_example, asked, shown, **QUIET),
        ]
        for asking in running:
            asking.failure(self.fail, spoken, shown, **QUIET)
        parts.box.stop(self.stop, spoken, shown, cancels=running, **QUIET)
        parts.fresh.click(self.restart, parts.switch, shown, cancels=running, **QUIET)
        page.unload(self.leave)
        opened = [parts.panel, parts.plot]
        parts.opener.click(self.open, picked, opened, js=_READ_PICK, **QUIET)

    def arrive(self, request: gr.Request) -> Updates:
        wanted = request.query_params.get("lang")
        language = choose_language(wanted, request.headers.get("accept-language"))
        labelled = self._label(Conversation(), language)
        pin = gr.Dropdown(value=AS_ASKED, **_label_pin(language))
        return {**labelled, self.parts.switch: gr.Radio(value=language), self.parts.pin: pin}

    def relabel(self, picked: str, conversation: Conversation, language: Language) -> Updates:
        """In the other language, with the same source still open."""
        opened = self.open(picked, conversation, language) if picked else {}
        return {**self._label(conversation, language), **opened}

    def open(self, picked: str, conversation: Conversation, language: Language) -> Updates:
        """The panel, and above it the plot where a chart was picked."""
        series = self.chat.find_chart(picked, conversation)
        return {
            self.parts.panel: self.chat.open(picked, conversation, language),
            self.parts.plot: _update_plot(series, language),
        }

    async def ask(
        self,
        question: str,
        conversation: Conversation,
        language: Language,
        pinned: str,
        request: gr.Request,
    ) -> AsyncGenerator[Updates]:
        """Gradio ends this where it waits: a thread would go on, and with it the model."""
        yield {self.parts.box: ""}
        if not question.strip():
            return

        pin = next((one for one in LANGUAGES if one == pinned), None)

        def work(emit: Emit[Shown]) -> None:
            with closing(self.chat.ask(question.strip(), conversation, language, pin)) as steps:
                for shown in steps:
                    emit(shown)

        workers = self._visitors.setdefault(request.session_hash or "", Workers())
        async with aclosing(workers.run(work)) as events:
            async for shown in events:
                yield self._show(shown)

    async def ask_example(
        self,
        conversation: Conversation,
        language: Language,
        pinned: str,
        picked: gr.SelectData,
        request: gr.Request,
    ) -> AsyncGenerator[Updates]:
        asked = self.ask(picked.value["text"], conversation, language, pinned, request)
        async with aclosing(asked) as steps:
            async for updates in steps:
                yield updates

    def leave(self, request: gr.Request) -> None:
        """What a visitor's closed page was still waiting for is not worked on."""
        if workers := self._visitors.pop(request.session_hash or "", None):
            workers.close(wait=0.0)

    def stop(self, conversation: Conversation, language: Language) -> Updates:
        return self._show(self.chat.stop(conversation, language))

    def fail(self, conversation: Conversation, language: Language) -> Updates:
        return self._show(self.chat.fail(conversation, language))

    def restart(self, language: Language) -> Updates:
        return self._show(Shown(Conversation(), [], show_hint(language)))

    def _show(self, shown: Shown) -> Updates:
        working = shown.conversation.working
        updates: Updates = {
            self.parts.conversation: shown.conversation,
            self.parts.messages: shown.messages,
            self.parts.box: gr.Textbox(submit_btn=not working, stop_btn=working),
        }
        if shown.panel is not None:
            updates[self.parts.panel] = shown.panel
            updates[self.parts.plot] = _update_plot(None, "en")
        return updates

    def _label(self, conversation: Conversation, language: Language) -> Updates:
        """Everything on the page that is said in a language, but for the answers themselves."""
        assistant, labels = self.chat.assistant, load_messages(language)
        messages: Any = to_messages(conversation, language)
        documents = len(assistant.documents())
        hint, fresh = labels.text("ui.composer.hint"), labels.text("ui.composer.new_chat")
        return {
            self.parts.switch: gr.Radio(label=labels.text("ui.page.language")),
            self.parts.pin: gr.Dropdown(**_label_pin(language)),
            self.parts.masthead: show_masthead(
                language, assistant.collection, documents, assistant.answering()
            ),
            self.parts.chat_tab: gr.Tab(label=labels.text("ui.tabs.chat")),
            self.parts.fresh: gr.Button(value=fresh),
            self.parts.messages: gr.Chatbot(
                value=messages,
                placeholder=show_welcome(language, assistant.offers()),
                examples=[{"text": text} for text in self.chat.examples(language)],
            ),
            self.parts.box: gr.Textbox(placeholder=hint, label=labels.text("ui.composer.label")),
            self.parts.panel: show_hint(language),
            self.parts.plot: _update_plot(None, language),
        }


def _update_plot(series: Series | None, language: Language) -> gr.LinePlot:
    if series is None:
        return gr.LinePlot(visible=False)
    title = name_value(series, language)
    return gr.LinePlot(value=draw(series, language), y_title=title, visible=True)
