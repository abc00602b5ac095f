"""The view that figures are searched in keeps every place of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures.fold import fold

PIECES = "<sup>3</sup> [12] http://a.b/1 \\$ １２ ， km<sup>2</sup> 1.2.3 1) { $ ^2"
MARKUP = st.sampled_from([*PIECES.split(), " ", "\n"])


@given(st.text() | st.lists(MARKUP).map("".join))
def test_the_view_is_as_long_as_the_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(alphabet="abcdefghij klmnop\n", max_size=60))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert fold(text) == text


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("１２３％", "123%"),
        ("５億６萬個", "5亿6万个"),
        ("5–8", "5-8"),
        ("a [3] b", "a     b"),
        ("a<sup>3</sup>b", "a" + " " * 12 + "b"),
        ("5 km<sup>2</sup>", "5 km²" + " " * 11),
        ("CO<sub>2</sub>", "CO" + " " * 12),
        ("\\$5", " $5"),
        ("80\\%", "80 %"),
        ("\\approx 5", "~       5"),
        ("9:30", "    "),
        ("1.2.3", "     "),
        ("2022.9.14", "2022.9.14"),
        ("3.2 Market", "    Market"),
        ("3.2 GW", "3.2 GW"),
        ("(up from 5) and", "(up from 5) and"),
        ("x: 1) a", "x:    a"),
        ("1" * 30, " " * 30),
    ],
)
def test_what_is_blanked_and_what_is_plain(text: str, view: str) -> None:
    assert fold(text) == view
