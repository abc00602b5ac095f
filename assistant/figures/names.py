"""Names that hold a number and state none: Figure 4, Fortune 500, "33-2", 5G, 3D, Industry 4.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from assistant.figures.types import Found

_LABELS: Final = (
    "figure|fig|table|chart|exhibit|box|chapter|section|appendix|annex|page|pp|article|clause|paragraph|footnote|note|"
    "phase|stage|tier|scope|class|type|version|generation|gen|series|step|level|grade|category|module|pillar|part|gate|"
    "ref|reference|endnote|unit|building|"
    "terminal|room|floor|item|option|question|case|example|volume|vol|issue|lot|line|study|zone|block"
)
_LISTED: Final = (
    "figures|tables|charts|chapters|sections|pages|scopes?|phases|tiers|levels|stages|types"
)
_NUMBER: Final = r"[0-9]{1,4}(?:[.-][0-9]{1,3})*[a-z]?"
_LABEL = re.compile(
    rf"(?<![A-Za-z])(?i:{_LISTED})\s{{1,3}}{_NUMBER}(?:\s?(?:,|-|&|,?\s(?:and|or|to))\s?[0-9]{{1,2}}(?![0-9.%]))+"
    rf"|(?<![A-Za-z])(?i:(?:{_LABELS})s?\.?)[ -]{{1,2}}{_NUMBER}(?![0-9A-Za-z%]|[.,][0-9])"
    r"(?!\s?(?:%|percent|million|billion|trillion|thousand|GW|MW|kW|km|万|亿|家|个))"
)
_ZH_LABEL = re.compile(
    rf"(?:(?<!代)表格?|图|附[图表件录]|专栏|公式|案例|注释?|步骤|脚注|工业|路线图|阶段)\s?{_NUMBER}(?![0-9万亿%家个])"
)
_LISTS = re.compile(
    r"(?:Fortune|Forbes|S&P|Nikkei|FTSE|CSI|STOXX|N(?:asdaq|ASDAQ)|Hurun|Russell|T(?:op|OP))"
    r"(?:'s)?[ -]?(?:(?<=T[Oo][Pp] )[0-9]|[0-9]{2,3}|[12]000)(?![0-9%]|[.,][0-9])"
    r"(?!\s?(?:percent|million|billion|家|个|万|亿))"
    # "China 500" is a list, "China 392" is none
    r"|(?:Global|World|China)(?:'s)?[ -]?(?:[1-9]0|[1-9]00|[12]000)(?![0-9%]|[.,][0-9])"
    r"(?!\s?(?:percent|million|billion|家|个|万|亿))"
    r"|(?:财富|世界|全球|中国|民企|民营企业|制造业|服务业|胡润|福布斯)?\s?[0-9]{2,4}\s?强"
    r"|(?:Boeing|Airbus|Windows|iPhone|iPad|Android|GB|DIN|ASTM|SAE|Route|Highway|Flight|Platform|Euro(?=\s?[1-7](?![0-9.,]))|ISO(?:/IEC)?|IEC|IEEE|GB/T|RFC|Web|Wi-?Fi|Agenda|Industr(?:y|ie)|IPv|HTTP/?)"
    r"[ -]?[0-9]+(?:[.:-][0-9]+)*(?!\s?(?:percent|million|billion|%))"
)
_CODES = re.compile(
    r"(?<![0-9.])[0-9]{1,4}(?:\+[0-9A-Za-z]{1,4})+"
    r"|[\"“'‘「『][0-9]{2,6}[\"”'’」』](?=[\s\u4e00-\u9fff])(?!\s?[家个])(?!\s(?:companies|people))"
    r"|(?<![0-9.,])[0-9]{1,3}(?:[GDPQ]|G\+|G-A)(?![A-Za-z0-9]|算力)"
    r"|(?<![0-9.,])(?:2|4|8)K(?![A-Za-z0-9])"
    r"|(?<![0-9])(?:1[89]|20)?[0-9]0['’]?s(?![A-Za-z0-9])|(?:[0-9]|[一二三四五六七八九])[0十]年代"
    r"|[一二十][一二三四五六七八九]?五(?=[\"”'’」』规计时期末以收开])"
    r"|(?:[0-9]{1,2}|[一二十]{1,3})\s?世纪"
    r"|7\s?[x×*]\s?24(?:小时)?|(?:985|211)(?=工程|高校|院校|大学)"
    r"|(?<=first\s)(?:two|three|2|3)(?=\squarters)|前[一二三两]个?季度"
    r"|第?[一二三四五六七八九十0-9]{0,3}个?五年(?=[规计]划)|(?:十[六七八九]|二十)大(?![类类型城个])"
    r"|(?i:(?:five|5)[\s-]{1,3}year\s{1,3}(?:plan|period))|(?:[0-9]{1,2}\W{0,2}\s{1,3})?Five[\s-]{1,3}(?:Year|year)"
)
# Words that begin with the character for zero: retail, parts, casual work, snacks.
_ZERO_WORDS = re.compile(r"零(?=[售件工食散星碎]|部件)")
_ALL: Final = (_LABEL, _ZH_LABEL, _LISTS, _CODES, _ZERO_WORDS)


def find_names(view: str) -> Iterator[Found]:
    """Places of a folded text whose numbers are part of a name; their unit is ""."""
    for pattern in _ALL:
        for match in pattern.finditer(view):
            yield Found(Decimal(0), "", *match.span())
