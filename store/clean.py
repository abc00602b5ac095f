"""From a document's text to clean blocks, without losing where each character came from.

Recovered text (PDF, OCR) has page furniture in the middle of sentences, tags, escapes, broken
lines, look-alike letters. Cleaning changes what is searched and shown; every cleaned character
keeps the offset of the character it stands for, so that a citation points into the stored text.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from store.inline import Inline, build_inline

Kind = Literal["heading", "paragraph", "item", "row", "note"]

_HEADING = re.compile(r"(#{1,6})\s+\S")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_PAGE_NUMBER = re.compile(r"[\W_]*\d{1,3}[\W_]*")
_ITEM = re.compile(
    r"(?:[-*•●■◆○□▪·®©٠➢►]|\(?\d{1,2}[.)、）](?!\d)"
    r"|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|[①-⑳])\s*\S"
)
_NOTE = re.compile(
    r"(?:<sup>[^a-zA-Z\n]{0,24}</sup>|(?:\d{1,2}|[^\w\s]{1,2})\s+"
    r"(?=source|https?:|www\.|see |ibid|data source|资料来源))",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？;；:：…][\"'”’)）\]」』]*\W{0,3}\d{0,2}$")
_INNER_STOP = re.compile(r"[a-z][.:;]\s|[。；：]")
_RULE = re.compile(r"\|?[\s:|=_*-]{3,}\|?")
_WIDEST_PAGE = 130  # characters: where nearly all lines are shorter, the page broke them
_SHORT_LINE = 42  # characters: several of these in a row are cells of a table, not prose


@dataclass(slots=True)
class Block:
    """A heading, paragraph, item, table row or note; `offsets[i]` is where text[i] came from.

    `names` says of a row that it names the columns of those below it: a rule stands under it.
    """

    kind: Kind
    text: str
    offsets: list[int]
    level: int = 0
    names: bool = False


@dataclass(slots=True)
class _Line:
    start: int
    raw: str
    stripped: str
    kind: str
    gap: bool  # a blank line stands before it
    ruled: bool = False  # a rule of a pipe table stands under it


@dataclass
class _Joiner:
    """Joins broken lines into blocks; furniture and notes between them don't end a paragraph."""

    inline: Inline
    wrap: float  # characters: a line at least this long was cut by the page, not by its author
    breaks: Sequence[int]  # offsets that no block runs across
    part: int = 0  # how many of them are behind
    blocks: list[Block] = field(default_factory=list)
    open: Block | None = None
    last: str = ""

    def add(self, line: _Line) -> None:
        part = bisect.bisect_right(self.breaks, line.start)
        if part != self.part:
            self.open, self.part = None, part
        if line.kind == "text" and self.open is not None and self._goes_on(line):
            self._extend(self.open, line)
            self.last = line.stripped
            return
        kind: Kind = "paragraph" if line.kind == "text" else line.kind  # type: ignore[assignment]
        block = self._block(kind, line)
        if not block.text:
            return
        self.blocks.append(block)
        if kind == "note":
            return
        self.open = block if kind in ("paragraph", "item") else None
        self.last = line.stripped

    def _goes_on(self, line: _Line) -> bool:
        if not line.gap:
            return True
        if _SENTENCE_END.search(self.last):
            return False
        first = line.stripped[:1]
        return first.islower() or first.isdigit() or len(self.last) >= self.wrap

    def _block(self, kind: Kind, line: _Line) -> Block:
        level = len(match.group(1)) if (match := _HEADING.match(line.stripped)) else 0
        raw, start = line.raw, line.start
        if level:
            cut = raw.index("#") + level
            raw, start = raw[cut:], start + cut
        piece = self.inline.clean(raw, start)
        return Block(kind, piece.text, piece.offsets, level, line.ruled)

    def _extend(self, block: Block, line: _Line) -> None:
        piece = self.inline.clean(line.raw, line.start)
        if not piece.text:
            return
        if self.inline.joins_hyphen(block.text, piece.text):
            block.text, block.offsets = block.text[:-1], block.offsets[:-1]
        elif not block.text.endswith("-") and not _between_han(block.text, piece.text):
            block.text += " "
            block.offsets.append(piece.offsets[0])
        block.text += piece.text
        block.offsets += piece.offsets


