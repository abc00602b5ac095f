"""An answer as the Markdown of a message: in one piece, or sentence by sentence, the same text."""

from __future__ import annotations

from functools import cache
from typing import get_args

from assistant.answer import Claim, Language, Status
from assistant.prompts import load_messages
from assistant.recalling import read_answer
from assistant.render import (
    escape_markdown,
    markdown_claim,
    markdown_notes,
    unescape_markdown,
)
from assistant.wire import Json, Said


class Growing:
    """What has been said of an answer, and what is still to be said."""

    def __init__(self) -> None:
        self.said = ""

    def add(self, said: Said, language: Language) -> str:
        """The next piece: a checked sentence with its markers, on a line of its own."""
        claim = Claim(said.text, said.citations, said.verdict, said.reason)  # type: ignore[arg-type]
        piece = ("\n" if self.said else "") + markdown_claim(claim, language)
        self.said += piece
        return piece

    def end(self, answer: Json, rendered: str) -> str:
        """The rest, once the whole is known: what no sentence said, remarks and sources."""
        rest = find_rest(rendered, self.said)
        return f"\n\n{markdown_notes(read_answer(answer))}" if rest is None else rest


def find_rest(whole: str, said: str) -> str | None:
    """What comes after `said` in `whole`, white space aside; None where it doesn't begin so."""
    wanted = "".join(said.split())
    at = 0
    for index, sign in enumerate(whole):
        if at == len(wanted):
            return whole[index:]
        if sign.isspace():
            continue
        if sign != wanted[at]:
            return None
        at += 1
    return "" if at == len(wanted) else None


def cut_notes(text: str) -> str:
    """The answer in a message of ours, without what stood below it: remarks on its proof, and
    sources. A message of somebody else's stays as it is."""
    ends = [at for mark in _marks() if (at := text.find(mark)) >= 0]
    return unescape_markdown(text[: min(ends)]) if ends else text


@cache
def _marks() -> tuple[str, ...]:
    """How what stands below an answer begins, in both languages."""
    found = []
    for language in get_args(Language):
        labels = load_messages(language)
        found.append(f"\n\n**{labels.text('ui.answer.sources')}**")
        for status in get_args(Status):
            found.append(f"\n\n*{escape_markdown(labels.text(f'ui.answer.{status}'))}: ")
    return tuple(found)
