"""The assistant, built from settings: the only place that constructs."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from llama_index.core.response_synthesizers import BaseSynthesizer

from assistant.answer import Answer, Filters, Language, Passage, Turn
from assistant.calling import build_caller
from assistant.conflicts import find_conflicts
from assistant.embeddings import build_embedding
from assistant.engine import Event, GroundedQueryEngine, last_answer
from assistant.errors import RetryableStoreError, StoreError
from assistant.examples import find_examples
from assistant.glossary import build_glossary, load_glossary
from assistant.index import SearchIndex, open_index
from assistant.late import LateInteraction
from assistant.models import build_llm
from assistant.nearness import TokenNearness
from assistant.offline import QuotingSynthesizer
from assistant.passages import build_passage
from assistant.prices import find_prices
from assistant.prompts import hash_prompts
from assistant.question import Question
from assistant.reading import Reader
from assistant.retrieval import HybridRetriever, Searcher
from assistant.settings import Settings
from assistant.synthesis import ModelSynthesizer
from assistant.talk import find_small_talk, make_whole, reply_to
from assistant.text.language import detect_language
from assistant.text.script import simplify
from store.candidates import StoredTokens
from store.chroma import Store, open_store
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.ledger import DocumentRecord
from store.prepare import TRANSFORM
from store.searchable import Searchable, load_searchable


@dataclass(frozen=True)
class _Loaded:
    """What was made from one state of the collection."""

    version: str
    stored: Searchable
    index: SearchIndex
    searcher: Searcher
    engine: GroundedQueryEngine


class Assistant:
    """Answers questions to one collection. Owns its store until `close`; threads may share it."""

    def __init__(
        self, settings: Settings, store: Store, embedding: StoreEmbedding, collection: Collection
    ) -> None:
        self._settings = settings
        self._store = store
        self._embedding = embedding
        self._collection = collection
        self._llm = build_llm(settings)
        self._caller = build_caller(settings, self._llm) if self._llm else None
        self._pairs = load_glossary(settings.glossary) if settings.glossary else []
        self._prices = find_prices(settings.prices, settings.data)
        self._lock = threading.Lock()
        self._state: _Loaded | None = None
        self._texts = lru_cache(maxsize=32)(self._read_text)

    @property
    def collection(self) -> str:
        return self._collection.name

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        language: Language | None = None,
    ) -> Answer:
        """The checked answer, or a refusal; raises ModelError only if quoting fails too."""
        return last_answer(
            self.stream(question, history=history, filters=filters, language=language)
        )

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        language: Language | None = None,
    ) -> Iterator[Event]:
        """Each claim as soon as it is checked, the Answer last.

        The answer is in the language of the question unless `language` pins it.
        """
        spoken: Language = language or ("zh" if detect_language(question) == "zh" else "en")
        if kind := find_small_talk(simplify(question)):
            yield self._small_talk(question, reply_to(kind, spoken, self.documents()), spoken)
            return
        # Questions are read in simplified characters; answers are in them too.
        whole = make_whole(simplify(question), history)
        asked = Question(
            whole, language=spoken, history=tuple(history), filters=filters or Filters()
        )
        for event in self._stream_unchanged(asked):
            yield self._complete(event, question) if isinstance(event, Answer) else event

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` beside the event loop."""
        return await asyncio.to_thread(self.ask, question, **options)

    async def astream(self, question: str, **options: Any) -> AsyncIterator[Event]:
        """`stream` beside the event loop."""
        events = self.stream(question, **options)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def retrieve(
        self, question: str, top_k: int = 5, filters: Filters | None = None
    ) -> list[Passage]:
        """The best passages for a question, as the answerer sees them."""
        asked = Question(simplify(question), filters=filters or Filters())
        hits = HybridRetriever(self._load().searcher, top_k).retrieve(asked)
        return [build_passage(number, hit, self.text) for number, hit in enumerate(hits, 1)]

    def documents(self) -> list[DocumentRecord]:
        self._collection.refresh()
        return self._collection.documents()

    def text(self, document_id: str) -> str:
        """The stored text of a document as it now is; raises StoreError "no_document"."""
        record = self._collection.record(document_id)
        return self._texts(document_id, record.version if record else "")

    def examples(self, language: Language) -> list[str]:
        """Three questions that the collection answers."""
        return find_examples(self._load().index, language)

    @property
    def searcher(self) -> Searcher:
        """What finds and compares, for measures of its parts."""
        return self._load().searcher

    def close(self) -> None:
        """Let go of the store and of the models."""
        self.leave_model()
        self._embedding.close()
        self._store.close()

    def leave_model(self) -> None:
        """Let go of the connections to the model; the store is somebody else's."""
        if self._caller is not None:
            self._caller.close()

    def _stream_unchanged(self, asked: Question) -> Iterator[Event]:
        """The engine's events. Where documents change under it before it has said anything, it
        starts again with what there is now; later, that is an error to ask again on."""
        for last in (False, False, True):
            said = False
            try:
                for event in self._load().engine.stream(asked):
                    said = True
                    yield event
            except StoreError as error:
                if error.code != "changed" or said or last:
                    raise
            else:
                return

    def _text_at(self, versions: Mapping[str, str], document_id: str) -> str:
        """The text that an index was made from; StoreError "changed" if it has been replaced."""
        if document_id not in versions:  # written while the index was made
            raise RetryableStoreError("changed", collection=self.collection)
        return self._texts(document_id, versions[document_id])

    def _read_text(self, document_id: str, version: str) -> str:
        try:
            text = self._collection.text(document_id)
        except StoreError:
            self._collection.refresh()
            self._expect(document_id, version)
            raise
        self._expect(document_id, version)
        return text

    def _expect(self, document_id: str, version: str) -> None:
        record = self._collection.record(document_id)
        if version and (record is None or record.version != version):
            raise RetryableStoreError("changed", collection=self.collection)

    def _load(self) -> _Loaded:
        """The index and engine of the collection as it now is."""
        with self._lock:
            self._collection.refresh()
            if self._state is None or self._state.version != self._collection.version:
                self._state = self._build()
            return self._state

    def _build(self) -> _Loaded:
        version = self._collection.version
        versions = {record.id: record.version for record in self._collection.documents()}
        stored = load_searchable(self._collection, self._state.stored if self._state else None)
        index = open_index(stored)
        glossary = build_glossary(self._pairs, stored.whole.pairs)
        tokens = StoredTokens(self._collection, self._embedding)
        late = LateInteraction(index, self._embedding, tokens)
        searcher = Searcher(index, self._embedding, Reader(index.organisations, glossary), late)
        quoting = QuotingSynthesizer(searcher)
        synthesizer: BaseSynthesizer = quoting
        if self._llm is not None:
            synthesizer = ModelSynthesizer(self._llm, caller=self._caller)
        engine = GroundedQueryEngine(
            HybridRetriever(searcher),
            synthesizer,
            partial(self._text_at, versions),
            fallback=quoting if self._falls_back else None,
            find_conflicts=partial(
                find_conflicts,
                nearness=TokenNearness(index, tokens),
                weigh=index.lexical.idf,
            ),
            glossary=glossary,
            marks_unproved=self._llm is not None and self._settings.unproved == "mark",
            collection=self.collection,
            fingerprint=self._fingerprint(version),
        )
        return _Loaded(version, stored, index, searcher, engine)

    def _complete(self, answer: Answer, question: str) -> Answer:
        """With the question as it was asked, and with what it cost."""
        usage = self._prices.add_cost(answer.model, answer.usage)
        return replace(answer, question=question, usage=usage)

    @property
    def _falls_back(self) -> bool:
        return self._llm is not None and self._settings.fallback == "offline"

    def _fingerprint(self, version: str) -> str:
        parts = (
            self._settings.llm,
            self._settings.unproved,
            self._embedding.identity,
            TRANSFORM,
            version,
            hash_prompts(),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    def _small_talk(self, question: str, text: str, language: Language) -> Answer:
        return Answer(
            response=text,
            question=question,
            language=language,
            collection=self.collection,
            status="verified",
            fingerprint=self._fingerprint(self._collection.version),
            timings_ms={"total": 0},
        )


def build_assistant(settings: Settings, collection: str = "default") -> Assistant:
    """Open the store at `settings.data` and the collection in it.

    Raises StoreError ("locked", "no_collection", "other_embedding", ...) and SettingsError.
    """
    embedding = build_embedding(settings)
    store = open_store(settings.data, embedding, server=settings.chroma_server)
    try:
        return Assistant(settings, store, embedding, store.collection(collection))
    except BaseException:
        store.close()
        raise
