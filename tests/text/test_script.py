"""Traditional characters read as simplified ones, place by place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.script import simplify


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("鐵路公司在臺灣投資了億元", "铁路公司在台湾投资了亿元"),
        ("三個百分點", "三个百分点"),
        ("兩萬歐元", "两万欧元"),
        ("重慶後來發展", "重庆后来发展"),
        ("重庆后来发展", "重庆后来发展"),
        ("plain text, 5 %", "plain text, 5 %"),
        ("", ""),
    ],
)
def test_both_forms_become_one(text: str, folded: str) -> None:
    assert simplify(text) == folded


@given(st.text())
def test_every_place_stays(text: str) -> None:
    assert len(simplify(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert simplify(simplify(text)) == simplify(text)
