"""Years and places that a text names, the same in both languages."""

from __future__ import annotations

import pytest

from assistant.subjects import (
    find_places,
    find_scopes,
    find_year_mentions,
    is_named,
    is_same_place,
    keys_between,
    keys_of,
    names_same,
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Chongqing", "重庆市"),
        ("Hong Kong", "香港"),
        ("Graz", "格拉茨"),
        ("Guangzhou", "广州"),
        ("the Yangtze River Delta", "长三角"),
        ("Germany", "德国"),
        ("Macao", "澳门"),
        ("Paris", "巴黎"),
        ("Xi'an", "西安"),
        ("New York", "纽约"),
        ("the US", "美国"),
        ("U.S.", "美国"),
        ("California", "加州"),
        ("ASEAN", "东盟"),
        ("Europe", "欧洲"),
        ("Inner Mongolia", "内蒙古自治区"),
        ("Xiamen", "厦门港"),
    ],
)
def test_a_place_is_the_same_in_both_languages(english: str, chinese: str) -> None:
    (one,) = find_places(f"It stands in {english}.")
    (other,) = find_places(f"它位于{chinese}。")
    assert names_same(one, other)


@pytest.mark.parametrize("text", ["It cost 3 U.S. dollars.", "A nice bath in the valley.", "公司"])
def test_money_and_plain_words_are_no_places(text: str) -> None:
    assert find_places(text) == ()


def test_a_region_is_named_by_its_parts_and_not_by_others() -> None:
    (region,) = find_places("the Chengdu-Chongqing area")
    (part,) = find_places("成都")
    (stranger,) = find_places("上海")
    assert names_same(region, part)
    assert not names_same(region, stranger)


@pytest.mark.parametrize(
    ("english", "chinese"), [("the national average", "全国平均"), ("worldwide", "全球")]
)
def test_the_nation_and_the_world_are_scopes(english: str, chinese: str) -> None:
    assert keys_of(find_scopes(english), "place") == keys_of(find_scopes(chinese), "place")
    assert find_places(english) == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("In 2020 and by May 27, 2021", {"2020", "2021"}),
        ("33 billion in 2020, up from 29 billion the previous year", {"2020", "2019"}),
        ("2020年收入是多少，前一年是多少？", {"2020", "2019"}),
        ("It has 2,020 members and 2019.5 km", set()),
    ],
)
def test_years_and_the_year_before(text: str, years: set[str]) -> None:
    assert keys_of(find_year_mentions(text), "year") == years


def test_a_place_whose_letters_were_misread_is_still_named() -> None:
    (place,) = find_places("Chongqing")
    assert is_named(place._replace(keys=place.keys | {"chongqing"}), frozenset(["chongging"]))
    assert not is_named(place._replace(keys=place.keys | {"chongqing"}), frozenset(["chengdu"]))


def test_places_and_years_are_the_same_in_traditional_characters() -> None:
    for traditional, simplified in (("重慶與成都", "重庆与成都"), ("廣東省", "广东省")):
        found, same = find_places(traditional), find_places(simplified)
        assert [(one.keys, one.span) for one in found] == [(one.keys, one.span) for one in same]
        assert found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the Chengdu-Chongqing area", "成渝地区"),
        ("Beijing-Tianjin-Hebei", "京津冀"),
        ("Sichuan–Chongqing", "川渝合作"),
    ],
)
def test_a_region_is_the_same_in_both_languages(one: str, other: str) -> None:
    (here,), (there,) = find_places(one), find_places(other)
    assert is_same_place(here.keys, there.keys)


def test_a_region_is_another_place_than_its_parts_or_another_region() -> None:
    (region,), (part,), (other,) = (find_places(text) for text in ("成渝", "成都", "川渝"))
    assert not is_same_place(region.keys, part.keys)
    assert not is_same_place(region.keys, other.keys)
    assert is_same_place(part.keys, part.keys)


def test_places_that_are_named_beside_each_other_are_two() -> None:
    assert len(find_places("Chongqing and Chengdu are far apart")) == 2
    assert keys_between("the Ningbo-Wuhan line") == keys_between("宁波至武汉")


def test_what_is_said_of_a_region_is_no_place_beside_it() -> None:
    assert len(find_places("成渝地区双城经济圈")) == 1


@pytest.mark.parametrize("text", ["重庆地区生产总值", "2023年，重庆江北机场的旅客", "今日重庆"])
def test_a_place_is_found_within_a_word_that_begins_with_it(text: str) -> None:
    assert frozenset({"重庆"}) in {place.keys for place in find_places(text)}
