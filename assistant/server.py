"""HTTP: the app that a server runs, put together.

Routes translate and ask the owner; `gate` has let a request in by then.
"""

from __future__ import annotations

import os

from fastapi import FastAPI, Request

from assistant import __version__
from assistant.api import add_api
from assistant.api.service import Library, build_service
from assistant.callers import has_token
from assistant.gate import HEALTH, Gate
from assistant.site import Site
from assistant.state import State
from assistant.streaming import Workers
from assistant.wire import Json


def build_app(
    owner: Library,
    token: str,
    site: Site | None = None,
    *,
    state: State | None = None,
    collection: str = "default",
) -> FastAPI:
    """The routes on an owner. Whatever is mounted on it later is for the visitors of `site`, and
    needs no token. Answers and feedback go into `state`; without it, they last as long as the app.
    `collection` is the one that the chat serves."""
    # FastAPI's own pages of documentation would load their script from other hosts.
    app = FastAPI(title="Duocite", version=__version__, openapi_url=None)
    app.add_middleware(Gate, token=token, site=site)
    app.state.workers = Workers()
    _add_health(app, token)
    add_api(app, build_service(owner, app.state.workers, state, collection))
    return app


def _add_health(app: FastAPI, token: str) -> None:
    @app.get(HEALTH, include_in_schema=False)
    async def healthz(request: Request) -> Json:
        """That the server is there; to who has its token, what it is."""
        yours = has_token(request.headers, token)
        more = {"version": __version__, "pid": os.getpid()} if yours else {}
        return {"status": "ok", "yours": yours, **more}
