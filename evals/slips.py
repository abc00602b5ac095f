"""A writer that slips and corrects itself when it is told to, and documents with other figures.

With the checks on, nobody sees a slip: it isn't proved, the writer is asked again, and says what is
right. With a check off, the slip is what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import PrivateAttr

from assistant.answer import Answer, Passage
from assistant.app import Assistant
from assistant.figures import Figure, find_figures, kind_of
from assistant.reply import REFUSAL
from evals.alter import replace_figure, say_plainly
from evals.cases import Ask, Case, KnownFigure, build_asks
from evals.known import holds_figure
from evals.scripted import (
    Script,
    ScriptedLLM,
    Shown,
    find_known,
    find_others,
    find_shown,
    write_plainly,
)

Slip = Callable[[Ask, Sequence[Shown], Sequence[Shown]], str | None]
"""What is said first to a question, from the passages that answer it and all that are shown; None
where there is nothing to get wrong."""

_THOUSAND = 1000
_OTHER_MONEY = {"CNY": "USD"}
_PLAIN = (".txt", ".md")


class SlippingLLM(ScriptedLLM):
    """Says one thing to a question, and another once it is asked to correct that."""

    _again: Script | None = PrivateAttr(None)

    def prepare_slip(self, first: Script, again: Script) -> None:
        """For the next question."""
        self.prepare(first)
        self._again = again

    def _reply(self, prompt: str) -> str:
        if self._said is None or self._again is None:
            return super()._reply(prompt)
        return self._again(find_shown(prompt))


class SlippingWriter:
    """An assistant whose model slips at each of the cases; a task asks it like any other."""

    def __init__(
        self, assistant: Assistant, llm: SlippingLLM, cases: Sequence[Case], slip: Slip
    ) -> None:
        self._assistant = assistant
        self._llm = llm
        self._slip = slip
        self._asks = {ask.question: ask for ask in build_asks(cases)}
        self.text = assistant.text

    def ask(self, question: str) -> Answer:
        ask = self._asks[question]
        self._llm.prepare_slip(
            lambda shown: _say_wrong(ask, shown, self._slip), lambda shown: _say_right(ask, shown)
        )
        return self._assistant.ask(question)

    def retrieve(self, question: str, top_k: int = 5) -> list[Passage]:
        return self._assistant.retrieve(question, top_k)


def misstate(ask: Ask, known: Sequence[Shown], shown: Sequence[Shown]) -> str | None:
    """The answer with its first known figure in another magnitude, and if it is money in another
    currency: its digits are what they were."""
    figure = next(iter(_known_figures(ask)), None)
    if figure is None:
        return None
    other = replace(figure, value=figure.value * _THOUSAND)
    if kind_of(figure.unit) == "money":
        other = replace(figure, unit=_OTHER_MONEY.get(figure.unit, "CNY"))
    said = replace_figure(ask.expected, figure, say_plainly(other, ask.language))
    return write_plainly(said, [one.number for one in known], ask.language)


def misattribute(ask: Ask, known: Sequence[Shown], shown: Sequence[Shown]) -> str | None:
    """The right answer with the marker of a passage that says nothing of it."""
    others = find_others(ask.case, shown)
    return write_plainly(ask.expected, [others[0].number], ask.language) if others else None


def _known_figures(ask: Ask) -> list[Figure]:
    stated = find_figures(ask.expected)
    return [one for one in stated if any(holds_figure(known, [one]) for known in ask.case.figures)]


def _say_wrong(ask: Ask, shown: Sequence[Shown], slip: Slip) -> str:
    known = find_known(ask.case, shown)
    return (slip(ask, known, shown) if known else None) or REFUSAL


def _say_right(ask: Ask, shown: Sequence[Shown]) -> str:
    known = find_known(ask.case, shown)
    numbers = [one.number for one in known] if known else []
    return write_plainly(ask.expected, numbers, ask.language) if numbers else REFUSAL


def can_alter(case: Case) -> bool:
    """Whether its document is a file whose letters are its text."""
    return Path(case.source).suffix in _PLAIN


def alter_document(case: Case, folder: Path) -> Case | None:
    """Write another figure into the document of a case with one figure; the case as it then is.

    None, and nothing is written, where the known figure isn't read in a quotation that stands in
    the document letter for letter, or the document isn't plain text.
    """
    path = folder / case.source
    if not can_alter(case):
        return None
    text = path.read_text(encoding="utf-8")
    if len(case.figures) != 1 or not case.quote or text.count(case.quote) != 1:
        return None
    figures = [one for one in find_figures(case.quote) if holds_figure(case.figures[0], [one])]
    if not figures:
        return None
    quote = replace_figure(case.quote, figures[0], _other_digits(figures[0].text))
    changed = _read_at(quote, figures[0].span[0])
    if changed is None or quote in text:
        return None
    path.write_text(text.replace(case.quote, quote), encoding="utf-8")
    known = KnownFigure(changed.value, changed.unit, changed.text)
    return replace(case, figures=(known,), quote=quote, answer_en=changed.text, answer_zh="")


def _other_digits(said: str) -> str:
    """The first digit one higher, a 9 lower: neither a nought nor another number of digits."""
    place = next((n for n, char in enumerate(said) if char in "123456789"), None)
    if place is None:
        return said
    digit = "8" if said[place] == "9" else str(int(said[place]) + 1)
    return said[:place] + digit + said[place + 1 :]


def _read_at(text: str, start: int) -> Figure | None:
    return next((one for one in find_figures(text) if one.span[0] == start), None)
