"""The quoting answerer: no model, the documents' own sentences, their figures restated.

It picks the one or two sentences that answer (three where several things are asked, one an
organisation where opinions are), says who says so and when, and for a question in the other
language adds what the figures are in the asker's own notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from llama_index.core.base.response.schema import RESPONSE_TYPE, Response, StreamingResponse
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms.mock import MockLLM
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryType

from assistant.answer import Language
from assistant.choosing import choose_of_part, choose_sentences
from assistant.columns import choose_cells, say_in_own_unit
from assistant.features import LONGEST
from assistant.figures import Figure, kind_of, same_figure, say_figure
from assistant.index import sentence_spans
from assistant.planted import split_at_orders
from assistant.prompts import Messages, load_messages
from assistant.question import Question
from assistant.ranking import Candidate, rank_sentences
from assistant.reading import Reading
from assistant.refusing import find_refusal
from assistant.retrieval import Search, Searcher
from assistant.stated import figures_of
from assistant.synthesis import as_question
from assistant.tables import Cell, read_rows
from assistant.text.orders import find_orders
from assistant.text.terms import find_terms

MODEL = "offline"
RESTATED = 6  # figures
ASKED_WORTH = 0.3  # of a figure of the kind asked for, against all of the question's words
_ITEM = re.compile(
    r"(?:[-*•●■◆○□▪·®©٠➢►]|\(?\d{1,2}[.)、）]|[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])"
)
_CLAUSE = re.compile(r"(?:[;，；：、]|[,:](?!\d))\s*")
_STOPS = ".。!！;；,，:： "  # not "?", which may stand for a lost sign: 220 km? is km²
_MARKS = (("“", "”"), ("「", "」"), ("«", "»"))
_PLAIN_KINDS = frozenset(["year", "count", "percent"])


class QuotingSynthesizer(BaseSynthesizer):
    """Answers a Question by quoting the nodes given; deterministic.

    `metadata` of the response: model, refused, reason (of a refusal), note (said before a
    selection).
    """

    def __init__(self, searcher: Searcher) -> None:
        super().__init__(
            llm=MockLLM(),  # never asked; the base class insists on one
            callback_manager=CallbackManager(),
            prompt_helper=PromptHelper(),
            chat_prompt_helper=ChatPromptHelper(),
            streaming=True,
        )
        self._searcher = searcher

    def synthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        question = as_question(query)
        with self._searcher.room.enter(again=True):
            return self._quote(question, nodes)

    def _quote(self, question: Question, nodes: list[NodeWithScore]) -> StreamingResponse:
        search = self._searcher.search(question.query_str)
        ranked = rank_sentences(self._searcher, search, nodes)
        metadata: dict[str, Any] = {"model": MODEL, "refused": False, "usage": {}}
        reason = find_refusal(search, ranked)
        if reason:
            metadata |= {"refused": True, "reason": reason}
            return StreamingResponse(_as_generator(()), nodes, metadata)
        if search.reading.broad:
            metadata["note"] = load_messages(question.language).text("answer.selection_note")
        chosen = choose_sentences(search.reading, ranked, self._leading(search, nodes))
        written = (self._write(question, search, candidate) for candidate in chosen)
        return StreamingResponse(_as_generator(written), nodes, metadata)

    def _leading(self, search: Search, nodes: list[NodeWithScore]) -> list[Candidate]:
        """The best sentence for each name of a list that the question asks about."""
        found: list[Candidate] = []
        for part in self._searcher.search_parts(search):
            found += choose_of_part(part, rank_sentences(self._searcher, part.search, nodes))
        return found

    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        response = self.synthesize(query, nodes)
        assert isinstance(response, StreamingResponse)
        text = "".join(response.response_gen or ())
        return Response(text, nodes, response.metadata)

    def _write(self, question: Question, search: Search, candidate: Candidate) -> str:
        """One line: who (when): “quotation” (figures restated) [number]."""
        reading = search.reading
        language, messages = question.language, load_messages(question.language)
        worth = self._worth_for(reading)
        runs = split_at_orders(widen(reading, candidate))
        wide = max(runs, key=lambda run: (bool(reading.asked and figures_of(run)), worth(run)))
        quote = cut_quotation(" ".join(wide.split()), worth)
        opening, closing = next((m for m in _MARKS if not set(m) & set(quote)), _MARKS[-1])
        restated = self._restate(language, messages, search, candidate, quote)
        colon = "：" if language == "zh" else ": "
        said = f"{opening}{quote}{closing}{restated}"
        return f"{_who(messages, candidate)}{colon}{said} [{candidate.number}]\n"

    def _restate(
        self,
        language: Language,
        messages: Messages,
        search: Search,
        candidate: Candidate,
        quote: str,
    ) -> str:
        """What the figures of the quotation are, where a reader wouldn't see it: those of a table's
        row whose units stand in its header, and in the other language all that are written
        otherwise."""
        same = candidate.node.metadata["language"] == language
        if told := self._choose_told(search, candidate, quote):
            own = (say_in_own_unit(*one) if same else "" for one in told)
            said = [
                known or say_figure(one[1], language) for known, one in zip(own, told, strict=True)
            ]
            return _say_again(language, messages, said)
        if same:
            return ""
        every = figures_of(quote)
        asked = [figure for figure in every if kind_of(figure.unit) in search.reading.asked]
        needed = [figure for figure in asked or every if _needs_saying(figure)]
        return _say_again(language, messages, [say_figure(one, language) for one in needed])

    def _choose_told(
        self, search: Search, candidate: Candidate, quote: str
    ) -> list[tuple[Cell, Figure]]:
        """Of the cells of a row those that the question means, with what they state in their
        columns' units, and so that a reader sees which they are."""
        cells = choose_cells(self._searcher, search, candidate.node, candidate.span)
        told = [(cell, figure) for cell in cells for figure in cell.figures]
        plain = figures_of(quote)
        new = [one for one in told if not any(same_figure(one[1], other) for other in plain)]
        return told if len(_row_cells(candidate)) > len(cells) else new

    def _worth_for(self, reading: Reading) -> Callable[[str], float]:
        """What a part of a sentence is worth: the question's words, rare ones most, and a figure of
        the kind that is asked for."""
        words = [*reading.own, *reading.cross]
        coverage = self._searcher.index.lexical.coverage

        def worth(text: str) -> float:
            hit = any(kind_of(figure.unit) in reading.asked for figure in figures_of(text))
            return coverage(words, frozenset(find_terms(text))) + ASKED_WORTH * hit

        return worth

    def get_response(self, query_str: str, text_chunks: Sequence[str], **kwargs: Any) -> str:
        raise NotImplementedError("quoting needs the nodes: call synthesize")

    async def aget_response(self, query_str: str, text_chunks: Sequence[str], **kwargs: Any) -> str:
        raise NotImplementedError("quoting needs the nodes: call asynthesize")

    def _get_prompts(self) -> PromptDictType:
        return {}

    def _update_prompts(self, prompts: PromptDictType) -> None:
        """There are none."""


