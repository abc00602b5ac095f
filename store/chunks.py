"""Documents into chunks that respect sentences, tables and lists, with exact spans."""

from __future__ import annotations

import bisect
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from llama_index.core.schema import Document, TextNode
from llama_index.core.utils import get_tokenizer

from assistant.text.language import detect_language, split_sentences
from assistant.text.script import simplify
from store.catalog import CatalogEntry
from store.clean import Block, clean_document
from store.places import pack_marks
from store.sections import Section, build_sections, find_breaks

VERSION = 6  # of cleaning and chunking: another number makes every document be chunked again
_ID_VERSION = 2  # of what an id is made of: a chunk that comes out the same keeps its id
# The most that a chunk holds, in tokens of cl100k: 1,050 characters of English or 360 of Chinese.
MAX_TOKENS = {"en": 212, "zh": 330, "other": 212}
_FULL_ENOUGH = 0.45  # of the most: a chunk that a heading may end
_HEADER_SHARE = 0.4  # of the most: a longer header isn't said again
_CAPTION = 160  # characters of a line above a table that names its unit or subject
_FARTHEST = 8_000  # characters of a long line that are looked at for each cut
_HEAD_TITLE = 90  # characters of a title that the head line keeps
_CLAUSE = re.compile(r"[,;:，；：、]\s*")
_HAS_WORDS = re.compile(r"[A-Za-z]{2}|[\u4e00-\u9fff]")
# A row that is about a year says something without a word: its columns have names.
_OF_YEAR = re.compile(r"\|[^|]*(?<!\d)(?:19|20)\d\d(?!\d)[^|]*\|.*\d")


@dataclass(slots=True)
class _Unit:
    """A sentence, row or heading: what a chunk is never cut inside of."""

    text: str
    offsets: list[int]
    kind: str
    opens: bool  # the first of its block: a line break stands before it
    tokens: int
    limit: int
    names: bool = False  # it names the columns of the rows below it
    again: bool = False  # it stands in an earlier chunk, and is said again here


@dataclass
class _Chunk:
    section: Section
    heading: str | None
    units: list[_Unit] = field(default_factory=list)
    tokens: int = 0

    def add(self, unit: _Unit) -> None:
        self.units.append(unit)
        self.tokens += unit.tokens


def build_chunks(document: Document, entry: CatalogEntry | None) -> list[TextNode]:
    """The chunks of a document, in order; the interface of a chunk is in store/README.md."""
    text = document.text
    lines = _line_starts(text)
    nodes: list[TextNode] = []
    hidden = document.metadata.get("hidden", ())
    cleaned = clean_document(text, find_breaks(lines, entry), hidden)
    for section, blocks in build_sections(cleaned, lines, entry):
        for chunk in _pack(section, blocks):
            nodes.append(_build_node(document, chunk, lines))
    return nodes


def _pack(section: Section, blocks: Iterable[Block]) -> Iterator[_Chunk]:
    chunk = _Chunk(section, None)
    heading: str | None = None
    header = _Header()
    for block in blocks:
        for unit in _split_block(block):
            if _must_end(chunk, unit):
                yield from _finish(chunk)
                chunk = _Chunk(section, None if unit.kind == "heading" else heading)
                for known in header.above(unit):
                    chunk.add(known)
            if block.kind == "heading":
                heading = block.text
                chunk.heading = chunk.heading or heading
            chunk.add(unit)
            header.see(unit)
    yield from _finish(chunk)


@dataclass
class _Header:
    """The header of the table at hand, and the line above it: without them the rows of a chunk that
    begins in the middle of a table have neither columns nor units."""

    rows: list[_Unit] = field(default_factory=list)
    last: _Unit | None = None

    def see(self, unit: _Unit) -> None:
        """The unit that was added last."""
        if unit.names:
            caption = self.last if self.last and _may_be_caption(self.last) else None
            self.rows = [one for one in (caption, unit) if one]
        elif unit.kind != "row":
            self.rows = []
        self.last = unit

    def above(self, unit: _Unit) -> list[_Unit]:
        """What is said again above a row that a chunk begins with."""
        if unit.kind != "row" or unit.names:
            return []
        room = _HEADER_SHARE * unit.limit
        kept = self.rows if sum(one.tokens for one in self.rows) <= room else self.rows[-1:]
        if sum(one.tokens for one in kept) > room:
            return []
        return [replace(one, again=True, opens=True) for one in kept]


def _may_be_caption(unit: _Unit) -> bool:
    return unit.kind != "row" and unit.opens and len(unit.text) < _CAPTION


def _must_end(chunk: _Chunk, unit: _Unit) -> bool:
    if not chunk.units:
        return False
    if unit.kind == "heading" and chunk.units[-1].kind != "heading":
        return chunk.tokens > _FULL_ENOUGH * unit.limit
    if chunk.tokens + unit.tokens <= unit.limit:
        return False
    # A heading stays with what it heads, but a list of headings is as long as it likes.
    return chunk.tokens > _FULL_ENOUGH * unit.limit or chunk.units[-1].kind != "heading"


def _finish(chunk: _Chunk) -> Iterator[_Chunk]:
    if any(_HAS_WORDS.search(unit.text) or unit.text.isdigit() for unit in chunk.units):
        yield chunk


