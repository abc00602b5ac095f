"""The chat in the browser. Only this package imports Gradio, and only once a page is built."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

# Gradio reads this when it is imported; without it, each start asks other hosts for news.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.site import Site
    from assistant.status import Status
    from assistant.web.chat import Assistant

HERE = Path(__file__).parent


def mount(
    app: FastAPI,
    assistant: Assistant,
    *,
    site: Site | None = None,
    status: Callable[[], Status] | None = None,
) -> None:
    """Put the chat at the root of an app, behind the routes that are there already. `site` says
    whether people sign in, and `status` what is used."""
    import gradio as gr

    from assistant.auth import BySession
    from assistant.web.handouts import ROUTE, Handouts
    from assistant.web.page import build_page
    from assistant.web.sign_in import add_sign_in
    from assistant.web.theme import build_theme

    auth = site.auth if site else None
    if isinstance(auth, BySession):
        add_sign_in(app, auth)
    handouts = Handouts(assistant.source)
    app.get(ROUTE, include_in_schema=False, response_model=None)(handouts.serve)
    gr.mount_gradio_app(
        app,
        build_page(assistant, handouts, site=site, look=status),
        path="/",
        theme=build_theme(),
        head=_build_head(),
        favicon_path=str(HERE / "icon.svg"),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
    )


def _build_head() -> str:
    """Style and script as they are: Gradio would put a prefix before every selector of `css=`."""
    style, script = ((HERE / name).read_text("utf-8") for name in ("style.css", "script.js"))
    return f"<style>{style}</style><script>{script}</script>"
