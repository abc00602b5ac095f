"""Places in clean text and in the document's own text."""

from __future__ import annotations

import json

import pytest

from store.spans import find_original

# "ab" at 100, then "cd" after a tag of five characters, then "e" alone.
METADATA = {"start": 100, "offsets": json.dumps([[0, 0], [2, 7], [4, 20]])}


@pytest.mark.parametrize(
    ("clean", "original"),
    [
        ((0, 2), (100, 102)),
        ((0, 1), (100, 101)),
        ((1, 3), (101, 108)),
        ((2, 4), (107, 109)),
        ((3, 5), (108, 121)),
        ((0, 5), (100, 121)),
    ],
)
def test_a_clean_span_stands_for_all_between_its_ends(
    clean: tuple[int, int], original: tuple[int, int]
) -> None:
    assert find_original(METADATA, *clean) == original


def test_the_start_of_a_chunk_is_added() -> None:
    assert find_original(METADATA | {"start": 0}, 2, 4) == (7, 9)
