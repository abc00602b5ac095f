"""A question taken apart for a follow-up: what it says beside its slots, and what it lacks."""

from __future__ import annotations

from assistant.asking import Asked
from assistant.glossary import NO_NAMES


def asked(text: str) -> Asked:
    return Asked(text, NO_NAMES)


def test_words_are_what_is_no_slot_and_no_filling() -> None:
    assert asked("And how does Beijing compare?").words == []
    assert asked("What does Nomura say about robots?").words == ["robots"]
    assert asked("到了2023年底重庆的出口呢？").words == ["出口"]


def test_a_text_without_its_slots_has_no_loose_genitive() -> None:
    assert asked("And Ford's sales in 2022?").without_slots() == "And sales ?"


def test_what_is_lacking_is_so_in_either_language() -> None:
    english = asked("How many factories does Chongqing have?")
    assert english.lacks(["工厂", "机器人"]) == ["机器人"]
    assert asked("重庆有多少家工厂？").lacks(["factory", "robots"]) == ["robots"]


def test_words_cut_elsewhere_are_there_all_the_same() -> None:
    assert asked("2025年高峰时最多缺多少电力？").lacks(["会缺"]) == []


def test_letters_inside_another_word_are_not() -> None:
    assert asked("How many scars?").lacks(["car"]) == ["car"]
