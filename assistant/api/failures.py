"""Failures as the API says them: one form for all of it, which OpenAI's clients read as their own.

`{"error": {"code", "message", "values", "retryable", "type", "param"}}`, in the language that the
request accepts. Where OpenAI's form is spoken, a request that can't be taken is a 400 as there.
"""

from __future__ import annotations

import logging

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.errors import DuociteError, RequestError
from assistant.statuses import refuse
from assistant.wire import Json

OPENAI_PATHS = ("/v1/chat/", "/v1/models")

_EVERY = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_log = logging.getLogger(__name__)


def add_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DuociteError, _say_error)
    app.add_exception_handler(RequestValidationError, _say_wrong_field)
    app.add_exception_handler(HTTPException, _say_http_error)
    app.add_exception_handler(Exception, _say_fault)


def build_router() -> APIRouter:
    """What is not there, said as everything else is."""
    router = APIRouter()
    router.api_route("/v1/{rest:path}", methods=_EVERY, include_in_schema=False)(_find_nothing)
    return router


def say(error: DuociteError, request: Request) -> JSONResponse:
    response = refuse(error, request.headers)
    if response.status_code == 422 and request.url.path.startswith(OPENAI_PATHS):
        response.status_code = 400
    return response


def name_problem(error: RequestValidationError) -> RequestError:
    """The first of the fields that are wrong, or that there is no JSON."""
    problem = error.errors()[0]
    if problem["type"] == "json_invalid":
        return RequestError("json")
    return RequestError("field", name=".".join(map(str, problem["loc"][1:])) or "body")


def _find_nothing(request: Request) -> Json:
    raise RequestError("no_path", path=request.url.path)


async def _say_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DuociteError)
    _log.info("refused: %s", error, exc_info=error)
    return say(error, request)


async def _say_wrong_field(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return say(name_problem(error), request)


async def _say_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DuociteError):  # FastAPI's, for what came up in reading a body
        return say(error.__cause__, request)
    if error.status_code in (404, 405):
        return say(RequestError("no_path", path=request.url.path), request)
    return say(RequestError("json"), request)


async def _say_fault(request: Request, error: Exception) -> JSONResponse:
    """What nothing foresaw: the log has it."""
    _log.error("a request failed", exc_info=error)
    return say(DuociteError("unexpected"), request)
