"""Chinese statements of a figure, read; questions that such a statement answers, asked in Chinese.

A Chinese question keeps the order of its statement: what is asked for stands where the figure is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import jieba.posseg

from assistant.figures import Figure, find_figures, kind_of, say_figure
from assistant.figures.units import load_speech
from assistant.subjects import years_of
from evals.words import Said, Verb, Way, load_words

_SPEAKER = re.compile(
    r"(?:据|根据|按照?)?(?P<who>[^，。；：“”\d]{2,16}?)(?:在?(?:\d{4})年?)?的?"
    r"(?:报告|论文|数据|统计|简报|白皮书|估算|调查)?(?:起草组)?中?(?:还|又|则|也)?"
    r"(?:说|称|指出|显示|介绍|估算|预计|提到|归纳|写道|表示|认为|提醒)[，：,]?"
)
_REPORT = re.compile(
    r"据(?P<who>[^，。；：“”\d]{2,16}?)(?:在?(?:\d{4})年?)?的?"
    r"(?:报告|论文|数据|统计|简报|白皮书|估算|调查)?，"
)
_MARK = re.compile(r"(?:[-*•]\s*|[（(]?\d{1,2}[.)、）]\s*|[一二三四五六七八九十]{1,3}、)")
_OPENER = re.compile(r"(?P<since>在|到|至|截至|自|从|早在|预计到)?\Z")
_AFTER_OPENER = re.compile(r"(?:底|末|初|以来|起|前|时|间|期间)?[，,]?")
_BOUND = re.compile(
    r"(?:将近|接近|大约|约为|约|近|逾|高达|多达|至少|不少于|不低于|不到|不足|仅|只|已|已经|了|共|总共|人民币"
    r"|超过了?|突破了?|超)+\Z"
)
_KEPT_BOUND = re.compile(r"(?:超过|突破|达到|超)了?\Z")
_PRONOUN = re.compile(
    r"(?:其|它|该|这|那|此|上述|同期|同时|当年|当时|本[^科]|我[们国]|他|她|全[市省区]|但|而|并|另|还|也|又|再|更|对此|后者|前者|两者|双方|分别|约|近|超)"
)
_TANGLED = re.compile(r"[，,。；;：:“”‘’（）()「」|]|分别|其中|如果|因为|虽然|不[是仅但]")
_ENDS = re.compile(r"[，,。；;：:（(“”！？!?|]|、")
_AMOUNT = re.compile(
    r"^[^\d一二三四五六七八九十百千万两半零〇]*[\d.,，]*\s*"
    r"(?:[一二三四五六七八九十万亿两零〇]|百(?!分)|千(?![瓦米克]))*[多余几]?"
)
_ROUND = re.compile(r"(?:左右|上下|以上|以下|以内|多)\Z")
# A verb before one of these is part of a noun: 生产总值, 出口额, 种植面积.
_COMPOUND = re.compile(r"(?:额|值|量|率|业|数|比重|收入|利润|强度|面积|规模|产业|能力|里程|总.)\Z")
_TRAILING = re.compile(r"(?:将|要|已经?|的|比上年|同比|年均|累计|打算|计划|全年|可|实现|了|共)+\Z")
_WHERE = re.compile(r"(?<=..)在(?P<place>[^的在，]{2,6})\Z")
_INSIDE = re.compile(r"[里中内上时后前]\Z")
_EACH = re.compile(r"每.{0,2}\Z|在一\w\Z")
_COUNTER = re.compile(r"[家个位名人辆台套项件种座条批次艘架所间处户张份款支只颗枚笔部篇列吨项目]")
_SHARE = re.compile(r"(?P<subject>.+?)占(?:到|了)?(?P<whole>[^占]{1,16}?)的?\Z")
_LONGEST = 44  # characters before the figure
_LONGEST_BEHIND = 16
_MOST_SUBJECT = 26
_LONGEST_MADE = 8


def ask_in_place(sentence: str, figure: Figure) -> str | None:
    """The clause that states a figure, as the question for it; None where it isn't a plain one."""
    start, end = figure.span
    who, before = _cut_speaker(_MARK.sub("", sentence[:start], count=1))
    stop = _ENDS.search(sentence, end)
    after = sentence[end : stop.start() if stop else len(sentence)]
    after = _ROUND.sub("", re.sub(r"^(?:左右|上下|以上|以下|以内|多)", "", after))
    if not _is_plain(before) or not _ends_well(after) or not _states(figure):
        return None
    if stop and stop.group() in "（(“":
        return None
    if after and kind_of(figure.unit) == "count" and not _is_verb(before):
        return None
    if sentence[end : end + 1] in "、和至到-–—~～" or "分别" in sentence:
        return None
    asked = f"{_cut_bound(before)}{_ask_amount(figure, after)}{_cut_unit(figure, after)}？"
    return f"据{who}，{asked}" if who else asked


