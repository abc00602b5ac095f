from __future__ import annotations

from typing import Any

import pytest

from assistant.series import find_series
from tests.web.fake import answer_with_series
from tests.web.parts import with_loop


@pytest.fixture(scope="module")
def components() -> Any:
    import importlib

    return with_loop(lambda: importlib.import_module("assistant.web.components"))


@pytest.mark.parametrize(("pinned", "language"), [("en", "en"), ("zh", "zh"), ("auto", None)])
def test_a_choice_of_no_language_is_none(components: Any, pinned: str, language: object) -> None:
    assert components.read_pin(pinned) == language
    assert components.read_pin("de") is None


def test_the_first_choice_is_the_language_of_the_question(components: Any) -> None:
    label = components.label_pin("zh")
    assert label["choices"] == [
        ("用提问的语言回答", components.AS_ASKED),
        ("English", "en"),
        ("中文", "zh"),
    ]


def test_a_plot_is_there_only_with_a_series(components: Any) -> None:
    (series,) = find_series(answer_with_series())
    shown = with_loop(lambda: components.update_plot(series, "en"))
    assert shown.visible is True
    assert shown.y_title == "million tonnes"
    assert with_loop(lambda: components.update_plot(None, "en")).visible is False


def test_messages_are_neither_mathematics_nor_buttons_of_gradio(components: Any) -> None:
    chatbot = with_loop(components.build_messages)
    assert (chatbot.latex_delimiters, chatbot.buttons, chatbot.sanitize_html) == ([], [], True)
    assert with_loop(components.build_box).max_length == 2000
    assert with_loop(components.build_plot).visible is False
