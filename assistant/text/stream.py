"""Sentences out of a stream of tokens, with the markers that follow them."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from assistant.text.citations import may_continue, split_pieces

_THINKS, _THOUGHT = "<think>", "</think>"


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


class ThoughtFilter:
    """Keeps back what a model thinks aloud before it answers, <think> … </think>."""

    def __init__(self) -> None:
        self._held = ""
        self._answers = False

    def push(self, token: str) -> str:
        """What of the text so far is answer, and hasn't been given before."""
        if self._answers:
            return token
        self._held += token
        begun = self._held.lstrip()
        if begun.startswith(_THINKS):
            _, ends, answer = begun.partition(_THOUGHT)
            return self._answer(answer) if ends else ""
        return "" if _THINKS.startswith(begun) else self._answer(self._held)

    def flush(self) -> str:
        """What is left at the end of the text; of a thought that has none, nothing."""
        return "" if self._answers or self._held.lstrip().startswith(_THINKS) else self._held

    def _answer(self, text: str) -> str:
        self._answers = True
        return text


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
