"""The answers of a suite: which of them are listed, and the list a page at a time, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from assistant.answer import Language
from assistant.prompts import Messages, load_messages
from assistant.text.script import simplify
from assistant.web.listing import PAGE, act, show_pager
from assistant.web.measured import say_kind, say_measure, say_tongue
from assistant.web.particulars import show_particulars
from evals.latest import Outcome, SuiteRun

EVERY = "all"
"""What a filter is set to that leaves nothing out."""
WRONG = "wrong"

_LONGEST_NUMBER = 9  # digits of a page or a place in a list; longer ones were made up


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which answers of a suite are wanted."""

    which: str = WRONG
    language: str = EVERY
    kind: str = EVERY
    query: str = ""

    @property
    def only_wrong(self) -> bool:
        """Whether nothing else is asked of an answer."""
        return self == Sieve(which=WRONG, query=self.query) and not self.query.strip()

    def of(self, run: SuiteRun) -> Sieve:
        """For a suite, which may have no questions of that kind."""
        return self if self.kind in list_kinds(run) else replace(self, kind=EVERY)


@dataclass(frozen=True, slots=True)
class View:
    """What is on view: of the run with this stamp (none before there is one), the suite by its
    place, a page of its list, and the answer that is open, by its place in the suite."""

    stamp: str = ""
    suite: int = 0
    page: int = 0
    opened: int | None = None

    def of(self, stamp: str, suites: int) -> View:
        """The same of another run, if it has that suite still."""
        if stamp == self.stamp:
            return self
        return View(stamp, self.suite if self.suite < suites else 0)

    def act(self, verb: str, argument: str, suites: int) -> View:
        """After a click; what the page didn't write changes nothing."""
        if not (argument.isdecimal() and len(argument) <= _LONGEST_NUMBER):
            return self
        number = int(argument)
        if verb == "suite" and number < suites:
            return View(self.stamp, number)
        if verb == "page":
            return replace(self, page=number, opened=None)
        if verb == "case":
            return replace(self, opened=None if number == self.opened else number)
        return self


def find_outcomes(run: SuiteRun, sieve: Sieve) -> list[tuple[int, Outcome]]:
    """Those that are wanted, with their places in the suite."""
    words = _fold(sieve.query).split()
    return [
        (at, one)
        for at, one in enumerate(run.outcomes)
        if (sieve.which != WRONG or not one.passed)
        and sieve.language in (EVERY, one.reply.language)
        and sieve.kind in (EVERY, one.kind)
        and _holds(one, words)
    ]


def list_kinds(run: SuiteRun) -> list[str]:
    return list(dict.fromkeys(one.kind for one in run.outcomes))


def show_outcomes(run: SuiteRun, view: View, sieve: Sieve, language: Language) -> str:
    """A line an answer, a page of them at a time; the one that is open with all there is of it."""
    labels = load_messages(language)
    found = find_outcomes(run, sieve)
    counted = labels.text("ui.outcomes.shown", found=len(found), all=len(run.outcomes))
    told = f'<p class="counted" role="status">{escape(counted)}</p>'
    if not found:
        key = "none_wrong" if sieve.only_wrong else "none"
        return f'{told}<p class="nothing">{escape(labels.text(f"ui.outcomes.{key}"))}</p>'
    last = (len(found) - 1) // PAGE
    page = min(view.page, last)
    on_view = found[page * PAGE : (page + 1) * PAGE]
    rows = "".join(_show_outcome(at, one, at == view.opened, labels) for at, one in on_view)
    pager = show_pager(page, last, len(found), labels) if last else ""
    return f'{told}<ul class="cases">{rows}</ul>{pager}'


def say_verdict(outcome: Outcome, labels: Messages) -> str:
    """Right, or by which measures it is wrong."""
    if not outcome.judged:
        return labels.text("ui.outcomes.unjudged")
    if outcome.passed:
        return labels.text("ui.outcomes.right")
    names = [say_measure(one.measure, labels) for one in outcome.faults]
    joined = labels.text("ui.source.joint").join(names)
    return labels.text("ui.outcomes.faulty", measures=joined)


def _show_outcome(at: int, outcome: Outcome, opened: bool, labels: Messages) -> str:
    reply = outcome.reply
    name = reply.case
    if reply.attempt > 1:
        name = labels.text("ui.outcomes.attempt", case=reply.case, attempt=reply.attempt)
    tone = "bad" if outcome.faults else "good" if outcome.judged else "mid"
    place = f'<span class="place">{say_tongue(reply.language, labels)}</span>'
    kind = f'<span class="kind">{escape(say_kind(outcome.kind, labels))}</span>'
    verdict = f'<span class="verdict {tone}">{escape(say_verdict(outcome, labels))}</span>'
    details = show_particulars(outcome, labels) if opened else ""
    return (
        f"<li{' class=opened' if opened else ''}>"
        f'<button {act("case", str(at))} aria-expanded="{"true" if opened else "false"}">'
        f"<b>{escape(name)}</b>{place}"
        f'<span class="words" lang="{reply.language}">{escape(reply.answer.question)}</span>'
        f"{kind}{verdict}</button>{details}</li>"
    )


def _holds(outcome: Outcome, words: Sequence[str]) -> bool:
    """Whether all words stand in what was asked, expected and said."""
    if not words:
        return True
    reply = outcome.reply
    text = _fold(f"{reply.case} {reply.answer.question} {reply.expected} {reply.answer.answer}")
    return all(word in text for word in words)


def _fold(text: str) -> str:
    return simplify(text).casefold()
