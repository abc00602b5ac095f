"""Who sits before the page."""

from __future__ import annotations

from typing import NamedTuple

import gradio as gr

LOCAL = "local"
"""Who asks where nobody signs in: then only this machine reaches the page."""


class Visitor(NamedTuple):
    """A person, and whether documents may be changed."""

    name: str
    editor: bool


def find_visitor(request: gr.Request) -> Visitor:
    """Who a request of the page comes from."""
    return Visitor(LOCAL, editor=True)
