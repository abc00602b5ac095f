"""The document that describes the API, and a page that shows it: nothing is asked of other hosts.

Swagger UI's own files are those of the package `fastapi-swagger`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from assistant import __version__
from assistant.api import examples
from assistant.api.described import event_models
from assistant.errors import RequestError
from assistant.wire import Json

DOCUMENT = "/openapi.json"
PAGE = "/docs"

# The page may load nothing but its own files, and send nothing but to this server.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
_ASSETS = {
    "swagger-ui-bundle.js": ("fastapi_swagger.resources", "text/javascript"),
    "swagger-ui.css": ("fastapi_swagger.resources", "text/css"),
    "favicon-32x32.png": ("fastapi_swagger.resources", "image/png"),
    "start.js": ("assistant.api", "text/javascript"),
}
# Put in at the end: FastAPI leaves out of a document whatever is null.
_SHOWN = {"/v1/ask": examples.ANSWERS, "/v1/chat/completions": examples.COMPLETIONS}
_TOLD = """
Answers in English and Chinese from a collection of reports, with every sentence and figure checked
against its source.

Everything below `/v1/` takes `Authorization: Bearer` with a key (or, where people sign in, their
session); on the machine itself it is open as long as there are no keys. Errors speak the language
of `Accept-Language`. Fields are added to answers with time, never renamed.

依据报告集以中文或英文作答，每句话、每个数字都与出处核对。`/v1/` 下的请求需带
`Authorization: Bearer` 密钥（或登录会话）；尚无密钥时，本机可直接访问。错误信息的语言由
`Accept-Language` 决定。
"""
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Duocite · API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<noscript>The description itself: <a href="openapi.json">openapi.json</a></noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""


def add_reference(app: FastAPI) -> None:
    @app.get(DOCUMENT, include_in_schema=False)
    def document(request: Request) -> Response:
        return JSONResponse(_build(app))

    @app.get(PAGE, include_in_schema=False)
    def page() -> Response:
        return HTMLResponse(_HTML, headers=_HEADERS)

    @app.get(f"{PAGE}/{{name}}", include_in_schema=False)
    def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise RequestError("no_path", path=f"{PAGE}/{name}")
        return Response(_read(name), media_type=_ASSETS[name][1], headers=_HEADERS)


def build_document(app: FastAPI) -> Json:
    """The OpenAPI document of all routes that are part of the API."""
    document = get_openapi(
        title="Duocite", version=__version__, description=_TOLD, routes=app.routes
    )
    _, known = models_json_schema(
        [(model, "serialization") for model in event_models()],
        ref_template="#/components/schemas/{model}",
    )
    components = document.setdefault("components", {})
    schemas = {**known.get("$defs", {}), **components.get("schemas", {})}
    components["schemas"] = schemas
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"key": []}, {}]
    for operations in document["paths"].values():
        for operation in operations.values():
            _tidy(operation)
    for path, shown in _SHOWN.items():
        told = document["paths"][path]["post"]["responses"]["200"]["content"]
        told["application/json"]["examples"] = shown
    _drop(schemas)
    return document


def _tidy(operation: Json) -> None:
    """Without FastAPI's own form of a wrong field, which isn't ours."""
    responses = operation["responses"]
    told = responses.get("422", {}).get("content", {}).get("application/json", {})
    if told.get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]


def _drop(schemas: dict[str, Any]) -> None:
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _build(app: FastAPI) -> Json:
    """Once; routes don't change while a server runs."""
    if app.openapi_schema is None:
        app.openapi_schema = build_document(app)
    return app.openapi_schema


@cache
def _read(name: str) -> bytes:
    return files(_ASSETS[name][0]).joinpath(name).read_bytes()
