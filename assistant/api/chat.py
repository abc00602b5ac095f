"""`POST /v1/chat/completions`: a collection as a model that any chat client can use."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse

from assistant.answer import Language
from assistant.api import examples
from assistant.api.chat_bodies import ChatBody
from assistant.api.chat_schemas import ChatChunk, ChatCompletion
from assistant.api.completion import DONE, Completion, write_data
from assistant.api.described import build_described, data_of, describe
from assistant.api.events import CLIENT_LEFT, Begun, EventStream, begin, take_one
from assistant.api.markdown import Growing
from assistant.api.messages import read_chat
from assistant.api.schemas import Problem
from assistant.api.service import Service, find_asker
from assistant.errors import DuociteError
from assistant.statuses import error_body
from assistant.text.language import detect_language
from assistant.wire import Asked, Said, Told

_STREAM = data_of(
    [(ChatChunk, "A piece of the reply."), (Problem, "Why it breaks off; nothing follows.")],
    examples.CHUNKS,
)
_log = logging.getLogger(__name__)


def build_router(service: Service) -> APIRouter:
    router = build_described("OpenAI")

    @router.post(
        "/v1/chat/completions",
        response_model=None,
        summary="Chat in OpenAI's form · 兼容 OpenAI 的对话",
        responses=describe(
            ChatCompletion,
            400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504,
            stream=_STREAM,
        ),
    )  # fmt: skip
    async def complete(
        body: Annotated[ChatBody, Body(openapi_examples=examples.CHATS)], request: Request
    ) -> Response:
        """For clients of OpenAI: the model `duocite` is the collection that the chat serves,
        `duocite/<collection>` another. The message holds the answer and its sources as Markdown;
        its field `citations` has the sources, `duocite` the whole answer, as `POST /v1/ask`
        gives it. Messages before the last are the history. Messages of `system` and `developer`
        are passed over: answers come from the documents and their checks, which no instruction may
        change. Parameters such as `temperature` have no effect; `n` above 1, tools and other
        formats than text are refused.

        供 OpenAI 客户端使用：模型 `duocite` 对应当前文档集，`duocite/<文档集>` 对应其他文档集。
        回答正文为 Markdown，末尾附出处；`citations` 为出处列表，`duocite` 为完整回答。
        """
        asked = read_chat(body, service.collection)
        events = service.ask(asked, find_asker(request))
        if not body.stream:
            return await _complete(Completion(body.model), events, request)
        usage = bool(body.stream_options and body.stream_options.include_usage)
        completion = Completion(body.model, usage=usage)
        begun = await begin(events)
        return EventStream(_write(completion, begun, asked, request), begun)

    return router


async def _complete(
    completion: Completion, events: AsyncGenerator[Said | Told], request: Request
) -> Response:
    last = await take_one(events, request)
    if not isinstance(last, Told):
        return Response(status_code=CLIENT_LEFT)
    return JSONResponse(completion.build(last.answer, last.rendered))


async def _write(
    completion: Completion,
    events: Begun[Said | Told],
    asked: Asked,
    request: Request,
) -> AsyncGenerator[str]:
    """The chunks; a failure is the last of them."""
    growing, language = Growing(), _find_language(asked)
    yield completion.begin()
    try:
        async for event in events:
            if isinstance(event, Said):
                yield completion.go_on(growing.add(event, language))
                continue
            if rest := growing.end(event.answer, event.rendered):
                yield completion.go_on(rest)
            yield completion.end(event.answer)
    except DuociteError as error:
        _log.error("a request failed: %s", error, exc_info=error)
        yield _write_error(error, request)
    except Exception:  # noqa: BLE001  it is told, and the log has it
        _log.exception("a request failed")
        yield _write_error(DuociteError("unexpected"), request)


def _write_error(error: DuociteError, request: Request) -> str:
    return f"{write_data({'error': error_body(error, request.headers)})}{DONE}"


def _find_language(asked: Asked) -> Language:
    return asked.language or ("zh" if detect_language(asked.question) == "zh" else "en")
