from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from assistant.answer import Language
from assistant.errors import SettingsError, StoreError
from assistant.prompts import load_messages
from assistant.settings import Settings
from assistant.status import Status, build_status, say_status
from assistant.wire import CollectionRow
from tests.web.fake import FakeAssistant
from tests.web.parts import with_loop
from tests.web.test_page import page_module

__all__ = ["page_module"]


SECRET = "sk-do-not-show-this"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("DUOCITE_LLM_KEY", SECRET)
    monkeypatch.setenv("DUOCITE_LLM_HEADERS", f"api-key: {SECRET}")
    monkeypatch.setenv("DUOCITE_CHROMA_URL", f"http://user:{SECRET}@127.0.0.1:8000")
    monkeypatch.setenv("DUOCITE_CHROMA_HEADERS", f"Authorization: {SECRET}")
    monkeypatch.setenv("DUOCITE_LLM", f"compatible:q@http://127.0.0.1:9/v1?k={SECRET}")
    return Settings(_env_file=None)


def look_at(settings: Settings) -> Status:
    return build_status(settings, lambda: [CollectionRow("<b>bay</b>", 2, 31)])


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_the_terminal_says(
    page_module: Any, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    from assistant.web.status import show_status

    status = build_status(Settings(_env_file=None), lambda: [CollectionRow("bay", 2, 31)])
    shown = words(show_status(lambda: status, language))
    for line in "\n".join(say_status(status, load_messages(language))).split("\n"):
        label, _, text = line.strip().partition("：" if language == "zh" else ": ")
        assert (text or label) in shown
    assert load_messages(language).text("ui.status.title") in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_secret_is_shown(page_module: Any, settings: Settings, language: Language) -> None:
    from assistant.web.status import show_status

    shown = show_status(lambda: look_at(settings), language)
    assert "127.0.0.1:8000" in shown
    assert "127.0.0.1:9/v1" in shown
    assert SECRET not in shown


def test_names_are_text(page_module: Any, settings: Settings) -> None:
    from assistant.web.status import show_status

    shown = show_status(lambda: look_at(settings), "en")
    assert "&lt;b&gt;bay&lt;/b&gt;" in shown
    assert "<b>" not in shown


def test_where_nothing_can_be_told_the_reason_is(page_module: Any) -> None:
    from assistant.web.status import show_status

    def fail() -> Status:
        raise SettingsError("names", value="<i>")

    assert "&lt;i&gt;" in show_status(fail, "en")
    assert "DUOCITE_NAMES 不能是" in show_status(fail, "zh")


def test_a_store_that_fails_leaves_the_rest(page_module: Any, settings: Settings) -> None:
    from assistant.web.status import show_status

    def fail() -> list[CollectionRow]:
        raise StoreError("failed", collection="bay", reason="no space")

    shown = words(show_status(lambda: build_status(settings, fail), "en"))
    assert "no space" in shown
    assert "Limits" in shown


def test_the_tab_is_there_and_looks_only_when_it_is_opened(
    page_module: Any,
) -> None:
    looks: list[int] = []

    def look() -> Status:
        looks.append(1)
        return build_status(Settings(_env_file=None), list)

    page = with_loop(lambda: page_module.build_page(FakeAssistant(), look=look))
    ids = {getattr(block, "elem_id", None) for block in page.blocks.values()}
    assert {"tab-chat", "tab-status", "status"} <= ids
    assert looks == []
    handlers = {getattr(one.fn, "__name__", ""): one.fn for one in page.fns.values()}
    assert "Nobody signs in" in handlers["show"]("en")
    assert len(looks) == 1
    plain = with_loop(lambda: page_module.build_page(FakeAssistant()))
    assert "tab-status" not in {getattr(one, "elem_id", None) for one in plain.blocks.values()}


def test_what_was_looked_at_is_said_in_the_other_language(page_module: Any) -> None:
    from assistant.web.status import relabel

    look = lambda: build_status(Settings(_env_file=None), list)  # noqa: E731
    tab, shown = relabel(look, "<section>…", "zh")
    assert "无须登录" in shown
    assert tab.label == "状态"
    tab, shown = relabel(look, "", "en")
    assert (tab.label, shown) == ("Status", "")
