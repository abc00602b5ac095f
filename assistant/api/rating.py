"""`POST /v1/feedback`: what somebody thinks of an answer that they were given."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request

from assistant.api import examples
from assistant.api.bodies import FeedbackBody
from assistant.api.described import build_described, describe
from assistant.api.schemas import Rated
from assistant.api.service import Service, find_asker
from assistant.errors import StoreError
from assistant.wire import Json


def build_router(service: Service) -> APIRouter:
    router = build_described("Feedback · 反馈")

    @router.post(
        "/v1/feedback",
        response_model=None,
        summary="Rate an answer · 评价回答",
        responses=describe(Rated, 401, 403, 404, 413, 422, 429, 500, 503),
    )
    def rate(
        body: Annotated[FeedbackBody, Body(openapi_examples=examples.FEEDBACK)], request: Request
    ) -> Json:
        """For answers of the last thirty days, by who got them. Another opinion takes the place of
        the first; `none` takes it back. `duocite feedback` lists all of them.

        可评价近三十天内自己得到的回答；再次评价会覆盖前一次，`none` 表示撤回。
        """
        _rate(service, find_asker(request), body)
        return {"answer_id": body.answer_id, "verdict": body.verdict}

    return router


def _rate(service: Service, asker: str, body: FeedbackBody) -> None:
    """StoreError "no_answer" for what the asker wasn't given, or too long ago."""
    if body.verdict == "none":
        known: object = service.feedback.find(asker, [body.answer_id])
        if not known and service.answers.find(body.answer_id, asker) is None:
            raise StoreError("no_answer")
        service.feedback.withdraw(asker, body.answer_id)
        return
    answer = service.answers.find(body.answer_id, asker)
    if answer is None:
        raise StoreError("no_answer")
    service.feedback.rate(asker, answer, body.verdict, body.reason)
