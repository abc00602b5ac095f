"""What an answer cost, by a table that users keep."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.prices import FILE, Price, Prices, find_prices, read_prices
from assistant.prompts import explain

EXAMPLE = Path(__file__).parent.parent / "prices.example.toml"
TABLE = """
[models."swift-1"]
currency = "CNY"
input = 0.8
output = 2

[models."local"]
currency = "USD"
input = 0
output = 0
source = "runs here"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / FILE
    file.write_text(TABLE, encoding="utf-8")
    return file


def test_a_cost_is_tokens_times_the_price_of_a_million(file: Path) -> None:
    usage = {"prompt_tokens": 2500, "completion_tokens": 120, "total_tokens": 2620}
    priced = read_prices(file).add_cost("swift-1", usage)
    assert priced == {**usage, "cost": "0.00224", "currency": "CNY"}


def test_what_costs_nothing_says_so(file: Path) -> None:
    priced = read_prices(file).add_cost("local", {"prompt_tokens": 9, "completion_tokens": 1})
    assert (priced["cost"], priced["currency"]) == ("0", "USD")


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("unknown", {"prompt_tokens": 9, "completion_tokens": 1}),
        ("swift-1", {}),
        ("swift-1", {"total_tokens": 9}),
        ("offline", {}),
    ],
)
def test_what_is_not_known_is_not_guessed(file: Path, model: str, usage: dict[str, int]) -> None:
    assert read_prices(file).add_cost(model, usage) == usage


@given(st.decimals(0, 1000, places=4), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_cost_is_exact_to_eight_places(amount: Decimal, sent: int, written: int) -> None:
    prices = Prices({"m": Price(amount, amount, "USD")})
    usage = {"prompt_tokens": sent, "completion_tokens": written}
    cost = prices.add_cost("m", usage).get("cost", "0")
    assert abs(Decimal(cost) * 1_000_000 - amount * (sent + written)) <= Decimal("0.005")
    assert "E" not in cost


def test_the_table_is_named_or_lies_in_the_data_folder(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("", encoding="utf-8")
    assert "swift-1" in find_prices(None, tmp_path).by_model
    assert find_prices(other, tmp_path) == Prices()
    assert find_prices(None, tmp_path / "nowhere") == Prices()


def test_the_shipped_example_is_a_table_without_prices() -> None:
    assert read_prices(EXAMPLE) == Prices()


def test_the_example_with_its_lines_filled_in_is_a_table(file: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").replace("\n[models]\n", "")
    shown = lines[lines.index("# [models") :].replace("# [", "[").replace("\n# ", "\n")
    file.write_text(shown, encoding="utf-8")
    assert read_prices(file).by_model == {"my-model": Price(Decimal(0), Decimal(0), "USD")}


@pytest.mark.parametrize(
    "text",
    [
        "models = 3",
        "[prices.m]\ninput = 1",
        '[models.m]\ncurrency = "USD"\ninput = 1',
        '[models.m]\ncurrency = "USD"\ninput = -1\noutput = 1',
        '[models.m]\ncurrency = "USD"\ninput = nan\noutput = 1',
        '[models.m]\ncurrency = "USD"\ninput = true\noutput = 1',
        '[models.m]\ncurrency = "USD"\ninput = "1"\noutput = 1',
        "[models.m]\ninput = 1\noutput = 1",
        '[models.m]\ncurrency = "USD"\ninput = 1\noutput = 1\ncached = 1',
        "models.m = 4",
        "[models",
    ],
)
def test_a_table_that_is_wrong_is_refused_by_name(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_prices(file)
    assert caught.value.code == "prices"
    for language in ("en", "zh"):
        line = explain(caught.value, language)
        assert str(file) in line
        assert "prices.example.toml" in line


def test_a_table_that_is_named_and_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="prices"):
        find_prices(tmp_path / "none.toml", tmp_path)
    (tmp_path / "latin").write_bytes(b"\xff\xfe[models]")
    with pytest.raises(SettingsError, match="prices"):
        find_prices(tmp_path / "latin", tmp_path)
