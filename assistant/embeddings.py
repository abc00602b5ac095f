"""The embedding by settings: one that runs here, or one behind a server."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.embeddings.openai import OpenAIEmbedding
from openai import AsyncOpenAI

from assistant import background
from assistant.errors import RetryableModelError
from assistant.failures import Setting, model_errors
from assistant.models import NO_KEY, build_clients, find_server
from assistant.patience import Patience, Slots
from assistant.settings import LLMChoice, Settings
from store import embedding as bundled
from store.embedding import StoreEmbedding
from store.vectors import Vectors, unit_rows

AT_ONCE = 4  # requests that run side by side, as long as there is more to embed
SETTING: Setting = "DUOCITE_EMBEDDING"
# What OpenAI's own models give, so that nobody has to ask (their guide to embeddings says so).
OPENAI_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
# Any server can embed this; its length is that of all others.
_PROBE = "2024"
_CLOSE_S = 5.0


class _Client(OpenAIEmbedding):
    """LlamaIndex's own, which never holds the key: that lives in the HTTP client alone."""

    def __init__(self, model: str, client: AsyncOpenAI, batch: int) -> None:
        super().__init__(
            model_name=model, api_key=NO_KEY, embed_batch_size=batch, max_retries=0, num_workers=1
        )
        self._aclient = client


class RemoteEmbedding(StoreEmbedding):
    """A model behind a server that speaks OpenAI's protocol; it gives no token vectors.

    Texts are sent `batch` at a time. How many numbers it gives a text is asked once, where it isn't
    known, and is a part of the identity; the address isn't, so that a server may move. Raises
    ModelError and RetryableModelError as a language model does.
    """

    _choice: LLMChoice = PrivateAttr()
    _client: _Client = PrivateAttr()
    _patience: Patience = PrivateAttr()
    _dimension: int | None = PrivateAttr()
    _asking: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(
        self, choice: LLMChoice, client: AsyncOpenAI, batch: int, patience: Patience
    ) -> None:
        super().__init__(model_name=choice.model, embed_batch_size=batch)
        self._choice = choice
        self._client = _Client(choice.model, client, batch)
        self._patience = patience
        self._dimension = OPENAI_DIMENSIONS.get(choice.model) if choice.kind == "openai" else None

    @property
    def identity(self) -> str:
        return f"{self._choice.kind}:{self._choice.model}/{self.dimension}"

    @property
    def dimension(self) -> int:
        with self._asking:
            if self._dimension is None:
                self._dimension = len(self._embed([[_PROBE]])[0][0])
        return self._dimension

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        return self.passage_vectors(texts)

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        """A text without anything to read is a row of zeros: servers refuse it."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        places = [place for place, text in enumerate(texts) if text.strip()]
        batches = list(_split(places, self.embed_batch_size))
        found = self._embed([[texts[place] for place in batch] for batch in batches])
        for batch, vectors in zip(batches, found, strict=True):
            if any(len(vector) != self.dimension for vector in vectors):
                raise self._bad_reply()
            rows[batch] = vectors
        return unit_rows(rows)

    def close(self) -> None:
        background.run(self._client._get_aclient().close(), _CLOSE_S)

    def _embed(self, batches: Sequence[list[str]]) -> list[list[list[float]]]:
        with model_errors(self._choice.model, SETTING):
            return background.run(self._embed_all(batches))

    async def _embed_all(self, batches: Sequence[list[str]]) -> list[list[list[float]]]:
        """The first failure ends all of it."""
        places = Slots(AT_ONCE)

        async def work(batch: list[str]) -> list[list[float]]:
            async with places.take(self._choice.model, math.inf):
                return await self._patience.insist(lambda: self._call(batch))

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(batch)) for batch in batches]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _call(self, texts: list[str]) -> list[list[float]]:
        try:
            with model_errors(self._choice.model, SETTING):
                found = await self._client._aget_text_embeddings(texts)
        except ValueError as error:  # the client's own, where a reply holds no vectors
            raise self._bad_reply() from error
        if len(found) != len(texts) or not all(_is_vector(row) for row in found):
            raise self._bad_reply()
        return found

    def _bad_reply(self) -> RetryableModelError:
        return RetryableModelError("bad_reply", model=self._choice.model)


def build_embedding(settings: Settings) -> StoreEmbedding:
    """What DUOCITE_EMBEDDING names. Raises SettingsError "unknown_embedding"."""
    choice = settings.embedding_choice
    if choice is None:
        return bundled.build_embedding(settings.embedding)
    server = find_server(settings, choice, "embedding")
    client, async_client = build_clients(server, settings.timeout)
    client.close()
    patience = Patience(settings.timeout)
    return RemoteEmbedding(choice, async_client, settings.embedding_batch, patience)


def _split(places: Sequence[int], many: int) -> Iterator[list[int]]:
    for start in range(0, len(places), many):
        yield list(places[start : start + many])


def _is_vector(row: Any) -> bool:
    return isinstance(row, list) and bool(row) and bool(np.isfinite(np.array(row, float)).all())
