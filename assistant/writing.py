"""The model of an assistant: what it is asked, how it is called, and what that costs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from llama_index.core.llms import LLM
from llama_index.core.response_synthesizers import BaseSynthesizer

from assistant.answer import Answer
from assistant.calling import Complete, Usage, build_caller
from assistant.condensing import Condenser
from assistant.expansion import Expand, Expander
from assistant.glossary import Glossary
from assistant.models import build_llm
from assistant.prices import find_prices
from assistant.settings import Settings
from assistant.synthesis import ModelSynthesizer
from assistant.tokens import count_tokens


class Writer:
    """What a model does for an assistant by its settings; nothing where they name none."""

    def __init__(self, settings: Settings, llm: LLM | None = None) -> None:
        self._settings = settings
        self._llm = llm or build_llm(settings)
        self._caller = build_caller(settings, self._llm) if self._llm else None
        self._prices = find_prices(settings.prices, settings.data)
        expander = Expander(self._caller.complete) if self._caller else None
        self.expand: Expand | None = (
            expander.expand if expander and settings.expand == "on" else None
        )
        """What searches are widened by."""

    @property
    def complete(self) -> Complete | None:
        """What sends a prompt and waits for the reply."""
        return self._caller.complete if self._caller else None

    @property
    def repair(self) -> Complete | None:
        """What a sentence that isn't proved is written again by."""
        return self.complete if self._settings.repair else None

    @property
    def falls_back(self) -> bool:
        return self._llm is not None and self._settings.fallback == "offline"

    @property
    def marks_unproved(self) -> bool:
        return self._llm is not None and self._settings.unproved == "mark"

    @property
    def fingerprint(self) -> str:
        """Names the settings that answers depend on."""
        settings = self._settings
        parts = (settings.unproved, settings.repair, settings.llm_context, settings.expand)
        return "\x1f".join(map(str, (settings.llm, *parts)))

    def build_synthesizer(self, quoting: BaseSynthesizer) -> BaseSynthesizer:
        """The model's, or `quoting` where there is none."""
        if self._llm is None:
            return quoting
        window = self._settings.llm_context
        return ModelSynthesizer(self._llm, caller=self._caller, window=window)

    def build_condenser(self, names: Glossary) -> Condenser:
        model = self._llm.metadata.model_name if self._llm else ""
        return Condenser(self.complete, partial(count_tokens, model=model), names)

    def complete_answer(self, answer: Answer, question: str, usage: Usage) -> Answer:
        """With the question as it was asked, and with what all that was asked of the model took:
        `usage` is what it took before the answer."""
        counts = dict(answer.usage)
        for name, count in usage.items():
            counts[name] = counts.get(name, 0) + count
        return replace(answer, question=question, usage=self._prices.add_cost(answer.model, counts))

    def close(self) -> None:
        """Let go of the connections to the model."""
        if self._caller is not None:
            self._caller.close()
