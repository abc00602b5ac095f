"""The chat in the browser. Only this package imports Gradio, and only once a page is built."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import SettingsError

# Gradio reads this when it is imported; without it, each start asks other hosts for news.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

if TYPE_CHECKING:
    import gradio as gr

    from assistant.web.chat import Assistant

HERE = Path(__file__).parent


def start(assistant: Assistant, host: str, port: int) -> gr.Blocks:
    """Serve the chat in the background; `local_url` of the page is its address.

    Raises SettingsError("port_taken").
    """
    from assistant.web.page import build_page
    from assistant.web.theme import build_theme

    page = build_page(assistant)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            theme=build_theme(),
            head=_build_head(),
            favicon_path=HERE / "icon.svg",
            footer_links=[],
            run_history=False,
        )
    except OSError as error:
        raise SettingsError("port_taken", host=host, port=port) from error
    return page


def _build_head() -> str:
    """Style and script as they are: Gradio would put a prefix before every selector of `css=`."""
    style, script = ((HERE / name).read_text("utf-8") for name in ("style.css", "script.js"))
    return f"<style>{style}</style><script>{script}</script>"
