"""How well claims are told from altered ones: the checks alone, without an answerer.

`python -m evals.proof --data FILE [--docs DIR]` makes claims of the known questions and answers,
alters figures, moves them to their neighbours and swaps names, and counts which of them pass
against the passage that holds the known quotation.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from llama_index.core.schema import NodeWithScore, TextNode
from rich.console import Console
from rich.table import Table

from assistant.errors import DuociteError
from assistant.evidence import read_statements
from assistant.figures import (
    AMOUNTS,
    Figure,
    figure_type,
    find_figures,
    kind_of,
    same_figure,
    say_figure,
)
from assistant.grounding import Checked, Source, check
from assistant.index import sentence_spans
from assistant.passages import build_passage
from assistant.prompts import explain
from assistant.settings import locale_language
from evals.alter import alter_figure, move_figures, replace_figure, swap_names
from evals.cases import Ask, Case, build_asks, read_cases
from evals.known import build_figure, holds_figure
from evals.measures import percentile
from evals.pool import Paragraph, build_document
from evals.quotes import quotation_share, squeeze
from store.catalog import Catalog, load_catalog
from store.chunks import build_chunks
from store.prepare import describe
from store.read import find_documents, read_document

REST = 0.2  # share from which the next chunk is taken too
WHOLE = 0.95  # share of a quotation in one chunk, below which it runs on into another
TARGETS = {
    "known figures in their quotation": 0.985,
    "answers of both languages agree": 0.98,
    "claims accepted": 0.97,
    "claims accepted, units restated": 0.97,
    "altered figures rejected": 0.995,
    "near misses rejected": 0.85,
    "moved figures rejected": 0.85,
    "names accepted": 0.95,
    "swapped names rejected": 0.95,
}


@dataclass
class Tally:
    """Right and wrong verdicts of one measure; `wrong` says what each was."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        return self.right + len(self.wrong)

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    def add(self, right: bool, what: str) -> None:
        if right:
            self.right += 1
        else:
            self.wrong.append(what)


@dataclass
class Proof:
    """The tallies by name, and the milliseconds of every check."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    taken: list[float] = field(default_factory=list)

    def check(self, question: str, claim: str, sources: Sequence[Source]) -> Checked:
        began = time.perf_counter()
        checked = check(question, claim, sources)
        self.taken.append(1000 * (time.perf_counter() - began))
        return checked

    def judge(self, name: str, ask: Ask, claim: str, sources: list[Source], proved: bool) -> None:
        checked = self.check(ask.question, claim, sources)
        right = (checked.claim.verdict != "unproved") == proved
        what = f"{ask.case.id} {ask.language}: {claim} ({checked.claim.reason or 'proved'})"
        self.tallies[name].add(right, what)


@dataclass(frozen=True)
class Library:
    """The chunks of the documents, and the passage of each quotation."""

    documents: dict[str, tuple[str, list[TextNode]]]

    def find(self, source: str, quotation: str) -> list[Source]:
        """The chunks of a document (of all where it has no name) that hold a quotation: the one
        that holds most, and the next one where it runs on."""
        wanted = squeeze(quotation)
        found = [
            (quotation_share(wanted, node.text), -place, node, text)
            for name, (text, nodes) in self.documents.items()
            if name.endswith(source)
            for place, node in enumerate(nodes)
        ]
        ranked = sorted(found, key=lambda one: one[:2], reverse=True)[:2]
        runs_on = bool(ranked) and ranked[0][0] < WHOLE
        kept = [one for n, one in enumerate(ranked) if n == 0 or (runs_on and one[0] > REST)]
        return [_build_source(node, text) for _, _, node, text in kept]


def _build_source(node: TextNode, text: str) -> Source:
    hit = NodeWithScore(node=node, score=1.0)
    return Source(build_passage(1, hit, lambda _: text), node)


def build_library(docs: Path, catalog: Catalog) -> Library:
    documents = {}
    for file in find_documents([docs]).files:
        document = read_document(file.path, file.root)
        entry = catalog.find(document.id_)
        describe(document, entry)
        documents[document.id_] = (document.text, build_chunks(document, entry))
    return Library(documents)


def build_quotations(cases: Sequence[Case]) -> Library:
    """Every quotation, and every tempting one, as a document of its own."""
    documents = {}
    for case in cases:
        sources = case.sources or (case.source,)
        for n, quotation in enumerate(case.quotations or (case.trap_quote,)):
            document = build_document(Paragraph(f"{case.id}-{n}/{sources[n]}", quotation))
            documents[document.id_] = (quotation, build_chunks(document, None))
    return Library(documents)


def measure_proof(cases: Sequence[Case], library: Library) -> Proof:
    """Every measure over the cases whose quotations the documents hold."""
    proof = Proof()
    for case in cases:
        _measure_figures(proof, case, find_sources(library, case))
    for ask in build_asks(cases):
        sources = find_sources(library, ask.case)
        if not sources:
            continue
        if ask.case.kind == "near_miss":
            _measure_near_miss(proof, ask, sources)
        elif ask.case.answerable:
            _measure_claim(proof, ask, sources, cases)
    return proof


def find_sources(library: Library, case: Case) -> list[Source]:
    """The passages of a case's quotations, or of what tempts; two where a quotation runs on."""
    quotations = case.quotations or ((case.trap_quote,) if case.trap_quote else ())
    names = case.sources or (case.source,) * len(quotations)
    names = names if case.answerable else ("",) * len(quotations)
    found = [
        source
        for name, quotation in zip(names, quotations, strict=True)
        for source in library.find(name, quotation)
    ]
    return [
        Source(replace(one.passage, number=n), one.node) for n, one in enumerate(found, start=1)
    ]


