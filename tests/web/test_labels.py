from __future__ import annotations

import re

from assistant.prompts import load_messages
from assistant.web.labels import show_masthead, show_welcome


def test_head_names_collection_and_number_of_documents() -> None:
    head = show_masthead("en", "harbour", 14)
    assert "Collection <b>harbour</b>" in head
    assert "Documents <b>14</b>" in head


def test_head_says_its_language_and_escapes_the_collection() -> None:
    head = show_masthead("zh", "<b>", 0)
    assert 'class="masthead lang-zh"' in head
    assert "&lt;b&gt;" in head


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
    assert latin == {"page.name"}