def _split_block(block: Block) -> Iterator[_Unit]:
    whole = block.kind in ("row", "heading")
    spans = [(0, len(block.text))] if whole else split_sentences(block.text)
    limit = MAX_TOKENS[detect_language(block.text)]
    opens = True
    for start, end in spans:
        for a, b in _cut(block.text, start, end, limit):
            text = block.text[a:b]
            offsets, tokens = block.offsets[a:b], count_tokens(text)
            names = block.names and len(text) == len(block.text)
            yield _Unit(text, offsets, block.kind, opens, tokens, limit, names)
            opens = False


def _cut(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """A sentence that no chunk could hold, cut into pieces that one can."""
    while (stop := _find_cut(text, start, end, limit)) < end:
        yield start, stop
        start = stop
    if text[start:end].strip():
        yield start, end


def _find_cut(text: str, start: int, end: int, limit: int) -> int:
    """Where a piece from `start` ends: between clauses, else words, as a last resort anywhere."""
    stop = min(end, start + _FARTHEST)
    while (tokens := count_tokens(text[start:stop])) > limit and stop > start + 1:
        room = max(start + 1, start + (stop - start) * limit // (tokens + 20))
        clauses = [m.end() for m in _CLAUSE.finditer(text, start + 1, room)]
        spaces = text.rfind(" ", start + 1, room) + 1
        stop = clauses[-1] if clauses else spaces or room
    return stop


@cache
def _tokenizer() -> Callable[[str], list[int]]:
    # The encoding that llama-index ships with itself: nothing is fetched.
    return get_tokenizer()


def count_tokens(text: str) -> int:
    """Tokens of cl100k."""
    return len(_tokenizer()(text))


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _build_node(document: Document, chunk: _Chunk, lines: list[int]) -> TextNode:
    text, offsets, sentences = _join(chunk.units)
    own = [offset for unit in chunk.units if not unit.again for offset in unit.offsets]
    start, end = min(own), max(own) + 1
    doc_hash = str(document.metadata["sha256"])
    section, meta = chunk.section, document.metadata
    values = {
        "document": document.id_,
        "title": section.title or meta.get("title"),
        "document_title": meta.get("title"),
        "organisation": section.organisation or meta.get("organisation"),
        "author": section.author or meta.get("author"),
        "publisher": meta.get("publisher"),
        "year": meta.get("year"),
        "language": detect_language(text),
        "section": chunk.heading or section.title,
        "start": start,
        "end": end,
        "line_from": bisect.bisect_right(lines, start),
        "line_to": bisect.bisect_right(lines, end - 1),
        "places": pack_marks(meta.get("marks", ()), start, end),
        "sentences": json.dumps(sentences),
        "offsets": json.dumps(_runs(offsets, start)),
        "doc_hash": doc_hash,
    }
    values["head"] = _head_line(values)
    parts = (document.id_, doc_hash, _ID_VERSION, start, end, text, values["head"])
    key = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    node_id = hashlib.sha256(key).hexdigest()[:32]
    kept = {name: value for name, value in values.items() if value is not None}
    return TextNode(id_=node_id, text=text, metadata=kept)


def _join(units: list[_Unit]) -> tuple[str, list[int], list[list[int]]]:
    """The chunk's text, where its characters came from, and its quotable sentences."""
    parts: list[str] = []
    offsets: list[int] = []
    sentences: list[list[int]] = []
    size = 0
    for unit in units:
        if size:
            parts.append("\n" if unit.opens else " ")
            offsets.append(unit.offsets[0])
            size += 1
        if unit.kind != "heading" and not unit.again and _says_something(unit):
            span = [size, size + len(unit.text), min(unit.offsets), max(unit.offsets) + 1]
            sentences.append(span)
        parts.append(unit.text)
        offsets += unit.offsets
        size += len(unit.text)
    return "".join(parts), offsets, sentences


def find_heads(text: str, start: int) -> str:
    """The nearest row with words above a row without any, and a line break; "" for all else."""
    row = text[start:].partition("\n")[0]
    if not row.startswith("|") or _HAS_WORDS.search(row):
        return ""
    above = [line for line in text[:start].split("\n") if line.startswith("|")]
    heads = next((line for line in reversed(above) if _HAS_WORDS.search(line)), "")
    return heads and f"{heads}\n"


def _says_something(unit: _Unit) -> bool:
    of_year = unit.kind == "row" and _OF_YEAR.match(unit.text)
    return bool(of_year or _HAS_WORDS.search(unit.text))


def _runs(offsets: list[int], start: int) -> list[list[int]]:
    """The offset map: [clean, original - start] pairs from which both run in step."""
    return [
        [clean, original - start]
        for clean, original in enumerate(offsets)
        if not clean or original != offsets[clean - 1] + 1
    ]


def _head_line(values: dict[str, object]) -> str:
    """Who, when, what: what a reader of the chunk alone would miss."""
    title, section = str(values["title"] or ""), str(values["section"] or "")
    parts = [values["organisation"], values["year"], title[:_HEAD_TITLE]]
    if section != title:
        parts.append(section[:_HEAD_TITLE])
    return ", ".join(str(part) for part in parts if part)


def embedded_text(node: TextNode) -> str:
    """What is embedded of a chunk: its text under its head line, place by place in the simplified
    characters that questions come in, for a model keeps 觀光 and 观光 far apart."""
    return simplify(f"{node.metadata['head']}\n{node.text}")


def text_start(node: TextNode) -> int:
    """Where the chunk's text starts in `embedded_text`."""
    return len(node.metadata["head"]) + 1
