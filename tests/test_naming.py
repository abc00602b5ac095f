"""Names of a claim in a source of either language."""

from __future__ import annotations

import pytest

from assistant.naming import (
    build_lexicon,
    find_chinese_words,
    find_latin_names,
    find_names,
    holds_name,
    holds_speaker,
)

SOURCE = build_lexicon(
    "In May the delegation met Huang Xiaowei at Graz University of Technology. Gilmour Space "
    "Technologies and Tencent work with the National University of Singapore in Chongging."
)


def held(text: str) -> dict[str, bool]:
    return {name.text: holds_name(name, SOURCE) for name in find_names(text)}


@pytest.mark.parametrize(
    "name", ["黄晓薇", "格拉茨", "新加坡", "腾讯", "NUS", "Chongqing", "Gilmour"]
)
def test_a_name_is_found_by_letters_sound_initials_or_dictionary(name: str) -> None:
    assert held(f"by {name}") == {name: True}


@pytest.mark.parametrize("name", ["永川", "昆明", "Axpo", "Villach", "SIIQ"])
def test_a_name_that_the_source_lacks_is_not_found(name: str) -> None:
    assert held(f"by {name}") == {name: False}


def test_plain_words_months_and_units_are_no_names() -> None:
    text = "Output grew in May. The German plants made RMB 3 billion. Revenue rose."
    assert find_latin_names(text) == ()


def test_a_name_within_chinese_is_read_apart_from_it() -> None:
    assert [name.text for name in find_latin_names("据ABB与Axpo的报告")] == ["ABB", "Axpo"]


def test_a_name_in_traditional_characters_is_held_by_either_form() -> None:
    for text in ("鐵路由華為建設。", "铁路由华为建设。"):
        lexicon = build_lexicon(text)
        for name in ("華為", "华为"):
            (found,) = find_chinese_words(name)
            assert holds_name(found, lexicon)
        assert "华为建设" in lexicon.text


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("Gilmour", True),
        ("NUS", True),
        ("GUT", True),
        ("腾讯", True),
        ("Gilmore", False),
        ("MHX", False),
    ],
)
def test_a_speaker_is_no_misprint_and_not_spelt_by_chance(name: str, speaks: bool) -> None:
    source = build_lexicon(
        "In May the delegation met him, xylophones in hand, at Graz University of Technology. "
        "Gilmour Space Technologies and Tencent work with the National University of Singapore."
    )
    (found,) = find_names(f"by {name}")
    assert holds_name(found, source)
    assert holds_speaker(found, source) == speaks
