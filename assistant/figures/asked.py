"""What kind of figure a question asks for, by its words in either language."""

from __future__ import annotations

import re
from typing import Final

_COUNTED: Final = "家个位名人辆台套项件种座条批次艘架所间处户张份款支只颗枚笔部篇场栋类组"

# What is asked about a measure is asked with "what", "how much" or 多少 somewhere in the question.
_MEASURES: Final = {
    "money": (
        r"money|revenue|turnover|sales (?:figure|volume in|value|revenue)|income|earnings|profit|invest(?:ed|ment)?s?\b(?! promotion)"
        r"|spend|spent|spending|cost|price|worth|budget|fund(?:s|ing)|capital|GDP|value added|added value|output value|production value"
        r"|salary|wage|tax(?:es)?|debt|loan|yuan|dollars?|euros?|RMB|USD|trade (?:value|volume)|valuation|subsid(?:y|ies)|royalt(?:y|ies)"
        r"|fee|fees|exports?|imports?|assets|backlog|return\b(?! rate)|paid|pay\b"
        r"|投资额?|营收|收入|营业额|销售额|利润|产值|金额|资金|成本|价格|预算|增加值|生产总值|贸易额|进出口|外资|税|花费|费用|市值|估值|债|贷款|补贴|工资"
        r"|资产|订单|回报|交易额|融资|总额|规模(?=.{0,6}(?:亿|元|美元))"
    ),
    "percent": (
        r"percent|percentage|share|proportion|ratio|rate\b|what (?:part|fraction|portion|slice)|by how much|how fast"
        r"|how intense|intensity|growth|margin|占比|比重|比例|百分之|率|份额|增速|增幅|增长多少|下降多少|几成|降低多少|减少多少|提高多少|强度"
    ),
    "length": r"how (?:far|long (?:is|are|was|will) the (?:\w+ ){0,6}(?:road|line|railway|route|bridge|tunnel|river|coast|track))|distance|length|kilomet|公里|多远|多长(?!时间)|里程|长度|距离|相距",
    "area": r"how large an? area|square (?:kilo)?met|\barea\b(?! of (?:research|cooperation|focus))|hectares|acreage|面积|平方|多大的?地方|亩",
    "mass": r"tonn?es?|\btons\b|how heavy|weight|mass of|多少吨|吨|多重|重量",
    "power": r"\b(?:kilo|mega|giga)watts?|\b[kMG]W\b|generating capacity|installed capacity|transmission capacity|how much (?:\w+ )?power\b|装机|千瓦(?!时)|兆瓦|吉瓦|输电能力|功率",
    "energy": r"\b(?:kilo|mega|giga|tera)watt[- ]hours?|\b[kMGT]Wh\b|how much (?:electricity|energy)|(?:electricity|energy|power) (?:consumption|generation|use|output)|千瓦时|发电量|用电量|耗电|度电|多少度|多少电",
    "compute": r"comput(?:ing|ational|e) (?:power|capacity)|E?FLOPS|算力|计算能力",
    "data": r"how much data|data (?:volume|storage)|storage capacity|bandwidth|(?:giga|tera|peta|exa)bytes?|数据量|存储容量|带宽|传输速率",
    "temperature": r"temperature|degrees|how (?:hot|cold|warm)|温度|摄氏度|气温|多少度(?=[？?。]|$)|升温",
}  # fmt: skip
_DIRECT: Final = {
    "count": (
        r"how many|number of|headcount|how (?:large|big) (?:is|was|are|were) the (?:population|workforce)|population"
        rf"|多少[{_COUNTED}]|几[{_COUNTED}]|多少(?:企业|公司|工厂|员工|人口|项目|城市|国家|客户|用户|专利|企业|门店|标准|机器人)|人口|数量|人数|件数|销量|产量|几成员"
    ),
    "percent": r"what (?:percent|percentage|share|proportion|fraction)|how many percent|百分之(?:多少|几)|多大(?:的)?(?:比例|比重|份额)|占比|几个百分点|多少个百分点",
    "year": r"(?:what|which) year|in what year|by what year|哪一?年|何年|哪年|几几年|哪两年|哪几年|什么年份",
    "date": r"\bwhen\b(?= (?:did|does|do|is|was|were|will|would|has|had|are|can|must|should))|(?:what|which) (?:date|day|month)|until when|since when|from when"
            r"|哪一?[天日]|何时|什么时候|什么时间|哪个?月|几月|几号|何日|何月|截止到?何|自何时|日期",
    "duration": r"how long (?:did|does|do|will|would|has|have|had|is it|can|must|before|after|until|for|is (?:a|an|its|the (?:\w+ ){0,3}(?:validity|term|period|payback)))|for how long|how many (?:years|months|days|weeks|hours|minutes)|how (?:quickly|soon)|payback|多久|多长时间|几年(?!级)|几个月|多少年|多少天|几天|多少个?月|多少个?小时|几小时|有效期|期限|周期",
    "rank": r"what (?:place|rank|position|spot)s?|where (?:did|does|do|is|was) .{1,60}\brank|how (?:did|does|do) .{1,60}\brank|\brank(?:ed|ing|s)?\b|which place|排(?:名)?第?几|第几|名次|排在?什么|居.{0,6}第几|位次|排名",
    "name": r"\bwho(?:m|se)?\b|\bwhich (?!year|date|day|month|place|figures?|amounts?|two years|percentage|share|years)|what (?:is|was|are) the (?:name|names)\b|\bwhat (?:company|organisation|organization|body|institution|agency|city|country)|谁|哪[一]?家|哪个(?!月)|哪些|哪[两三几]?[家位座种所类]|什么(?:公司|机构|组织|名字|名称|城市|国家)|名称|叫什么",
    "list": r"\bwhich (?:\w+ ){0,2}(?:two|three|four|five|six|\w+s)\b|what are the|name the|list (?:the|all)|哪些|哪[两三四五几](?:个|家|项|种|座|类|大|位)|分别是哪|有什么|包括什么",
}  # fmt: skip
_ASKS_AMOUNT: Final = (
    r"how much|how large|how big|how (?:far|high|low|intense|long|fast)|what\b|which (?:amount|figure|level|value)|to what|at what|多少|几何|多大|多高|多远|多长|多重|什么(?:水平|程度|规模)|何种"
)
_GENERIC_MONEY: Final = r"how much (?:money|did .{1,40}\b(?:invest|spend|pay|earn|cost|raise)|(?:does|will|do) .{1,40}\b(?:invest|spend|pay|earn|cost|raise))|多少钱|多少(?:亿|万)?(?:美元|元|欧元|资金)"


def _compiled(patterns: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in patterns.items()}


_MEASURE_PATTERNS: Final = _compiled(_MEASURES)
_DIRECT_PATTERNS: Final = _compiled(_DIRECT)
_AMOUNT: Final = re.compile(_ASKS_AMOUNT, re.IGNORECASE)
_MONEY: Final = re.compile(_GENERIC_MONEY, re.IGNORECASE)


def figure_type(question: str) -> frozenset[str]:
    """The kinds of figure that a question asks for, as `kind_of` names them, and "name", "list".

    Several where it asks several things; empty where its words don't tell.
    """
    kinds = {kind for kind, pattern in _DIRECT_PATTERNS.items() if pattern.search(question)}
    if _MONEY.search(question):
        kinds.add("money")
    if _AMOUNT.search(question):
        kinds |= {kind for kind, pattern in _MEASURE_PATTERNS.items() if pattern.search(question)}
    return frozenset(kinds)
