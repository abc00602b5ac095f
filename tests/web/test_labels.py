from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.status import Offer, Use
from assistant.web import labels
from assistant.web.labels import show_masthead, show_welcome

QUOTING = Use("offline")


def test_head_names_collection_and_number_of_documents() -> None:
    head = show_masthead("en", "harbour", 14, QUOTING)
    assert "Collection <b>harbour</b>" in head
    assert "Documents <b>14</b>" in head


def test_head_says_its_language_and_escapes_the_collection() -> None:
    head = show_masthead("zh", "<b>", 0, QUOTING)
    assert 'class="masthead lang-zh"' in head
    assert "&lt;b&gt;" in head


def test_head_hands_the_script_the_names_of_parts_in_its_language() -> None:
    head = show_masthead("en", "harbour", 2, QUOTING)
    for name in ('data-send="Send"', 'data-source="Source {}"', 'data-remove="Remove “{}”"'):
        assert name in head
    assert 'data-source="出处 {}"' in show_masthead("zh", "harbour", 2, QUOTING)


def test_every_name_that_the_script_asks_for_is_handed_over() -> None:
    script = (Path(labels.__file__).parent / "names.js").read_text("utf-8")
    asked = set(re.findall(r"names\??\.(\w+)", script))
    given = set(re.findall(r"data-(\w+)=", show_masthead("en", "harbour", 2, QUOTING)))
    assert asked == given


@pytest.mark.parametrize(
    ("use", "english", "chinese"),
    [
        (QUOTING, "quoted, offline", "引自原文（离线）"),
        (Use("m<1>", "http://127.0.0.1:9/v1"), "m&lt;1&gt;, on this machine", "m&lt;1&gt;（本机）"),
        (Use("m", "https://api.example.org/v1"), "m, by api.example.org", "m（api.example.org）"),
    ],
)
def test_head_says_what_answers_and_where(use: Use, english: str, chinese: str) -> None:
    assert f"Answers <b>{english}</b>" in show_masthead("en", "a", 1, use)
    assert f"回答 <b>{chinese}</b>" in show_masthead("zh", "a", 1, use)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_welcome_offers_a_key_that_was_found(language: Language) -> None:
    shown = show_welcome(language, [Offer("key", "openai:<model>")])
    assert "DUOCITE_LLM=openai:&lt;model&gt;" in shown
    assert "DUOCITE_LLM" not in show_welcome(language)


def test_welcome_is_in_the_language_of_the_page() -> None:
    assert "您想了解什么" in show_welcome("zh")
    assert "What would you like" in show_welcome("en")


def test_interface_says_everything_in_both_languages_with_the_same_variables() -> None:
    english, chinese = load_messages("en"), load_messages("zh")
    keys = english.under("ui").keys()
    assert keys == chinese.under("ui").keys()
    for key in keys:
        assert english.variables(f"ui.{key}") == chinese.variables(f"ui.{key}"), key


def test_chinese_interface_is_chinese() -> None:
    texts = load_messages("zh").under("ui")
    latin = {key for key, text in texts.items() if not re.search("[一-鿿，（]", text)}
    forms = {"history.markdown", "history.docx", "history.json"}
    assert latin == {"page.name", *forms}
