"""What became of a model's sentences, and which figures a second check doesn't find.

Works on the rows that `evals.small_model` writes, one an answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from assistant.cli_output import printable
from assistant.text.citations import split_claims
from evals.independent import is_found
from evals.measures import percentile

Row = Mapping[str, Any]

_SENTINEL = re.compile(r"NOT\W*_?\W*STATED")
_DATES = frozenset({"year", "date", "half", "quarter"})
_TONGUES: Mapping[str, frozenset[str]] = {
    "English": frozenset({"en"}),
    "Chinese": frozenset({"zh"}),
    "both": frozenset({"en", "zh"}),
}


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A figure that was shown as proved and isn't found: for a person to judge."""

    case: str
    language: str
    question: str
    sentence: str
    figure: str
    quotes: tuple[str, ...]


def count_sentences(row: Row) -> Counter[str]:
    """How many sentences the model wrote, and what became of them.

    "proved" are shown as they were written, "marked" are shown as not proved, "repaired" stand in a
    later reply of the model, "dropped" is the rest; "added" are the program's own.
    """
    drafts, later = _split_replies(row)
    written, rewritten = _sentences(drafts[:1]), _sentences([*drafts[1:], *later])
    left, counts = Counter(written), Counter({"written": len(written)})
    for claim in _shown(row):
        sentence = _fold(claim["text"])
        if left[sentence]:
            left[sentence] -= 1
            counts["marked" if claim["verdict"] == "unproved" else "proved"] += 1
        else:
            counts["repaired" if sentence in rewritten else "added"] += 1
    counts["dropped"] = sum(left.values()) - counts["repaired"]
    return counts


def count_ending(row: Row) -> Counter[str]:
    """How an answer ended: answered, refused and why, failed and how."""
    answer = row["answer"]
    counts = Counter({"questions": 1})
    if row["failure"]:
        counts[f"failure: {row['failure']}"] = 1
    if any(_SENTINEL.search(text) for _, text in row["said"]):
        counts["the model said that nothing is stated"] = 1
    if answer is None:
        counts["no answer"] = 1
    elif answer["fallback"]:
        counts["answered by quotation instead"] = 1
    elif answer["answered"]:
        counts[f"answered, {answer['status']}"] = 1
        counts["cut short"] = int(answer["incomplete"])
    else:
        counts[f"refused, {answer['reason']}"] = 1
    return counts


def count_figures(row: Row) -> Counter[str]:
    checked = list(_checked(row))
    doubtful = sum(1 for _ in find_doubtful(row))
    return Counter({"shown": len(checked), "found": len(checked) - doubtful})


def find_doubtful(row: Row) -> Iterator[Doubtful]:
    """The figures of proved sentences that the second check doesn't find where they are cited."""
    cited = {
        citation["number"]: citation for citation in (row["answer"] or {}).get("citations", ())
    }
    for claim, figure in _checked(row):
        sources = [cited[number] for number in figure["citations"] if number in cited]
        if not is_found(figure["text"], _texts(sources, dated=figure["unit"] in _DATES)):
            quotes = tuple(source["quote_shown"] for source in sources)
            yield Doubtful(
                row["case"],
                row["language"],
                row["question"],
                claim["text"],
                figure["text"],
                quotes,
            )


def build_table(rows: Sequence[Row]) -> Table:
    """Counts for the questions of each language and for all; shares are of what was written."""
    table = Table("", title="A small model, asked through the whole road")
    for tongue in _TONGUES:
        table.add_column(tongue, justify="right")
    chosen = [[row for row in rows if row["language"] in codes] for codes in _TONGUES.values()]
    for name, cells in (*_ending_rows(chosen), *_sentence_rows(chosen), *_figure_rows(chosen)):
        table.add_row(name, *cells)
    for name, share in (("seconds, median", 0.5), ("seconds, p95", 0.95)):
        taken = [[row["seconds"] for row in some] for some in chosen]
        table.add_row(name, *(f"{percentile(some, share):.1f}" if some else "" for some in taken))
    return table


def say_doubtful(doubtful: Sequence[Doubtful], shown: int) -> Iterator[str]:
    """Each with what a person needs to judge it, of so many figures that were `shown` as proved."""
    if not shown:
        yield "No figure was shown as proved."
    elif not doubtful:
        yield "Every figure that was shown as proved is found in what it cites."
    for one in doubtful:
        yield f"? {one.case} {one.language}: {printable(one.figure)}"
        yield f"  question: {one.question}"
        yield f"  sentence: {printable(one.sentence)}"
        for quote in one.quotes or ("(none)",):
            yield f"  cited: {printable(quote)}"


def _ending_rows(chosen: Sequence[Sequence[Row]]) -> Iterator[tuple[str, list[str]]]:
    counts = [_sum(count_ending, rows) for rows in chosen]
    names = sorted(set().union(*counts) - {"questions"})
    for name in ("questions", *names):
        yield name, [str(count[name]) for count in counts]


def _sentence_rows(chosen: Sequence[Sequence[Row]]) -> Iterator[tuple[str, list[str]]]:
    counts = [_sum(count_sentences, rows) for rows in chosen]
    yield "sentences written", [str(count["written"]) for count in counts]
    for name in ("proved", "repaired", "marked", "dropped"):
        label = {"proved": "proved unchanged", "marked": "marked as not proved"}.get(name, name)
        yield f"  {label}", [_share(count[name], count["written"]) for count in counts]
    yield "sentences added by the program", [str(count["added"]) for count in counts]


def _figure_rows(chosen: Sequence[Sequence[Row]]) -> Iterator[tuple[str, list[str]]]:
    counts = [_sum(count_figures, rows) for rows in chosen]
    yield "figures shown as proved", [str(count["shown"]) for count in counts]
    yield "  found by the second check", [_share(c["found"], c["shown"]) for c in counts]


def _sum(count: Callable[[Row], Counter[str]], rows: Sequence[Row]) -> Counter[str]:
    return sum((count(row) for row in rows), Counter())


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.1%})" if whole else str(part)


def _split_replies(row: Row) -> tuple[list[str], list[str]]:
    """The replies to prompts with passages, the first being the draft, and those that follow it."""
    said = [(bool(passages), text) for passages, text in row["said"] if text]
    first = next((n for n, (passages, _) in enumerate(said) if passages), len(said))
    draft, rest = said[first : first + 1], said[first + 1 :]
    return [text for _, text in draft], [text for _, text in rest]


def _sentences(texts: Sequence[str]) -> list[str]:
    claims = [_fold(claim.text) for text in texts for claim in split_claims(text)]
    return [claim for claim in claims if not _SENTINEL.search(claim)]


def _fold(text: str) -> str:
    return " ".join(text.split())


def _shown(row: Row) -> Sequence[Row]:
    """The claims of an answer that the model wrote, and those that were added to it."""
    answer = row["answer"]
    claims: Sequence[Row] = row["claims"] if answer and not answer["fallback"] else ()
    return claims


def _checked(row: Row) -> Iterator[tuple[Row, Row]]:
    """The figures that are shown as proved, each with its claim."""
    for claim in _shown(row):
        for figure in claim["figures"]:
            if claim["verdict"] != "unproved" and figure["verdict"] == "checked":
                yield claim, figure


def _texts(citations: Sequence[Row], *, dated: bool) -> list[str]:
    """What is read of a citation; a date may also be that of the source."""
    texts = [source[name] for source in citations for name in ("passage", "passage_shown")]
    heads = [f"{source['title']} {source['year'] or ''}" for source in citations]
    return [*texts, *heads] if dated else texts