def _measure_figures(proof: Proof, case: Case, sources: Sequence[Source]) -> None:
    quotation = " ".join(case.quotations)
    quoted = find_figures(quotation)
    quoted += [one for one in _read_passages(sources) if one.text in quotation]
    for known in case.figures:
        found = holds_figure(known, quoted)
        proof.tallies["known figures in their quotation"].add(found, f"{case.id} {known.text}")
    english, chinese = find_figures(case.answer_en), find_figures(case.answer_zh)
    for known in case.figures:
        wanted = build_figure(known)
        pair = [_nearest_figure(wanted, found) for found in (english, chinese)]
        agree = pair[0] is not None and pair[1] is not None and same_figure(pair[0], pair[1])
        proof.tallies["answers of both languages agree"].add(agree, f"{case.id} {known.text}")


def _read_passages(sources: Sequence[Source]) -> list[Figure]:
    """The figures of passages, the cells of their tables in their headers' units."""
    nodes = [source.node for source in sources]
    spans = [(node, tuple(sentence_spans(node))) for node in nodes]
    return [one.figure for node, own in spans for one in read_statements(node.text, own)]


def _nearest_figure(wanted: Figure, found: Sequence[Figure]) -> Figure | None:
    same = [figure for figure in found if figure.value == wanted.value]
    return same[0] if same else next(iter(found), None)


def _measure_claim(proof: Proof, ask: Ask, sources: list[Source], cases: Sequence[Case]) -> None:
    answer = ask.expected
    named = not ask.case.figures or ask.case.kind == "multi"
    proof.judge("names accepted" if named else "claims accepted", ask, answer, sources, True)
    for figure in _stated(answer, ask.case):
        restated = replace_figure(answer, figure, say_figure(figure, ask.language))
        if restated != answer:
            proof.judge("claims accepted, units restated", ask, restated, sources, True)
        for altered in alter_figure(answer, figure, ask.language):
            proof.judge("altered figures rejected", ask, altered, sources, False)
        for moved in move_figures(ask, figure, [source.node.text for source in sources]):
            proof.judge("moved figures rejected", ask, moved, sources, False)
    for swapped in swap_names(ask, cases, " ".join(source.node.text for source in sources)):
        proof.judge("swapped names rejected", ask, swapped, sources, False)


def _stated(answer: str, case: Case) -> list[Figure]:
    """The known figures where the answer states them."""
    known = [build_figure(figure) for figure in case.figures]
    return [one for one in find_figures(answer) if any(one.value == k.value for k in known)]


def _measure_near_miss(proof: Proof, ask: Ask, sources: list[Source]) -> None:
    question, kinds = find_figures(ask.question), figure_type(ask.question) or AMOUNTS
    for figure in find_figures(ask.case.trap_quote):
        if kind_of(figure.unit) not in kinds:
            continue  # a date tempts nobody who asks how much
        if figure.unit == "year" or any(figure.value == one.value for one in question):
            continue
        claim = say_figure(figure, ask.language)
        proof.judge("near misses rejected", ask, claim, sources, False)


def build_table(proof: Proof) -> Table:
    table = Table("measure", title="Proof of claims")
    for heading in ("value", "n", "target"):
        table.add_column(heading, justify="right")
    for name, target in TARGETS.items():
        tally = proof.tallies[name]
        value = "-" if tally.share is None else f"{tally.share:.3f}"
        table.add_row(name, value, str(tally.n), f"{target:.3f}")
    if proof.taken:
        median = percentile(proof.taken, 0.5)
        table.add_row("median ms a check", f"{median:.2f}", str(len(proof.taken)), "5")
    return table


def print_wrong(proof: Proof, console: Console) -> None:
    for name, tally in proof.tallies.items():
        console.print(f"{name}: {len(tally.wrong)} wrong", style="bold")
        for what in tally.wrong:
            console.print(f"  {what}", markup=False, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.proof", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="known questions, JSONL")
    parser.add_argument("--docs", type=Path, help="the documents; quotations alone without them")
    parser.add_argument("--wrong", action="store_true", help="list the wrong verdicts")
    options = parser.parse_args(arguments)
    try:
        cases = read_cases(options.data)
        library = (
            build_library(options.docs, load_catalog(options.docs))
            if options.docs
            else build_quotations(cases)
        )
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    proof = measure_proof(cases, library)
    console = Console()
    console.print(build_table(proof))
    if options.wrong:
        print_wrong(proof, console)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
