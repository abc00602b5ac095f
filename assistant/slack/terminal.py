"""Messages of Slack in a terminal, drawn from the very blocks that Slack would get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from assistant.cli_output import printable
from assistant.prompts import Messages
from assistant.slack.elements import Message
from assistant.slack.mrkdwn import WORD_JOINER
from assistant.wire import Json

_UNESCAPED = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ESCAPE = re.compile("|".join(_UNESCAPED))
# What `mrkdwn.bold` writes, and the tables of `news`.
_STYLED = re.compile(r"```(?P<code>[^`]*)```|(?<![^\s])\*(?P<bold>[^*\n]+)\*(?!\S)")


def show_messages(messages: Sequence[Message], console: Console, labels: Messages) -> None:
    """Each in a frame of its own, in order."""
    for number, message in enumerate(messages, 1):
        title = labels.text("slack.terminal.title", number=number, total=len(messages))
        parts = [_draw(block, labels) for block in message.blocks]
        console.print(Panel(Group(*parts), title=title, title_align="left"))


def read_mrkdwn(text: str) -> Text:
    """As Slack shows it: escapes are their signs, and what is formatted has its style."""
    drawn = Text()
    end = 0
    for found in _STYLED.finditer(text):
        drawn.append(_unescape(text[end : found.start()]))
        style = "bold" if found["bold"] else "cyan"
        drawn.append(_unescape(found["bold"] or found["code"] or ""), style=style)
        end = found.end()
    drawn.append(_unescape(text[end:]))
    return drawn


def _draw(block: Json, labels: Messages) -> RenderableType:
    if block["type"] == "section":
        return read_mrkdwn(block["text"]["text"])
    if block["type"] == "context":
        return Group(*(_dim(read_mrkdwn(one["text"])) for one in block["elements"]))
    return Group(Rule(style="dim"), Text("  ").join(_draw_elements(block, labels)))


def _draw_elements(block: Json, labels: Messages) -> Iterator[Text]:
    for element in block["elements"]:
        if element["type"] == "static_select":
            label = element["placeholder"]["text"]
            yield Text(labels.text("slack.terminal.menu", label=label), style="reverse")
        else:
            label = element["text"]["text"]
            yield Text(labels.text("slack.terminal.button", label=label), style="reverse")


def _dim(text: Text) -> Text:
    text.stylize("dim")
    return text


def _unescape(text: str) -> str:
    shown = _ESCAPE.sub(lambda sign: _UNESCAPED[sign.group()], text)
    return printable(shown.replace(WORD_JOINER, ""))
