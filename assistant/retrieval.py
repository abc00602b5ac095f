"""Hybrid retrieval across languages: vectors centred by language, words with their translations.

The score of a chunk is the mean of its own cosine and its best sentence's, plus a share of the
lexical score. Passages of the question's language are compared with the question as it is; those
of the other language with the question less the mean of generic questions, because embeddings
carry language beside meaning. Each of the two lists is then levelled by its mean, so that they can
be merged. On XQuAD and on reports this finds 30 to 60 points more across languages than cosine.
The best of each list are then looked at token by token (`late.py`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle
from numpy.typing import NDArray

from assistant.answer import Filters
from assistant.centring import centre_of
from assistant.expansion import NOTHING, Expand, Expansion
from assistant.index import Scores, SearchIndex
from assistant.late import LateInteraction, TokenMatch
from assistant.proper import name_plainly
from assistant.reading import Reader, Reading
from assistant.room import Room
from assistant.text.terms import Alternatives
from assistant.tracing import trace
from store.embedding import StoreEmbedding

T = TypeVar("T")

LEXICAL_SHARE = 0.2
TRANSLATED_SHARE = 0.15
BEST_SENTENCE_SHARE = 0.5
# Chunks of the other language that a short list of them is levelled with: few chunks on one
# subject would else lose the lead that they deserve.
LEVELLING = 10
SMALLEST_SPREAD = 0.01  # of cosines
CANDIDATES = 20  # of each language, that are looked at token by token
TOKENS_SHARE = 0.3
TOP_K = 8
KEPT = 64  # searches of one thread
# Chunks that hold a name of a list, of the question's own language and of the other one, in which
# its words tell less.
NAMED = ((True, 1), (False, 2))
EACH_ASKED = 2  # chunks of each organisation that a question names, where it names several


class Usual(NamedTuple):
    """Mean and spread of the cosines of many sentences to a question and to it centred."""

    mean: float
    spread: float
    mean_centred: float
    spread_centred: float


@dataclass(frozen=True)
class Search:
    """One question against one index: what retrieval found, for whoever ranks sentences next."""

    reading: Reading
    vector: Scores
    centred: Scores
    same: NDArray[np.bool_]
    scores: Scores
    usual_same: Usual
    usual_other: Usual
    tokens: Scores
    matches: dict[int, TokenMatch] = field(default_factory=dict)

    def usual(self, same: bool) -> Usual:
        """Of all sentences of the question's own language, or of the other: what a sentence's own
        cosine is measured from."""
        return self.usual_same if same else self.usual_other

    def usual_tokens(self, same: bool) -> tuple[float, float]:
        """Mean and spread of the best sentences, token by token, of the chunks of a language that
        were looked at; 0 and 1 where there were none."""
        found = [one.best_sentence for row, one in self.matches.items() if self.same[row] == same]
        return (float(np.mean(found)), _spread(found)) if found else (0.0, 1.0)


class Part(NamedTuple):
    """What a question asks of one name of a list: that name, as names and as organisations, and
    the names of the others."""

    search: Search
    own: frozenset[Alternatives]
    others: frozenset[Alternatives]
    voices: frozenset[str]


@dataclass(frozen=True)
class Searcher:
    """Scores all chunks of an index for a question."""

    index: SearchIndex
    embedding: StoreEmbedding
    reader: Reader
    late: LateInteraction
    room: Room = field(default_factory=lambda: Room(os.cpu_count() or 1))
    heads: dict[str, Scores] = field(default_factory=dict)  # of tables' columns, once compared
    _own: threading.local = field(default_factory=threading.local)
    _centres: dict[str, Scores] = field(default_factory=dict)

    def search(self, question: str) -> Search:
        """Scores of all chunks, levelled by language; the same object for a thread that asks the
        same again. What it was compared with is no business of other people's questions."""
        known: dict[str, Search] = self._own.__dict__.setdefault("known", {})
        if question not in known:
            if len(known) >= KEPT:
                known.clear()
            known[question] = self._search(question)
        return known[question]

    def forget(self) -> None:
        """Search anew for what this thread has searched for."""
        self._own.__dict__.clear()

    def _search(self, asked: str) -> Search:
        question = name_plainly(asked)
        index, reading = self.index, self.reader.read(question)
        with trace("embed"):
            vector = self.embedding.query_vectors([question])[0]
        centred = vector - self._centre(reading.language)
        same = index.languages == reading.language
        own = self._score(vector, same, LEXICAL_SHARE * index.lexical.score(reading.own))
        other = self._score(centred, ~same, TRANSLATED_SHARE * index.lexical.score(reading.cross))
        scores = _level(own, other, same)
        usual = [self._usual(mask, vector, centred) for mask in (same, ~same)]
        tokens = self.late.read_question(question, reading.language)
        return Search(reading, vector, centred, same, scores, usual[0], usual[1], tokens)

    def search_parts(self, search: Search) -> list[Part]:
        """What a question asks of each name of a list in it; none where it has no list."""
        searches = [self.search(text) for text in search.reading.parts]
        every = [frozenset(one.reading.names) for one in searches]
        voices = [one.reading.organisations for one in searches]
        return [
            Part(
                one,
                own=every[place].difference(*_others(every, place)),
                others=frozenset().union(*_others(every, place)) - every[place],
                voices=voices[place].difference(*_others(voices, place)),
            )
            for place, one in enumerate(searches)
        ]

    def match(self, search: Search, rows: Sequence[int]) -> list[TokenMatch]:
        """A question against some chunks, token by token; what was compared once is kept."""
        new = [row for row in rows if row not in search.matches]
        search.matches.update(zip(new, self.late.match(search.tokens, new), strict=True))
        return [search.matches[row] for row in rows]

    def rescore(self, search: Search, ordered: Sequence[int]) -> Scores:
        """The scores of all chunks, those of the first CANDIDATES of each language corrected by
        how they compare token by token with the others of their language."""
        scores = search.scores.copy()
        if not len(search.tokens):
            return scores
        for same in (True, False):
            rows = [row for row in ordered if search.same[row] == same][:CANDIDATES]
            found = self.match(search, rows)
            near = np.array([(one.whole + one.best_sentence) / 2 for one in found], np.float32)
            if rows:
                scores[rows] += TOKENS_SHARE * (near - near.mean())
        return scores

    def _usual(self, chunks: NDArray[np.bool_], vector: Scores, centred: Scores) -> Usual:
        """Of the sentences of some chunks; too few of them borrow all the others."""
        owners, sentences = self.index.sample
        rows = chunks[owners]
        if rows.sum() < LEVELLING:
            rows = np.ones(len(owners), dtype=np.bool_)
        if not len(rows):
            return Usual(0.0, 1.0, 0.0, 1.0)
        own = sentences[rows]
        plain, less = own @ vector, own @ centred
        return Usual(float(plain.mean()), _spread(plain), float(less.mean()), _spread(less))

    def _centre(self, language: str) -> Scores:
        if language not in self._centres:
            self._centres[language] = centre_of(self.embedding, language)
        return self._centres[language]

    def _score(self, vector: Scores, wanted: NDArray[np.bool_], lexical: Scores) -> Scores:
        """Meaning and words together, of the chunks that are wanted."""
        chunks = self.index.vectors @ vector
        best = self.index.best_sentences(vector, chunks, np.where(wanted, lexical, -np.inf))
        return (1 - BEST_SENTENCE_SHARE) * chunks + BEST_SENTENCE_SHARE * best + lexical


