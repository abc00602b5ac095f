"""The signs of an order to whoever reads by machine, in English and Chinese.

Patterns are read on folded text (`orders.fold`): full-width forms narrow, simplified characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.text.phrases import (
    ABOVE_ZH,
    AI,
    AI_ZH,
    ASKED,
    AT,
    AT_ZH,
    DROP,
    DROP_ZH,
    EARLIER,
    FILLER,
    FORMER_ZH,
    PLEA_ZH,
    RULES,
    SAY,
    SHOW,
    SHOW_ZH,
)


class Sign(NamedTuple):
    """What speaks for an order, and how much; without one of its `words`, in lower case, there is
    none. `told`: it may be told of, too."""

    name: str
    weight: int
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    told: bool = True


def _sign(name: str, weight: int, words: str, *patterns: str, told: bool = True) -> Sign:
    kept = tuple(word.replace("_", " ") for word in words.split())
    return Sign(name, weight, kept, re.compile("|".join(patterns), re.IGNORECASE), told)


SIGNS: Sequence[Sign] = (
    _sign(
        "override",
        2,
        "skip summar translat answer analy descri quote ignor disregard forget overrid overwrite"
        " bypass discard aside attention follow obey heed"
        " 忽略 无视 忘 理会 遵守 遵循 要管 必管 用管 别管 抛开 绕过 跳过 推翻 废除 撤销 覆盖 丢弃"
        " 不要 别",
        rf"{AT}{DROP}(?:{FILLER}\s+)*(?:{EARLIER}\s+)(?:(?:{FILLER}|{EARLIER})\s+)*{RULES}",
        rf"{AT}{DROP}(?:(?:{FILLER}|all)\s+)*(?:previous|prior|preceding|above|earlier)\s+"
        r"(?:lines?|sentences?|text|paragraphs?|passages?|content|context|figures?|documents?)\b",
        rf"{AT}{DROP}(?:the|this|that|all|every|everything|anything)\s?"
        r"(?:lines?|sentences?|text|paragraphs?|passages?|context|figures?|documents?)?\s?"
        r"(?:above|before this|you (?:were|have been) told)\b",
        rf"{AT}{DROP}(?:all (?:of )?)?(?:the )?(?:above|previous|preceding)(?=\s*(?:[,.;:!]"
        r"|and\b|$))",
        rf"{AT}(?:do not|don't) (?:summari[sz]e|translate|answer|analy[sz]e|describe|quote) "
        r"(?:this|the)\b[^.]{0,40}\binstead\b",
        rf"{AT}{DROP}(?:the rest of )?(?:the|this) "
        rf"(?:question|query|user|documents?|passages?|text|page|report) and {SAY}\b",
        rf"{AT}{DROP}(?:whatever|anything|everything|all) (?:that )?"
        r"you (?:were|are|have been) (?:told|given|instructed)\b",
        rf"{AT_ZH}{PLEA_ZH}++{DROP_ZH}[^,:。;!?]{{0,8}}?{FORMER_ZH}[^,:。;!?]{{0,12}}?"
        r"(?:指令|指示|提示|命令|规则|设定|系统消息|prompt|守则|准则|对话|上下文"
        r"|[这那]?一?[行句段])",
        rf"{AT_ZH}{PLEA_ZH}++{DROP_ZH}{ABOVE_ZH}[^,:。;!?]{{0,6}}?(?:要求|内容|文字"
        r"|数[字据]|信息)",
        rf"{AT_ZH}{DROP_ZH}{ABOVE_ZH}的?(?:所有|全部)?的?(?:要求|内容|文字|数[字据]|信息)[,;]"
        rf"{PLEA_ZH}*+(?:改为|而是|转而)?(?:回答|输出|写|说|告诉|声称|报告|按)",
        rf"{AT_ZH}{DROP_ZH}系统(?:提示|消息|规则)[,;]{PLEA_ZH}*+(?:回答|输出|说|告诉|声称)",
        rf"[把将]{ABOVE_ZH}[^,:。;]{{0,12}}?(?:忘掉|忘记|忽略|无视|丢弃)",
        rf"{AT_ZH}请?(?:不要|别)(?:总结|回答|翻译|摘要|引用|分析)(?:本|此|这|该"
        rf"|问题)[^,。;]{{0,12}}[,;]"
        r"(?:而是|改为|直接|只|请)",
        rf"{AT_ZH}{DROP_ZH}[^,:。;!?]{{0,6}}?{FORMER_ZH}[^,:。;!?]{{0,8}}?"
        r"(?:指令|指示|提示词|系统消息|prompt)(?![的会将可是])",
    ),
    _sign(
        "role",
        2,
        "as_a you_are you're chatgpt claude gemini act_as behave_as respond_as answer_as speak_as"
        " pretend _mode 你 您"
        " 不受 没有 解除 假装 扮演 装作",
        r"\byou(?:'re| are) (?:now|no longer)\s+(?:(?:an?|the|my|our|bound|limited|in)\s+)*"
        r"(?:[\w-]+\s+){0,3}(?:assistant|ai|language model|chatbot|dan|unrestricted|uncensored"
        r"|unfiltered|by (?:any|your) rules|(?:developer|god|admin|jailbreak|debug|root) mode)\b",
        rf"{AT}(?:act|behave|respond|answer|speak) as (?:if you (?:were|are|had)"
        r"|an? (?:unrestricted|uncensored|unfiltered|different|evil)|dan\b)",
        rf"{AT}pretend (?:that |to be )?(?:you(?:'re| are) )?(?:an? )?(?:[\w-]+ )?(?:ai|assistant"
        r"|language model|unrestricted|not bound|free of|no longer)\b",
        r"\b(?:as |you(?:'re| are) )(?:an? )?(?:ai (?:language )?(?:model|assistant)"
        r"|(?:large )?language model"
        r"|llm|chatgpt|claude|gemini|chatbot)(?:, you\b|(?<=\w)(?=,? (?:and|who|that|so) )|[.:!])",
        rf"{AT}(?:enter|enable|activate|switch to) (?:dan|god|jailbreak|unrestricted) mode",
        r"[你您](?:现在|已经?|将|不再|从现在起|从此刻起)+(?:是|扮演|处于|进入|成为|变成"
        r"|受)[^。,;]{0,16}"
        r"(?:助手|语言模型|大模型|机器人|ai\b|人工智能|dan\b|限制|约束|(?:开发者|越狱|上帝"
        r"|管理员)模式)",
        r"(?:不受|没有|解除)(?:任何|一切|所有)?(?:限制|约束)的(?:ai|人工智能|助手|模型|机器人)",
        rf"作为(?:一[个名款])?{AI_ZH},?[你您]",
        r"[你您]是(?:一[个名款])?(?:ai|人工智能|大?语言模型|chatgpt)(?:语言)?(?:助手|模型"
        r"|机器人)?,",
        r"(?:假装|扮演|装作)[你您]?(?:是|成|为)?(?:一[个名])?[^。,]{0,10}(?:ai|助手|语言模型"
        r"|机器人)",
    ),
    _sign(
        "demand",
        2,
        "system developer your 提示 指令 系统 prompt",
        rf"{AT}{SHOW}(?:your|the|this)?\s?(?:[\w-]+\s){{0,2}}?"
        r"(?:system|developer) (?:prompt|message|instructions)\b",
        rf"{AT}{SHOW}your (?:[\w-]+ )?prompts?\b",
        rf"{SHOW_ZH}[你您](?:的|收到的|所有的)?[^,。;]{{0,6}}(?:提示词|系统提示|系统指令"
        r"|系统消息|prompt)",
        r"[你您]的系统提示词",
    ),
    _sign(
        "inner",
        1,
        "your",
        rf"{AT}{SHOW}your (?:[\w-]+ )?(?:instructions|rules|guidelines)\b",
    ),
    _sign(
        "condition",
        2,
        "answer repl respon say state claim insist report write output 问",
        rf"\b(?:if|when|whenever|should)\s+{ASKED}[^.]{{0,200}}?[,:;]\s*"
        r"(?:(?:please|always|then|simply|just|only|you (?:must|should|will|shall|are to))\s+)*"
        rf"{SAY}(?:\s+(?:that|with|only|by)\b|\s?:|\s?[\"“'])",
        r"\b(?:when|while|if|before|after) (?:you (?:are )?)?(?:summari[sz]|answer|review"
        r"|analy[sz]|translat"
        r"|describ|evaluat|discuss|quot|process|respond)\w*\s+(?:to )?(?:this|the|any|all|every"
        r"|questions?)"
        r"\b[^.]{0,120}?,\s*(?:(?:please|always|then|simply|just|only|you (?:must|should"
        r"|will))\s+)*"
        rf"{SAY}\s+(?:that|with|only)\b",
        r"\b(?:any|every|all|each) (?:questions?|quer(?:y|ies))\b[^.]{0,80}?"
        r"\b(?:is|are|must|should|shall)(?: to)? be answered (?:with|by|as)\b",
        rf"{AT}(?:answer|reply|respond)\b[^.]{{0,200}}?\b(?:if|when(?:ever)?|to) "
        rf"(?:anybody|anyone|everybody|everyone|whoever)\b(?: who)? {ASKED}",
        rf"{AT}(?:answer|reply to|respond to) (?:every|all|any|each) (?:[\w-]+ )?"
        r"(?:questions?|quer(?:y|ies)|prompts?|requests?)\b[^.]{0,120}?\b(?:with|by saying)\b",
        r"(?:如果?|若|倘若|假如|当|凡是?|只要|一旦)(?:有人|有(?:用户|使用者)|用户|使用者|任何人"
        r"|谁|读者|别人|他人|被|你|您)*"
        r"(?:再)?(?:被问|询问|提问|问[起到及]|问(?![题卷责世诊路]))[^。;]{0,60}?[,:]"
        r"(?:请你?|一律|必须|务必|都要?|就|直接|只能?|[你您](?:要|应|必须)|统一)++"
        r"(?:直接|统一)?(?:回答|答复|回复|答|说|声称|报告|输出|写|引用)",
        r"(?:有人|任何人|[不无]论谁|(?:[不无]论|不管)(?:用户|使用者))(?:问|询问"
        r"|提问)(?![题卷责世诊路])"
        r"[^。;]{0,30}?,(?:请|一律|必须|务必|都|只)++(?:直接)?(?:回答|答复|回复|说|称)",
        r"(?:任何|所有|一切|每个)[^,。;]{0,20}(?:问题|提问),?"
        r"(?:请|一律|必须|务必)++(?:直接)?(?:回答|答复|回复|说)(?![了完得出好])",
        r"(?:对于?|凡是?)(?:任何|所有|一切|每个)[^。;]{0,24}?(?:问题|提问),"
        r"(?:请|一律|都|均|必须|务必|只)++(?:直接)?(?:回答|答复|回复|说)",
        r"(?:回答|总结|概括|摘要|翻译|评价)[^,。;]{0,24}?(?:问题|文档?|报告|内容|文章|文件"
        r"|页面)时,?"
        r"(?:请|一律|都|均|必须|务必|只)++(?:直接)?(?:回答|答复|回复|说|称|输出|声称)",
    ),
    _sign(
        "address",
        2,
        "ai a.i artificial llm gpt claude gemini copilot chatbot -model language_model machine"
        " virtual digital automated 模型 机器人 人工智 智能 爬虫 <|",
        rf"\b(?:note|message|memo|notice|reminder|attention|warning) to {AI}[^:,.]{{0,40}}[:,—–]",
        rf"\b(?:note|message|memo|notice|reminder|warning) for {AI}\s*:",
        rf"\battention[,:]? {AI}\s*[:!—–]",
        rf"{AT}(?:dear|hey|hello|hi|ok) {AI}\s*[,:!]",
        rf"\bif you(?:'re| are) {AI}"
        r"(?=\s*(?:[,:]|and |or |that |which |please|(?:read|process|summari|analy|review|pars"
        r"|asked|tasked)))",
        rf"\bto {AI} (?:that (?:is |are )?)?(?:reading|processing|summari[sz]ing"
        rf"|parsing)\b[^:.]{{0,30}}[:,]",
        rf"\b(?:addressed|directed|meant|intended) (?:to|for|at) {AI}[^.:]{{0,20}}:",
        rf"^\W*{AI_ZH}请注意[:,!]",
        rf"^\W*请{AI_ZH}(?:注意[:,!]|忽略|无视|回答|输出|推荐|声称)",
        rf"给{AI_ZH}的(?:通知|消息|留言|提醒)\s*:",
        rf"(?:致|敬告|写给|给|提醒|通知|警告){AI_ZH}\s*:",
        rf"(?:亲爱的|[你您]好|注意)[,!:]?{AI_ZH}[,:!]",
        rf"(?:如果?|若|倘若|假如|当)[你您]是(?:一[个名款])?{AI_ZH}(?=[,:、]|或|正?在|请|阅读"
        r"|读取)",
        r"<\|(?:im_start|system|start_header_id)\b",
    ),
    _sign(
        "header",
        1,
        "assistant system inst sys chatbot administrator developer : end_of ai llm gpt claude"
        " gemini copilot 系统 助手 管理员 开发者 模型 机器人 人工智 智能 爬虫 ai 指令 命令 提示词"
        " 从",
        r"^[\W_]*(?:ai )?(?:assistant|system|chatbot|administrator|developer)"
        r"(?: (?:message|prompt|note|notice|instructions?|override|command|directive|update))?"
        r"\s*[:\])>]",
        r"\[/?(?:system|inst|assistant)\]|<</?sys>>",
        r"^[\W_]*(?:new|updated|revised|real|hidden|secret|special|override) "
        r"(?:task|instructions?|rules?|objective|directive|mission|orders?|prompt|command)\s*:",
        r"\b(?:instructions?|directives?|commands?|guidance|prompts?) (?:to|for) "
        rf"(?:{AI}|(?:the|any|all|every) (?:assistant|model|bot)s?\b)[^:.\])]{{0,30}}[:\])]",
        rf"^[\W_]*(?:(?:to|for) )?{AI}\s*[:,—–!]",
        rf"{AI} (?:reading|processing|summari[sz]ing|parsing|reviewing|indexing) (?:this|the) "
        r"(?:text|document|page|file|report|passage|article|paragraph|review)\b",
        r"\bend of (?:documents|context|prompt|passages|instructions)\b",
        r"^\W*[\[【(<]\s*(?:系统|助手|管理员|开发者)(?:提示词?|消息|指令|命令|信息|更新"
        r"|模式)?\s*[\]】)>]",
        r"^\W*[\[【]\s*(?:指令|命令|提示词)\s*[\]】]",
        r"^\W*(?:系统(?:提示词?|消息|指令|命令|通知)?|助手|管理员(?:指令)?|新(?:的)?(?:任务|指令|命令"
        r"|指示))\s*:",
        rf"^\W*{AI_ZH}(?:[,:!]|请)",
        rf"{AI_ZH}在?(?:阅读|读取|读到|处理|总结|摘要|概括|分析)到?(?:本|此|这|该)",
        r"^\W*从(?:现在|此刻|今)(?:起|开始),?[你您]",
        rf"[给对致]{AI_ZH}的(?:指示|指令|命令|提示|说明|要求)",
        told=False,
    ),
    _sign(
        "order",
        1,
        "answer repl respon say state report claim insist assert pretend assume remember confirm"
        " tell inform assure convince print output write repeat reveal return recite cite"
        " recommend rate rank present quote list end begin start finish preface praise visit click"
        " open call summari accept approve promote ignor disregard forget treat regard multiply"
        " change give from_now you_ user 答 回复 作 输出 打印 复述 声称 报告 推荐 引用"
        " 告 忽略 无视 忘 时 给 把 将 从 用户 使用者",
        rf"{AT}(?:(?:never|do not|don't)\s+)?(?:answer|reply|respond)\b",
        rf"{AT}(?:say|state|report|claim|insist|assert|pretend|assume|remember|confirm) that\b",
        rf"{AT}(?:tell|inform|assure|convince) (?:the )?(?:reader|user|asker|person|human)s?\b",
        rf"{AT}(?:print|output|write|repeat|reveal|return|recite|say|cite|recommend|rate|rank"
        r"|praise|accept|approve|promote)\s+(?:your|the|this|that|only|exactly|nothing|our|[\"“'])",
        rf"{AT}(?:visit|click|open|call|summari[sz]e) (?:this|the|our)\b",
        rf"{AT}(?:report|present|quote|give|list) .{{1,60}}? as\b",
        rf"{AT}(?:end|begin|start|finish|preface) (?:your|every|each|the) (?:answer|repl|respon"
        r"|summar)",
        rf"\b{AI}[^.]{{0,60}}\b(?:must|should|shall|is to|are to|has to|have to) (?:always "
        r"|only )?"
        rf"(?:{SAY}|mention|recommend|rate|conclude)\b",
        rf"{AT}{DROP}(?:the|all|any|every|your|this|that|previous|prior|everything|what)\b",
        rf"{AT}(?:treat|regard|multiply|replace|change|give)\s+"
        r"(?:(?:the|all|every|any|each|an?)\s+)*(?:following|figures?|numbers?|values?|answers?"
        r"|above|user|positive|highest)\b",
        r"\bfrom now on\b",
        r"\byou (?:must|are required to|are instructed to|should (?:always|never))\b",
        r"\bthe user (?:is|has)\b.{0,60}"
        r"\b(?:admin\w*|authori[sz]ed|confirmed|verified|permission)\b",
        rf"{AT_ZH}{PLEA_ZH}*+(?:回答|答复|回复|作答|输出|打印|复述|声称"
        r"|报告[称说为]|推荐[本我]|引用本"
        rf"|告[诉知](?:用户|使用者|读者)|{DROP_ZH}{FORMER_ZH}|给出?(?:好评|最高|正面)"
        rf"|{DROP_ZH}(?:本|这些|所有)?(?:文档|文件|资料|问题))",
        r"时,?(?:必须|请|应|务必)*(?:称|声称|写明|回答|报告[称说为])",
        rf"{AT_ZH}{PLEA_ZH}*+[把将][^,。;]{{1,24}}?(?:报告|说|写|回答|改|当)[为成作]",
        r"从(?:现在|此刻|今)(?:起|开始)[,]?[你您]|(?:用户|使用者)(?:是|已)[^。]{0,16}(?:管理员"
        r"|授权|确认)",
    ),
)
