"""Tokens: counted where a vocabulary is on the disk, estimated elsewhere, never fetched."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from assistant import tokens
from assistant.tokens import (
    MARGIN,
    count_tokens,
    estimate_at_most,
    estimate_tokens,
    is_exact,
)

BROUGHT = Path(str(files("llama_index.core"))) / "_static" / "tiktoken_cache"
ENGLISH = (
    "The port will invest CNY 500 billion in new container terminals by 2030, which is 12.5 % more "
    "than the plan of 2021 had foreseen; nearly a quarter of it comes from the region's own funds."
)
CHINESE = (
    "到2030年，港口将在新建集装箱码头上投资5000亿元，比2021年的规划多出12.5%；"
    "其中近四分之一来自地方自有资金。"
)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    tokens._find_encoding.cache_clear()


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-4", "gpt-3.5-turbo"])
def test_models_of_openai_are_counted_without_a_network(model: str) -> None:
    assert is_exact(model)
    assert count_tokens("hello world", model) == 2
    assert count_tokens(CHINESE, model) < len(CHINESE)


@pytest.mark.parametrize("model", ["", "qwen3:8b", "deepseek-chat", "llama3.2:1b"])
def test_other_models_are_estimated(model: str) -> None:
    assert not is_exact(model)
    assert count_tokens(ENGLISH, model) == estimate_tokens(ENGLISH)


def test_without_the_file_a_known_model_is_estimated_and_nothing_is_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tokens, "_folders", lambda: iter([tmp_path]))
    assert not is_exact("gpt-4o")
    assert count_tokens(ENGLISH, "gpt-4o") == estimate_tokens(ENGLISH)


def test_a_damaged_file_is_not_opened_for_tiktoken_would_fetch_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in BROUGHT.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:-1])
    monkeypatch.setattr(tokens, "_folders", lambda: iter([tmp_path]))
    assert not is_exact("gpt-4o")
    assert all((tmp_path / file.name).exists() for file in BROUGHT.iterdir())


def test_a_file_in_tiktoken_s_own_cache_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(BROUGHT, tmp_path / "own")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "own"))
    assert next(tokens._folders()) == tmp_path / "own"
    assert is_exact("gpt-4o")


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    assert is_exact("gpt-4")
    assert "TIKTOKEN_CACHE_DIR" not in os.environ
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere")
    tokens._find_encoding.cache_clear()
    assert is_exact("gpt-4")
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "/nowhere"


@pytest.mark.parametrize("model", ["gpt-4", "gpt-4o"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_estimate_raised_by_its_margin_is_enough(model: str, text: str) -> None:
    real = count_tokens(text, model)
    assert real <= estimate_at_most(text) <= 2 * real


def test_chinese_takes_more_tokens_a_character_than_english() -> None:
    assert estimate_tokens("港口投资") / 4 > 3 * estimate_tokens("invests!") / 8
    assert estimate_tokens("") == estimate_tokens("  ") == 0


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(one: str, other: str) -> None:
    both = estimate_tokens(f"{one}\n{other}")
    assert both >= max(estimate_tokens(one), estimate_tokens(other))
    assert estimate_at_most(one) <= MARGIN * estimate_tokens(one) + 1


@given(st.text(alphabet="aé港1 .|\n", max_size=60))
def test_an_estimate_is_in_the_range_of_its_characters(text: str) -> None:
    ink = len("".join(text.split()))
    assert 0 <= estimate_tokens(text) <= 1.1 * (ink + text.count("\n")) + 1


def test_special_tokens_in_a_document_are_plain_text() -> None:
    encoding = tiktoken.encoding_name_for_model("gpt-4o")
    assert encoding == "o200k_base"
    assert count_tokens("<|endoftext|>", "gpt-4o") > 1
