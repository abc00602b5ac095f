"""A language model whose every reply is known beforehand, and what it says to a question.

It sees what any model sees, the prompt and nothing else: which passages were shown, and under which
numbers, it reads from there.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

from llama_index.core.llms import (
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
)
from pydantic import PrivateAttr

from assistant.answer import Language
from assistant.figures import find_figures
from assistant.models import CONTEXT_WINDOW
from assistant.reply import REFUSAL
from evals.alter import alter_figure, swap_names
from evals.cases import Ask, Case
from evals.known import build_figure
from evals.quotes import FOUND, quotation_share

MODEL = "scripted"
PIECE = 4  # characters a token, about as many as a model's have
# Share of a quotation up to which a passage is another one: neighbours share their edges.
OTHER = 0.3
WAYS = 2  # in which the figures or names of an answer are altered

_PASSAGE = re.compile(
    r'<passage number="(\d+)">\n(?:Source: |出处：)([^\n]*)\n\n(.*?)\n</passage>', re.DOTALL
)
_STOPS = ".。;； "
# Words that had a capital only because they stood first.
_OPENING = re.compile(r"^(?:A|About|Almost|An|At|Between|From|Less|More|Nearly|Over|The|To|Up)\b")


class Shown(NamedTuple):
    """A passage as a prompt shows it; `source` is its line of organisation, year and title."""

    number: int
    source: str
    text: str


Script = Callable[[Sequence[Shown]], str]
"""What a model says once it has seen the passages."""


class ScriptedLLM(CustomLLM):
    """Says what its script makes of the passages, in small pieces, each `pace` seconds after the
    one before.

    It is stubborn: whatever else it is asked for the same question, it says the same again.
    """

    _script: Script | None = PrivateAttr(None)
    _said: str | None = PrivateAttr(None)
    _pace: float = PrivateAttr(0.0)
    _times: dict[int, float] = PrivateAttr(default_factory=dict)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name=MODEL, context_window=CONTEXT_WINDOW)

    @property
    def said(self) -> str:
        """The reply to the question that was asked last."""
        return self._said or ""

    def prepare(self, script: Script, pace: float = 0.0) -> None:
        """For the next question."""
        self._script, self._said, self._pace, self._times = script, None, pace, {}

    def time_of(self, length: int) -> float:
        """When (perf_counter) so many characters were out."""
        return min(at for out, at in self._times.items() if out >= length)

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        return CompletionResponse(text=self._reply(prompt))

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: object
    ) -> CompletionResponseGen:
        return self._speak(self._reply(prompt))

    def _reply(self, prompt: str) -> str:
        if self._said is None:
            shown = find_shown(prompt)
            self._said = self._script(shown) if self._script else REFUSAL
        return self._said

    def _speak(self, text: str) -> Generator[CompletionResponse]:
        for start in range(0, len(text), PIECE):
            time.sleep(self._pace)
            end = min(start + PIECE, len(text))
            self._times[end] = time.perf_counter()
            yield CompletionResponse(text=text[:end], delta=text[start:end])


def find_shown(prompt: str) -> list[Shown]:
    """The passages of a prompt, in its order."""
    found = _PASSAGE.findall(prompt)
    return [Shown(int(number), source, text) for number, source, text in found]


def find_known(case: Case, shown: Sequence[Shown]) -> list[Shown] | None:
    """The passages that hold the known quotations; None where one isn't shown."""
    best = [_find_best(quotation, shown) for quotation in case.quotations]
    known = [one for one in best if one is not None]
    return list(dict.fromkeys(known)) if known and len(known) == len(best) else None


def _find_best(quotation: str, shown: Sequence[Shown]) -> Shown | None:
    rated = [(quotation_share(quotation, one.text), -one.number, one) for one in shown]
    share, _, best = max(rated, default=(0.0, 0, None))
    return best if share >= FOUND else None


def find_others(case: Case, shown: Sequence[Shown]) -> list[Shown]:
    """The passages that hold next to nothing of any known quotation and, where a name is what is
    asked for, not that name either: such a passage may well say the same."""
    return [
        one
        for one in shown
        if all(quotation_share(quotation, one.text) < OTHER for quotation in case.quotations)
        if case.figures or not _names_all(case, one.text)
    ]


def _names_all(case: Case, text: str) -> bool:
    folded = text.casefold()
    return all(any(one.casefold() in folded for one in name.split("|")) for name in case.names)


def write_plainly(answer: str, numbers: Sequence[int], language: Language) -> str:
    """The answer as it is, one sentence with its markers."""
    markers = "".join(f"[{number}]" for number in numbers)
    blank, stop = (" ", ".") if language == "en" else ("", "。")
    return f"{answer.strip(_STOPS)}{blank}{markers}{stop}"


def attribute(answer: str, who: str, language: Language) -> str:
    """The answer as part of a sentence that says who states it."""
    if language == "en":
        return (
            f"According to {who}, it is {_OPENING.sub(lambda word: word.group().lower(), answer)}"
        )
    return f"根据{who}的报告，{answer}"


def find_speakers(cited: Sequence[Shown], organisations: Sequence[str]) -> list[str]:
    """The organisations that the source lines of passages begin with."""
    lines = [one.source for one in cited]
    longest = sorted(organisations, key=len, reverse=True)
    found = (next((who for who in longest if line.startswith(who)), None) for line in lines)
    return list(dict.fromkeys(who for who in found if who))


def alter_figures(ask: Ask, lot: random.Random) -> list[str]:
    """The known answer with one of its known figures changed, in two ways at most."""
    known = [build_figure(figure).value for figure in ask.case.figures]
    stated = [figure for figure in find_figures(ask.expected) if figure.value in known]
    altered = [
        text for figure in stated for text in alter_figure(ask.expected, figure, ask.language)
    ]
    return lot.sample(altered, min(WAYS, len(altered)))


def alter_names(
    ask: Ask, cited: Sequence[Shown], cases: Sequence[Case], lot: random.Random
) -> list[str]:
    """The known answer with a name that the passages lack, in two ways at most."""
    text = " ".join(f"{one.source} {one.text}" for one in cited)
    swapped = list(swap_names(ask, cases, text))
    return lot.sample(swapped, min(WAYS, len(swapped)))


def choose_stranger(
    cited: Sequence[Shown], organisations: Sequence[str], lot: random.Random
) -> str | None:
    """An organisation that the passages neither are by nor name."""
    text = " ".join(f"{one.source} {one.text}" for one in cited).casefold()
    strangers = [who for who in organisations if who.split()[0].casefold() not in text]
    return lot.choice(strangers) if strangers else None
