"""Lines of Duocite's own in Slack, that are neither answers nor failures."""

from __future__ import annotations

from typing import Literal

from assistant.prompts import load_messages
from assistant.scope import Language
from assistant.slack.elements import Message, build_sections
from assistant.slack.mrkdwn import escape

Line = Literal["help", "not_allowed", "gone", "noted"]


def build_line(line: Line, language: Language) -> Message:
    text = escape(load_messages(language).text(f"slack.line.{line}"))
    return Message(text, build_sections(text))
