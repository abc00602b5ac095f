"""A conversation as the chat shows it: questions, and what has come back on each so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from assistant.answer import Answer, Claim, Language, Turn
from assistant.hypertext import claims_to_html, to_html
from assistant.prompts import load_messages
from assistant.web.chart import show_offers

State = Literal["working", "done", "stopped", "failed"]
Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, which grows claim by claim until `answer` is there.

    `problem` is the line that a person reads where no answer came; `scope` names what the answer
    was confined to, if anything.
    """

    question: str
    state: State = "working"
    claims: tuple[Claim, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Immutable: each step gives the next one, so that a stopped step leaves nothing half done."""

    exchanges: tuple[Exchange, ...] = ()

    def begin(self, question: str, scope: str = "") -> Conversation:
        return Conversation((*self.exchanges, Exchange(question, scope=scope)))

    def take(self, event: Claim | Answer) -> Conversation:
        """With the next claim of the last answer, or with that answer itself."""
        last = self.exchanges[-1]
        if isinstance(event, Answer):
            return self._with_last(replace(last, answer=event, state="done"))
        return self._with_last(replace(last, claims=(*last.claims, event)))

    def fail(self, problem: str) -> Conversation:
        return self._with_last(replace(self.exchanges[-1], state="failed", problem=problem))

    def stop(self) -> Conversation:
        """With the last answer broken off, if it was still growing."""
        if not self.working:
            return self
        return self._with_last(replace(self.exchanges[-1], state="stopped"))

    @property
    def working(self) -> bool:
        return bool(self.exchanges) and self.exchanges[-1].state == "working"

    @property
    def turns(self) -> list[Turn]:
        """The exchanges that were answered: what a follow-up question may refer to."""
        done = ((exchange.question, exchange.answer) for exchange in self.exchanges)
        return [Turn(question, answer.text) for question, answer in done if answer is not None]

    def find_answer(self, answer_id: str) -> Answer | None:
        answers = (exchange.answer for exchange in reversed(self.exchanges))
        return next((answer for answer in answers if answer and answer.id == answer_id), None)

    def _with_last(self, exchange: Exchange) -> Conversation:
        return Conversation((*self.exchanges[:-1], exchange))


def to_messages(conversation: Conversation, language: Language) -> list[Message]:
    """The conversation for Gradio's chat; everything in it is escaped HTML."""
    return [
        message
        for exchange in conversation.exchanges
        for message in (
            {"role": "user", "content": _show_question(exchange, language)},
            {"role": "assistant", "content": _show_exchange(exchange, language)},
        )
    ]


def _show_question(exchange: Exchange, language: Language) -> str:
    # Without blank lines, else Markdown would read what follows them as Markdown.
    lines = (escape(line) for line in exchange.question.splitlines() if line.strip())
    question = f'<div class="question">{"<br>".join(lines)}</div>'
    return f"<div>{question}{_show_scope(exchange.scope, language)}</div>"


def _show_scope(scope: str, language: Language) -> str:
    if not scope:
        return ""
    said = load_messages(language).text("ui.filter.asked", names=" ".join(scope.split()))
    return f'<p class="scope">{escape(said)}</p>'


def _show_exchange(exchange: Exchange, language: Language) -> str:
    if exchange.answer is not None:
        # One element, or Markdown would read on in what follows it.
        offers = show_offers(exchange.answer, language)
        shown = to_html(exchange.answer)
        return f"<div>{shown}{offers}</div>" if offers else shown
    claims = claims_to_html(exchange.claims, language) if exchange.claims else ""
    return f"<div>{claims}{_show_state(exchange, language)}</div>"


def _show_state(exchange: Exchange, language: Language) -> str:
    if exchange.state == "failed":
        return f'<p class="problem">{escape(exchange.problem)}</p>'
    if exchange.state == "stopped":
        key = "stopped" if exchange.claims else "stopped_early"
        return f'<p class="stage">{_say(f"ui.stage.{key}", language)}</p>'
    key = "checking" if exchange.claims else "searching"
    return f'<p class="stage working">{_say(f"ui.stage.{key}", language)}</p>'


def _say(key: str, language: Language) -> str:
    return escape(load_messages(language).text(key))
