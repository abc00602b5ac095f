"""Example questions that a collection answers, made from its own chunks."""

from __future__ import annotations

import numpy as np

from assistant.answer import Language
from assistant.figures import kind_of
from assistant.index import SearchIndex
from assistant.prompts import load_messages
from assistant.stated import figures_of

EXAMPLES = 3
_KINDS = {"money": "money", "percent": "percent", "count": "count"}


def find_examples(index: SearchIndex, language: Language) -> list[str]:
    """Questions about what different organisations or documents say; at most three.

    Chunks in the asker's language come first, since their headings can be read.
    """
    messages = load_messages(language)
    found: dict[str, str] = {}
    foreign = index.languages != language
    for row in [*np.flatnonzero(~foreign), *np.flatnonzero(foreign)]:
        node = index.nodes[int(row)]
        who = node.metadata.get("organisation") or node.metadata.get("title")
        about = node.metadata.get("section")
        if not who or not about or who in found or about == who or len(about) > 60:
            continue
        if any(kind_of(figure.unit) in _KINDS for figure in figures_of(node.text)):
            found[who] = messages.text("answer.example", who=who, about=about)
        if len(found) == EXAMPLES:
            break
    return list(found.values())