def _row_cells(candidate: Candidate) -> list[Cell]:
    rows = read_rows(candidate.node.text, candidate.span)
    return [cell for row in rows for cell in row.cells if cell.figures]


def _who(messages: Messages, candidate: Candidate) -> str:
    meta = candidate.node.metadata
    named = meta.get("organisation") or meta.get("author") or meta.get("publisher")
    title = str(meta.get("title") or "")
    who = str(named or (title if not find_orders(title) else "") or meta["document"])
    year = meta.get("year")
    if year is None:
        return messages.text("answer.says_undated", who=who)
    return messages.text("answer.says", who=who, year=year)


def _say_again(language: Language, messages: Messages, said: Sequence[str]) -> str:
    if not said:
        return ""
    # Not commas: figures of a list share their last one's unit, and these don't.
    listed = ("；" if language == "zh" else "; ").join([*dict.fromkeys(said)][:RESTATED])
    text = messages.text("answer.restated", figures=listed)
    return f"（{text}）" if language == "zh" else f" ({text})"


def _needs_saying(figure: Figure) -> bool:
    """Whether a reader of the other language gains from it: not from 2027年, 62家 or 5 %."""
    if kind_of(figure.unit) not in _PLAIN_KINDS:
        return True
    digits = "".join(char for char in figure.text if char.isdigit() or char == ".")
    return digits != f"{figure.value.normalize():f}"


def widen(reading: Reading, candidate: Candidate) -> str:
    """The sentence; with it the list that it opens, or its next items where several things are
    asked, as far as a quotation may be long."""
    start, end = candidate.span
    text = candidate.node.text
    opens = text[start:end].rstrip().endswith((":", "："))
    if not (opens or (reading.several and _ITEM.match(text, start))):
        return candidate.text
    for first, last in sentence_spans(candidate.node):
        if first < end:
            continue
        if not _ITEM.match(text, first) or last - start > LONGEST:
            break
        end = last
    return text[start:end]


def cut_quotation(sentence: str, worth: Callable[[str], float]) -> str:
    """The sentence without its last stop; of one longer than 400 characters the clauses that are
    worth most, always a run of the sentence's own characters."""
    sentence = sentence.rstrip(_STOPS)
    if len(sentence) <= LONGEST:
        return sentence
    edges = sorted({0, *(match.end() for match in _CLAUSE.finditer(sentence)), len(sentence)})
    windows = [_longest_from(start, edges) for start in edges[:-1]]
    best = max(windows, key=lambda window: worth(sentence[slice(*window)]))
    return sentence[slice(*best)].strip(_STOPS)


def _longest_from(start: int, edges: Sequence[int]) -> tuple[int, int]:
    """From an edge to the last one that is near enough; cut hard where none is."""
    near = [edge for edge in edges if start < edge <= start + LONGEST]
    return start, near[-1] if near else start + LONGEST


def _as_generator(pieces: Iterable[str]) -> Generator[str]:
    yield from pieces
