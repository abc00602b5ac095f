"""Who is signed in, at the head of the page, and the way out."""

from __future__ import annotations

from html import escape

import gradio as gr

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.site import Site
from assistant.text.accepted import choose_language
from assistant.web.components import LATEST, QUIET
from assistant.web.sign_in import SIGN_OUT
from assistant.web.visitor import Visitor, find_visitor


def lay_out_person() -> gr.HTML:
    return gr.HTML(elem_id="person")


def bind_person(page: gr.Blocks, person: gr.HTML, switch: gr.Radio, site: Site) -> None:
    def arrive(request: gr.Request) -> str:
        wanted = request.query_params.get("lang")
        return relabel(choose_language(wanted, request.headers.get("accept-language")), request)

    def relabel(language: Language, request: gr.Request) -> str:
        return show_person(find_visitor(request), site, language)

    page.load(arrive, None, person, **QUIET)
    switch.input(relabel, switch, person, **LATEST)


def show_person(visitor: Visitor, site: Site, language: Language) -> str:
    """Nothing where nobody signs in, and no way out where a proxy has that."""
    if not site.signs_in:
        return ""
    labels = load_messages(language)
    say = {key: escape(text) for key, text in labels.under("ui.person").items()}
    role = say["editor" if visitor.editor else "reader"]
    # Relative, for a proxy may show the chat below a path of its own; a form, for a link on any
    # page of the web could sign people out.
    way_out = (
        f'<form method="post" action="{SIGN_OUT[1:]}?lang={language}">'
        f"<button>{say['sign_out']}</button></form>"
        if site.auth.mode == "password"
        else ""
    )
    name = f'<b title="{say["signed_in"]} ({role})">{escape(visitor.name)}</b>'
    return f'<div class="person">{name}{way_out}</div>'
