"""Every reason in words, in both languages."""

from __future__ import annotations

import pytest

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.reasons import explain_reason

LANGUAGES: tuple[Language, Language] = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(load_messages("en").under("reasons")))
def test_every_reason_is_said_with_its_detail(code: str, language: Language) -> None:
    said = explain_reason(f"{code}:48 %", language)
    wanted = "detail" in load_messages(language).variables(f"reasons.{code}")
    assert ("48 %" in said) == wanted
    assert code not in said or code == "other"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_without_words_is_shown_as_it_is(language: Language) -> None:
    assert "strange:thing" in explain_reason("strange:thing", language)
