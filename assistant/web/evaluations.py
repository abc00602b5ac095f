"""The tab of the last eval run: its components, and which event of theirs calls what.

It looks each time: a report that was made while the server runs is there when the tab is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from assistant.answer import Language
from assistant.errors import DuociteError
from assistant.prompts import explain, load_messages
from assistant.text.accepted import choose_language
from assistant.web.components import LATEST, QUIET, Updates
from assistant.web.measured import say_kind, say_tongue
from assistant.web.outcomes import EVERY, WRONG, Sieve, View, list_kinds, show_outcomes
from assistant.web.scoreboard import show_line, show_run
from evals.cases import LANGUAGES
from evals.latest import Latest, SuiteRun

Given = tuple[str, str, str, str, View, Language]
"""What every event is given: the four parts of the sieve, what is on view, the page's language."""
NO_RUN = "-"
"""The stamp of what is on view where there is no run to see."""

# What was clicked last; the script clicks the hidden button then.
_READ_ACT = "(act, ...rest) => [window.duociteAct || '', ...rest]"


class EvalTab(NamedTuple):
    """The components of the tab."""

    tab: gr.Tab
    overview: gr.HTML
    which: gr.Dropdown
    language: gr.Dropdown
    kind: gr.Dropdown
    search: gr.Textbox
    cases: gr.HTML
    act: gr.Textbox
    doer: gr.Button
    view: gr.State

    @property
    def sieve(self) -> list[Any]:
        return [self.which, self.language, self.kind, self.search]

    @property
    def outputs(self) -> list[Any]:
        return [self.tab, self.overview, *self.sieve, self.cases, self.view]


def lay_out_evaluations() -> EvalTab:
    """To be called where the tabs are laid out."""
    with (
        gr.Tab(id="evals", elem_id="tab-evals", render_children=True) as tab,
        gr.Column(elem_id="evals"),
    ):
        overview = gr.HTML(elem_id="evals-overview")
        with gr.Row(elem_id="eval-tools"):
            which, language, kind = (
                _build_choice(name, value)
                for name, value in (("which", WRONG), ("language", EVERY), ("kind", EVERY))
            )
            search = gr.Textbox(elem_id="eval-search", lines=1, max_lines=1, max_length=200)
        cases = gr.HTML(elem_id="eval-cases")
        act = gr.Textbox(visible="hidden", elem_id="eval-act")
        doer = gr.Button(visible="hidden", elem_id="eval-doer")
    return EvalTab(tab, overview, which, language, kind, search, cases, act, doer, gr.State(View()))


def _build_choice(name: str, value: str) -> gr.Dropdown:
    return gr.Dropdown(
        [value], value=value, elem_id=f"eval-{name}", filterable=False, min_width=120
    )


class EvalEvents:
    """What the tab shows after each event; all who are let onto the page may see it."""

    def __init__(self, tab: EvalTab, latest: Latest) -> None:
        self._tab = tab
        self._latest = latest

    def bind(self, page: gr.Blocks, switch: gr.Radio) -> None:
        tab = self._tab
        given = [*tab.sieve, tab.view, switch]
        page.load(self.arrive, None, tab.tab, **QUIET)
        tab.tab.select(self.open, given, tab.outputs, **QUIET)
        switch.input(self.relabel, given, tab.outputs, **LATEST)
        for choice in tab.sieve[:-1]:
            choice.input(self.sift, given, tab.outputs, **LATEST)
        tab.search.change(self.sift, given, tab.outputs, **LATEST)
        tab.doer.click(self.act, [tab.act, *given], tab.outputs, js=_READ_ACT, **QUIET)

    def arrive(self, request: gr.Request) -> gr.Tab:
        wanted = request.query_params.get("lang")
        return _label_tab(choose_language(wanted, request.headers.get("accept-language")))

    def open(self, *given: *Given) -> Updates:
        """Everything in the tab, as it now is."""
        return self._look(given, lambda view, suites: view, anew=True)

    def relabel(self, *given: *Given) -> Updates:
        """In another language: the tab, and what is in it once it has been opened."""
        *_, view, language = given
        shown = self.open(*given) if view.stamp else {}
        return {**shown, self._tab.tab: _label_tab(language)}

    def sift(self, *given: *Given) -> Updates:
        """Other answers of the same suite, from the first page on."""
        return self._look(given, lambda view, suites: View(view.stamp, view.suite))

    def act(self, act: str, *given: *Given) -> Updates:
        """A suite is chosen, an answer opened or closed, a page turned."""
        verb, _, argument = act.partition(":")
        return self._look(given, lambda view, suites: view.act(verb, argument, suites))

    def _look(
        self, given: Given, change: Callable[[View, int], View], *, anew: bool = False
    ) -> Updates:
        """`change` is given the view and the number of suites. What stands above the answers is
        said again only where it is another, or `anew`."""
        *chosen, view, language = given
        try:
            run = self._latest.read()
        except DuociteError as error:
            return self._show_line(explain(error, language), "problem")
        if run is None or not run.suites:
            key = "none" if run is None else "empty"
            return self._show_line(load_messages(language).text(f"ui.evals.{key}"), "nothing")
        now = change(view.of(run.stamp, len(run.suites)), len(run.suites))
        suite, sieve = run.suites[now.suite], Sieve(*chosen).of(run.suites[now.suite])
        shown: Updates = {
            self._tab.view: now,
            self._tab.cases: show_outcomes(suite, now, sieve, language),
        }
        if not anew and (now.stamp, now.suite) == (view.stamp, view.suite):
            return shown
        overview = {self._tab.overview: show_run(run, now.suite, language)}
        return {**shown, **overview, **self._label(suite, sieve, language)}

    def _show_line(self, line: str, kind: str) -> Updates:
        tab = self._tab
        return {tab.overview: show_line(line, kind), tab.cases: "", tab.view: View(NO_RUN)}

    def _label(self, suite: SuiteRun, sieve: Sieve, language: Language) -> Updates:
        """What the answers are chosen by; the kinds are those of the suite."""
        tab, labels = self._tab, load_messages(language)
        say = labels.under("ui.outcomes")
        kinds = [(say_kind(kind, labels), kind) for kind in list_kinds(suite)]
        search = gr.Textbox(label=say["search"], placeholder=say["search_hint"])
        return {
            tab.which: gr.Dropdown(
                choices=[(say["wrong"], WRONG), (say["all"], EVERY)], label=say["which"]
            ),
            tab.language: gr.Dropdown(
                choices=[
                    (say["both"], EVERY),
                    *((say_tongue(one, labels), one) for one in LANGUAGES),
                ],
                label=say["language"],
            ),
            tab.kind: gr.Dropdown(
                choices=[(say["every_kind"], EVERY), *kinds], value=sieve.kind, label=say["kind"]
            ),
            tab.search: search,
        }


def _label_tab(language: Language) -> gr.Tab:
    return gr.Tab(label=load_messages(language).text("ui.tabs.evals"))
