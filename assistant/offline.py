"""The quoting answerer: no model, the documents' own sentences, their figures restated.

It picks the one or two sentences that answer (three where several things are asked, one an
organisation where opinions are), says who says so and when, and for a question in the other
language adds what the figures are in the asker's own notation.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

from llama_index.core.base.response.schema import RESPONSE_TYPE, Response, StreamingResponse
from llama_index.core.callbacks import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms.mock import MockLLM
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryType

from assistant.answer import Language
from assistant.figures import Figure, kind_of, say_figure
from assistant.prompts import Messages, load_messages
from assistant.question import Question
from assistant.ranking import LONGEST, Candidate, figures_of, rank_sentences
from assistant.reading import Reading
from assistant.refusing import find_refusal
from assistant.retrieval import Search, Searcher
from assistant.synthesis import as_question
from assistant.text.terms import find_terms

MODEL = "offline"
SENTENCES = 2
SENTENCES_OF_SEVERAL = 3
ORGANISATIONS = 6  # of a broad question
SAME = 0.8  # share of words from which on two sentences say the same
RESTATED = 6  # figures
_CLAUSE = re.compile(r"(?:[;，；：、]|[,:](?!\d))\s*")
_STOPS = ".。!！?？;；,，:： "
_MARKS = (("“", "”"), ("「", "」"), ("«", "»"))
_PLAIN_KINDS = frozenset(["year", "count", "rank"])


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
        search = self._searcher.search(question.query_str)
        ranked = rank_sentences(self._searcher, search, nodes)
        metadata: dict[str, Any] = {"model": MODEL, "refused": False, "usage": {}}
        reason = find_refusal(search, ranked)
        if reason:
            metadata |= {"refused": True, "reason": reason}
            return StreamingResponse(_as_generator(()), nodes, metadata)
        if search.reading.broad:
            metadata["note"] = load_messages(question.language).text("answer.selection_note")
        chosen = choose_sentences(search.reading, ranked)
        return StreamingResponse(_as_generator(_write(question, search, chosen)), nodes, metadata)

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

    def get_response(self, query_str: str, text_chunks: Sequence[str], **kwargs: Any) -> str:
        raise NotImplementedError("quoting needs the nodes: call synthesize")

    async def aget_response(self, query_str: str, text_chunks: Sequence[str], **kwargs: Any) -> str:
        raise NotImplementedError("quoting needs the nodes: call asynthesize")

    def _get_prompts(self) -> PromptDictType:
        return {}

    def _update_prompts(self, prompts: PromptDictType) -> None:
        """There are none."""


def choose_sentences(reading: Reading, ranked: Sequence[Candidate]) -> list[Candidate]:
    """What to quote, in the order in which to say it; no two that say the same."""
    if reading.broad:
        return _one_each(ranked)[:ORGANISATIONS]
    wanted = SENTENCES_OF_SEVERAL if reading.several else SENTENCES
    leading = _one_each(ranked, reading.organisations) if len(reading.organisations) > 1 else []
    chosen: list[Candidate] = []
    for candidate in [*leading, *ranked]:
        if len(chosen) < wanted and not any(_says_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _one_each(
    ranked: Sequence[Candidate], organisations: frozenset[str] | None = None
) -> list[Candidate]:
    """The best sentence of each voice, best voices first."""
    best: dict[str, Candidate] = {}
    for candidate in ranked:
        meta = candidate.node.metadata
        voice = str(meta.get("organisation") or meta["document"])
        if organisations is None or voice in organisations:
            best.setdefault(voice, candidate)
    return list(best.values())


def _says_same(one: Candidate, other: Candidate) -> bool:
    left, right = set(find_terms(one.text)), set(find_terms(other.text))
    return len(left & right) > SAME * max(1, min(len(left), len(right)))


def _write(question: Question, search: Search, chosen: Iterable[Candidate]) -> Iterator[str]:
    messages = load_messages(question.language)
    for candidate in chosen:
        yield _write_claim(question.language, messages, search.reading, candidate)


def _write_claim(
    language: Language, messages: Messages, reading: Reading, candidate: Candidate
) -> str:
    """One line: who (when): “quotation” (figures restated) [number]."""
    quote = cut_quotation(reading, candidate.text)
    opening, closing = next(
        ((a, b) for a, b in _MARKS if a not in quote and b not in quote), _MARKS[-1]
    )
    said = f"{opening}{quote}{closing}"
    other = candidate.node.metadata["language"] != language
    restated = _restate(language, messages, reading, quote) if other else ""
    colon = "：" if language == "zh" else ": "
    return f"{_who(messages, candidate)}{colon}{said}{restated} [{candidate.number}]\n"


def _who(messages: Messages, candidate: Candidate) -> str:
    meta = candidate.node.metadata
    named = meta.get("organisation") or meta.get("author") or meta.get("publisher")
    who = str(named or meta.get("title") or meta["document"])
    year = meta.get("year")
    if year is None:
        return messages.text("answer.says_undated", who=who)
    return messages.text("answer.says", who=who, year=year)


def _restate(language: Language, messages: Messages, reading: Reading, quote: str) -> str:
    """The quotation's figures in the asker's notation: those asked for, or else all."""
    figures = figures_of(quote)
    asked = [figure for figure in figures if kind_of(figure.unit) in reading.asked]
    said = dict.fromkeys(say_figure(f, language) for f in asked or figures if _needs_saying(f))
    if not said:
        return ""
    # Not commas: figures of a list share their last one's unit, and these don't.
    listed = ("；" if language == "zh" else "; ").join(list(said)[:RESTATED])
    text = messages.text("answer.restated", figures=listed)
    return f"（{text}）" if language == "zh" else f" ({text})"


def _needs_saying(figure: Figure) -> bool:
    """Whether a reader of the other language gains from it: not from a bare 2027 or 62."""
    return kind_of(figure.unit) not in _PLAIN_KINDS or not figure.text.isdigit()


def cut_quotation(reading: Reading, sentence: str) -> str:
    """The sentence without its last stop; of a longer one than 400 characters the clauses that
    answer, always a run of the sentence's own characters."""
    sentence = sentence.rstrip(_STOPS)
    if len(sentence) <= LONGEST:
        return sentence
    edges = [0, *(match.end() for match in _CLAUSE.finditer(sentence)), len(sentence)]
    windows = [
        (start, end) for start in edges for end in edges if 0 < end - start <= LONGEST
    ] or [(0, LONGEST)]
    best = max(windows, key=lambda w: (_worth(reading, sentence[slice(*w)]), w[1] - w[0]))
    return sentence[slice(*best)].strip(_STOPS)


def _worth(reading: Reading, text: str) -> float:
    held = frozenset(find_terms(text))
    words = [*reading.own, *reading.cross]
    shared = sum(any(set(form) <= held for form in forms) for forms in words)
    hits = sum(kind_of(figure.unit) in reading.asked for figure in figures_of(text))
    return shared + 2.0 * min(hits, 3)


def _as_generator(pieces: Iterable[str]) -> Generator[str]:
    yield from pieces
