"""How much better passages are found when a model translates and rewords the question.

`python -m evals.expansion [FILE --docs DIR [--catalog FILE]]` retrieves for every answerable
question in both languages, once by the question alone and once by its expansion too. Without
`--live` no model is asked: the expansion is the case's own question in the other language, which
knows more than a translation can (twins are often worded otherwise), so that its row is an upper
bound. With `--live` the model that DUOCITE_LLM names is asked. Without arguments the sample is
measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.app import Assistant, build_assistant
from assistant.errors import DuociteError
from assistant.expansion import NOTHING, Expand, Expansion
from assistant.prompts import explain
from assistant.settings import Settings, load_settings, locale_language
from assistant.text.script import simplify
from evals.cases import LANGUAGES, Ask, Case, build_asks, read_cases
from evals.collections import prepare_collection
from evals.measures import percentile
from evals.retrieval import TOP, find_rank, score_rank
from evals.suite import SUITES

FILE = SUITES.parent / "sample.jsonl"
SAMPLE = SUITES.parent.parent / "corpus"
COLUMNS = ("recall@1", "recall@5", "MRR")


@dataclass
class Compared:
    """The ranks (None: not found) of each language's questions, by the question alone and by its
    expansion; the seconds that expanding took."""

    alone: dict[str, list[int | None]] = field(default_factory=dict)
    expanded: dict[str, list[int | None]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    empty: int = 0


def translate_by_twins(cases: Sequence[Case]) -> Expand:
    """An expander that knows each question's twin, and nothing more."""
    twins: dict[str, str] = {}
    for case in cases:
        english, chinese = simplify(case.question_en), simplify(case.question_zh)
        twins |= {english: chinese, chinese: english}
    return lambda question, usage: Expansion(twins.get(question, ""))


def compare(assistant: Assistant, asks: Sequence[Ask], expand: Expand) -> Compared:
    found = Compared()
    for ask in asks:
        began = time.perf_counter()
        expansion = expand(simplify(ask.question), {})
        found.seconds.append(time.perf_counter() - began)
        found.empty += not expansion
        for ranks, given in ((found.alone, NOTHING), (found.expanded, expansion)):
            passages = assistant.retrieve(ask.question, TOP, expand=_always(given))
            ranks.setdefault(ask.language, []).append(find_rank(ask, passages))
    return found


def _always(expansion: Expansion) -> Expand:
    return lambda question, usage: expansion


def run(
    settings: Settings, file: Path, docs: Path, catalog: Path | None, *, live: bool
) -> Compared:
    """Offline unless `live`, whatever the settings say."""
    cases = [case for case in read_cases(file) if case.answerable]
    changed = {"expand": "on"} if live else {"llm": "offline"}
    prepared = prepare_collection(settings.model_copy(update=changed), docs, catalog)
    with closing(build_assistant(prepared.settings, prepared.collection)) as assistant:
        expand = assistant.writer.expand if live else translate_by_twins(cases)
        return compare(assistant, build_asks(cases), expand or _always(NOTHING))


def build_table(compared: Compared, title: str) -> Table:
    table = Table("language", "n", "searched by", *COLUMNS, title=title)
    for row in _rows(compared):
        table.add_row(*row)
    return table


def _rows(compared: Compared) -> Iterator[list[str]]:
    for language in LANGUAGES:
        for name, ranks in (("question", compared.alone), ("and expansion", compared.expanded)):
            found = ranks.get(language, [])
            if found:
                means = measure(found)
                yield [language, str(len(found)), name, *(f"{means[one]:.3f}" for one in COLUMNS)]


def measure(ranks: Sequence[int | None]) -> Mapping[str, float]:
    """The mean of each measure of retrieval."""
    scored = [score_rank(rank) for rank in ranks]
    return {name: sum(one[name].value or 0.0 for one in scored) / len(scored) for name in COLUMNS}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.expansion", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--catalog", type=Path)
    parser.add_argument("--live", action="store_true", help="ask the model of DUOCITE_LLM")
    given = parser.parse_args(arguments)
    docs = given.docs or SAMPLE
    catalog = given.catalog if given.docs else SAMPLE / "catalog.yaml"
    try:
        settings = load_settings()
        if given.live and settings.llm_choice.kind == "offline":
            parser.error("--live needs a model: set DUOCITE_LLM")
        compared = run(settings, given.file, docs, catalog, live=given.live)
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    title = f"Expansion by {settings.llm_choice.name if given.live else 'the twin: an upper bound'}"
    console = Console()
    console.print(build_table(compared, title))
    if given.live:
        median = percentile(compared.seconds, 0.5)
        console.print(f"expanding: median {median:.2f} s, {compared.empty} without a result")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
