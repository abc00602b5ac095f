"""The page for signing in, and the way out: the only pages that are open to everybody.

It stands alone, without Gradio and without a script, and loads nothing.
"""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.answer import Language
from assistant.auth import BySession
from assistant.errors import RequestError
from assistant.gate import SIGN_IN
from assistant.prompts import explain, load_messages
from assistant.statuses import status_of
from assistant.text.accepted import choose_language
from assistant.web.labels import LANGUAGES

SIGN_OUT = "/sign-out"
LARGEST_FORM = 1 << 14
"""Bytes: a name and a password."""

AT_A_TIME = 2
"""Passwords that are compared at a time: each takes 64 MB of memory, so that guessing is dear."""

_STYLE = Path(__file__).with_name("sign_in.css")
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_sign_in(app: FastAPI, auth: BySession) -> None:
    """The routes; to be added before the chat, which takes every other path."""
    pages = _Pages(auth)
    app.get(SIGN_IN, include_in_schema=False, response_model=None)(pages.show)
    app.post(SIGN_IN, include_in_schema=False, response_model=None)(pages.sign_in)
    app.post(SIGN_OUT, include_in_schema=False, response_model=None)(pages.sign_out)


class _Pages:
    def __init__(self, auth: BySession) -> None:
        self._auth = auth
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def show(self, request: Request) -> Response:
        try:
            self._auth.admit(request.scope, request.headers)
        except RequestError:
            return _answer(show_form(_language_of(request)))
        return RedirectResponse(f"./{_query_of(request)}", 303)

    async def sign_in(self, request: Request) -> Response:
        form = await _read_form(request)
        name, password = form.get("name", ""), form.get("password", "")
        address = self._auth.proxies.find_client(request.scope, request.headers)
        try:
            async with self._places:
                token = await asyncio.to_thread(self._auth.sign_in, name, password, address)
        except RequestError as problem:
            return _say_problem(problem, name, _language_of(request))
        self._auth.sign_out(request.scope, request.headers)
        response = RedirectResponse(f"./{_query_of(request)}", 303, headers=_SAFE)
        self._keep(response, request, token)
        return response

    async def sign_out(self, request: Request) -> Response:
        self._auth.sign_out(request.scope, request.headers)
        response = RedirectResponse(f"{SIGN_IN[1:]}{_query_of(request)}", 303, headers=_SAFE)
        self._keep(response, request, "")
        return response

    def _keep(self, response: Response, request: Request, token: str) -> None:
        """In the browser, until it is closed; an empty token takes it away."""
        response.set_cookie(
            self._auth.name_cookie(request.scope, request.headers),
            token,
            max_age=None if token else 0,
            path="/",
            secure=self._auth.proxies.is_secure(request.scope, request.headers),
            httponly=True,
            samesite="lax",
        )


def show_form(language: Language, name: str = "", problem: str = "") -> str:
    """The page, with what was wrong about a try before."""
    labels = load_messages(language)
    say = {key: escape(text) for key, text in labels.under("ui.sign_in").items()}
    note = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    at_name, at_password = (" autofocus", "") if not name else ("", " autofocus")
    return (
        f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{say['title']}</title><style>{_STYLE.read_text('utf-8')}</style></head><body>"
        f"<nav>{_show_languages(language)}</nav><main>"
        f"<h1>{escape(labels.text('ui.page.name'))}</h1>"
        f'<p class="purpose">{escape(labels.text("ui.page.purpose"))}</p>{note}'
        f'<form method="post" action="{SIGN_IN[1:]}?lang={language}">'
        f'<label for="name">{say["name"]}</label><input id="name" name="name" required '
        f'maxlength="100" autocomplete="username" autocapitalize="none" spellcheck="false" '
        f'value="{escape(name)}"{at_name}>'
        f'<label for="password">{say["password"]}</label><input id="password" name="password" '
        f'type="password" required maxlength="1000" autocomplete="current-password"{at_password}>'
        f"<button>{say['button']}</button></form>"
        f'<p class="help">{say["help"]}</p></main></body></html>'
    )


def _show_languages(chosen: Language) -> str:
    return "".join(
        f'<a href="?lang={language}" lang="{language}"'
        f"{' aria-current=true' if language == chosen else ''}>{escape(name)}</a>"
        for language, name in LANGUAGES.items()
    )


def _say_problem(problem: RequestError, name: str, language: Language) -> Response:
    minutes = problem.details.get("minutes")
    wait = {"Retry-After": str(60 * minutes)} if isinstance(minutes, int) else {}
    body = show_form(language, name[:100], explain(problem, language))
    return _answer(body, status_of(problem), wait)


def _answer(body: str, status: int = 200, more: dict[str, str] | None = None) -> Response:
    return HTMLResponse(body, status, headers={**_SAFE, **(more or {})})


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is too large, none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _language_of(request: Request) -> Language:
    wanted = request.query_params.get("lang")
    return choose_language(wanted, request.headers.get("accept-language"))


def _query_of(request: Request) -> str:
    """The language that was chosen goes along; nothing else does."""
    wanted = request.query_params.get("lang")
    return f"?lang={wanted}" if wanted in LANGUAGES else ""
