"""Drafts reviewed in a terminal: each is shown, and a letter says what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.prompt import Prompt
from rich.text import Text

from assistant.cli_output import printable
from assistant.errors import SuiteError
from assistant.figures import find_figures
from assistant.prompts import Messages, explain
from evals.acceptance import FIELDS, DraftFile, say_field
from evals.sources import Texts

Json = dict[str, Any]
Ask = Callable[[str], str]
"""Shows a prompt and reads a line; EOFError where there is no more."""

DECISIONS = ("a", "e", "s", "d", "q")


@dataclass
class Tally:
    """What became of the drafts that were shown."""

    accepted: int = 0
    dropped: int = 0
    skipped: int = 0
    left: int = 0


@dataclass
class Review:
    """Goes through the open drafts of a file. Everything is asked by `ask`, so that lines of a pipe
    do as well as a person; at their end it stops as if by "q"."""

    drafts: DraftFile
    texts: Texts
    console: Console
    messages: Messages
    ask: Ask
    tally: Tally = field(default_factory=Tally)

    def run(self) -> Tally:
        waiting = self.drafts.read_open()
        for number, row in enumerate(waiting, 1):
            self.show(row, number, len(waiting))
            try:
                goes_on = self.decide(row)
            except EOFError:
                goes_on = False
            if not goes_on:
                break
        self.tally.left = len(self.drafts.read_open())
        return self.tally

    def decide(self, row: Json) -> bool:
        """Until something becomes of a draft; False where the person stops."""
        while True:
            letter = self.ask(self.messages.text("cli.draft_decide")).strip().lower()[:1]
            if letter == "q":
                return False
            if letter == "e":
                row = self.edit(row)
                self.show(row, 0, 0)
            elif letter in DECISIONS and self.settle(row, letter):
                return True

    def settle(self, row: Json, letter: str) -> bool:
        """Whether that is the end of it: what can't be accepted stays to be edited or dropped."""
        if letter == "s":
            self.tally.skipped += 1
            return True
        try:
            if letter == "d":
                self.drafts.drop(row["id"])
                self.tally.dropped += 1
            else:
                self.drafts.accept(row["id"], self.texts)
                self.tally.accepted += 1
        except SuiteError as error:
            self._complain(error)
            return False
        return True

    def edit(self, row: Json) -> Json:
        """One field; an empty line leaves it as it is."""
        name = self.ask(self.messages.text("cli.draft_field", fields=", ".join(FIELDS))).strip()
        if not name:
            return row
        try:
            now = say_field(row, name)
            text = self.ask(self.messages.text("cli.draft_value", field=name, now=now))
            return self.drafts.edit(row["id"], {name: text}) if text.strip() else row
        except SuiteError as error:
            self._complain(error)
            return row

    def show(self, row: Json, number: int, many: int) -> None:
        say = self.console.print
        head = f"{number}/{many}  " if number else ""
        say(Text(f"\n{head}{row['id']}  {row['kind'] or '?'}  {self._place(row)}", style="bold"))
        for name in ("question_en", "question_zh", "answer_en", "answer_zh", "why"):
            if row.get(name):
                label = self.messages.text(f"cli.draft_{name}")
                say(Text.assemble((f"{label}  ", "dim"), printable(str(row[name]))))
        if quote := row.get("quote") or row.get("trap_quote"):
            say(mark_figures(printable(quote), row))
        for code in row.get("draft", {}).get("look_at", ()):
            say(Text(self.messages.text(f"cli.draft_look_{code}"), style="yellow"))

    def _place(self, row: Json) -> str:
        source = row.get("source") or ""
        return printable(f"{source}:{row.get('line', 0)}") if source else ""

    def _complain(self, error: SuiteError) -> None:
        line = explain(error, self.messages.language)
        self.console.print(Text(printable(line), style="red"))


def mark_figures(quote: str, row: Json) -> Text:
    """A quotation with the known figures in it marked."""
    known = {figure.get("text") for figure in row.get("figures", ())}
    shown = Text(f"  {quote}")
    for figure in find_figures(quote):
        if figure.text in known:
            shown.stylize("bold reverse", figure.span[0] + 2, figure.span[1] + 2)
    return shown


def ask_person(console: Console) -> Ask:
    """From the terminal, or from a pipe."""

    def ask(prompt: str) -> str:
        return Prompt.ask(Text(prompt), console=console, default="", show_default=False)

    return ask
