"""A key is sent to its own server and shows nowhere else, whatever that server says of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing

import pytest
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events import BaseEvent
from llama_index_instrumentation import get_dispatcher

from assistant import logs
from assistant.answer import Answer
from assistant.app import Assistant, build_assistant
from assistant.errors import DuociteError
from assistant.hypertext import to_html
from assistant.patience import Patience
from assistant.prompts import explain, load_messages
from assistant.render import to_markdown, to_plain
from assistant.settings import Settings, load_settings
from assistant.status import build_status, say_status
from tests.support.openai_server import OpenAIServer, Scripted, broken, refused, stalled, streamed

pytestmark = pytest.mark.integration

KEY, HEADER, QUERY = "sk-one-QX7-one", "two-QX7-two", "three-QX7-three"
MARK = "QX7"
QUESTION = "How much will the port invest in container terminals?"
REPLIES: dict[str, Scripted] = {
    "answer": streamed("It will invest RMB 500 billion [1]."),
    "wrong key": refused(401, message=f"Incorrect API key provided: {KEY} ({HEADER}, {QUERY})"),
    "fault": refused(500, message=f"{KEY} {HEADER} {QUERY}"),
    "not allowed": refused(400, code=KEY, message=f"{HEADER} {QUERY}"),
    "error in the stream": broken("It is"),
    "hang": stalled(),
}


class Events(BaseEventHandler):
    """All that LlamaIndex tells those who watch it."""

    seen: list[str] = []  # noqa: RUF012  pydantic copies it

    @classmethod
    def class_name(cls) -> str:
        return "Events"

    def handle(self, event: BaseEvent, **_: object) -> None:
        self.seen.append(repr(event) + event.model_dump_json(fallback=repr))


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as server:
        yield server


@pytest.fixture(scope="module")
def chosen(server: OpenAIServer, settings: Settings) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DUOCITE_DATA", str(settings.data))
        environment.setenv("DUOCITE_LLM", f"compatible:scripted@{server.url}?k={QUERY}")
        environment.setenv("DUOCITE_LLM_KEY", KEY)
        environment.setenv("DUOCITE_LLM_HEADERS", f"X-Team-Key: {HEADER}")
        yield load_settings(None)


@pytest.fixture(scope="module")
def assistant(chosen: Settings) -> Iterator[Assistant]:
    with closing(build_assistant(chosen)) as opened:
        yield opened


@pytest.fixture
def written(chosen: Settings) -> Iterator[io.StringIO]:
    """The log, as a program with these settings keeps it, every library's details included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in ("", *logs.OWN, "httpx", "httpcore", "openai")]
    levels = [logger.level for logger in loggers]
    logs.hide_in_logs(chosen.secrets())
    logs.log_to(handler)
    yield stream
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def events() -> Iterator[list[str]]:
    handler = Events()
    dispatcher = get_dispatcher()
    dispatcher.add_event_handler(handler)
    yield handler.seen
    dispatcher.event_handlers.remove(handler)


def ask(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, deadline: float, *, falls_back: bool
) -> str:
    """An answer in all its forms, or the error that stands for it."""

    async def no_sleep(seconds: float) -> None:
        pass

    assert assistant.writer._caller is not None
    monkeypatch.setattr(assistant.writer._caller, "_patience", Patience(deadline, sleep=no_sleep))
    fallback = "offline" if falls_back else "none"
    settings = assistant._settings.model_copy(update={"fallback": fallback})
    monkeypatch.setattr(assistant, "_settings", settings)
    monkeypatch.setattr(assistant, "_state", None)
    try:
        *claims, answer = assistant.stream(QUESTION)
    except DuociteError as error:
        return f"{error!r}{error}{error.to_json()}{explain(error, 'en')}{explain(error, 'zh')}"
    assert isinstance(answer, Answer)
    forms = [to_plain(answer), to_markdown(answer), to_html(answer), json.dumps(answer.to_json())]
    return f"{claims}{answer!r}{''.join(forms)}"


@pytest.mark.parametrize("falls_back", [True, False], ids=["quoted", "told"])
@pytest.mark.parametrize("reply", REPLIES)
def test_a_key_shows_in_no_answer_error_event_or_log(
    server: OpenAIServer,
    assistant: Assistant,
    written: io.StringIO,
    events: list[str],
    monkeypatch: pytest.MonkeyPatch,
    reply: str,
    falls_back: bool,
) -> None:
    server.say(REPLIES[reply])
    server.received.clear()
    deadline = 0.5 if reply == "hang" else 20.0
    assert MARK not in ask(assistant, monkeypatch, deadline, falls_back=falls_back)
    received = server.received[0]
    assert received.headers["Authorization"] == f"Bearer {KEY}"
    assert received.headers["X-Team-Key"] == HEADER
    assert received.path.endswith(f"?k={QUERY}")
    if reply != "answer" and falls_back:
        assert "the model failed" in written.getvalue()
    assert MARK not in written.getvalue()
    assert len(events) > 2
    assert not [event for event in events if MARK in event]


def test_a_key_shows_in_no_settings_status_or_object(
    assistant: Assistant, chosen: Settings
) -> None:
    status = build_status(chosen, list)
    lines = say_status(status, load_messages("en"))
    writer = assistant.writer
    objects = [assistant, writer, writer._llm, writer._caller, vars(writer._caller)]
    shown = [*map(repr, objects), repr(status), json.dumps(status.to_json()), *lines]
    assert MARK not in "".join(shown)
    assert assistant.writer._llm is not None
    assert MARK not in json.dumps(assistant.writer._llm.to_dict(), default=repr)
    assert MARK not in repr(chosen).replace(QUERY, "")
