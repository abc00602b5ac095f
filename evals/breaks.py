"""Ways to break the product: each replaces one of its functions as long as the block lasts.

What is replaced are the product's own names, in the module that uses them, never what scorers use:
a check that is off in both would be seen by nobody.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from llama_index.core.schema import TextNode

from assistant import app, grounding, offline, reading, retrieval, support
from assistant.answer import Answer, Citation, Passage
from assistant.choosing import choose_sentences
from assistant.embeddings import build_embedding
from assistant.engine import GroundedQueryEngine
from assistant.figures import Figure, say_figure
from assistant.grounding import Source
from assistant.passages import cite
from assistant.settings import Settings
from assistant.text import terms
from assistant.writing import Writer
from evals import collections
from store import ingest, prepare

_MYRIAD = 10_000
# Those that read nothing but their own data, which takes a while to read.
_KEPT = ("assistant.text.dictionary", "assistant.figures", "assistant.geography")
_LASTING = ("assistant.background", "assistant.calling", "assistant.prompts")


@contextmanager
def put(owner: object, **names: Any) -> Iterator[None]:
    """Other things under some names of a module or class; what was computed before is forgotten,
    and so is what was computed meanwhile."""
    with mock.patch.multiple(owner, **names):
        forget()
        yield
    forget()


def forget() -> None:
    """Empty the caches of the functions that answer."""
    for name, module in list(sys.modules.items()):
        if name.startswith("assistant.") and not name.startswith((*_KEPT, *_LASTING)):
            for one in vars(module).values():
                if isinstance(one, functools._lru_cache_wrapper):
                    one.cache_clear()
    gc.collect()  # what belongs to an assistant that is closed is large, and goes in circles


@contextmanager
def share_embedding(settings: Settings) -> Iterator[None]:
    """One embedding for all assistants of the block: each would load the model for itself."""
    shared = build_embedding(settings)
    with (
        mock.patch.object(app, "build_embedding", return_value=shared),
        mock.patch.object(collections, "build_embedding", return_value=shared),
    ):
        yield


@contextmanager
def shift_citations() -> Iterator[None]:
    """Each citation shows the passage that was retrieved after the one that it means."""
    conclude = GroundedQueryEngine._conclude

    def shifted(
        engine: GroundedQueryEngine, question: Any, sources: Any, *rest: Any, **more: Any
    ) -> Answer:
        answer: Answer = conclude(engine, question, sources, *rest, **more)
        moved = tuple(_move(citation, sources) for citation in answer.citations)
        return replace(answer, citations=moved)

    with put(GroundedQueryEngine, _conclude=shifted):
        yield


def _move(citation: Citation, sources: dict[int, Source]) -> Citation:
    following = sources[citation.passage.number % len(sources) + 1]
    other = cite(citation.number, following.passage, following.node, 0, 20)
    return other


@contextmanager
def cut_quotations() -> Iterator[None]:
    """Quotations lose their last character, and say that they don't."""

    def cut(number: int, passage: Passage, node: TextNode, start: int, end: int) -> Citation:
        whole = cite(number, passage, node, start, end)
        return replace(whole, quote=whole.quote[:-1])

    with put(grounding, cite=cut):
        yield


@contextmanager
def refuse_nothing() -> Iterator[None]:
    with put(offline, find_refusal=lambda search, ranked: None):
        yield


@contextmanager
def speak_english() -> Iterator[None]:
    with put(app, detect_language=lambda text: "en"):
        yield


@contextmanager
def close_dictionary() -> Iterator[None]:
    """No word has a translation."""
    with (
        put(terms, translate_english=lambda words: (), translate_chinese=lambda word: frozenset()),
        put(reading, translate_english=lambda words: ()),
    ):
        yield


@contextmanager
def misstate_magnitudes() -> Iterator[None]:
    """What a figure is in the other language is said ten thousand times too large, 万 for 亿."""

    def misstate(figure: Figure, language: Any) -> str:
        return say_figure(replace(figure, value=figure.value * _MYRIAD), language)

    with put(offline, say_figure=misstate):
        yield


@contextmanager
def ignore_units() -> Iterator[None]:
    """The check of figures compares digits alone: 5 亿元 proves 5 万美元."""

    def alike(source: Figure, claimed: Figure) -> bool:
        return _digits(source) == _digits(claimed)

    with put(support, supports_figure=alike):
        yield


def _digits(figure: Figure) -> str:
    return "".join(map(str, figure.value.normalize().as_tuple().digits)).rstrip("0")


@contextmanager
def drop_checks() -> Iterator[None]:
    """Every sentence that cites anything is proved."""
    with put(grounding, _find_fault=lambda *given: None):
        yield


@contextmanager
def repair_nothing() -> Iterator[None]:
    with put(Writer, repair=None):
        yield


@contextmanager
def miss_changes() -> Iterator[None]:
    """A document that is stored isn't read again, whatever has become of its file."""
    read = prepare.Preparer._prepare

    def stale(self: prepare.Preparer, file: Any) -> Any:
        return self.whole.get(file.id) or read(self, file)

    with put(prepare.Preparer, _prepare=stale):
        yield


@contextmanager
def keep_removed() -> Iterator[None]:
    """A document whose file is gone stays."""
    with put(ingest._Run, remove_gone=lambda self, plan: None):
        yield


@contextmanager
def compare_nothing() -> Iterator[None]:
    """Sources are never compared, so that nobody hears that they disagree."""
    with put(app, find_conflicts=lambda question, told, sources, **more: ()):
        yield


@contextmanager
def centre_nothing() -> Iterator[None]:
    with put(retrieval.Searcher, _centre=lambda self, language: 0.0):
        yield


@contextmanager
def start_behind_best() -> Iterator[None]:
    """The best sentence is left out."""

    def lose(*given: Any) -> Sequence[Any]:
        return choose_sentences(*given)[1:]

    with put(offline, choose_sentences=lose):
        yield