class HybridRetriever(BaseRetriever):
    """The best chunks for a question, best first, under the filters that the question carries.

    With `expand`, chunks are searched for by what that says of the question as well.
    """

    def __init__(
        self, searcher: Searcher, top_k: int = TOP_K, expand: Expand | None = None
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._searcher = searcher
        self._top_k = top_k
        self._expand = expand

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        if not self._searcher.index.nodes:
            return []
        # A model is waited for outside: meanwhile the room is for others.
        usage = getattr(query_bundle, "usage", {})
        more = self._expand(query_bundle.query_str, usage) if self._expand else NOTHING
        with self._searcher.room.enter():
            self._searcher.forget()  # what was compared under other filters would move the scale
            return self._find(query_bundle, more)

    def _find(self, asked: QueryBundle, more: Expansion) -> list[NodeWithScore]:
        index, search = self._searcher.index, self._searcher.search(asked.query_str)
        rows = np.flatnonzero(index.allowed(getattr(asked, "filters", Filters())))
        scores, firsts = self._score_all(search, more, rows), []
        for part in self._searcher.search_parts(search):
            own = self._score(part.search, rows)
            firsts += self._first_of_part(part, _order(rows, own))
            scores = np.maximum(scores, own)
        best = self._choose(search.reading, _order(rows, scores), firsts)
        return [NodeWithScore(node=index.nodes[row], score=float(scores[row])) for row in best]

    def _score_all(self, search: Search, more: Expansion, rows: NDArray[np.int64]) -> Scores:
        """The mean of the question's scores, its translation's and all its other queries'. On the
        sample, mean finds more than the greater score or than ranks do."""
        own = self._score(search, rows)
        groups = [[more.translation] if more.translation else [], list(more.queries)]
        scores = [own]
        for texts in filter(None, groups):
            found = [self._score(self._searcher.search(text), rows) for text in texts]
            scores.append(np.mean(found, axis=0, dtype=np.float32))
        return np.mean(scores, axis=0, dtype=np.float32) if more else own

    def _score(self, search: Search, rows: NDArray[np.int64]) -> Scores:
        return self._searcher.rescore(search, _order(rows, search.scores).tolist())

    def _first_of_part(self, part: Part, ordered: NDArray[np.int64]) -> list[int]:
        """The best row, and of each language the best ones that name whom the part asks about."""
        index = self._searcher.index
        named = [index.lexical.find(form) for forms in part.own for form in forms]
        holding = ordered[np.isin(ordered, np.concatenate([*named, [-1]]))]
        own = [holding[part.search.same[holding] == same][:many] for same, many in NAMED]
        return [int(row) for rows in (ordered[:1], *own) for row in rows]

    def _choose(
        self, reading: Reading, ordered: NDArray[np.int64], firsts: Sequence[int] = ()
    ) -> list[int]:
        """The first rows; with a few of each organisation where several are asked, or only the best
        of each where all are."""
        rows = [int(row) for row in ordered]
        voices = self._searcher.index.voices
        if reading.broad:
            best_of_each = {voices[row]: row for row in reversed(rows)}
            chosen = set(best_of_each.values())
        else:
            asked = _first_of_each(rows, voices, reading)
            chosen = set(list(dict.fromkeys([*firsts, *asked, *rows]))[: self._top_k])
        return [row for row in rows if row in chosen][: self._top_k]


def _spread(values: Sequence[float] | Scores) -> float:
    """The standard deviation, never so small that a quotient by it means nothing."""
    return max(SMALLEST_SPREAD, float(np.std(values)))


def _others(values: Sequence[frozenset[T]], place: int) -> list[frozenset[T]]:
    return [one for at, one in enumerate(values) if at != place]


def _order(rows: NDArray[np.int64], scores: Scores) -> NDArray[np.int64]:
    """Rows by their scores, best first."""
    return rows[np.argsort(-scores[rows], kind="stable")]


def _first_of_each(rows: list[int], voices: list[str], reading: Reading) -> list[int]:
    """The first rows of each organisation named, if several are."""
    if len(reading.speakers) < 2:
        return []
    own = [[row for row in rows if voices[row] in names] for names in reading.speakers]
    return [row for found in own for row in found[:EACH_ASKED]]


def _level(own: Scores, other: Scores, same: NDArray[np.bool_]) -> Scores:
    scores = np.where(same, own, other).astype(np.float32)
    if same.any():
        scores[same] -= scores[same].mean()
    if not same.all():
        scores[~same] -= scores[~same].sum() / ((~same).sum() + LEVELLING)
    return scores
