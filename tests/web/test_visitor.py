from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from assistant.auth import LOCAL, VISITOR, Visitor
from tests.web.test_page import page_module

__all__ = ["page_module"]


def find(page_module: Any, request: Any) -> Visitor:
    from assistant.web.visitor import find_visitor

    return find_visitor(request)


@pytest.mark.parametrize("visitor", [Visitor("anna", True), Visitor("本", False)])
def test_the_page_knows_whom_the_gate_has_let_in(page_module: Any, visitor: Visitor) -> None:
    scope = {"type": "http", VISITOR: visitor}
    assert find(page_module, SimpleNamespace(request=SimpleNamespace(scope=scope))) == visitor


def test_what_a_request_says_of_itself_counts_for_nothing(page_module: Any) -> None:
    headers = {"x-forwarded-user": "anna", VISITOR: "anna", "cookie": "duocite=anna"}
    scope = {"type": "http", VISITOR: "anna"}
    request = SimpleNamespace(scope=scope, headers=headers)
    named = SimpleNamespace(request=request, headers=headers, username="anna")
    assert find(page_module, named) == Visitor(LOCAL, True)


def test_without_a_gate_it_is_whoever_sits_here(page_module: Any) -> None:
    import gradio as gr

    assert find(page_module, gr.Request()) == Visitor(LOCAL, True)
