"""Which column of a table a question means.

A row says little by itself: "| 2023 | 8010 | 72890 |" is about what stands above its cells. The
heads are compared with the question as sentences are, so that a column is found across languages
and under other words than the question's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import jieba
import numpy as np
from llama_index.core.schema import TextNode

from assistant.features import holds_name
from assistant.figures import AMOUNTS, Figure, find_figures, kind_of, same_figure
from assistant.index import Scores
from assistant.proper import is_place_name
from assistant.reading import Reading, find_years
from assistant.retrieval import Search, Searcher
from assistant.tables import Cell, Row, is_bare, read_rows
from assistant.text.script import simplify
from assistant.text.terms import Alternatives, expand_word, find_terms
from assistant.timespan import read_asked_years

_WORD = re.compile(r"[A-Za-z]{2}|[\u4e00-\u9fff]")
MARGIN = 0.2  # how far a column must be ahead of the next to be the one that is meant
_WORDS = 12.0  # what all of the question's words in a head weigh, in spreads of nearness
_KIND = 1.5  # the same of a cell with a figure of the kind that is asked for
# What these ask for is a change; a measure in them ("calls of cargo ships") may be anything's.
_CHANGE = re.compile(r"\s*how (?:do|does|did|has|have|had|is|are|was|were)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[(（]([^()（）]{1,20})[)）]\s*\Z")  # the unit in a head: 面积（亩）
_KEPT = 4096  # heads whose vectors are remembered


def find_nearest_heads(
    searcher: Searcher, search: Search, node: TextNode, spans: Sequence[tuple[int, int]]
) -> tuple[Scores, Scores]:
    """How near the question, as it is and centred, comes to the heads above each of these spans, as
    cosines: those of the nearest head. -inf where a span is no row, its columns have no heads, or
    the question doesn't name what the row is about."""
    found = np.full((2, len(spans)), -np.inf, dtype=np.float32)
    for place, span in enumerate(spans):
        rows = [row for row in read_rows(node.text, span) if _is_meant(search, node, row)]
        if heads := [cell.column for row in rows for cell in _headed(row.cells)]:
            vectors = _embed(searcher, heads)
            nearest = vectors[(vectors @ search.centred).argmax()]
            found[:, place] = nearest @ search.vector, nearest @ search.centred
    return found[0], found[1]


def _is_meant(search: Search, node: TextNode, row: Row) -> bool:
    """Whether the question names the row's year, or else a word of its label, and the chunk speaks
    of the places and names that the question has."""
    if years := find_years(row.label):
        asked = read_asked_years(search.reading.text)
        named = any(int(year) in asked for year in years)
    else:
        same = str(node.metadata["language"]) == search.reading.language
        words = search.reading.own if same else search.reading.cross
        named = any(holds_name(forms, frozenset(find_terms(row.label))) for forms in words)
    return named and _speaks_of_it(search.reading, node)


def _speaks_of_it(reading: Reading, node: TextNode) -> bool:
    """Numbers say nothing of whose they are: what stands around them must."""
    around = _terms_around(f"{node.metadata.get('head', '')}\n{node.text}")
    if reading.names and not any(holds_name(forms, around) for forms in reading.names):
        return False
    places = (*reading.places, *_find_places(reading.text))
    return all(holds_name(forms, around) for forms in places)


@lru_cache(maxsize=1024)
def _terms_around(text: str) -> frozenset[str]:
    return frozenset(find_terms(text))


@lru_cache(maxsize=1024)
def _find_places(question: str) -> tuple[Alternatives, ...]:
    """Places of a Chinese question, those within longer words with them: 钦州 in 钦州港."""
    words = [word for word in jieba.cut_for_search(question) if not word.isascii()]
    found = [word for word in dict.fromkeys(words) if len(word) > 1 and is_place_name(word)]
    return tuple(((word,), *expand_word(word)) for word in found)


def may_answer(search: Search, node: TextNode, span: tuple[int, int]) -> bool:
    """Whether a sentence can answer at all: a row of numbers alone only where it is about a year
    that the question names."""
    if _WORD.search(node.text, *span):
        return True
    return all(_is_meant(search, node, row) for row in read_rows(node.text, span))


def choose_cells(
    searcher: Searcher, search: Search, node: TextNode, span: tuple[int, int]
) -> list[Cell]:
    """The cells of a row that the question means: one, or several that can't be told apart."""
    cells = [cell for row in read_rows(node.text, span) for cell in row.cells if cell.figures]
    if len(cells) < 2 or not any(cell.column for cell in cells):
        return cells
    worth = _rate(searcher, search, node, cells)
    return [cell for cell, value in zip(cells, worth, strict=True) if value >= max(worth) - MARGIN]


def say_in_own_unit(cell: Cell, figure: Figure) -> str:
    """A cell's figure in the unit of its head, for readers of the table's language: 110200亩 is
    clearer than what it is in square metres. "" where the unit is a power of ten of the usual one,
    or doesn't stand at the head's end."""
    unit = _ASIDE.search(cell.column)
    if unit is None or figure.step.normalize().as_tuple().digits == (1,):
        return ""
    gap = " " if unit[1].isascii() else ""
    said = f"{cell.text.strip()}{gap}{unit[1]}"
    return said if any(same_figure(one, figure) for one in find_figures(said)) else ""


def _rate(searcher: Searcher, search: Search, node: TextNode, cells: Sequence[Cell]) -> list[float]:
    """Nearness and words of the head, and the kind of the figure below it."""
    reading = search.reading
    same = str(node.metadata["language"]) == reading.language
    usual = search.usual(same)
    share = searcher.index.lexical.weigh(reading.own if same else reading.cross)
    near = _embed(searcher, [cell.column for cell in cells]) @ search.centred
    spreads = (near - usual.mean_centred) / usual.spread_centred
    # Where any amount may be meant, its kind tells nothing.
    open_asked = reading.asked >= AMOUNTS or _CHANGE.match(reading.text)
    asked = frozenset[str]() if open_asked else reading.asked
    return [
        float(spread)
        + _WORDS * share(frozenset(find_terms(cell.column)))
        + _KIND * any(kind_of(figure.unit) in asked for figure in cell.figures)
        for cell, spread in zip(cells, spreads, strict=True)
    ]


def _headed(cells: Sequence[Cell]) -> list[Cell]:
    """Bare numbers below a head; a cell with its unit says for itself what it is."""
    return [cell for cell in cells if cell.figures and cell.column and is_bare(cell.text)]


def _embed(searcher: Searcher, heads: Sequence[str]) -> Scores:
    """[n, d] Unit rows; a table's heads come back row after row, and question after question."""
    texts = [simplify(head) for head in heads]
    found = {text: searcher.heads[text] for text in texts if text in searcher.heads}
    new = [text for text in dict.fromkeys(texts) if text not in found]
    if new:
        found |= dict(zip(new, searcher.embedding.passage_vectors(new), strict=True))
        if len(searcher.heads) > _KEPT:
            searcher.heads.clear()
        searcher.heads.update(found)
    return np.array([found[text] for text in texts], dtype=np.float32)
