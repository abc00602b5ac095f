"""Words before and after a figure that make it approximate or one-sided."""

from __future__ import annotations

import pytest

from assistant.figures import find_figures

BEFORE = {
    "about": [
        "about",
        "around",
        "approximately",
        "roughly",
        "some",
        "circa",
        "~",
        "约",
        "大约",
        "约为",
    ],
    "nearly": ["nearly", "almost", "close to", "just under", "近", "将近", "接近"],
    "more_than": [
        "more than",
        "over",
        "exceeding",
        "in excess of",
        ">",
        "超过",
        "超",
        "突破",
        "逾",
    ],
    "at_least": ["at least", "no less than", "not fewer than", "≥", "不少于", "不低于", "至少"],
    "less_than": ["less than", "under", "fewer than", "below", "<", "不到", "不足", "低于"],
    "at_most": ["at most", "no more than", "up to", "not exceeding", "≤", "不超过", "至多", "最多"],
    "as_much_as": ["as much as", "as high as", "高达", "多达", "最高可达"],
    "exact": ["", "of", "reached", "达到", "为", "最近", "moreover", "附近"],
}
AFTER = {
    "at_least": ["300 or more", "300+", "300 and above", "300家以上", "300家及以上"],
    "at_most": ["300 or fewer", "300 or less", "300家以下", "300家以内"],
    "about": ["300 or so", "300家左右", "300家上下"],
    "more_than": ["300多家", "300余家"],
    "exact": ["300 or 5", "300家企业", "300 above ground"],
}


@pytest.mark.parametrize(
    ("words", "bound"), [(words, bound) for bound, row in BEFORE.items() for words in row]
)
def test_words_before(words: str, bound: str) -> None:
    assert [figure.bound for figure in find_figures(f"x {words} RMB 300 million")] == [bound]


@pytest.mark.parametrize(
    ("text", "bound"), [(text, bound) for bound, row in AFTER.items() for text in row]
)
def test_words_after(text: str, bound: str) -> None:
    assert find_figures(text)[0].bound == bound


def test_a_bound_holds_for_its_own_figure_only() -> None:
    first, second = find_figures("over 20 stores and 300 lockers")
    assert (first.bound, second.bound) == ("more_than", "exact")


@pytest.mark.parametrize("text", ["by about 2030", "over 2024", "nearly July 2024", "超过第6位"])
def test_times_and_ranks_have_no_bound(text: str) -> None:
    assert [figure.bound for figure in find_figures(text)] == ["exact"]
