"""What is said around questions: greetings, thanks, what the assistant is, what is in here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from assistant.answer import Language
from assistant.prompts import load_messages
from store.ledger import DocumentRecord

Small = Literal["greeting", "thanks", "abilities", "contents"]

TITLES = 12  # of what is in here

_SMALL: dict[Small, re.Pattern[str]] = {
    "greeting": re.compile(
        r"(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?"
        r"|你好|您好|嗨|大家好|早上好|下午好|晚上好",
        re.IGNORECASE,
    ),
    "thanks": re.compile(
        r"(?:many )?(?:thanks|thank you)(?: very much| a lot)?|谢谢(?:你|您)?|多谢|感谢",
        re.IGNORECASE,
    ),
    "abilities": re.compile(
        r"what (?:can|do) you do|who are you|what are you|help|how (?:does this|do you) work"
        r"|(?:你|您)(?:能|会|可以)(?:做|干)(?:些)?什么|(?:你|您)是谁|怎么用|帮助",
        re.IGNORECASE,
    ),
    "contents": re.compile(
        r"what(?:'s| is) in (?:here|this collection)"
        r"|(?:which|what) (?:documents|reports|sources|files)"
        r"(?: are (?:there|in here|in this collection)| do you (?:have|know))?"
        r"|(?:这里|库里|文档集里?)(?:面)?有(?:哪些|什么)(?:文档|文件|报告|资料|内容)?"
        r"|有哪些(?:文档|文件|报告|资料)",
        re.IGNORECASE,
    ),
}
_EDGES = " \t\n.!?,。！？，、~～"


def find_small_talk(text: str) -> Small | None:
    """What a text is that asks the documents nothing; None for a question."""
    bare = text.strip(_EDGES)
    return next((kind for kind, pattern in _SMALL.items() if pattern.fullmatch(bare)), None)


def reply_to(kind: Small, language: Language, records: Sequence[DocumentRecord]) -> str:
    messages = load_messages(language)
    if kind != "contents":
        return messages.text(f"answer.{kind}")
    if not records:
        return messages.text("answer.contents_empty")
    titles = [_say_record(record, language) for record in records[:TITLES]]
    more = ["…"] if len(records) > TITLES else []
    mark = "；" if language == "zh" else "; "
    return messages.text("answer.contents", documents=len(records), titles=mark.join(titles + more))


def _say_record(record: DocumentRecord, language: Language) -> str:
    if record.year is None:
        return record.title
    year = f"（{record.year}年）" if language == "zh" else f" ({record.year})"
    return f"{record.title}{year}"
