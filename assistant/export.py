"""A conversation or an answer as a file to keep or to hand on: Markdown, DOCX, JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

from assistant.answer import Answer, Language
from assistant.history import PastConversation, PastTurn
from assistant.outline import (
    Block,
    Heading,
    Paragraph,
    Quotation,
    Run,
    Table,
    fold,
    outline_answer,
    outline_conversation,
    title_of,
)
from assistant.render import close_markers, escape_markdown
from assistant.state import make_whole, write_time

FileForm = Literal["markdown", "docx", "json"]
SUFFIXES: dict[FileForm, str] = {"markdown": ".md", "docx": ".docx", "json": ".json"}

LONGEST_NAME = 60
_UNSAFE = re.compile(r'[\\/:*?"<>|%$`#\s]+')
# What would make a list or a rule of a paragraph that begins so.
_BEGINS_BLOCK = re.compile(r"(?P<before>\d{0,9})(?P<sign>[-+=.)])")


def export_conversation(
    conversation: PastConversation, form: FileForm, language: Language
) -> bytes:
    """The file; what stands around questions and answers is in `language`. JSON is the same in
    both, and has all of each answer as `Answer.to_json` gives it."""
    if form == "json":
        return _write_json(conversation_json(conversation))
    blocks = outline_conversation(conversation, language)
    return _write_blocks(blocks, form, title_of(conversation, language))


def export_answer(answer: Answer, form: FileForm, language: Language) -> bytes:
    """As `export_conversation`, of one answer."""
    if form == "json":
        return _write_json(answer.to_json())
    return _write_blocks(outline_answer(answer, language), form, fold(answer.question))


def conversation_json(conversation: PastConversation) -> dict[str, Any]:
    row = conversation.row
    return {
        "id": row.id,
        "title": row.title,
        "collection": row.collection,
        "pinned": row.pinned,
        "created": write_time(row.created),
        "updated": write_time(row.updated),
        "turns": [_turn_json(turn) for turn in conversation.turns],
    }


def name_file(title: str, form: FileForm) -> str:
    """A name that every file system takes, made of a title."""
    joined = _UNSAFE.sub("-", make_whole(title))
    shown = "".join(sign for sign in joined if unicodedata.category(sign)[0] != "C")
    return (shown.strip("-. ")[:LONGEST_NAME] or "duocite") + SUFFIXES[form]


def to_markdown(blocks: Sequence[Block]) -> str:
    """CommonMark with tables; whatever a text holds stays text."""
    return "\n\n".join(map(_write_block, blocks)) + "\n"


def _write_json(value: dict[str, Any]) -> bytes:
    # A lone half of a character has no UTF-8; JSON can say it in another way.
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace")


def _turn_json(turn: PastTurn) -> dict[str, Any]:
    return {
        "question": turn.question,
        "created": write_time(turn.created),
        "answer": turn.answer.to_json() if turn.answer else None,
    }


def _write_blocks(blocks: Sequence[Block], form: FileForm, title: str) -> bytes:
    if form == "docx":
        from assistant.word import build_docx

        return build_docx(blocks, title)
    return make_whole(to_markdown(blocks)).encode()


def _write_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {escape_markdown(block.text)}"
    if isinstance(block, Quotation):
        return f"> “{escape_markdown(fold(block.text))}”"
    if isinstance(block, Table):
        return _write_table(block)
    return _write_paragraph(block)


def _write_paragraph(block: Paragraph) -> str:
    text = close_markers("".join(map(_write_run, block.runs)).strip())
    if begins := _BEGINS_BLOCK.match(text):
        text = f"{begins['before']}\\{text[begins.start('sign') :]}"
    return f"- {text}" if block.item else text


def _write_table(table: Table) -> str:
    rows = [[*map(escape_markdown, table.heads)], ["---"] * len(table.heads)]
    rows += [[_write_run(run) for run in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _write_run(run: Run) -> str:
    if run.style == "marker":
        return run.text
    text = escape_markdown(run.text)
    sign = {"plain": "", "strong": "**", "note": "*"}[run.style]
    # A sign of emphasis that a space follows or goes before is only a sign.
    inner = text.strip()
    return text.replace(inner, f"{sign}{inner}{sign}", 1) if inner and sign else text
