"""The years that a question asks about: those that it names, and those between two ends."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.reading import find_years

_LATEST = 2099
_RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年?\s*(?:-|–|—|~|～|至|到|\bto\b|\band\b|\buntil\b|\bthrough\b)\s*"
    r"((?:19|20)\d\d)(?!\d)"
)
_BETWEEN = re.compile(r"\b(?:between|from)\s\Z", re.IGNORECASE)
_SINCE = re.compile(
    r"\bsince\s((?:19|20)\d\d)(?!\d)|(?<!\d)((?:19|20)\d\d)年?(?:以来|之后|以后|起)", re.IGNORECASE
)


@lru_cache(maxsize=1024)
def read_asked_years(question: str) -> frozenset[int]:
    """The years that a question asks about, those between two ends with them: "from 2021 to 2023",
    2019年以来."""
    years = {int(year) for year in find_years(question)}
    for match in _RANGE.finditer(question):
        first, last = int(match[1]), int(match[2])
        # "2021 and 2023" are two years, unless they are said to be ends.
        if "and" not in match.group().lower() or _BETWEEN.search(question[: match.start()]):
            years |= set(range(first, last + 1))
    for match in _SINCE.finditer(question):
        years |= set(range(int(match[1] or match[2]), _LATEST))
    return frozenset(years)
