"""Errors as HTTP says them: a status, headers, and a body that makes the same error again."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from assistant.asker import find_asker
from assistant.errors import DuociteError
from assistant.prompts import explain
from assistant.rates import Left
from assistant.text.accepted import choose_language
from assistant.wire import Json

_STATUS = {
    "request.token": 401,
    "request.key": 401,
    "request.sign_in": 401,
    "request.wrong_password": 401,
    "request.no_header": 401,
    "request.origin": 403,
    "request.proxy": 403,
    "request.no_editor": 403,
    "request.no_scope": 403,
    "request.token_only": 403,
    "request.no_chat": 403,
    "request.tries": 429,
    "request.rate": 429,
    "request.wrong_keys": 429,
    "request.full": 503,
    "request.ending": 503,
    "request.time": 504,
    "request.no_model": 404,
    "request.no_sign_in": 503,
    "request.host": 421,
    "request.too_large": 413,
    "request.no_path": 404,
    "store.no_collection": 404,
    "store.no_document": 404,
    "store.no_answer": 404,
    "store.empty_name": 422,
    "store.locked": 409,
    "store.busy": 409,
    "store.lost_turn": 409,
    "store.changed": 409,
    "store.unreachable": 503,
    "store.state_busy": 503,
    "model.timeout": 504,
}
_STATUS_OF_BRANCH = {"request": 422, "catalog": 422, "ingest": 422, "model": 502}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
"""What OpenAI calls errors of a status."""

# What OpenAI calls errors of a status.
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}

# What a request without the right key should have been (RFC 6750, section 3).
_CHALLENGE = {
    "request.token": "Bearer",
    "request.key": 'Bearer error="invalid_token"',
    "request.no_scope": 'Bearer error="insufficient_scope"',
}


def refuse(error: DuociteError, headers: Headers) -> JSONResponse:
    """An error as the API says it, in the language that the request accepts."""
    body = {"error": error_body(error, headers)}
    return JSONResponse(body, status_of(error), headers_of(error))


def error_body(error: DuociteError, headers: Headers) -> Json:
    """`code`, `values` and `retryable` make the same error again; `message` is for people, `type`
    and `param` for clients of OpenAI, and `request_id` finds it in the log."""
    language = choose_language(None, headers.get("accept-language"))
    known, status = error.to_json(), status_of(error)
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    asker = find_asker()
    return {
        **known,
        "message": explain(error, language),
        "type": kind,
        "param": known["values"].get("name"),
        **({"request_id": asker.request} if asker else {}),
    }


def headers_of(error: DuociteError) -> dict[str, str]:
    """What would have been right, and when to come back."""
    found = {}
    if challenge := _CHALLENGE.get(f"{error.name}.{error.code}"):
        found["WWW-Authenticate"] = challenge
    if isinstance(seconds := error.details.get("seconds"), int) and error.retryable:
        found["Retry-After"] = str(seconds)
        if isinstance(limit := error.details.get("limit"), int):
            found |= Left(limit, 0, seconds).to_headers()
    return found


def status_of(error: DuociteError) -> int:
    exact = _STATUS.get(f"{error.name}.{error.code}")
    if exact is None and error.name == "model" and error.retryable:
        return 503
    return exact or _STATUS_OF_BRANCH.get(error.name, 500)
