"""Labels of routes: as many as there are templates, however many paths are asked for."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from assistant.routes import UNKNOWN, Routes


def answer() -> PlainTextResponse:
    return PlainTextResponse("here")


@pytest.fixture(scope="module")
def routes() -> Routes:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/healthz")(answer)
    router = APIRouter(prefix="/jobs")
    router.get("/{id}")(answer)
    router.get("/{id}/files/{name:path}")(answer)
    app.include_router(router, prefix="/v1")
    app.get("/v1/{rest:path}")(answer)
    inner = Starlette(routes=[Route("/", answer), Route("/queue/{event}", answer)])
    app.mount("/chat", Starlette(routes=[Mount("/in", inner)]))
    app.mount("/", inner)
    return Routes(app)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/healthz", "/healthz"),
        ("/v1/jobs/17", "/v1/jobs/{id}"),
        ("/v1/jobs/17/files/a/b.txt", "/v1/jobs/{id}/files/{name:path}"),
        ("/v1/none", "/v1/{rest:path}"),
        ("/v1/jobs/17/18", "/v1/{rest:path}"),
        ("/", "/"),
        ("/queue/e1", "/queue/{event}"),
        ("/chat/in/queue/e1", "/chat/in/queue/{event}"),
    ],
)
def test_a_path_is_named_by_the_first_template_that_it_fits(
    routes: Routes, path: str, template: str
) -> None:
    assert routes.find(path) == template


@pytest.mark.parametrize("path", ["/wp-admin", "/healthz/", "/queue", "/chat", "", "/a\nb", "//"])
def test_all_other_paths_have_one_name(routes: Routes, path: str) -> None:
    assert routes.find(path) == UNKNOWN


def test_an_app_without_routes_has_unknown_ones_only() -> None:
    assert Routes(object()).find("/") == UNKNOWN
