"""What is asked, as it travels through LlamaIndex's retriever, engine and synthesizer."""

from __future__ import annotations

from dataclasses import dataclass

from llama_index.core.schema import QueryBundle

from assistant.answer import Language, Turn


@dataclass
class Question(QueryBundle):
    """A question with the language that its answer is written in and the turns before it."""

    language: Language = "en"
    history: tuple[Turn, ...] = ()
