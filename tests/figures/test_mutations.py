"""A figure that was altered in one place is neither the same figure nor proved by it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures import Figure, find_figures, same_figure, say_figure, supports_figure

HERE = Path(__file__).parent
with (HERE / "mutations.tsv").open(encoding="utf-8", newline="") as lines:
    ROWS = [
        (row["changed"], row["figure"], row["altered"])
        for row in csv.DictReader(lines, dialect="excel-tab")
    ]
FOUND: list[tuple[str, object]] = json.loads((HERE / "find.json").read_text(encoding="utf-8"))


def _only(text: str) -> Figure:
    return find_figures(text)[-1]


def test_golden_file_alters_every_part_in_both_languages() -> None:
    counts = Counter(changed for changed, _, _ in ROWS)
    assert len(ROWS) >= 400
    assert set(counts) == {
        "digit", "magnitude", "unit", "currency", "percent or point", "year", "sign",
    }  # fmt: skip
    for changed in counts:
        texts = [text for part, text, _ in ROWS if part == changed]
        chinese = sum(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in texts)
        assert 3 <= chinese <= len(texts) - 3, changed


@pytest.mark.parametrize("changed", sorted({changed for changed, _, _ in ROWS}))
def test_what_was_altered_is_another_figure(changed: str) -> None:
    wrong = [
        (text, altered)
        for part, text, altered in ROWS
        if part == changed and same_figure(_only(text), _only(altered))
    ]
    assert wrong == []


@pytest.mark.parametrize("changed", sorted({changed for changed, _, _ in ROWS}))
def test_what_was_altered_is_not_proved_either_way(changed: str) -> None:
    wrong = [
        pair
        for part, text, altered in ROWS
        for pair in ((text, altered), (altered, text))
        if part == changed and supports_figure(_only(pair[0]), _only(pair[1]))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_the_golden_texts_is_said_and_read_back(language: str) -> None:
    wrong = []
    for text, _ in FOUND:
        for figure in find_figures(text):
            said = say_figure(figure, language)  # type: ignore[arg-type]
            back = find_figures(said)
            if len(back) != 1 or not same_figure(back[0], figure):
                wrong.append((figure.text, said))
    assert wrong == []


# Notations that all say the same amount, each with the place of the number and its own size.
NOTATIONS: dict[str, tuple[str, ...]] = {
    "CNY": (
        "RMB {million} million", "CNY {million}m", "{million} million yuan", "¥{million} million",
        "RMB {million} million yuan", "{wan}万元", "人民币{wan}万元", "{wan}万元人民币", "{yi}亿元",
        "RMB{billion}bn", "{billion} billion RMB", "RMB {plain}", "{plain}元", "{full}元",
    ),
    "USD": (
        "US${million} million", "USD {million} million", "{million} million U.S. dollars",
        "${billion}bn", "{wan}万美元", "{yi}亿美元", "{wan} 万美元", "US$ {plain}",
        "{million} million dollars", "US dollars {million} million",
    ),
    "EUR": ("€{million} million", "EUR {million}m", "{million} million euros", "{wan}万欧元"),
    "t": ("{million} million tonnes", "{million} Mt", "{wan}万吨", "{plain} t", "{full}吨"),
    "W": ("{million} MW", "{billion} GW", "{million}兆瓦", "{million} megawatts", "{plain} W"),
    "km": ("{plain} km", "{plain}公里", "{full}公里", "{plain} kilometres", "{wan}万公里"),
    "%": ("{plain}%", "{plain} percent", "百分之{plain}", "{full}％", "{plain} per cent"),
    "count": ("{million} million", "{wan}万个", "{wan} 万家", "{plain} people", "{yi}亿人"),
}  # fmt: skip
SIZES = {"million": 6, "billion": 9, "wan": 4, "yi": 8, "plain": 0, "full": 0}
FULL = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def _write(notation: str, value: Decimal) -> str:
    name = notation[notation.index("{") + 1 : notation.index("}")]
    number = format(value.scaleb(-SIZES[name]).normalize(), ",f")
    number = number.translate(FULL) if name == "full" else number
    return notation.replace("{" + name + "}", number)


@given(
    st.sampled_from(sorted(NOTATIONS)),
    st.builds(
        lambda digits, power: Decimal(digits).scaleb(power), st.integers(1, 999), st.integers(5, 9)
    ),
)
def test_every_notation_says_the_same_amount(unit: str, value: Decimal) -> None:
    value = value.scaleb(-10) if unit == "%" else value
    texts = [_write(notation, value) for notation in NOTATIONS[unit]]
    found = [[(figure.value, figure.unit) for figure in find_figures(text)] for text in texts]
    assert dict(zip(texts, found, strict=True)) == {text: [(value, unit)] for text in texts}
