"""Times, places and names of a question, and how they are said in the other language."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.glossary import NO_NAMES, build_glossary
from assistant.scope import Language
from assistant.slots import find_slots, of_kind, say_slot

NAMES = build_glossary([("霍尼韦尔", "Honeywell"), ("空气产品公司", "Air Products")], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "What revenue did Jardine Matheson have in Chongqing in 2019?",
            "name Jardine Matheson, place Chongqing, time 2019",
        ),
        (
            "How many aircraft did Xiamen Airlines order in September 2022?",
            "name Xiamen Airlines, time September 2022",
        ),
        ("截至2021年3月，全球有多少家工厂？", "time 2021年3月, place 全球"),
        ("霍尼韦尔是哪一年落户重庆的？", "name 霍尼韦尔, place 重庆"),
        ("据ABB的报告，重庆与成都相距多少公里？", "name ABB, place 重庆, place 成都"),
        ("据蓝桥研究院的报告，出口是多少？", "name 蓝桥研究院"),
        ("Yin Hejun took over the ministry", "name Yin Hejun"),
        ("What was Ford's share of the market?", "name Ford"),
        ("Compared with Beijing?", "place Beijing"),
        ("When did it open its national research centre there?", ""),
        ("它的全国研发中心是哪一年设立的？", ""),
        ("How many NEVs and C919 were built, and what was the GDP?", ""),
    ],
)
def test_a_question_names(text: str, found: str) -> None:
    slots = find_slots(text, NAMES)
    assert ", ".join(f"{slot.kind} {slot.text}" for slot in slots) == found
    assert all(text[slice(*slot.span)] == slot.text for slot in slots)


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("How many by the end of 2023?", "by the end of 2023"),
        ("How many in the first half of 2024?", "in the first half of 2024"),
        ("到2023年底有多少？", "到2023年底"),
        ("2023年中国有多少？", "2023年"),
    ],
)
def test_a_time_reaches_over_what_belongs_to_it(text: str, reach: str) -> None:
    (time,) = of_kind(find_slots(text, NO_NAMES), "time")
    assert text[slice(*time.reach)] == reach


def test_what_leads_up_to_a_place_tells_it_from_another() -> None:
    one, other = find_slots("the way from Chongqing to Duisburg", NO_NAMES)
    assert (one.lead, other.lead) == ("from", "to")


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("in Shanghai", "zh", "上海"),
        ("in Japan", "zh", "日本"),
        ("in China", "zh", "中国"),
        ("in the world", "zh", "全球"),
        ("by Honeywell", "zh", "霍尼韦尔"),
        ("by Siemens", "zh", "西门子"),
        ("by the end of 2023", "zh", "2023年底"),
        ("by Lanternport", "zh", "Lanternport"),
        ("在四川", "en", "Sichuan"),
        ("在全国的", "en", "China"),
        ("在成渝", "en", "Chengdu and Chongqing"),
        ("据空气产品公司的报告", "en", "Air Products"),
        ("2024年上半年", "en", "the first half of 2024"),
        ("在重庆", "zh", "重庆"),
    ],
)
def test_a_slot_is_said_in_a_language(text: str, language: Language, said: str) -> None:
    (slot,) = find_slots(text, NAMES)
    assert say_slot(slot, text, language, NAMES) == said


@given(st.text())
def test_slots_of_any_text_lie_in_it_and_apart(text: str) -> None:
    slots = find_slots(text, NAMES)
    assert all(text[slice(*slot.span)] == slot.text for slot in slots)
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(slots))
