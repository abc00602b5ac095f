"""What a share is of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence import Statement, read_statements
from assistant.wholes import are_apart, find_whole


def share_of(text: str) -> tuple[str, Statement]:
    """The last share that a text states."""
    return text, [one for one in read_statements(text) if one.figure.unit == "%"][-1]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Wind gave 31 % of the electricity used in Harwick.", "electricity used"),
        ("Clinics made up 12% of all spending, and schools 20 pupils.", "spending"),
        ("Clinics had 12 % of spending on health in 2021.", "spending"),
        ("The town's share of national output reached 4.5% in 2020.", "national output"),
        ("As a share of farm income, milk stood at 40 %.", "farm income"),
        ("风电占全部发电量的31%。", "发电量"),
        ("到2025年，医疗支出占财政支出的比重超过12%。", "财政支出"),
        ("2022年，甲省的发电量中79.2%来自水电。", "甲省的发电量"),
        ("Output rose by 12 % in 2021.", ""),
        ("森林覆盖率为59.8%。", ""),
    ],
)
def test_a_share_names_its_whole(text: str, whole: str) -> None:
    assert find_whole(*share_of(text)) == whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trade was 62 % of services in 2022.", "2022年，贸易占国内生产总值的48%。"),
        ("金融业占服务业的比重为20%。", "金融业占地区生产总值的比重为12%。"),
        ("Milk made up 40 % of farm income.", "Milk made up 31 % of exports."),
    ],
)
def test_shares_of_different_wholes_are_apart(one: str, other: str) -> None:
    assert are_apart(share_of(one), share_of(other), lambda term: 1.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wind gave 31 % of electricity.", "风电占全部电力的28%。"),
        ("Wind gave 31 % of electricity.", "风电比重达到28%。"),
        ("水电占全省发电量的84.5%。", "发电量中79.2%来自水电。"),
        ("Output rose by 12 %.", "Output rose by 14 %."),
    ],
)
def test_shares_that_may_be_of_one_whole_are_not_apart(one: str, other: str) -> None:
    assert not are_apart(share_of(one), share_of(other), lambda term: 1.0)


def test_only_a_share_has_a_whole() -> None:
    text = "The plant holds 31 tonnes of grain."
    assert find_whole(text, *read_statements(text)) == ""


@given(st.text(alphabet="占的比重 of the share's中里%12，. 产量GDP", max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    for statement in read_statements(text):
        assert find_whole(text, statement) in text
