"""The page: its components, and whose events they are."""

from __future__ import annotations

import gradio as gr

from assistant.prompts import load_messages
from assistant.site import Site
from assistant.streaming import Workers
from assistant.web.chat import Assistant, Chat
from assistant.web.evaluations import EvalEvents
from assistant.web.handouts import Handouts
from assistant.web.holdings import Holdings, Library
from assistant.web.keeper import Keeper
from assistant.web.parts import lay_out
from assistant.web.person import bind_person
from assistant.web.reviewing import Drafts, ReviewEvents
from assistant.web.status import Look, bind_status
from assistant.web.talking import TalkEvents
from evals.latest import Latest

CONCURRENCY = 16
"""Questions in work at a time; Gradio's own limit of one makes visitors wait for each other."""


def build_page(
    assistant: Assistant,
    handouts: Handouts | None = None,
    keeper: Keeper | None = None,
    *,
    library: Library | None = None,
    workers: Workers | None = None,
    site: Site | None = None,
    look: Look | None = None,
    evals: Latest | None = None,
    drafts: Drafts | None = None,
) -> gr.Blocks:
    """The chat on `assistant`, and the documents of `library` if there is one, which `workers` are
    at work on. Style and script are given when it is served, and `handouts` where that serves
    original files. Without a `keeper`, conversations last as long as the page. `site` says whether
    people sign in; with `look` there is a tab of what is used, with `evals` one of their last run,
    with `drafts` one for editors where they accept cases of them."""
    chat = Chat(assistant, handouts, keeper)
    name = load_messages("en").text("ui.page.name")
    holdings = Holdings(library) if library else None
    page: gr.Blocks
    with gr.Blocks(title=name, analytics_enabled=False, fill_height=True) as page:
        offered = {"status": look, "evals": evals, "drafts": drafts}
        parts = lay_out(holdings, **{name: one is not None for name, one in offered.items()})
        TalkEvents(chat, parts, holdings, workers or Workers()).bind(page)
        bind_person(page, parts.person, parts.switch, site or Site())
        if parts.status and look:
            bind_status(page, parts.status, parts.switch, look)
        if parts.evals and evals:
            EvalEvents(parts.evals, evals).bind(page, parts.switch)
        if parts.drafts and drafts:
            ReviewEvents(parts.drafts, drafts).bind(page, parts.switch)
    page.queue(default_concurrency_limit=CONCURRENCY)
    return page
