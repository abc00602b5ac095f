"""`GET /v1/models`: the collections, as models that can be asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from assistant.api.chat_schemas import Model, Models
from assistant.api.described import build_described, describe
from assistant.api.messages import MODEL, find_collection
from assistant.api.service import Service
from assistant.errors import RequestError
from assistant.wire import Json


def build_router(service: Service) -> APIRouter:
    router = build_described("OpenAI")

    @router.get(
        "/v1/models",
        response_model=None,
        summary="List the models · 列出模型",
        responses=describe(Models, 401, 403, 429, 500, 503),
    )
    def list_models() -> Json:
        """`duocite`, which is the collection that the chat serves, and each collection by name.

        `duocite` 为当前文档集，其余各文档集以名称列出。
        """
        return {"object": "list", "data": [_show(name) for name in _name_models(service)]}

    @router.get(
        "/v1/models/{model:path}",
        response_model=None,
        summary="Show a model · 查看模型",
        responses=describe(Model, 400, 401, 403, 404, 429, 500, 503),
    )
    def show_model(model: Annotated[str, Path(max_length=600, examples=[MODEL])]) -> Json:
        """Whether there is such a collection. · 该文档集是否存在。"""
        find_collection(model, service.collection)
        if model not in _name_models(service):
            raise RequestError("no_model", model=model)
        return _show(model)

    return router


def _name_models(service: Service) -> list[str]:
    return [MODEL, *(f"{MODEL}/{row.name}" for row in service.owner.collections())]


def _show(model: str) -> Json:
    # When a collection was made isn't known; a field that clients want has to hold something.
    return {"id": model, "object": "model", "created": 0, "owned_by": MODEL}
