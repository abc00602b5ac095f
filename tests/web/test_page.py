from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.prompts import load_messages
from assistant.web import mount
from tests.web.fake import FakeAssistant
from tests.web.parts import with_loop

WEB = Path(__file__).parents[2] / "assistant" / "web"


@pytest.fixture(scope="module")
def page_module() -> Any:
    return with_loop(lambda: importlib.import_module("assistant.web.page"))


@pytest.fixture
def page(page_module: ModuleType) -> Any:
    return with_loop(lambda: page_module.build_page(FakeAssistant()))


def test_gradio_is_told_to_stay_off_the_network_before_it_is_imported() -> None:
    importlib.import_module("assistant.web")
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_page_is_named_and_sends_no_analytics(page: Any) -> None:
    assert page.title == "Duocite"
    assert page.analytics_enabled is False


def test_many_questions_are_in_work_at_a_time(page: Any, page_module: ModuleType) -> None:
    limits = {function.concurrency_limit for function in page.fns.values()}
    assert page._queue.default_concurrency_limit == page_module.CONCURRENCY > 1
    assert 1 not in limits


def test_no_handler_is_in_the_public_api(page: Any) -> None:
    assert {function.api_visibility for function in page.fns.values()} == {"private"}


def test_messages_stay_sanitized_and_money_is_no_mathematics(page: Any) -> None:
    chatbot = next(block for block in page.blocks.values() if block.elem_id == "messages")
    assert chatbot.sanitize_html is True
    assert chatbot.latex_delimiters == []


def test_the_chat_stands_behind_the_routes_that_are_there_already(page_module: ModuleType) -> None:
    app = FastAPI()
    app.get("/healthz")(lambda: "here")
    with_loop(lambda: mount(app, FakeAssistant()))
    first, *_, last = (
        route for route in app.routes if getattr(route, "path", "/") in ("/healthz", "")
    )
    assert getattr(first, "path", "") == "/healthz"
    blocks = last.app.get_blocks()  # type: ignore[attr-defined]
    assert (blocks.run_history, blocks.footer_links) == (False, [])
    assert "duociteOpen" in blocks.head


@pytest.mark.parametrize("name", ["style.css", "script.js", "icon.svg", "theme.py"])
def test_nothing_is_loaded_from_another_host(name: str) -> None:
    text = (WEB / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|//[\w.-]+\.\w+/|GoogleFont", text)


def test_every_class_that_the_style_names_is_used() -> None:
    """A class that the code no longer writes leaves dead style behind."""
    style = re.sub(r"/\*.*?\*/", "", (WEB / "style.css").read_text(encoding="utf-8"), flags=re.S)
    selectors = " ".join(re.findall(r"([^{}]+)\{", style))
    ours = {"masthead", "question", "answer", "claim", "figure", "conflict", "sources", "nearest"}
    ours |= {"status", "stage", "problem", "welcome", "panel", "entry", "growing", "particulars"}
    assert ours <= set(re.findall(r"\.([a-z_]+)", selectors))


def test_every_label_is_used() -> None:
    names = ("render.py", "hypertext.py", "outline.py")
    around = [WEB.parent / name for name in names]
    code = "".join(path.read_text(encoding="utf-8") for path in [*WEB.glob("*.py"), *around])
    unused = {
        key
        for key in load_messages("en").under("ui")
        if f"ui.{key}" not in code and not re.search(rf"""["']{key.split(".")[1]}["']""", code)
    }
    # Status and reason pick these.
    picked = {"verified", "partial", "refused", "nothing_relevant", "not_stated", "not_proved"}
    hints = {"verified_hint", "partial_hint"}
    kinds = ("chart.power_", "state.", "documents.language_", "evals.model_", "baseline.beside_")
    named = ("measures.", "kinds.", "stages.", "parts.")  # of reports
    sorted_out = {key for key in unused if key.startswith((*kinds, *named))}
    assert unused - sorted_out <= {f"answer.{name}" for name in picked | hints}
