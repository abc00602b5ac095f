"""What a model does for an assistant, by its settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.glossary import NO_NAMES
from assistant.prices import Price, Prices
from assistant.settings import Settings
from assistant.synthesis import ModelSynthesizer
from assistant.writing import Writer

QUOTING: Any = object()
MODEL = "compatible:swift@http://127.0.0.1:9/v1"


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, data=folder, **changes)


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[Writer]:
    with closing(Writer(settings(tmp_path))) as writer:
        yield writer


def test_without_a_model_documents_are_quoted_and_nobody_is_asked(offline: Writer) -> None:
    assert offline.build_synthesizer(QUOTING) is QUOTING
    assert (offline.complete, offline.repair, offline.expand) == (None, None, None)
    assert not offline.falls_back
    assert not offline.marks_unproved
    assert offline.build_condenser(NO_NAMES).complete is None


def test_with_a_model_settings_say_what_it_does(tmp_path: Path) -> None:
    plain = settings(tmp_path, llm=MODEL)
    changed = settings(
        tmp_path, llm=MODEL, repair=False, expand="on", fallback="none", unproved="mark"
    )
    with closing(Writer(plain)) as usual, closing(Writer(changed)) as other:
        assert isinstance(usual.build_synthesizer(QUOTING), ModelSynthesizer)
        assert (usual.repair is None, other.repair is None) == (False, True)
        assert (usual.expand is None, other.expand is None) == (True, False)
        assert (usual.falls_back, other.falls_back) == (True, False)
        assert (usual.marks_unproved, other.marks_unproved) == (False, True)
        assert usual.fingerprint != other.fingerprint


def test_what_was_spent_before_an_answer_is_part_of_its_cost(
    offline: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = Prices({"swift": Price(Decimal(1), Decimal(2), "USD")})
    monkeypatch.setattr(offline, "_prices", prices)
    written = Answer("It grew.", model="swift", usage={"prompt_tokens": 900_000})
    spent = {"prompt_tokens": 100_000, "completion_tokens": 500_000}
    answer = offline.complete_answer(written, "And then?", spent)
    assert answer.question == "And then?"
    assert answer.usage == {
        "prompt_tokens": 1_000_000,
        "completion_tokens": 500_000,
        "cost": "2",
        "currency": "USD",
    }
    assert written.usage == {"prompt_tokens": 900_000}
