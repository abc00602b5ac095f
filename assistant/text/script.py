"""Traditional characters as simplified ones: the form in which Chinese is compared.

By OpenCC's table (Apache-2.0), character by character: a folded text is as long as the text, so
that spans hold in both. Words that differ between the regions (軟體, 软件) stay two.
"""

from __future__ import annotations

from functools import cache

import opencc

# CJK unified ideographs, their first extension, and the compatibility forms.
_BLOCKS = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF))


@cache
def load_simplified() -> dict[int, str]:
    """Code point of each traditional character -> the simplified one, for str.translate."""
    characters = [chr(n) for first, last in _BLOCKS for n in range(first, last + 1)]
    folded = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, folded, strict=True)
    return {ord(one): other for one, other in pairs if one != other and len(other) == 1}


def simplify(text: str) -> str:
    """The text with simplified characters, place by place."""
    return text if text.isascii() else text.translate(load_simplified())
