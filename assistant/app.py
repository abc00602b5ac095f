"""The assistant, built from settings: the only place that constructs."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from llama_index.core.llms import LLM

from assistant.answer import Answer, Filters, Language, Passage, Reason, Turn
from assistant.calling import Usage
from assistant.condensing import Condenser
from assistant.conflicts import find_conflicts
from assistant.embeddings import build_embedding
from assistant.engine import Event, GroundedQueryEngine, last_answer
from assistant.errors import StoreError
from assistant.examples import find_examples
from assistant.expansion import Expand
from assistant.glossary import build_glossary, load_glossary
from assistant.index import SearchIndex, open_index
from assistant.late import LateInteraction
from assistant.nearness import TokenNearness
from assistant.offline import QuotingSynthesizer
from assistant.originals import Originals
from assistant.passages import build_passage
from assistant.prompts import hash_prompts, load_messages
from assistant.question import Question
from assistant.questions import Questions
from assistant.reading import Reader
from assistant.retrieval import HybridRetriever, Searcher
from assistant.room import build_room
from assistant.settings import Settings
from assistant.status import Offer, Use, find_answering, find_offers
from assistant.talk import find_small_talk, reply_to
from assistant.text.language import detect_language
from assistant.text.script import simplify
from assistant.text.steering import find_asked
from assistant.tracing import trace
from assistant.writing import Writer
from store.candidates import StoredTokens
from store.chroma import Store, open_store
from store.collection import Collection
from store.embedding import StoreEmbedding
from store.formats.extract import Source
from store.formats.limits import Limits
from store.ledger import DocumentRecord
from store.prepare import TRANSFORM
from store.searchable import Searchable, load_searchable
from store.sources import open_source


@dataclass(frozen=True)
class _Loaded:
    """What was made from one state of the collection."""

    version: str
    stored: Searchable
    index: SearchIndex
    searcher: Searcher
    condenser: Condenser
    engine: GroundedQueryEngine


class Assistant:
    """Answers questions to one collection. Owns its store until `close`; threads may share it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        embedding: StoreEmbedding,
        collection: Collection,
        llm: LLM | None = None,
        questions: Questions | None = None,
    ) -> None:
        """`questions` is shared by all who answer in a process."""
        self._settings = settings
        self._questions = questions or Questions(settings.answer_timeout)
        self._store = store
        self._embedding = embedding
        self._collection = collection
        self.writer = Writer(settings, llm)
        self._pairs = load_glossary(settings.glossary) if settings.glossary else []
        self._lock = threading.Lock()
        self._state: _Loaded | None = None
        self._originals = Originals(collection)
        self._room = build_room(settings)

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
    ) -> Generator[Event]:
        """Each claim as soon as it is checked, the Answer last.

        The answer is in the language of the question unless `language` pins it. Raises what `ask`
        raises, and RetryableRequestError "time" or "ending".
        """
        events = self._stream(question, history, filters, language)
        return self._questions.run(question, events)

    def _stream(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        language: Language | None,
    ) -> Generator[Event]:
        spoken: Language = language or ("zh" if detect_language(question) == "zh" else "en")
        if kind := find_small_talk(simplify(question)):
            yield self._say(question, reply_to(kind, spoken, self.documents()), spoken)
            return
        plain = find_asked(question)
        if not plain and question.strip():
            text = load_messages(spoken).text("answer.refused_not_stated")
            yield self._say(question, text, spoken, "not_stated")
            return
        usage: Usage = {}
        whole = self.make_whole(plain, history, usage)
        asked = Question(
            whole,
            language=spoken,
            history=tuple(history),
            filters=filters or Filters(),
            usage=usage,
        )
        for event in self._stream_unchanged(asked):
            if isinstance(event, Answer):
                yield self.writer.complete_answer(event, question, usage)
            else:
                yield event

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` beside the event loop."""
        return await asyncio.to_thread(self.ask, question, **options)

    async def astream(self, question: str, **options: Any) -> AsyncIterator[Event]:
        """`stream` beside the event loop."""
        events = self.stream(question, **options)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    def make_whole(self, question: str, history: Sequence[Turn], usage: Usage | None = None) -> str:
        """What is asked in a follow-up's place: a question of its own. What a model takes for it is
        added to `usage`."""
        if not history:
            # Questions are read in simplified characters; answers are in them too.
            return simplify(question)
        with trace("condense"):
            return self._load().condenser.condense(question, history, usage)

    def retrieve(
        self,
        question: str,
        top_k: int = 5,
        filters: Filters | None = None,
        *,
        expand: Expand | None = None,
    ) -> list[Passage]:
        """The best passages for a question, as the answerer sees them; with `expand`, as it would
        see them by that."""
        asked = Question(simplify(question), filters=filters or Filters())
        searcher = self._load().searcher
        hits = HybridRetriever(searcher, top_k, expand or self.writer.expand).retrieve(asked)
        return [build_passage(number, hit, self.text) for number, hit in enumerate(hits, 1)]

    def documents(self) -> list[DocumentRecord]:
        self._collection.refresh()
        return self._collection.documents()

    def text(self, document_id: str) -> str:
        """The stored text of a document as it now is; raises StoreError "no_document"."""
        return self._originals.read(document_id)

    def source(self, document_id: str) -> Source:
        """The file that a document was read from; raises StoreError "no_document", and
        "source_gone" and its like where it isn't that file any more."""
        self._collection.refresh()
        record = self._collection.record(document_id)
        if record is None:
            raise StoreError("no_document", document=document_id, collection=self.collection)
        limits = Limits(self._settings.max_file_mb, self._settings.max_pages)
        return open_source(record, self._collection.roots(), limits)

    def answering(self) -> Use:
        """Which model writes answers, and where."""
        return find_answering(self._settings)

    def offers(self) -> list[Offer]:
        """What answers could be written by; without looking for servers, which takes a while."""
        return find_offers(self._settings)

    def examples(self, language: Language) -> list[str]:
        """Three questions that the collection answers."""
        return find_examples(self._load().index, language)

    @property
    def searcher(self) -> Searcher:
        """What finds and compares, for measures of its parts."""
        return self._load().searcher

    def close(self) -> None:
        """Let go of the store and of the models."""
        self.writer.close()
        self._embedding.close()
        self._store.close()

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
        reader = Reader(index.organisations, glossary)
        searcher = Searcher(index, self._embedding, reader, late, self._room)
        quoting = QuotingSynthesizer(searcher)
        engine = GroundedQueryEngine(
            HybridRetriever(searcher, expand=self.writer.expand),
            self.writer.build_synthesizer(quoting),
            partial(self._originals.read_at, versions),
            fallback=quoting if self.writer.falls_back else None,
            find_conflicts=partial(
                find_conflicts,
                nearness=TokenNearness(index, tokens),
                weigh=index.lexical.idf,
            ),
            glossary=glossary,
            complete=self.writer.repair,
            marks_unproved=self.writer.marks_unproved,
            collection=self.collection,
            fingerprint=self._fingerprint(version),
        )
        names = glossary.with_names(index.organisations)
        condenser = self.writer.build_condenser(names)
        return _Loaded(version, stored, index, searcher, condenser, engine)

    def _fingerprint(self, version: str) -> str:
        parts = (
            self.writer.fingerprint,
            self._embedding.identity,
            TRANSFORM,
            version,
            hash_prompts(),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    def _say(
        self, question: str, text: str, language: Language, reason: Reason | None = None
    ) -> Answer:
        """What needs no document: a greeting, or that a question asks the documents nothing."""
        return Answer(
            response=text,
            question=question,
            language=language,
            collection=self.collection,
            status="refused" if reason else "verified",
            reason=reason,
            fingerprint=self._fingerprint(self._collection.version),
            timings_ms={"total": 0},
        )


def build_assistant(
    settings: Settings, collection: str = "default", *, llm: LLM | None = None
) -> Assistant:
    """Open the store at `settings.data` and the collection in it; `llm` writes in place of the
    model that the settings name.

    Raises StoreError ("locked", "no_collection", "other_embedding", ...) and SettingsError.
    """
    embedding = build_embedding(settings)
    store = open_store(settings.data, embedding, server=settings.chroma_server)
    try:
        return Assistant(settings, store, embedding, store.collection(collection), llm)
    except BaseException:
        store.close()
        raise