def read_chinese(sentence: str, figure: Figure) -> Said | None:
    """The statement of a figure, taken apart; None where that leaves a doubt."""
    start, end = figure.span
    who, before = _cut_speaker(_MARK.sub("", sentence[:start], count=1))
    since, when, before = _cut_opener(before)
    if when is None:
        when, before = _take_when(before)
    subject, verb, way, whole = _read_verb(_BOUND.sub("", before))
    subject, verb, made = _part_subject(subject, verb)
    if not 1 < len(subject) <= _MOST_SUBJECT or _TANGLED.search(subject + whole):
        return None
    where = _WHERE.search(subject)
    subject = subject[: where.start()] if where else subject.replace("实现", "")
    stop = _ENDS.search(sentence, end)
    after = sentence[end : stop.start() if stop else len(sentence)]
    counted = _read_counted(figure, _ROUND.sub("", after))
    if counted is None or (made and counted) or _TANGLED.search(made):
        return None
    counted = made or counted
    if kind_of(figure.unit) == "count" and not counted and verb != "be":
        return None
    if counted and verb == "be":
        return None
    return Said(
        subject,
        verb,
        way,
        who=who,
        when=when,
        since=since,
        counted=counted,
        whole=whole,
        rest=where.group() if where else "a year" if "年均" in before else "",
    )


def ask_chinese(said: Said, figure: Figure) -> str:
    """The question that a statement answers."""
    who = f"据{said.who}，" if said.who else ""
    when = _say_when(said)
    ask = _ask_amount(figure, "") + said.counted
    verb = load_words().verbs.get(said.verb)
    if not said.verb:
        return f"{who}{when}{said.rest}的有{ask}？"
    if said.whole:
        takes = "占" if verb is None or verb.kind != "does" else verb.chinese[0]
        return f"{who}{when}{said.subject}{takes}{said.whole}的{ask}？"
    if verb is None or verb.kind == "level":
        return f"{who}{when}{said.rest}{said.subject}是{ask}？"
    if said.way == "to":
        return f"{who}{when}{said.rest}{said.subject}{verb.to or verb.chinese[0]}{ask}？"
    where = f"在{said.rest}" if said.rest and said.rest[0] not in "在“" else said.rest
    done = "了" if said.aux in ("", "did", "has", "have", "had") else ""
    return f"{who}{when}{said.subject}{where}{_say(verb)}{done}{ask}？"


def _say(verb: Verb | None) -> str:
    return verb.chinese[0] if verb else ""


def _cut_speaker(before: str) -> tuple[str, str]:
    for pattern in (_SPEAKER, _REPORT):
        match = pattern.match(before)
        if match and not find_figures(match["who"]):
            return match["who"].removesuffix("的").removesuffix("在"), before[match.end() :]
    return "", before


def _cut_opener(before: str) -> tuple[str, Figure | None, str]:
    """The time that a sentence opens with; "since" in English, for a question in that."""
    periods = [one for one in find_figures(before) if years_of(one)]
    match = _OPENER.fullmatch(before[: periods[0].span[0]]) if len(periods) == 1 else None
    if match is None:
        return "in", None, before
    since = {"到": "by", "至": "by", "截至": "by", "预计到": "by", "自": "since", "从": "since"}
    behind = before[periods[0].span[1] :]
    said = since.get(match["since"] or "", "in")
    if behind[:1] in ("底", "末"):
        said = "at the end of" if said == "in" else f"{said} the end of"
    return said, periods[0], _AFTER_OPENER.sub("", behind, count=1)


def _take_when(before: str) -> tuple[Figure | None, str]:
    """The one time that stands within: 重庆的工业增加值在2020年."""
    periods = [one for one in find_figures(before) if years_of(one)]
    if len(periods) != 1:
        return None, before
    start, end = periods[0].span
    left = re.sub(r"在\Z", "", before[:start])
    return periods[0], left + re.sub(r"^(?:底|末|全年)", "", before[end:])


def _part_subject(subject: str, verb: str) -> tuple[str, str, str]:
    """A verb that stands before what is counted: 重庆生产机器人 is Chongqing, produce, robots."""
    if verb != "be":
        return subject, verb, ""
    for form, (known, _) in _forms().items():
        at = subject.find(form, 2)
        made = subject[at + len(form) :]
        if known.kind != "does" or len(form) < 2 or at < 0 or not 1 < len(made) <= _LONGEST_MADE:
            continue
        if not _COMPOUND.search(made) and "的" not in subject[at:]:
            return _TRAILING.sub("", subject[:at]), known.base, made
    return subject, verb, ""


