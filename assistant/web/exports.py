"""Conversations as files: an address that can't be guessed for each, and the route behind it.

As with original files, an address is given out over the page's own connection, to the one whose
conversation it is; what is saved is the conversation as it then stands.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response

from assistant.answer import Language
from assistant.errors import StoreError
from assistant.export import FileForm, export_conversation, name_file
from assistant.history import History
from assistant.prompts import explain, load_messages

ROUTE = "/conversation/{token}/{language}/{form}"
KEPT = 2000
"""Conversations that have an address at a time; the one that was shown longest ago goes first."""

TYPES: dict[FileForm, str] = {
    "markdown": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


class Exports:
    """The addresses given out; one conversation keeps its own."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._tokens: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._known: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def issue(self, user: str, conversation: str, language: Language) -> dict[FileForm, str]:
        """Where a user's conversation can be had in each form, relative to the page."""
        token = self._find_token((user, conversation))
        return {form: f"conversation/{token}/{language}/{form}" for form in TYPES}

    def serve(self, token: str, language: Language, form: FileForm) -> Response:
        """The file; 404 for an address that was not given out, 410 for a conversation that is no
        longer there or can't be read."""
        with self._lock:
            known = self._known.get(token)
        if known is None:
            return _refuse(load_messages(language).text("ui.history.no_address"), 404)
        try:
            past = self._history.read(*known)
            data = export_conversation(past, form, language)
        except StoreError as error:
            return _refuse(explain(error, language), 410)
        name = quote(name_file(past.row.title, form), safe="")
        headers = {**_SAFE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(data, media_type=TYPES[form], headers=headers)

    def _find_token(self, key: tuple[str, str]) -> str:
        with self._lock:
            token = self._tokens.setdefault(key, secrets.token_urlsafe(24))
            self._tokens.move_to_end(key)
            self._known[token] = key
            while len(self._tokens) > KEPT:
                _, oldest = self._tokens.popitem(last=False)
                del self._known[oldest]
            return token


def _refuse(line: str, status: int) -> Response:
    return PlainTextResponse(line, status, headers=_SAFE)
