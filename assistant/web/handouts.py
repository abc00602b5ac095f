"""Original files for who may see them: each at an address that can't be guessed.

An address is given out over the page's own connection, to whoever was let in there, so that the
route needs no rules of its own; the file is looked at anew each time it is fetched.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.errors import DuociteError
from assistant.prompts import explain, load_messages
from assistant.text.accepted import choose_language
from store.formats.extract import Source
from store.sources import PDF

ROUTE = "/original/{token}/{name}"
KEPT = 1000
"""Addresses that work at a time; the oldest goes first."""

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class Handouts:
    """The addresses given out. `read` opens a document's file or raises why it can't be had."""

    def __init__(self, read: Callable[[str], Source]) -> None:
        self._read = read
        self._documents: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def issue(self, document: str, name: str) -> str:
        """An address for a document's file, relative to the page."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._documents[token] = document
            while len(self._documents) > KEPT:
                self._documents.popitem(last=False)
        return f"original/{token}/{quote(name, safe='')}"

    def serve(self, token: str, name: str, request: Request) -> Response:
        """The file; 404 for an address that was not given out, 410 for a file that is no longer
        the one that was read."""
        language = choose_language(None, request.headers.get("accept-language"))
        with self._lock:
            document = self._documents.get(token)
        if document is None:
            return _refuse(load_messages(language).text("ui.original.no_address"), 404)
        try:
            return _answer(self._read(document))
        except DuociteError as error:
            return _refuse(explain(error, language), 410)


def _answer(source: Source) -> Response:
    """A PDF to be read in the browser; anything else, pages of the web above all, to be saved."""
    shown = source.path.suffix.lower() == PDF
    name = quote(PurePath(source.path).name, safe="")
    way = "inline" if shown else "attachment"
    headers = {**_SAFE, "Content-Disposition": f"{way}; filename*=UTF-8''{name}"}
    kind = "application/pdf" if shown else "application/octet-stream"
    return Response(source.data, media_type=kind, headers=headers)


def _refuse(line: str, status: int) -> Response:
    return PlainTextResponse(line, status, headers=_SAFE)
