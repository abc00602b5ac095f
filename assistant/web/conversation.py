"""A conversation as the chat shows it: questions, and what has come back on each so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from assistant.answer import Answer, Claim, Language, Turn
from assistant.feedback import Thumb
from assistant.hypertext import claims_to_html, to_html
from assistant.prompts import load_messages
from assistant.web.chart import show_offers
from assistant.web.handles import show_edit, show_handles

State = Literal["working", "done", "stopped", "failed"]
Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, which grows claim by claim until `answer` is there.

    `problem` is the line that a person reads where no answer came, `note` the one under an answer
    that is there; `scope` names what the answer was confined to, if anything. `kept` says whether
    the history has it, `thumb` what the reader thought of it.
    """

    question: str
    state: State = "working"
    claims: tuple[Claim, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    scope: str = ""
    kept: bool = False
    note: str = ""
    thumb: Thumb | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Immutable: each step gives the next one, so that a stopped step leaves nothing half done.

    `id` is its name in the history, empty as long as that has nothing of it. `editing` is the
    exchange whose question is being put in another way. `keeps` is after how many kept turns the
    next one goes, where what came after them has been taken back.
    """

    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    editing: int | None = None
    keeps: int | None = None

    def begin(self, question: str, scope: str = "") -> Conversation:
        """With a new question, in place of the one that is being edited and all after it."""
        talk = self if self.editing is None else self.cut(self.editing)
        return replace(talk, exchanges=(*talk.exchanges, Exchange(question, scope=scope)))

    def edit(self, index: int | None) -> Conversation:
        """With a question that is being edited; any other index edits nothing."""
        known = index is not None and 0 <= index < len(self.exchanges)
        return replace(self, editing=index if known else None)

    def cut(self, index: int) -> Conversation:
        """The exchanges before one of them."""
        before, after = self.exchanges[:index], self.exchanges[index:]
        taken_back = self.keeps is not None or any(exchange.kept for exchange in after)
        keeps = sum(exchange.kept for exchange in before) if taken_back else None
        return replace(self, exchanges=before, editing=None, keeps=keeps)

    def mark_kept(self, index: int) -> Conversation:
        done = replace(self.exchanges[index], kept=True, note="")
        return replace(self._with(index, done), keeps=None)

    def rate(self, answer_id: str, thumb: Thumb | None, note: str = "") -> Conversation:
        """With what the reader thinks of an answer, wherever it was given."""
        talk = self
        for index, exchange in enumerate(self.exchanges):
            if exchange.answer is not None and exchange.answer.id == answer_id:
                talk = talk._with(index, replace(exchange, thumb=thumb, note=note))
        return talk

    def note(self, line: str) -> Conversation:
        return self._with_last(replace(self.exchanges[-1], note=line))

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
    def edited(self) -> str | None:
        """The question that is being edited."""
        return None if self.editing is None else self.exchanges[self.editing].question

    @property
    def turns(self) -> list[Turn]:
        """The exchanges that were answered: what a follow-up question may refer to."""
        done = ((exchange.question, exchange.answer) for exchange in self.exchanges)
        return [Turn(question, answer.text) for question, answer in done if answer is not None]

    def find_answer(self, answer_id: str) -> Answer | None:
        answers = (exchange.answer for exchange in reversed(self.exchanges))
        return next((answer for answer in answers if answer and answer.id == answer_id), None)

    def find_thumb(self, answer_id: str) -> Thumb | None:
        """What the reader thought of an answer, if anything."""
        given = (one for one in self.exchanges if one.answer and one.answer.id == answer_id)
        return next((one.thumb for one in given), None)

    def _with_last(self, exchange: Exchange) -> Conversation:
        return self._with(len(self.exchanges) - 1, exchange)

    def _with(self, index: int, exchange: Exchange) -> Conversation:
        before, after = self.exchanges[:index], self.exchanges[index + 1 :]
        return replace(self, exchanges=(*before, exchange, *after))


def to_messages(conversation: Conversation, language: Language) -> list[Message]:
    """The conversation for Gradio's chat; everything in it is escaped HTML."""
    return [
        message
        for index in range(len(conversation.exchanges))
        for message in (
            {"role": "user", "content": _show_question(conversation, index, language)},
            {"role": "assistant", "content": _show_exchange(conversation, index, language)},
        )
    ]


def _show_question(conversation: Conversation, index: int, language: Language) -> str:
    exchange = conversation.exchanges[index]
    # Without blank lines, else Markdown would read what follows them as Markdown.
    lines = (escape(line) for line in exchange.question.splitlines() if line.strip())
    shown = f'<div class="question">{"<br>".join(lines)}</div>'
    edit = "" if conversation.working else show_edit(index, language)
    kind = "asked editing" if conversation.editing == index else "asked"
    scope = _show_scope(exchange.scope, language)
    return f'<div><div class="{kind}">{shown}{edit}</div>{scope}</div>'


def _show_scope(scope: str, language: Language) -> str:
    if not scope:
        return ""
    said = load_messages(language).text("ui.filter.asked", names=" ".join(scope.split()))
    return f'<p class="scope">{escape(said)}</p>'


def _show_exchange(conversation: Conversation, index: int, language: Language) -> str:
    """One element, or Markdown would read on in what follows it."""
    exchange = conversation.exchanges[index]
    last = index == len(conversation.exchanges) - 1
    shown = f"{_show_reply(exchange, language)}{_show_note(exchange)}"
    if not conversation.working:
        shown += show_handles(exchange.answer, exchange.thumb, language, retry=last)
    return f"<div>{shown}</div>"


def _show_reply(exchange: Exchange, language: Language) -> str:
    if exchange.answer is not None:
        return to_html(exchange.answer) + show_offers(exchange.answer, language)
    claims = claims_to_html(exchange.claims, language) if exchange.claims else ""
    return f"{claims}{_show_state(exchange, language)}"


def _show_note(exchange: Exchange) -> str:
    return f'<p class="note">{escape(exchange.note)}</p>' if exchange.note else ""


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
