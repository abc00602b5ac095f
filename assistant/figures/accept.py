"""Which numbers are figures, and in which unit: what is left when dates and names are taken."""

from __future__ import annotations

import re
from typing import Final

from assistant.figures.bounds import REACH, find_bound
from assistant.figures.drafts import Draft
from assistant.figures.numerals import CHINESE_MAGNITUDES
from assistant.figures.sharing import looks_like_year
from assistant.figures.types import Found

_PLURAL = re.compile(
    r"\s(?:[a-z]+\s){0,2}[a-z]{2,}(?:s|people)\b(?<!ss)(?<!\sthis)(?<!\s[wh]as)(?<!\s[ia]s)"
)
_NO_UNIT_AFTER = re.compile(
    r"\s?(?:[月日号点时楼期级维代届版章节路线强后室弄]|层楼|单元|国道|省道|高速|世纪|热线|晚会)"
)
_LETTER_BEFORE = re.compile(r"[A-Za-zÀ-ɏͰ-ӿ][-_/.]?\Z")
_OPEN_BEFORE = re.compile(
    r"(?:\b(?i:mid|pre|post|sub|end|late|early|since|ca|FY)|RMBS?|^|[\s(])[-_/.]?\Z|[A-Za-z]{2}/\Z|\bFY\Z"
)
_LETTER_AFTER = re.compile(
    r"[A-Za-z_]|-(?!plus\b|odd\b|strong\b)[A-Za-z]|(?<=[0-9])/[0-9]|[.-][0-9]"
)
_VERSION_BEFORE = re.compile(r"(?:\b[A-Z][A-Za-z]*|\bindustry|\bweb|[\u4e00-\u9fff])[\s-]?\Z")
_SERIAL_BEFORE = re.compile(r"(?:[0-9]/|[#№])\s?\Z")
_ARTICLE_NUMBER = re.compile(r"(?:\b(?:the|a|an|this|its|our)\s|['’]s\s|[\"“”'‘])\Z", re.IGNORECASE)
_YEAR_PAIR = re.compile(r"(?<![0-9/])(?:19|20)[0-9]{2}/(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9/])")
_LONG_CODE: Final = 5
_DASH_NUMBER = re.compile(r"-[0-9]")
_MORE_OR_LESS = re.compile(
    r"(?:\b(?:(?:more|fewer|less) than|nearly|almost|at least|exceed(?:s|ed|ing)?|in excess of)"
    r"|超过|超|(?<![最附])近|逾|不少于|不到|不足|突破|至少)\s?\Z",
    re.IGNORECASE,
)
_ERA = re.compile(r"公元\s?\Z")
_LASTING = re.compile(r"\s?(?:[多余来]|的?历史|以[来上]|之久|左右)")
_IN_YEAR = re.compile(r"\b(?i:in|since|until|the year|founded|established)\s\Z")
_LEVELS = re.compile(r"\s(?:levels?|baselines?|targets?|goals?|figures?|standards?)\b")
_YEN = re.compile(r"\byen\b|JPY|日元|日圆|Japan|Tokyo|日本|东京")
_YUAN = re.compile(r"\byuan\b|RMB|CNY|人民币|(?<![美欧港日韩加澳])元|China|中国|Chinese")

_SOFT_ONE = re.compile(r"[上前同哪那这每某下后第另]\Z")
_SOFT_AFTER = re.compile(r"\s?(?:一度|来|级|到头|之计)")
_TERNARY = re.compile(r"(?:锂|正极|材料|前驱|催化|乙丙|电池|里程)")
_COUNTING = re.compile(r"(?:为|达到?|至|到|有|共|计|超过?|近|约|过|上|逾|足)\s?\Z")
_PROPER = re.compile(r"\s[A-Z][a-z]")
_ADJECTIVE = re.compile(r"-[A-Za-z]|\s?[-/]\s?(?:to|in|on|by)-")


def accept(view: str, draft: Draft) -> Found | None:
    """The figure that a draft of a folded text is, if it is one."""
    if not _ACCEPTED[draft.numeral.script](view, draft):
        return None
    unit = _unit_of(view, draft)
    if unit == "year":
        return Found(draft.numeral.value, "year", draft.start, draft.end)
    return Found(draft.value, unit, draft.start, draft.end, draft.step, draft.bound)


def _unit_of(view: str, draft: Draft) -> str:
    if draft.form is None:
        return "year" if draft.plain and _is_year(view, draft) else "count"
    unit = draft.form.base
    if unit == "years" and draft.size is None and view[draft.end - 1] == "年":
        return "year" if _is_chinese_year(view, draft) else unit
    if unit == "years" and draft.size is None and looks_like_year(draft):
        return unit if view[draft.end - 1] == "s" else "year"
    return _yen_or_yuan(view, draft) if unit == "CNY" else unit


def _is_chinese_year(view: str, draft: Draft) -> bool:
    """Of 1368年 and 公元618年, not of 3000年历史."""
    if looks_like_year(draft) or _ERA.search(view, max(0, draft.start - 4), draft.start):
        return True
    return _is_old_year(draft) and not _LASTING.match(view, draft.end)


def _is_old_year(draft: Draft) -> bool:
    """Four digits from 1000 to 1799, no round number."""
    numeral = draft.numeral
    plain = numeral.end - numeral.start == len("1368") and numeral.script == "arabic"
    return plain and 1000 <= numeral.value < 1800 and numeral.value % 100 != 0


