"""How routes are described in the OpenAPI document: answers, failures with their status, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api import schemas
from assistant.wire import Json

Example = Mapping[str, Any]
Responses = dict[int | str, dict[str, Any]]

STATUS = {
    400: "The request can't be taken: `param` names the field. · 请求有误，`param` 指出所在字段。",
    401: "Nobody is known by this key or session. · 密钥或会话无效。",
    403: "Not for this key, or sent by a page of another site. · 无权执行，或请求来自其他网站。",
    404: "No such collection, document, model or answer. · 文档集、文档、模型或回答不存在。",
    409: "Others write just now, or documents changed meanwhile; try again."
    " · 文档正在写入或刚刚变更，请重试。",
    413: "The body is larger than is taken. · 请求体过大。",
    422: "A field is missing, unknown or wrong: `message` names it. · 字段缺失、未知或取值有误。",
    429: "Too many requests; `Retry-After` says when to come back. · 请求过多，请稍后再试。",
    500: "A fault that nobody foresaw; the log has it. · 意外错误，详见日志。",
    502: "The model's server refused or failed. · 模型服务出错。",
    503: "The model or the store can't be reached for the moment. · 模型或文档库暂时无法连接。",
    504: "The model took too long. · 模型响应超时。",
}

_EVENT_STREAM = "text/event-stream"
_EVENTS: dict[str, type[BaseModel]] = {}


def build_described(tag: str) -> APIRouter:
    """A router whose operations go by the names of their functions: so clients call them."""
    return APIRouter(tags=[tag], generate_unique_id_function=lambda route: route.name)


def describe(model: type[BaseModel], *statuses: int, stream: Json | None = None) -> Responses:
    """The answer of a route, and what else it may say, each with its form."""
    content: Json = {_EVENT_STREAM: stream} if stream else {}
    found: Responses = {
        status: {"model": schemas.Problem, "description": STATUS[status]} for status in statuses
    }
    return {200: {"model": model, "description": "Done · 完成", "content": content}, **found}


def events_of(
    events: Mapping[str, tuple[type[BaseModel], str]], examples: Mapping[str, Example]
) -> Json:
    """A stream of named events: each is one of these, its `data` a JSON object of that form."""
    told = [_describe_event(name, *event) for name, event in events.items()]
    return {"schema": {"anyOf": told}, "examples": dict(examples)}


def data_of(events: Sequence[tuple[type[BaseModel], str]], examples: Mapping[str, Example]) -> Json:
    """A stream of events without names, in OpenAI's form; the last is `[DONE]`."""
    told = [_describe_event("", *event) for event in events]
    done = {
        "type": "object",
        "properties": {"data": {"type": "string", "const": "[DONE]"}},
        "required": ["data"],
        "description": "The end.",
    }
    return {"schema": {"anyOf": [*told, done]}, "examples": dict(examples)}


def event_models() -> list[type[BaseModel]]:
    """All that events of the routes carry."""
    return list(_EVENTS.values())


def _describe_event(name: str, model: type[BaseModel], description: str) -> Json:
    _EVENTS[model.__name__] = model
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    event = {"event": {"type": "string", "const": name}} if name else {}
    return {
        "type": "object",
        "description": description,
        "properties": {**event, "data": data},
        "required": [*event, "data"],
    }
