"""`POST /v1/ask`: a question in, the one JSON of answers out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from assistant.api import examples, schemas
from assistant.api.bodies import AskBody
from assistant.api.described import build_described, describe, events_of
from assistant.api.events import Named, respond
from assistant.api.service import Service, find_asker
from assistant.wire import Asked, Said

_STREAM = events_of(
    {
        "claim": (schemas.Sentence, "One checked sentence."),
        "answer": (schemas.Answer, "The whole answer; the last event."),
        "error": (schemas.Error, "Why no answer comes; the last event."),
    },
    examples.STREAMS,
)


def build_router(service: Service) -> APIRouter:
    router = build_described("Questions · 提问")

    @router.post(
        "/v1/ask",
        response_model=None,
        summary="Ask a question · 提问",
        responses=describe(
            schemas.Answer,
            401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504,
            stream=_STREAM,
        ),
    )  # fmt: skip
    async def ask(
        body: Annotated[AskBody, Body(openapi_examples=examples.QUESTIONS)], request: Request
    ) -> Response:
        """Answers from the documents of a collection, in English or Chinese. Each sentence cites a
        passage, each citation has a quotation that was found again in the stored text, and each
        figure was compared with what it cites. Where the documents don't say it, the answer is a
        refusal: `answered` is false and `reason` says why. That is no error.

        With `stream`, each sentence comes as an event `claim` as soon as it is checked, and the
        whole answer at last. What fails within the first second is answered with its status, what
        fails later with an event `error`.

        依据所选文档集用中文或英文作答；每句话都附出处和原文引句，数字逐一核对。文档未提及时，
        回答会说明原因（`answered` 为 false），这不算错误。设置 `stream` 后，每句话核对完即发送。
        """
        events = _name_events(service, body.to_asked(), find_asker(request))
        return await respond(events, body.stream, request)

    return router


async def _name_events(service: Service, asked: Asked, asker: str) -> AsyncGenerator[Named]:
    async with aclosing(service.ask(asked, asker)) as events:
        async for event in events:
            if isinstance(event, Said):
                yield "claim", event.to_json()
            else:
                rendered = {"rendered": event.rendered} if event.rendered else {}
                yield "answer", {**event.answer, **rendered}
