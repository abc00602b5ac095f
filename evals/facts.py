"""Figures that documents state plainly, each with the question that it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import TextNode

from assistant.answer import Language
from assistant.evidence import Statement, read_statements
from assistant.figures import AMOUNTS, Figure, figure_type, find_figures, kind_of, same_quantity
from assistant.saying import find_said_years
from assistant.subjects import find_scopes, find_year_mentions
from assistant.tables import Cell, Row, read_rows
from assistant.text.language import detect_language
from assistant.text.terms import find_terms
from evals.chinese import ask_chinese, ask_in_place, read_chinese
from evals.english import read_english
from evals.sources import Folder, list_spans
from evals.wording import ask_english, lower
from evals.words import Said
from store.spans import find_original

PERIODS = frozenset({"year", "date", "half", "quarter"})
_ASIDE = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]")
_YEARS = re.compile(r"(?:in |在)?(?:19|20)\d\d年?")
_CAPITAL = re.compile(r"(?<!^)(?<![.?!,] )\b[A-Z][A-Za-z&]{1,}")
_NO_MEASURE = re.compile(
    r"[,，;；:：]|^(?:amount|value|figure|result|数量|数值|金额|结果|合计)\b", re.IGNORECASE
)
_CAPTION = re.compile(r"(?:Table|Figure|Chart|表|图)", re.IGNORECASE)
_LONGEST_QUOTE = 400
_LONGEST_LABEL = 40
_SAME = 0.8
"""Share of the words of two questions from which they ask the same."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure as one sentence or cell states it. `quote` is verbatim in the source, from 1-based
    `line` on; `question` is in the `language` of the source."""

    source: str
    line: int
    quote: str
    language: Language
    figure: Figure
    said: Said
    question: str
    from_table: bool = False

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(find_terms(self.question))


def find_facts(folder: Folder) -> list[Fact]:
    """The plain statements of a folder, in order, without those that it contradicts itself on."""
    found = [
        fact
        for source in folder.sources
        for node in source.nodes
        for fact in _read_node(source.id, source.text, node)
    ]
    return _drop_disputed([fact for fact in found if is_plain(fact)])


def is_plain(fact: Fact) -> bool:
    """Whether its question says what is measured, of whom and when, and not the answer."""
    kinds = figure_type(fact.question)
    kind = kind_of(fact.figure.unit)
    asked = kind in kinds or (kind == "other" and kinds >= AMOUNTS)
    named = find_scopes(fact.question) or _CAPITAL.search(fact.question) or fact.said.who
    dated = {key for one in find_year_mentions(fact.question) for key in one.keys}
    told = any(same_quantity(fact.figure, one) for one in find_figures(fact.question))
    return bool(asked and named) and len(dated) == 1 and not told


def _read_node(source: str, text: str, node: TextNode) -> Iterator[Fact]:
    for span in list_spans(node):
        start, end = find_original(node.metadata, *span)
        quote, line = text[start:end], text.count("\n", 0, start) + 1
        if len(quote) > _LONGEST_QUOTE:
            continue
        for language, figure, said, question in _read_span(node.text, span):
            table = node.text[slice(*span)].lstrip().startswith("|")
            yield Fact(source, line, quote, language, figure, said, question, table)


_Read = tuple[Language, Figure, Said, str]


def _read_span(text: str, span: tuple[int, int]) -> Iterator[_Read]:
    rows = read_rows(text, span)
    if rows:
        yield from (one for row in rows for one in _read_row(row))
        return
    sentence = text[slice(*span)]
    statements = [one for one in read_statements(sentence) if one.figure.unit not in PERIODS]
    if statements and not sentence.lstrip().startswith("|") and _ends(sentence):
        yield from _read_first(sentence, statements[0])


def _ends(sentence: str) -> bool:
    """A heading or a scrap has no end."""
    return sentence.rstrip("\"'”’」）) ").endswith((".", "。", ";", "；", "!", "！"))


def _read_first(sentence: str, statement: Statement) -> Iterator[_Read]:
    """Only the first figure of a sentence stands where nothing else is in the way."""
    figure = statement.figure
    if statement.per or statement.toward:
        return
    if detect_language(sentence) == "en":
        said = read_english(sentence, figure)
        if said:
            said = _date(said, sentence, statement)
            yield "en", figure, said, ask_english(said, figure)
    elif detect_language(sentence) == "zh":
        asked, read = ask_in_place(sentence, figure), read_chinese(sentence, figure)
        if asked and read:
            dated = _date(read, sentence, statement)
            yield "zh", figure, dated, _date_in_place(asked, dated, read)


def _date(said: Said, sentence: str, statement: Statement) -> Said:
    """With the one year that belongs to the figure, where its own clause doesn't say it."""
    years = statement.years() - find_said_years(sentence)
    if said.when or find_year_mentions(said.subject + said.rest) or len(years) != 1:
        return said
    (year,) = find_figures(f"{min(years)}年")
    return replace(said, when=year)


def _date_in_place(asked: str, dated: Said, read: Said) -> str:
    if dated.when is None or find_year_mentions(asked):
        return asked
    who = f"据{read.who}，" if read.who else ""
    return f"{who}{int(dated.when.value)}年，{asked.removeprefix(who)}"


def _read_row(row: Row) -> Iterator[_Read]:
    """A cell under a head that says what it is, in a row that says of what."""
    label = _ASIDE.sub("", row.label).strip(" |*")
    if row.header is None or not 1 < len(label) <= _LONGEST_LABEL or find_figures(label):
        return
    for cell in row.cells:
        if len(cell.figures) == 1 and (read := _read_cell(cell, label, row.caption)):
            yield read


def _read_cell(cell: Cell, label: str, caption: str) -> _Read | None:
    (figure,) = cell.figures
    column = " ".join(_YEARS.sub(" ", _ASIDE.sub("", cell.column)).split())
    title = caption.rstrip().rpartition("\n")[2]
    if _ends(title) and not _CAPTION.match(title):
        title = ""  # a sentence that happens to stand above
    years = find_year_mentions(cell.column) or find_year_mentions(title)
    if figure.unit in PERIODS or not 1 < len(column) <= _LONGEST_LABEL or len(years) != 1:
        return None
    if find_figures(column) or column == label or _NO_MEASURE.search(column):
        return None
    (when,) = find_figures(f"{min(years[0].keys)}年")
    language: Language = "zh" if detect_language(column + label) == "zh" else "en"
    if language == "zh":
        said = Said(f"{label}的{column}", when=when)
        return language, figure, said, ask_chinese(said, figure)
    said = Said(f"the {lower(column)} of {label}", when=when)
    return language, figure, said, ask_english(said, figure)


def _drop_disputed(facts: Sequence[Fact]) -> list[Fact]:
    """Without those whose question another sentence answers differently."""
    terms = [fact.terms for fact in facts]
    return [
        fact
        for n, fact in enumerate(facts)
        if not any(
            _overlaps(terms[n], terms[m]) and not _agree(fact.figure, other.figure)
            for m, other in enumerate(facts)
            if m != n
        )
    ]


def _overlaps(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME * len(one | other)


def _agree(one: Figure, other: Figure) -> bool:
    return one.unit == other.unit and same_quantity(one, other)
