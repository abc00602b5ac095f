"""Orders to whoever reads by machine: the sentences that prompt injection plants in documents.

Such a sentence states nothing, whatever figures are in it. It is told by `signs`: what overrides
earlier instructions, gives the reader another role, speaks to a machine, demands the prompt, or
says what to answer whoever asks, is an order by itself; a header ("System:") or a bare order to
answer, say or print is ordinary alone, and an order only together with another sign. What somebody
is reported to have ordered, and what stands in quotation marks within a sentence, is none. Every
rule leans to missing an order rather than to taking a report's own sentence for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from assistant.text.script import simplify
from assistant.text.signs import SIGNS, Sign

Span = tuple[int, int]

ENOUGH = 2  # weights of signs, from which on a sentence is an order
LED = 1  # what a header or an order right above adds

# Letters that nobody sees: of no width, of direction, and tags, which are ASCII at another place.
_UNSEEN = re.compile(
    r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_TAGS = re.compile(r"[\U000e0020-\U000e007e]")
_TAG_OFFSET = 0xE0000
_QUOTATION = re.compile(
    r"“[^”]*”|「[^」]*」|『[^』]*』|«[^»]*»|‘[^’]*’|\"[^\"]*\"|(?<!\w)'[^'\n]*'(?!\w)"
)
_ROW = re.compile(r"^\s*\||\s\|\s|\t")
_CELL = re.compile(r"[^|\t]+")

# What makes of the words behind it something that is told, not ordered.
_MENTION = re.compile(
    r"\b(?:such as|for (?:example|instance)|e\.g\.|i\.e\.|like|called|named|(?:en)?titled|phrases?"
    r"|wording|strings?|says|said|saying|wrot?e|writes|written|reads|reading|asked|asks|orders?"
    r"|ordered|told|tells|instructed|attack\w*|injections?|injected|jailbreaks?|malicious|quot\w+"
    r"|examples?)\b"
    r"|[例比譬诸]如|写道|写着|写有|所谓|名为|称作|攻击|注入|越狱|诱导|恶意|要求(?:ai|模型|其)|命令其"
    r"|[称说][:,]",
    re.IGNORECASE,
)


class Folded(NamedTuple):
    """A text in one spelling: full-width forms narrow, traditional characters simplified, unseen
    letters left out. `offsets[i]` is where text[i] came from."""

    text: str
    offsets: Sequence[int]

    def origin(self, span: Span) -> Span:
        """The stretch of the text as it was."""
        start, end = span
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    if text.isascii():
        return Folded(text, range(len(text)))
    if not _UNSEEN.search(text) and len(narrow := normalize("NFKC", text)) == len(text):
        return Folded(simplify(narrow), range(len(text)))
    letters: list[str] = []
    offsets: list[int] = []
    for place, letter in enumerate(text):
        seen = _TAGS.sub(lambda tag: chr(ord(tag.group()) - _TAG_OFFSET), letter)
        narrow = "" if _UNSEEN.fullmatch(seen) else normalize("NFKC", seen)
        letters.append(narrow)
        offsets += [place] * len(narrow)
    return Folded(simplify("".join(letters)), offsets)


@lru_cache(maxsize=20_000)
def find_orders(sentence: str, *, led: bool = False) -> tuple[Span, ...]:
    """Where a sentence, or cells of a table's row, order a machine what to do; each stretch goes to
    the end of the sentence or cell. `led`: a header or an order stands right above."""
    folded, found = fold(sentence), []
    for start, end in _find_parts(folded.text):
        signs = _find_signs(folded.text[start:end], led)
        ordered = led and any(one.name != "header" for one, _ in signs)
        if sum(one.weight for one, _ in signs) + LED * ordered >= ENOUGH:
            first = start + min(place for _, place in signs)
            found.append(folded.origin((first, end)))
    return tuple(found)


@lru_cache(maxsize=20_000)
def leads_on(sentence: str) -> bool:
    """Whether a sentence speaks to a machine, so that what stands behind it may, too."""
    signs = _find_signs(fold(sentence).text, False)
    return any(one.name in ("header", "address") for one, _ in signs)


def _find_parts(text: str) -> Iterator[Span]:
    """The cells of a table's row; else the whole."""
    if not _ROW.search(text):
        yield 0, len(text)
        return
    for cell in _CELL.finditer(text):
        if cell.group().strip():
            yield cell.span()


@lru_cache(maxsize=20_000)
def _find_signs(text: str, led: bool) -> tuple[tuple[Sign, int], ...]:
    """The signs in a text, each with where it begins. The last one alone is none."""
    lowered, found = text.lower(), list[tuple[Sign, int]]()
    for one in SIGNS:
        if one is SIGNS[-1] and not (found or led):
            break
        if any(word in lowered for word in one.words):
            found += _find_sign(one, _cover_quotations(text))
    return tuple(found)


def _find_sign(sign: Sign, text: str) -> list[tuple[Sign, int]]:
    """It, and where it first stands as an order."""
    for match in sign.pattern.finditer(text):
        if not (sign.told and _MENTION.search(text, 0, match.start())):
            return [(sign, _first_letter(text, match))]
    return []


def _first_letter(text: str, match: re.Match[str]) -> int:
    inked = re.compile(r"[\w\[【<]").search(text, *match.span())
    return inked.start() if inked else match.start()


def _cover_quotations(text: str) -> str:
    """Without what is quoted within it; a sentence that is a quotation as a whole stays."""
    whole = len(text) - 2  # it may have a stop of its own behind it
    return _QUOTATION.sub(
        lambda one: one.group() if len(one.group()) >= whole else _cover(one), text
    )


def _cover(quotation: re.Match[str]) -> str:
    text = quotation.group()
    return f"{text[0]}{'_' * (len(text) - 2)}{text[-1]}"
