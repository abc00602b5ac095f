"""HTTP: what the owner of a store does for programs, its own command line among them.

Routes translate and ask the owner; `gate` has let a request in by then. An ask or an ingest with
`"stream": true` comes as server-sent events: `claim` or `progress` as it goes, `answer` or
`report` at the end, `error` if it breaks off.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from assistant import __version__
from assistant.answer import Filters, Language, Turn
from assistant.callers import has_token
from assistant.errors import DuociteError, RequestError
from assistant.gate import HEALTH, Gate
from assistant.owner import Owner
from assistant.site import Site
from assistant.statuses import error_body, refuse
from assistant.streaming import Emit, Workers, take_last, write_events
from assistant.wire import Asked, Form, IngestOrder, Json, Said, Told
from store.report import IngestProgress

_log = logging.getLogger(__name__)
Named = tuple[str, Json]
_CLIENT_LEFT = 499  # as proxies write it down; nobody reads it
CollectionName = Annotated[str, Query(max_length=500)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TurnBody(_Body):
    question: str
    answer: str


class FiltersBody(_Body):
    documents: list[str] = []
    organisations: list[str] = []
    years: list[int] = []
    languages: list[str] = []


class AskBody(_Body):
    """A question; `form` has the answer rendered as well, into its field `rendered`."""

    question: str
    collection: str = "default"
    filters: FiltersBody = FiltersBody()
    language: Language | None = None
    history: list[TurnBody] = []
    form: Form | None = None
    stream: bool = False

    def to_asked(self) -> Asked:
        if not self.question.strip():
            raise RequestError("field", name="question")
        filters = {name: tuple(given) for name, given in self.filters}
        history = tuple(Turn(turn.question, turn.answer) for turn in self.history)
        return Asked(
            self.question, self.collection, Filters(**filters), self.language, history, self.form
        )


class IngestBody(_Body):
    """Files, folders and patterns of this machine, as absolute paths."""

    paths: list[Path]
    collection: str = "default"
    catalog: Path | None = None
    prune: bool = False
    stream: bool = False

    def to_order(self) -> IngestOrder:
        for path in (*self.paths, *filter(None, [self.catalog])):
            if not path.is_absolute():
                raise RequestError("relative", path=path)
        return IngestOrder(tuple(self.paths), self.collection, self.catalog, self.prune)


def build_app(owner: Owner, token: str, site: Site | None = None) -> FastAPI:
    """The routes on an owner. Whatever is mounted on it later is for the visitors of `site`, and
    needs no token."""
    # Pages of documentation would load their script from other hosts.
    app = FastAPI(title="Duocite", version=__version__, openapi_url=None)
    app.add_middleware(Gate, token=token, site=site)
    app.add_exception_handler(DuociteError, _say_error)
    app.add_exception_handler(RequestValidationError, _say_wrong_field)
    app.add_exception_handler(HTTPException, _say_http_error)
    app.add_exception_handler(Exception, _say_fault)
    app.state.workers = Workers()
    _add_health(app, token)
    _Routes(owner, app.state.workers).add(app)
    return app


def _add_health(app: FastAPI, token: str) -> None:
    @app.get(HEALTH)
    async def healthz(request: Request) -> Json:
        """That the server is there; to who has its token, what it is."""
        yours = has_token(request.headers, token)
        more = {"version": __version__, "pid": os.getpid()} if yours else {}
        return {"status": "ok", "yours": yours, **more}


class _Routes:
    def __init__(self, owner: Owner, workers: Workers) -> None:
        self._owner = owner
        self._workers = workers

    def add(self, app: FastAPI) -> None:
        app.post("/v1/ask", response_model=None)(self.ask)
        app.post("/v1/documents", response_model=None)(self.ingest)
        app.get("/v1/documents")(self.documents)
        app.delete("/v1/documents")(self.remove)
        app.get("/v1/documents/text")(self.text)
        app.get("/v1/documents/chunks")(self.chunks)
        app.get("/v1/collections")(self.collections)
        every = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        app.api_route("/v1/{rest:path}", methods=every, include_in_schema=False)(_no_path)

    async def ask(self, body: AskBody, request: Request) -> Response:
        asked = body.to_asked()

        def work(emit: Emit[Named]) -> None:
            for event in self._owner.ask(asked):
                emit(_name_event(event))

        return await self._answer(self._workers.run(work), body.stream, request)

    async def ingest(self, body: IngestBody, request: Request) -> Response:
        order = body.to_order()

        def work(emit: Emit[Named]) -> None:
            def note(progress: IngestProgress) -> None:
                emit(("progress", progress.to_json()))

            emit(("report", self._owner.ingest(order, note).to_json()))

        return await self._answer(self._workers.run(work), body.stream, request)

    def documents(self, collection: CollectionName = "default") -> Json:
        rows = [row.to_json() for row in self._owner.documents(collection)]
        return {"collection": collection, "documents": rows}

    def text(self, id: str, collection: CollectionName = "default") -> Json:
        return {"id": id, "text": self._owner.text(id, collection)}

    def chunks(self, id: str, collection: CollectionName = "default") -> Json:
        rows = [row.to_json() for row in self._owner.chunks(id, collection)]
        return {"id": id, "chunks": rows}

    def remove(
        self, id: Annotated[list[str], Query()], collection: CollectionName = "default"
    ) -> Json:
        return {"collection": collection, "removed": self._owner.remove(id, collection)}

    def collections(self) -> Json:
        return {"collections": [row.to_json() for row in self._owner.collections()]}

    async def _answer(
        self, events: AsyncIterator[Named], stream: bool, request: Request
    ) -> Response:
        """All events, or the last one alone. Either way the work ends if the client leaves."""
        if stream:
            written = write_events(events, lambda error: error_body(error, request.headers))
            return StreamingResponse(written, media_type="text/event-stream")
        last = await take_last(events, partial(_wait_for_leave, request))
        return JSONResponse(last[1]) if last else Response(status_code=_CLIENT_LEFT)


async def _wait_for_leave(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _name_event(event: Said | Told) -> Named:
    if isinstance(event, Said):
        return "claim", event.to_json()
    rendered = {"rendered": event.rendered} if event.rendered else {}
    return "answer", {**event.answer, **rendered}


def _no_path(request: Request) -> Json:
    raise RequestError("no_path", path=request.url.path)


async def _say_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DuociteError)
    _log.info("refused: %s", error, exc_info=error)
    return refuse(error, request.headers)


async def _say_wrong_field(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problem = error.errors()[0]
    if problem["type"] == "json_invalid":
        return refuse(RequestError("json"), request.headers)
    name = ".".join(str(part) for part in problem["loc"][1:]) or "body"
    return refuse(RequestError("field", name=name), request.headers)


async def _say_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DuociteError):  # FastAPI's, for what came up in reading a body
        return refuse(error.__cause__, request.headers)
    if error.status_code in (404, 405):
        return refuse(RequestError("no_path", path=request.url.path), request.headers)
    return refuse(RequestError("json"), request.headers)


async def _say_fault(request: Request, error: Exception) -> JSONResponse:
    """What nothing foresaw: the log has it."""
    _log.error("a request failed", exc_info=error)
    return refuse(DuociteError("unexpected"), request.headers)