def _is_year(view: str, draft: Draft) -> bool:
    if _is_old_year(draft) and not _PLURAL.match(view, draft.end):
        return bool(_IN_YEAR.search(view, max(0, draft.start - REACH), draft.start))
    if not looks_like_year(draft):
        return False
    if _MORE_OR_LESS.search(view, max(0, draft.start - REACH), draft.start):
        return False
    if not _PLURAL.match(view, draft.end):
        return True
    # "over 2015 levels" and "in 2000 plants": a plural counts only after a bound or a round number
    bounded = find_bound(view, draft.start, draft.end) not in ("exact", "about", "at_most")
    round_number = draft.numeral.value % 100 == 0
    return not (round_number or bounded) or bool(_LEVELS.match(view, draft.end))


def _yen_or_yuan(view: str, draft: Draft) -> str:
    """¥ alone is yen where the text speaks of Japan and not of China."""
    if not view[draft.start : draft.end].lstrip("-").startswith("¥"):
        return "CNY"
    return "JPY" if _YEN.search(view) and not _YUAN.search(view) else "CNY"


def _accept_arabic(view: str, draft: Draft) -> bool:
    if not draft.prefixed and _is_glued_before(view, draft):
        return False
    if draft.plain:
        return _accept_plain(view, draft)
    return True


def _is_glued_before(view: str, draft: Draft) -> bool:
    before = view[max(0, draft.numeral.start - 8) : draft.numeral.start]
    return bool(_LETTER_BEFORE.search(before)) and not _OPEN_BEFORE.search(before)


def _accept_plain(view: str, draft: Draft) -> bool:
    start, end = draft.numeral.start, draft.end
    before = view[max(0, start - 12) : start]
    if looks_like_year(draft) and _YEAR_PAIR.search(view, max(0, start - 5), end + 5):
        return True
    if _LETTER_AFTER.match(view, end) and not _is_range(view, end):
        return False
    if _NO_UNIT_AFTER.match(view, end) or _SERIAL_BEFORE.search(before):
        return False
    digits = view[start:end]
    if digits.endswith(".0") and _VERSION_BEFORE.search(before):
        return False
    return not (digits.isdigit() and len(digits) >= _LONG_CODE and _ARTICLE_NUMBER.search(before))


def _is_range(view: str, end: int) -> bool:
    return bool(_DASH_NUMBER.match(view, end))


def _accept_chinese(view: str, draft: Draft) -> bool:
    text = view[draft.numeral.start : draft.numeral.end]
    if draft.form is None:
        return _accept_plain_chinese(view, draft, text)
    if text in ("一", "〇", "零"):
        return _accept_one(view, draft)
    if _is_vague(view, draft, text):
        return False
    if draft.form.base == "CNY" and len(text) == 1 and draft.size is None:
        return not _TERNARY.match(view, draft.end)
    return True


def _accept_one(view: str, draft: Draft) -> bool:
    """一 before a measure word is an article; 一年 counts unless it is 上一年 or 一年一度."""
    soft = draft.form is None or draft.form.base in ("count", "days", "times")
    if soft or draft.numeral.value == 0:
        return draft.size is not None
    before = view[max(0, draft.start - 1) : draft.start]
    return not (_SOFT_ONE.search(before) or _SOFT_AFTER.match(view, draft.end))


def _is_vague(view: str, draft: Draft, text: str) -> bool:
    """Of 几十家, 数百亿, 千亿级: a magnitude that counts nothing unless 近, 超 or 上 precedes."""
    if view[max(0, draft.start - 1) : draft.start] in ("几", "数", "成"):
        return True
    if text in CHINESE_MAGNITUDES and text != "十":
        if view[max(0, draft.start - 1) : draft.start] == "上":
            draft.bound = "at_least"
        counted = draft.bound == "more_than" or _is_counted(view, draft)  # 百余家, 近百家
        counted = counted or view.startswith("以上", draft.end)
        return view[draft.end : draft.end + 1] == "级" or not counted
    return False


def _is_counted(view: str, draft: Draft) -> bool:
    return bool(_COUNTING.search(view, max(0, draft.start - 3), draft.start))


def _accept_plain_chinese(view: str, draft: Draft, text: str) -> bool:
    # the 三 of 三四百 is 300
    single = len(text) == 1 and (draft.numeral.value < 10 or text in CHINESE_MAGNITUDES)
    if (single and draft.size is None) or _is_vague(view, draft, text):
        return False
    if looks_like_year(draft):
        return False
    known = _is_counted(view, draft)
    return known or (draft.numeral.value >= 100 and text[0] not in "百千万亿")


def _accept_english(view: str, draft: Draft) -> bool:
    text = view[draft.numeral.start : draft.numeral.end].lower()
    if text in ("a", "an", "half", "half a", "half an"):
        return draft.size is not None
    if draft.plain and (text == "one" or _ADJECTIVE.match(view, draft.end)):
        return False
    capital = view[draft.numeral.start].isupper()
    return not (draft.plain and (text == "zero" or (capital and _PROPER.match(view, draft.end))))


_ACCEPTED: Final = {
    "arabic": _accept_arabic,
    "chinese": _accept_chinese,
    "english": _accept_english,
}
