"""What a request to the API needs, and who may do it."""

from __future__ import annotations

from typing import Literal

from starlette.datastructures import Headers

from assistant.auth import Visitor
from assistant.errors import RequestError
from assistant.keys import Key

Need = Literal["ask", "write", "token"]
"""Leave to ask and read, to change documents, or the token: then it takes whoever runs the
server."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
QUESTIONS = frozenset({"/v1/ask", "/v1/chat/completions"})
ASKING = QUESTIONS | {"/v1/feedback"}
DOCUMENTS = "/v1/documents"


def find_need(method: str, path: str, headers: Headers) -> Need:
    """What isn't named here takes the token, an ingest by path among it: it reads files of the
    server's machine, which whoever changes documents must not therefore see. Paths are compared as
    they are: one that is spelt otherwise isn't named."""
    if method in SAFE or (method == "POST" and path in ASKING):
        return "ask"
    if path == DOCUMENTS and (method == "DELETE" or is_upload(method, path, headers)):
        return "write"
    return "token"


def is_upload(method: str, path: str, headers: Headers) -> bool:
    """Whether a request brings files along, rather than naming some of the server's."""
    if (method, path) != ("POST", DOCUMENTS):
        return False
    kinds = headers.getlist("content-type")  # of two, routes might read the other one
    return [kind.partition(";")[0].strip().lower() for kind in kinds] == ["multipart/form-data"]


def check_visitor(visitor: Visitor, need: Need) -> None:
    """RequestError "no_editor" or "token_only"."""
    if need == "ask":
        return
    if not visitor.editor:
        raise RequestError("no_editor")
    if need == "token":
        raise RequestError("token_only")


def check_key(key: Key, need: Need) -> None:
    """RequestError "no_scope" or "token_only"."""
    if need == "token":
        raise RequestError("token_only")
    if need not in key.scopes:
        raise RequestError("no_scope", scope=need)
