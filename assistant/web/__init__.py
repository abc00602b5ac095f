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
    from assistant.state import State
    from assistant.status import Status
    from assistant.web.chat import Assistant
    from assistant.web.handouts import Handouts
    from assistant.web.holdings import Library
    from assistant.web.keeper import Keeper
    from assistant.web.reviewing import Drafts
    from evals.acceptance import DraftFile
    from evals.latest import Latest

HERE = Path(__file__).parent


def mount(
    app: FastAPI,
    assistant: Assistant,
    *,
    state: State | None = None,
    library: Library | None = None,
    site: Site | None = None,
    status: Callable[[], Status] | None = None,
    evals: Latest | None = None,
    drafts: DraftFile | None = None,
) -> None:
    """Put the chat at the root of an app, behind the routes that are there already.

    Conversations and feedback go into `state`; without it, they last as long as the app. There are
    tabs for the documents of `library`, for what is used, as `status` says it, for the last run of
    `evals`, whose report can be saved, and, for editors, for the proposed cases of `drafts`. What
    `app.state.workers` ends, if it has them, ends uploads too. `site` says whether people sign in.
    """
    import gradio as gr

    from assistant.auth import BySession
    from assistant.state import State
    from assistant.web.handouts import Handouts
    from assistant.web.keeper import Keeper
    from assistant.web.page import build_page
    from assistant.web.sign_in import add_sign_in
    from assistant.web.theme import build_theme

    auth = site.auth if site else None
    if isinstance(auth, BySession):
        add_sign_in(app, auth)
    handouts = Handouts(assistant.source)
    keeper = Keeper(state or State(None), assistant.collection)
    _add_files(app, handouts, keeper, evals)
    gr.mount_gradio_app(
        app,
        build_page(
            assistant,
            handouts,
            keeper,
            library=library,
            workers=getattr(app.state, "workers", None),
            site=site,
            look=status,
            evals=evals,
            drafts=_open_drafts(drafts, assistant) if drafts else None,
        ),
        path="/",
        theme=build_theme(),
        head=_build_head(),
        favicon_path=str(HERE / "icon.svg"),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
    )


def _add_files(app: FastAPI, handouts: Handouts, keeper: Keeper, evals: Latest | None) -> None:
    """The routes of what can be saved or opened beside the page."""
    from assistant.web import exports
    from assistant.web.handouts import ROUTE
    from assistant.web.results import ROUTE as RESULTS
    from assistant.web.results import Results

    served: dict[str, Callable[..., object]] = {
        ROUTE: handouts.serve,
        exports.ROUTE: keeper.exports.serve,
    }
    if evals:
        served[RESULTS] = Results(evals.folder).serve
    for route, serve in served.items():
        app.get(route, include_in_schema=False, response_model=None)(serve)


def _open_drafts(file: DraftFile, assistant: Assistant) -> Drafts:
    """With the texts of the collection that the chat asks."""
    from assistant.web.reviewing import Drafts
    from evals.sources import find_id

    def text(source: str) -> str | None:
        known = find_id([record.id for record in assistant.documents()], source)
        return assistant.text(known) if known else None

    return Drafts(file, text)


def _build_head() -> str:
    """Style and scripts as they are: Gradio would put a prefix before every selector of `css=`."""
    files = {"style": ["style.css"], "script": ["script.js", "names.js", "focus.js"]}
    return "".join(
        f"<{tag}>{(HERE / name).read_text('utf-8')}</{tag}>"
        for tag, names in files.items()
        for name in names
    )
