"""Near misses made from answerable questions: another year, another place, another company.

What a report says of Chongqing in 2020 it seldom says of Nanchang in 2013; a question that asks for
that has the answer's every word, and no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import jieba

from assistant.proper import find_place_names
from assistant.text.dictionary import is_proper_noun
from assistant.text.names import find_sound_alikes

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CAPITAL = re.compile(r"(?<!^)\b[A-Z][a-z]+(?:'s)?\b")
_KEPT = frozenset(["China", "Chinese", "中国", "中国人"])
YEARS_BACK = 7
PLACE_EN, PLACE_ZH = "Nanchang", "南昌"
FIRM_EN, FIRM_ZH = "Bosch", "博世"


def make_near_misses(question: str, organisations: tuple[str, ...]) -> Iterator[str]:
    """The question with its years moved, with its places moved, with its organisation replaced."""
    changed = (_move_years(question), _move_place(question), _move_firm(question, organisations))
    yield from (text for text in changed if text != question)


def _move_years(question: str) -> str:
    return _YEAR.sub(lambda year: str(int(year.group()) - YEARS_BACK), question)


def _move_place(question: str) -> str:
    chinese = [
        w for w in jieba.cut(question) if len(w) > 1 and is_proper_noun(w) and w not in _KEPT
    ]
    for word in chinese[:1]:
        question = question.replace(word, PLACE_ZH)
    named = [w for w in _CAPITAL.findall(question) if w not in _KEPT and find_place_names(w)]
    for word in named[:1]:
        question = question.replace(word, PLACE_EN)
    return question


def _move_firm(question: str, organisations: tuple[str, ...]) -> str:
    firsts = sorted({name.split()[0] for name in organisations}, key=len, reverse=True)
    for first in firsts:
        if re.search(rf"\b{re.escape(first)}\b", question):
            return re.sub(rf"\b{re.escape(first)}\b", FIRM_EN, question)
    for word in find_sound_alikes(question, firsts):
        return question.replace(word, FIRM_ZH)
    return question


# General knowledge, and nobody's report: what any collection should refuse.
OFF_TOPIC: tuple[tuple[str, str], ...] = (
    ("What is the capital of Peru?", "秘鲁的首都是哪里？"),
    ("Who painted the Mona Lisa?", "《蒙娜丽莎》是谁画的？"),
    ("How many legs does a spider have?", "蜘蛛有几条腿？"),
    ("When did the Roman Empire fall?", "罗马帝国是什么时候灭亡的？"),
    ("What is the boiling point of ethanol?", "乙醇的沸点是多少？"),
    ("Which planet is the largest?", "最大的行星是哪一颗？"),
    ("Who composed the Ninth Symphony?", "《第九交响曲》是谁创作的？"),
    ("How do I bake bread without yeast?", "没有酵母怎么烤面包？"),
    ("What percentage of the human body is water?", "人体中水占百分之多少？"),
    ("How tall is Mount Kilimanjaro?", "乞力马扎罗山有多高？"),
    ("In which year did the Titanic sink?", "泰坦尼克号是哪一年沉没的？"),
    ("Who discovered penicillin?", "青霉素是谁发现的？"),
    ("How many strings does a violin have?", "小提琴有几根弦？"),
    ("What is the currency of Thailand?", "泰国的货币是什么？"),
    ("Which team won the World Cup in 1998?", "1998年世界杯冠军是哪个队？"),
    ("How long does an elephant live?", "大象能活多少年？"),
    ("Who is the author of Don Quixote?", "《堂吉诃德》的作者是谁？"),
    ("What is the population of Iceland?", "冰岛有多少人口？"),
    ("How far is the moon from the earth?", "月球离地球有多远？"),
    ("When was the first photograph taken?", "第一张照片是什么时候拍的？"),
    ("What do pandas eat?", "大熊猫吃什么？"),
    ("How much did the first iPod cost?", "第一代iPod卖多少钱？"),
    ("Which language is spoken in Brazil?", "巴西说什么语言？"),
    ("What rank is a colonel?", "上校是什么军衔？"),
)