def clean_document(
    text: str, breaks: Sequence[int] = (), hidden: Sequence[tuple[int, int]] = ()
) -> list[Block]:
    """The blocks of a document, in order. Offsets are into `text`, which is left as it is.

    `breaks`, in order, are the offsets of lines at which a new block begins in any case. Lines that
    begin within one of the `hidden` spans, which are in order too, are left out.
    """
    lines = _split_lines(text)
    if hidden:
        lines = _leave_out(lines, hidden)
    wrap = _wrap_width(lines)
    joiner = _Joiner(build_inline(text), wrap, breaks)
    for line in _find_lines(lines, wrap):
        joiner.add(line)
    return joiner.blocks


def _between_han(left: str, right: str) -> bool:
    return "\u3000" <= left[-1:] <= "\uffef" and "\u3000" <= right[:1] <= "\uffef"


def _wrap_width(lines: list[_Line]) -> float:
    """How long a line must be to count as broken by the page; infinite where none is."""
    lengths = sorted(len(line.stripped) for line in lines if len(line.stripped) > _SHORT_LINE)
    if len(lengths) < 20 or lengths[len(lengths) * 9 // 10] > _WIDEST_PAGE:
        return float("inf")
    return 0.65 * lengths[len(lengths) // 2]


def _find_lines(lines: list[_Line], wrap: float) -> Iterator[_Line]:
    running = _find_running_heads(lines)
    shown = [line for line in lines if line.stripped and line.stripped not in running]
    for index, line in enumerate(shown):
        before = shown[index - 1] if index else None
        after = shown[index + 1] if index + 1 < len(shown) else None
        line.kind = _classify(line, before, after, wrap)
        line.ruled = line.kind == "row" and after is not None and _is_table_rule(line, after)
        if line.kind != "furniture":
            yield line


def _split_lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start, gap = 0, True
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        lines.append(_Line(start, raw.rstrip("\r\n"), stripped, "text", gap))
        gap = not stripped
        start += len(raw)
    return lines


def _leave_out(lines: list[_Line], hidden: Sequence[tuple[int, int]]) -> list[_Line]:
    """What comes behind a hidden line stands apart from what came before it."""
    kept: list[_Line] = []
    gap = False
    for line in lines:
        at = bisect.bisect_right(hidden, line.start, key=lambda span: span[0]) - 1
        if at >= 0 and line.start < hidden[at][1]:
            gap = True
            continue
        line.gap, gap = line.gap or gap, False
        kept.append(line)
    return kept


def _find_running_heads(lines: list[_Line]) -> set[str]:
    """Lines of a few words that come back on page after page. A heading that its author marked as
    one is none of them: each chapter may have its "### Outlook"."""
    counts = Counter(line.stripped for line in lines if line.gap and 8 <= len(line.stripped) <= 120)
    return {
        text
        for text, count in counts.items()
        if count >= 5
        and " " in text
        and not _SENTENCE_END.search(text)
        and "\t" not in text
        and not _HEADING.match(text)
    }


def _classify(line: _Line, before: _Line | None, after: _Line | None, wrap: float) -> str:
    text = line.stripped
    if _IMAGE.fullmatch(text) or _RULE.fullmatch(text):
        return "furniture"
    if _PAGE_NUMBER.fullmatch(text):
        return "furniture" if _in_prose(before, after) else "row"
    if _HEADING.match(text):
        return "heading"
    if "\t" in text or (text.startswith("|") and text.count("|") > 1):
        return "row"
    if _NOTE.match(text):
        return "note"
    if _ITEM.match(text):
        return "item"
    if _looks_like_heading(line, after) and len(text) < wrap:
        return "heading"
    return "text"


def _is_table_rule(line: _Line, after: _Line) -> bool:
    """Whether a row of a pipe table is its header: only a rule right under it says so."""
    pipes = line.stripped.startswith("|") and after.stripped.startswith("|")
    return (
        pipes and not after.gap and "-" in after.stripped and bool(_RULE.fullmatch(after.stripped))
    )


def _in_prose(before: _Line | None, after: _Line | None) -> bool:
    return any(line is not None and len(line.stripped) > _SHORT_LINE for line in (before, after))


def _looks_like_heading(line: _Line, after: _Line | None) -> bool:
    """A short line of its own, between blank lines, that begins like a title and doesn't end."""
    text = line.stripped
    if not line.gap or (after is not None and not after.gap) or len(text) > 100:
        return False
    if _SENTENCE_END.search(text) or _INNER_STOP.search(text):
        return False
    if not (text[0].isupper() or "\u4e00" <= text[0] <= "\u9fff"):
        return False
    return len(text.split()) > 1 or len(text) >= 4
