"""What is asked, as it travels through LlamaIndex's retriever, engine and synthesizer."""

from __future__ import annotations

from dataclasses import dataclass, field

from llama_index.core.schema import QueryBundle

from assistant.answer import Filters, Language, Turn


@dataclass
class Question(QueryBundle):
    """A question with the language of its answer, the turns before it, and where it may look.

    `usage` counts the tokens that were spent on it before its answer.
    """

    language: Language = "en"
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    usage: dict[str, int] = field(default_factory=dict)
