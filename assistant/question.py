"""What is asked, as it travels through LlamaIndex's retriever, engine and synthesizer."""

from __future__ import annotations

from dataclasses import dataclass, field

from llama_index.core.schema import QueryBundle

from assistant.answer import Filters, Language, Turn


@dataclass
class Question(QueryBundle):
    """A question with the language of its answer, the turns before it, and where it may look."""

    language: Language = "en"
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