def _is_plain(before: str) -> bool:
    """One clause, or a short opening that says when or where and one clause."""
    if not 2 < len(before) <= _LONGEST or _PRONOUN.match(before):
        return False
    if [one for one in find_figures(before) if not years_of(one)]:
        return False
    if _EACH.search(before):
        return False
    clauses = [part for part in re.split(r"[，,]", before) if part]
    if len(clauses) == 2 and not re.match(r"在|到|截至|\d{4}年|预计|自|按", clauses[0]):
        return False
    last = clauses[-1] if clauses else ""
    tangled = any(map(re.compile(r"[。；;：:“”（）()|、]").search, clauses))
    return len(clauses) in (1, 2) and len(last) > 2 and not _PRONOUN.match(last) and not tangled


def _ends_well(after: str) -> bool:
    """Whether what stands behind a figure may end its question."""
    short = len(after) <= _LONGEST_BEHIND and not find_figures(after)
    return short and not re.match(r"的|之|大(?![桥学])", after) and not _INSIDE.search(after)


def _states(figure: Figure) -> bool:
    """Digits or shares count something; 两件事 and 四年 are words more than figures."""
    return re.search(r"\d|[万亿成半]|分之", figure.text) is not None


def _is_verb(before: str) -> bool:
    """Whether a clause has come to its verb."""
    words = list(jieba.posseg.cut(_BOUND.sub("", before)))
    return bool(words) and str(words[-1].flag).startswith(("v", "p"))


def _cut_bound(before: str) -> str:
    if kept := _KEPT_BOUND.search(before):
        return before[: kept.end()]
    return _BOUND.sub("", before)


def _ask_amount(figure: Figure, after: str) -> str:
    """What stands in the figure's place."""
    if figure.unit == "%":
        return "百分之多少"
    if figure.unit == "rank":
        return f"第几{'' if after else '位'}"
    if kind_of(figure.unit) == "count":
        return f"多少{say_unit(figure)}"
    if kind_of(figure.unit) == "money":
        return f"多少{load_speech()[figure.unit].chinese[0][0]}"
    return f"多少{say_unit(figure)}"


def say_unit(figure: Figure) -> str:
    """The words of its unit; where its own text isn't Chinese, as a reader would say it."""
    words = _AMOUNT.sub("", figure.text)
    if re.search(r"[\u4e00-\u9fff]", words) or not words:
        return words
    return _AMOUNT.sub("", say_figure(replace(figure, bound="exact"), "zh")).strip()


def _cut_unit(figure: Figure, after: str) -> str:
    return after if kind_of(figure.unit) != "money" else re.sub(r"^元", "", after)


def _read_verb(before: str) -> tuple[str, str, Way, str]:
    """Subject, verb, how the figure hangs on it, and of what a share is."""
    if share := _SHARE.fullmatch(before):
        return share["subject"], "account", "", share["whole"]
    for form, (verb, way) in _forms().items():
        if before.endswith(form) and len(before) > len(form) + 1:
            subject = _TRAILING.sub("", before[: -len(form)])
            return subject, verb.base, way, ""
    return _TRAILING.sub("", before), "be", "", ""


@cache
def _forms() -> dict[str, tuple[Verb, Way]]:
    """Chinese verbs, longest first."""
    found: dict[str, tuple[Verb, Way]] = {}
    for verb in load_words().verbs.values():
        for form in verb.chinese:
            way: Way = "by" if verb.kind == "moves" else ""
            found.setdefault(form, (verb, way))
            found.setdefault(f"{form}了", (verb, way))
            if verb.kind == "moves":
                to: tuple[Verb, Way] = (verb, "to")
                found |= {f"{form}{end}": to for end in ("到", "至", "为")}
        if verb.to:
            found.setdefault(verb.to, (verb, "to"))
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _read_counted(figure: Figure, after: str) -> str | None:
    """What is counted, without its measure word; None where more is said than that."""
    if len(after) > 8 or find_figures(after):
        return None
    counted = after
    if kind_of(figure.unit) == "count":
        words = _AMOUNT.sub("", figure.text) + after
        counted = words if words == "人" else _COUNTER.sub("", words, count=1)
    return counted.removeprefix("的")


def _say_when(said: Said) -> str:
    if said.when is None:
        return ""
    spoken = say_figure(replace(said.when, bound="exact"), "zh")
    before = {"by": "到", "since": "自", "until": "到"}.get(said.since.split()[0], "")
    spoken += "底" if said.since.endswith("end of") and said.when.unit == "year" else ""
    return f"{before}{spoken}{'以来' if said.since == 'since' else ''}{'，' if before else ''}"
