"""Phrases of which the signs of an order are made: machines that are spoken to, where an order may
begin, what is overridden, demanded and said. Parts of regular expressions, for folded text."""

from __future__ import annotations

AI = (
    r"(?:(?:an?|any|all|every|each|the|our|your|this|large)\s+){0,4}"
    r"(?:(?:ai|llm|virtual|digital|automated|machine|language)[- ](?:assistants?|models?|agents?"
    r"|systems?|readers?|reviewers?|summari[sz]ers?|bots?|tools?|crawlers?|scrapers?)"
    r"|ai|a\.i\.|artificial intelligences?|llms?|(?:chat)?gpt(?:-?\d[\w.]*)?|claude|gemini|copilot"
    r"|chatbots?)\b"
)
AI_ZH = (
    r"(?:各位|所有|任何|全体|每个|每位|一切|正在[^,:。]{1,12}的){0,2}"
    r"(?:(?:生成式)?(?:ai|人工智能|人工智慧)|大?语言模型|大模型|llm|chatgpt|gpt|claude|gemini"
    r"|聊天机器人|机器人|智能体|智能助[手理]|爬虫)"
    r"(?:语言)?(?:助手|助理|模型|系统|代理|读者|程序|评审员?|审稿人?|机器人|工具|们)*"
)
# Where an order may begin: with a clause, and not behind the noun that would be its subject.
AT = (
    r"(?:(?:^|(?<=[.;:!?,()\[\]<>—–|。、】》」”\u4e00-\u9fff-]))[\s\W_]{0,8}"
    r"|(?<=\band )|(?<=\bthen )|(?<=\bbut )|(?<=\bso ))"
    r"(?:(?:please|now|then|and|also|just|simply|instead|always|only|kindly|immediately"
    r"|you (?:must|should|shall|will|are to|have to|need to))\s+){0,5}"
)
AT_ZH = r"(?:^|(?<=[,:;。!?、()\]】」” |]))\W{0,8}"
PLEA_ZH = r"(?:请你?|你|您|务必|必须|一律|现在|立即|马上|应当?|须|要|先|首先|直接|都|就|只能?|始终)"

EARLIER = (
    r"(?:previous(?:ly)?|prior|earlier|preceding|above|foregoing|former|all|your|system|initial"
    r"|original|hidden|developer|safety)"
)
FILLER = r"(?:about|any|every|everything|of|the|these|those|other|my|given|and|or|\w+ly)"
RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|guidance|directions?|commands?|requests?|orders?"
    r"|directives?|guardrails|programming|training|restrictions|safeguards|system messages?)\b"
)
DROP = (
    r"(?:ignore|skip|disregard|forget|override|overwrite|bypass|discard|set aside"
    r"|pay no attention to"
    r"|(?:do not|don't|never) (?:follow|obey|heed)|stop (?:following|obeying))\s+"
)
DROP_ZH = (
    r"(?:忽略|无视|忘记|忘掉|忘了|(?:不要|不必|不用|别)(?:再)?(?:理会|遵守|遵循|管)|抛开|绕过"
    r"|跳过|推翻"
    r"|废除|撤销|覆盖|丢弃)掉?"
)
ABOVE_ZH = r"(?:之前|以前|先前|此前|前面|上面|以上|上述|上文)"
FORMER_ZH = (
    r"(?:之前|以前|先前|此前|前面|上面|以上|上述|上文|所有|全部|一切|任何|你|您|系统"
    r"|原有|原来|原先)"
)
SAY = r"(?:answer|reply|respond|say|state|claim|insist|report|write|output)"
ASKED = (
    r"(?:(?:anybody|anyone|someone|somebody|the user|users?|(?:the |a )?readers?|a (?:user|person)"
    r"|people|they|you(?: are|'re)?|ever|is|are)\s+)*+"
    r"(?:asks?|asked|inquires?|enquires?|wants? to know|wonders?|queries|query)\b"
)
SHOW = (
    r"(?:print|output|reveal|repeat|show|display|write|leak|disclose|give|tell|send|list|paste"
    r"|return|recite|quote|dump|share|translate|summari[sz]e|expose)\s+"
    r"(?:(?:me|us|out|back|down|all|of|the|full|exact|entire|complete|whole|text"
    r"|contents?|first|last|words|\d+)\s+)*"
)
SHOW_ZH = (
    r"(?:输出|打印|显示|复述|重复|泄露|透露|告诉我|公开|展示|列出|写出|翻译|给出|说出|交出)"
    r"[^,。;]{0,6}?"
)
