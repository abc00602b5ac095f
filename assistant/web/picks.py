"""What was clicked: the script hands it over as the answer's id, a source or chart, and a view.

"a1b2/3" is source 3 of that answer, "a1b2/3/b1a2" the same with more text around it (once before,
twice after), "a1b2/3/page7" page 7 of its original; "a1b2/chart0" is the answer's first chart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PICK = re.compile(
    r"(?P<answer>\w+)/(?:chart(?P<chart>\d{1,3})|(?P<number>\d{1,4})"
    r"(?:/(?:b(?P<before>\d{1,4})a(?P<after>\d{1,4})|page(?P<page>\d{1,6})))?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Pick:
    """One of `number` and `chart` is set. `before` and `after` count steps of more text; `page` is
    set where the original is looked at."""

    answer: str
    number: int | None = None
    chart: int | None = None
    before: int = 0
    after: int = 0
    page: int | None = None


def read_pick(picked: str) -> Pick | None:
    """None for anything that the page didn't write."""
    found = _PICK.fullmatch(picked)
    if found is None:
        return None
    given = {name: value for name, value in found.groupdict().items() if value is not None}
    return Pick(given.pop("answer"), **{name: int(value) for name, value in given.items()})


def name_view(before: int, after: int) -> str:
    """The class of a button that shows so much more text."""
    return f"view-b{before}a{after}"


def name_page(page: int) -> str:
    """The class of a button that shows a page of the original."""
    return f"view-page{page}"
