"""Who sits before the page."""

from __future__ import annotations

import gradio as gr

from assistant.auth import LOCAL, VISITOR, Visitor

__all__ = ["LOCAL", "Visitor", "find_visitor"]


def find_visitor(request: gr.Request) -> Visitor:
    """Who a request of the page comes from, as the gate has found out before it got here. Without
    a gate, as in a test of the page alone, whoever sits at this machine."""
    scope = getattr(request.request, "scope", {}) if request.request else {}
    visitor = scope.get(VISITOR)
    return visitor if isinstance(visitor, Visitor) else Visitor(LOCAL, editor=True)
