"""CC-CEDICT both ways, without what explains more than it translates."""

from __future__ import annotations

import pytest

from assistant.text.dictionary import (
    find_name_meant,
    is_place,
    is_proper_noun,
    knows,
    translate_chinese,
    translate_english,
)


@pytest.mark.parametrize(
    ("word", "english"),
    [
        ("氢气", ("hydrogen",)),
        ("工厂", ("factory",)),
        ("投资", ("investment",)),
        ("钢铁", ("steel",)),
        ("鋼鐵", ("steel",)),
        ("比利时", ("belgium",)),
        ("电动车", ("electric", "vehicle")),
    ],
)
def test_a_word_has_its_glosses(word: str, english: tuple[str, ...]) -> None:
    assert english in translate_chinese(word)


@pytest.mark.parametrize(
    ("word", "pinyin"),
    [("四川", "sichuan"), ("重庆", "chongqing"), ("成都", "chengdu"), ("比利时", "bilishi")],
)
def test_a_place_with_a_long_gloss_has_its_name(word: str, pinyin: str) -> None:
    assert (pinyin,) in translate_chinese(word)


def test_to_and_articles_are_no_part_of_a_gloss() -> None:
    firsts = {words[0] for words in translate_chinese("投资") | translate_chinese("增长")}
    assert not firsts & {"to", "a", "an", "the"}


def test_asides_and_pointers_are_no_translations() -> None:
    words = {word for gloss in translate_chinese("个") for word in gloss}
    assert not words & {"classifier", "variant", "cl"}


def test_glosses_are_short_and_lower_case() -> None:
    for word in ("经济", "工业", "城市", "四川", "发展", "年", "比"):
        for gloss in translate_chinese(word):
            assert 1 <= len(gloss) <= 4
            assert all(part == part.lower() and part.isalnum() for part in gloss)


@pytest.mark.parametrize("word", ["", "囧囧囧", "hydrogen", " "])
def test_an_unknown_word_has_no_translation(word: str) -> None:
    assert translate_chinese(word) == frozenset()
    assert not knows(word)
    assert not is_proper_noun(word)


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        (("hydrogen",), "氢气"),
        (("factory",), "工厂"),
        (("electric", "vehicle"), "电动车"),
        (("sichuan",), "四川"),
    ],
)
def test_english_words_find_the_chinese_ones(words: tuple[str, ...], chinese: str) -> None:
    assert chinese in translate_english(words)


def test_only_a_whole_gloss_counts() -> None:
    assert "电动车" not in translate_english(("electric",))
    assert translate_english(("electric", "vehicle", "zzz")) == ()
    assert translate_english(()) == ()


def test_short_words_come_first_and_not_too_many() -> None:
    found = translate_english(("to",)) + translate_english(("good",))
    assert found
    for word in ("good", "big", "to", "say"):
        lengths = [len(other) for other in translate_english((word,))]
        assert lengths == sorted(lengths)
        assert len(lengths) <= 24


@pytest.mark.parametrize(("word", "proper"), [("北京", True), ("四川", True), ("工厂", False)])
def test_proper_nouns_are_names_and_nothing_else(word: str, proper: bool) -> None:
    assert knows(word)
    assert is_proper_noun(word) == proper


def test_places_are_told_from_words() -> None:
    assert is_place("成都")
    assert is_place("四川")
    assert not is_place("工厂")
    assert not is_place("囧囧囧")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("蓉城", "成都"), ("渝", "重庆"), ("羊城", "广州"), ("沪", "上海"), ("狮城", "新加坡")],
)
def test_a_city_by_another_name_is_that_city(word: str, meant: str) -> None:
    assert find_name_meant(word) == meant


@pytest.mark.parametrize("word", ["成都", "川", "绰号", "光州", "", "zzz"])
def test_what_has_another_sense_is_no_other_name(word: str) -> None:
    assert find_name_meant(word) is None


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        (("gdp",), "生产总值"),
        (("wto",), "世贸组织"),
        (("r&d",), "研发"),
        (("urbanisation",), "城镇化"),
    ],
)
def test_acronyms_and_british_spellings_are_known(words: tuple[str, ...], chinese: str) -> None:
    assert chinese in translate_english(words)


def test_an_acronym_needs_the_initials_of_its_gloss() -> None:
    assert "脉诊" not in translate_english(("tcm",))


@pytest.mark.parametrize(
    ("name", "chinese", "others"),
    [
        ("chengdu", {"成都", "成都市"}, {"双流", "成渝", "成都体育大学"}),
        ("tokyo", {"东京"}, {"东京塔", "东京湾"}),
        ("singapore", {"新加坡"}, {"乌节路"}),
        ("macau", {"澳门"}, {"澳门国际机场"}),
    ],
)
def test_a_place_is_no_other_name_that_begins_like_it(
    name: str, chinese: set[str], others: set[str]
) -> None:
    found = set(translate_english((name,)))
    assert chinese <= found
    assert not others & found


def test_a_word_that_sounds_like_a_place_keeps_its_sense() -> None:
    assert {"瘦", "乐安"} <= set(translate_english(("lean",)))
