"""A visitor against a page of the project's own, served without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx
import pytest

from evals.visitor import Exchange, Heard, Visitor, read_messages, strip_tags

T = TypeVar("T")
STREAM = """\
data: {"msg":"estimation","event_id":"e1"}

data: {"msg":"process_completed","event_id":"other","success":true,"output":{"data":["theirs"]}}

data: {"msg":"process_generating","event_id":"e1","output":{"data":["", [ASKED]]}}

data: {"msg":"process_generating","event_id":"e1","output":{"data":[[],[["add",[1],TOLD]]]}}

data: {"msg":"process_completed","event_id":"e1","success":true,"output":{"data":["",[ASKED,TOLD]]}}

data: {"msg":"close_stream"}

"""
FAILED = (
    'data: {"msg":"process_completed","event_id":"e1","success":false,"output":{"error":"no"}}\n\n'
)
LISTED = (
    'data: {"msg":"process_completed","event_id":"e1","success":true,'
    '"output":{"data":[{"__type__":"update","value":"<b>My talk</b>"}]}}\n\n'
)
ASKED = '{"role":"user","content":"<div class=\\"question\\">How &amp; why?</div>"}'
TOLD = (
    '{"role":"assistant","content":[{"type":"text","text":'
    '"<div class=\\"answer answer-a1\\">Forty.</div>"}]}'
)


def name(number: int, elem_id: str, kind: str = "textbox") -> dict[str, Any]:
    return {"id": number, "type": kind, "props": {"elem_id": elem_id, "value": elem_id}}


def bind(
    number: int, targets: list[Any], inputs: list[int], outputs: list[int], **more: Any
) -> Any:
    plain = {"trigger_after": None, "trigger_only_on_failure": False, "backend_fn": True}
    known = {"id": number, "targets": targets, "inputs": inputs, "outputs": outputs}
    return {**plain, **known, **more}


CONFIG = {
    "components": [
        name(1, "box"),
        name(2, "messages"),
        name(3, "talks"),
        name(4, "kept", "state"),
    ],
    "dependencies": [
        bind(7, [[0, "load"]], [], [3]),
        bind(8, [[1, "submit"]], [1, 4], [1, 2]),
        bind(9, [[None, "then"]], [4], [3], trigger_after=8),
        bind(10, [[None, "failure"]], [4], [3], trigger_after=8, trigger_only_on_failure=True),
        bind(11, [[None, "then"]], [4], [3], trigger_after=8, backend_fn=False),
    ],
}


class Page:
    """Answers each event as `streams` say, by its number."""

    def __init__(self, **streams: str) -> None:
        self.streams = {"7": LISTED, "8": STREAM, "9": LISTED, **streams}
        self.joined: list[dict[str, Any]] = []
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.headers.append(request.headers)
        if request.url.path == "/config":
            return httpx.Response(200, json=CONFIG)
        if request.url.path.endswith("/queue/join"):
            self.joined.append(json.loads(request.content))
            return httpx.Response(200, json={"event_id": "e1"})
        stream = self.streams[str(self.joined[-1]["fn_index"])]
        whole = stream.replace("ASKED", ASKED).replace("TOLD", TOLD)
        return httpx.Response(200, text=whole)


def visit(page: Page, work: Callable[[Visitor], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        headers, transport = {"X-Forwarded-User": "anna"}, httpx.MockTransport(page)
        async with Visitor("http://page", headers, transport) as visitor:
            await visitor.arrive()
            return await work(visitor)

    return asyncio.run(run())


def ask(page: Page) -> tuple[Heard, str]:
    async def work(visitor: Visitor) -> tuple[Heard, str]:
        return await visitor.ask("How & why?"), visitor.listed

    return visit(page, work)


def test_an_answer_is_put_together_from_its_steps() -> None:
    heard, listed = ask(Page())
    assert heard.shown == [Exchange("How & why?", "Forty.", answered=True)]
    assert (heard.error, heard.steps) == ("", 3)
    assert heard.first is not None
    assert heard.first <= heard.seconds
    assert heard.bytes > 300
    assert listed == "My talk"


def test_what_the_page_would_do_next_is_done_and_nothing_else() -> None:
    page = Page()
    ask(page)
    assert [one["fn_index"] for one in page.joined] == [7, 8, 9]
    assert [one["trigger_id"] for one in page.joined] == [0, 1, None]
    assert len({one["session_hash"] for one in page.joined}) == 1
    assert {one["x-forwarded-user"] for one in page.headers} == {"anna"}


def test_what_a_state_holds_is_never_sent() -> None:
    page = Page()
    ask(page)
    assert page.joined[1]["data"] == ["How & why?", None]


def test_an_event_of_another_question_is_no_answer() -> None:
    heard, _ = ask(Page())
    assert "theirs" not in str(heard.shown)


@pytest.mark.parametrize(
    ("stream", "error"),
    [(FAILED, "EventError: no"), ('data: {"msg":"server_stopped","message":"end"}\n\n', "end")],
)
def test_an_answer_that_breaks_off_says_so(stream: str, error: str) -> None:
    heard, _ = ask(Page(**{"8": stream}))
    assert error in heard.error
    assert heard.shown == []
    assert heard.first is None


def test_a_line_that_says_what_went_wrong_is_no_answer() -> None:
    told = [{"role": "user", "content": '<div class="question">Why?</div>'}]
    told += [{"role": "assistant", "content": '<div><p class="problem">No disk.</p></div>'}]
    assert read_messages(told) == [Exchange("Why?", "No disk.", answered=False)]
    assert read_messages(None) == []
    assert read_messages(told[:1]) == []


def test_names_of_answers_don_t_show_without_tags() -> None:
    assert strip_tags('<p class="answer-b2">5 &lt;\n 6 <b>t</b></p>') == "5 < 6 t"
