"""Texts for people and models: complete in both languages, and never with a hole in them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from assistant import prompts
from assistant.answer import Language
from assistant.errors import DuociteError, ModelError, PromptError, RetryableModelError, StoreError
from assistant.prompts import VARIABLES, Messages, explain, load_messages, load_prompt

MESSAGES = Messages(
    "en",
    {
        "answer.plain": "Nothing to fill in.",
        "answer.filled": "{who} says {what}, says {who}.",
        "errors.store.locked": "{path} is in use.",
        "errors.model.other": "The model failed ({code}).",
        "errors.model.timeout": "{model} did not answer in time.",
    },
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package of prompts instead of ours."""
    package = tmp_path / "other_prompts"
    package.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(prompts, "PACKAGE", package.name)
    load_messages.cache_clear()
    load_prompt.cache_clear()
    yield package
    sys.modules.pop(package.name, None)
    load_messages.cache_clear()
    load_prompt.cache_clear()
    shutil.rmtree(package)


@pytest.fixture
def _few_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "load_messages", lambda language: MESSAGES)


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    english, chinese = load_messages("en"), load_messages("zh")
    assert english.texts.keys() == chinese.texts.keys()
    differing = [k for k in english.texts if english.variables(k) != chinese.variables(k)]
    assert differing == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_message_is_one_line_that_says_something(language: Language) -> None:
    texts = load_messages(language).texts
    bad = [k for k, text in texts.items() if k.startswith("errors.") and "\n" in text.strip("\n")]
    assert bad == []
    assert [key for key, text in texts.items() if not text.strip()] == []


def test_a_text_is_filled_with_its_variables() -> None:
    assert MESSAGES.text("answer.plain") == "Nothing to fill in."
    assert MESSAGES.text("answer.filled", who="A", what="{b}") == "A says {b}, says A."


@pytest.mark.parametrize(
    ("given", "missing", "unexpected"),
    [({"who": "A"}, "what", "-"), ({"who": "A", "what": "B", "when": 1}, "-", "when")],
)
def test_wrong_variables_are_named(given: dict[str, str], missing: str, unexpected: str) -> None:
    with pytest.raises(PromptError) as caught:
        MESSAGES.text("answer.filled", **given)
    assert caught.value.code == "variables"
    assert caught.value.details == {
        "name": "answer.filled",
        "missing": missing,
        "unexpected": unexpected,
    }


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(PromptError, match="no_message"):
        MESSAGES.text("answer.nowhere")


def test_texts_under_a_prefix_are_keyed_by_the_rest() -> None:
    assert MESSAGES.under("errors.model").keys() == {"other", "timeout"}
    assert MESSAGES.under("error") == {}


@pytest.mark.usefixtures("_few_messages")
def test_an_error_is_explained_by_its_class_and_code() -> None:
    assert explain(StoreError("locked", path="data", owner="x"), "en") == "data is in use."


@pytest.mark.usefixtures("_few_messages")
def test_a_retryable_model_error_reads_like_any_model_error() -> None:
    assert explain(RetryableModelError("timeout", model="m"), "en") == ("m did not answer in time.")


@pytest.mark.usefixtures("_few_messages")
@pytest.mark.parametrize("error", [ModelError("odd"), RetryableModelError("timeout")])
def test_without_a_line_of_its_own_the_code_is_named(error: ModelError) -> None:
    assert explain(error, "en") == f"The model failed ({error.code})."


@pytest.mark.usefixtures("_few_messages")
def test_without_any_line_class_and_code_are_named() -> None:
    assert explain(StoreError("odd", path="p"), "en") == "StoreError: odd: path='p'"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("cls", [DuociteError, *DuociteError.__subclasses__()])
def test_a_code_that_nobody_foresaw_still_gives_a_line(
    cls: type[DuociteError], language: Language
) -> None:
    line = explain(cls("unforeseen"), language)
    assert "unforeseen" in line
    assert "{" not in line


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", VARIABLES)
def test_every_prompt_loads_in_both_languages(name: str, language: Language) -> None:
    assert set(load_prompt(name, language).template_vars) == VARIABLES[name]


def test_no_prompt_lies_unused() -> None:
    entries = [entry.name for entry in files("prompts").iterdir() if entry.name.endswith(".md")]
    loaded = {f"{name}.{language}.md" for name in VARIABLES for language in ("en", "zh")}
    assert set(entries) - {"README.md"} == loaded


def test_a_prompt_with_another_variable_is_refused(folder: Path) -> None:
    (folder / "answer.en.md").write_text("{{ passages }} {{ question }} {{ tone }}")
    with pytest.raises(PromptError) as caught:
        load_prompt("answer", "en")
    assert caught.value.details == {
        "name": "answer.en.md",
        "missing": "numbers, refusal",
        "unexpected": "tone",
    }


def test_a_prompt_that_is_no_template_is_refused(folder: Path) -> None:
    (folder / "answer.en.md").write_text("{% for passage in passages %}")
    with pytest.raises(PromptError, match="syntax"):
        load_prompt("answer", "en")


def test_a_missing_prompt_is_named(folder: Path) -> None:
    with pytest.raises(PromptError, match=r"missing: name='answer\.zh\.md'"):
        load_prompt("answer", "zh")


def test_messages_may_stand_in_several_files(folder: Path) -> None:
    (folder / "messages.en.toml").write_text('[errors.store]\nlocked = "a"')
    (folder / "ui.en.toml").write_text('[ui]\nsend = "b"')
    (folder / "ui.zh.toml").write_text('[ui]\nsend = "c"')
    assert load_messages("en").texts == {"errors.store.locked": "a", "ui.send": "b"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[ui]\nsend = "b"', "twice"),
        ("[ui", "syntax"),
        ("[ui]\nwidth = 3", "not_text"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused(folder: Path, content: str, code: str) -> None:
    (folder / "messages.en.toml").write_text(content)
    (folder / "ui.en.toml").write_text('[ui]\nsend = "a"')
    with pytest.raises(PromptError, match=code):
        load_messages("en")


def test_a_language_without_messages_is_an_error(folder: Path) -> None:
    with pytest.raises(PromptError, match="missing"):
        load_messages("zh")
