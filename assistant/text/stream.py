"""Sentences out of a stream of tokens, with the markers that follow them."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from assistant.text.citations import may_continue, split_pieces


class SentenceBuffer:
    """Holds tokens until a sentence and the markers after it are complete.

    A sentence is complete when the next one has begun with something that is no marker: only then
    can neither a decimal ("3." "5 %"), nor an abbreviation ("U." "S."), nor a marker split over
    tokens change where it ends.
    """

    def __init__(self) -> None:
        self._held = ""

    def push(self, token: str) -> list[str]:
        """The sentences that `token` completes; joined, all that comes out is all that went in."""
        self._held += token
        *complete, (start, end) = split_pieces(self._held) or [(0, 0)]
        if not complete or may_continue(self._held[start:end]):
            return []
        sentences = [self._held[slice(*span)] for span in complete]
        self._held = self._held[start:]
        return sentences

    def flush(self) -> list[str]:
        """What is left, when the text is known to have ended."""
        held, self._held = self._held, ""
        return [held[slice(*span)] for span in split_pieces(held)]


def stream_sentences(tokens: Iterable[str]) -> Iterator[str]:
    """The sentences of a stream of tokens, each as soon as it is complete, markers included."""
    buffer = SentenceBuffer()
    for token in tokens:
        yield from buffer.push(token)
    yield from buffer.flush()


async def astream_sentences(tokens: AsyncIterable[str]) -> AsyncIterator[str]:
    buffer = SentenceBuffer()
    async for token in tokens:
        for sentence in buffer.push(token):
            yield sentence
    for sentence in buffer.flush():
        yield sentence
