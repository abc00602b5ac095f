"""What a reader does by a click, beside opening sources: a verb, and what it is done to.

A button says it by its classes, which Gradio's sanitizer keeps: `do-rename-a1b2 by-doer` is handed
over as "rename/a1b2" by the hidden button #doer.
"""

from __future__ import annotations

import re
from html import escape
from typing import Literal, NamedTuple

Way = Literal["doer", "turner", "rater", "editor", "retrier"]
"""The hidden buttons: what changes the list, what opens another conversation, what is thought of an
answer, what is asked in another way, what is asked again."""

_DEED = re.compile(r"(?P<verb>[a-z]{1,20})(?:/(?P<what>\w{1,64}))?", re.ASCII)


class Deed(NamedTuple):
    verb: str = ""
    what: str = ""

    @property
    def number(self) -> int | None:
        """What it is done to, where that is a number."""
        return int(self.what) if self.what.isdecimal() else None


def read_deed(done: str) -> Deed:
    """An empty deed for anything that the page didn't write."""
    found = _DEED.fullmatch(done)
    return Deed(found["verb"], found["what"] or "") if found else Deed()


def name_deed(deed: Deed, way: Way) -> str:
    """The classes of a button that does it."""
    return f"do-{'-'.join(filter(None, deed))} by-{way}"


def show_sign(deed: Deed, way: Way, label: str, kind: str) -> str:
    """A button that shows a picture, by its class `kind`, and says `label` to who can't see it."""
    told = escape(label)
    return (
        f'<button class="sign {kind} {name_deed(deed, way)}" title="{told}">'
        f'<span class="unseen">{told}</span></button>'
    )


def show_word(deed: Deed, way: Way, label: str, kind: str = "word") -> str:
    """A button that shows its label."""
    return f'<button class="{kind} {name_deed(deed, way)}">{escape(label)}</button>'
