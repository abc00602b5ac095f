"""The report of the last run as a file to keep: the route behind the links of its tab.

Everybody who is let onto the page may see the tab, so that an address needs no secret.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.prompts import load_messages
from assistant.text.accepted import choose_language

ROUTE = "/evals/{name}"
FORMS = {"markdown": "report.md", "json": "report.json"}
TYPES = {"report.md": "text/markdown; charset=utf-8", "report.json": "application/json"}

_SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def name_address(form: str) -> str:
    """Where the report can be had, relative to the page."""
    return f"evals/{FORMS[form]}"


class Results:
    """The files of the folder of the last run that people may save."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def serve(self, name: str, request: Request) -> Response:
        """The file as it now is; 404 where there is none, or where it is no report."""
        try:
            data = (self._folder / name).read_bytes() if name in TYPES else None
        except OSError:
            data = None
        if data is None:
            language = choose_language(None, request.headers.get("accept-language"))
            line = load_messages(language).text("ui.evals.not_there")
            return PlainTextResponse(line, 404, headers=_SAFE)
        headers = {**_SAFE, "Content-Disposition": f"attachment; filename={name}"}
        return Response(data, media_type=TYPES[name], headers=headers)
