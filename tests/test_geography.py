"""Places by their names in both languages, as CC-CEDICT has them."""

from __future__ import annotations

import pytest

from assistant.geography import (
    JOINT,
    bare,
    find_city,
    is_region,
    join_keys,
    load_places,
    parts_of,
    spell_region,
    spell_short,
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Germany", "德国"),
        ("Hong Kong", "香港"),
        ("Southeast Asia", "东南亚"),
        ("European Union", "欧盟"),
        ("ASEAN", "东盟"),
        ("Yangtze River Delta", "长三角"),
        ("Silicon Valley", "硅谷"),
        ("San Francisco", "旧金山"),
        ("US", "美国"),
        ("U.S.", "美国"),
    ],
)
def test_names_of_one_place_share_a_key(english: str, chinese: str) -> None:
    places = load_places()
    assert places.english[english] & places.chinese[chinese]


@pytest.mark.parametrize("name", ["China", "The", "Chinese", "French", "UK", "Ford"])
def test_the_country_itself_peoples_and_lone_letters_are_no_places(name: str) -> None:
    assert name not in load_places().english


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("beijing", {"北京"}),
        ("hebei", {"河北"}),
        ("paris", {"巴黎"}),
        ("london", {"伦敦"}),
        ("nice", set()),
        ("bath", set()),
        ("the", set()),
        ("paper", set()),
    ],
)
def test_cities_of_one_word_are_their_pinyin_or_mean_little_else(word: str, keys: set[str]) -> None:
    assert find_city(word) == keys


@pytest.mark.parametrize("word", ["bay", "pier", "dean", "boxing", "lean"])
def test_a_word_with_a_meaning_of_its_own_is_no_city(word: str) -> None:
    assert find_city(word) == frozenset()


def test_half_of_a_country_may_be_meant_by_its_whole_name() -> None:
    english = load_places().english
    assert english["Korea"] & english["South Korea"]
    assert english["Korea"] & english["North Korea"]
    assert not english["South Korea"] & english["North Korea"]
    assert not english["Africa"] & english["South Africa"]


def test_words_for_several_places_are_spelled_out() -> None:
    assert spell_region("成渝") == "Chengdu and Chongqing"
    assert spell_region("京津冀") == "Beijing, Tianjin and Hebei Province"
    assert spell_region("川渝") == "Sichuan and Chongqing"
    assert spell_short("沪甬") == "Shanghai and Ningbo"
    assert spell_region("铁路") is None
    assert spell_region("两会") is None or "Beijing" not in str(spell_region("两会"))


def test_a_region_has_its_parts_keys_and_one_of_its_own() -> None:
    region = join_keys([frozenset({"北京"}), frozenset({"天津"})])
    assert region == {"北京", "天津", f"北京{JOINT}天津"}
    assert is_region(region)
    assert sorted(parts_of(region)) == ["北京", "天津"]
    assert join_keys([frozenset({"北京"})]) == {"北京"}
    assert not is_region(frozenset({"北京"}))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("重庆市", "重庆"),
        ("四川省", "四川"),
        ("德国", "德国"),
        ("大連", "大连"),
        ("重庆地区", "重庆"),
    ],
)
def test_a_bare_name_has_neither_rank_nor_old_characters(name: str, short: str) -> None:
    assert bare(name) == short
