"""HTML: the content of a page with its headings, lists and tables; never its scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from store.formats.about import clean_author, clean_title, find_published
from store.formats.damage import reading
from store.formats.extract import Extract, Source, Writer, fold_line
from store.formats.plain import decode_source
from store.formats.tables import write_table

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]{0,100}encoding=[\"']([\w.-]+)",
    re.I,
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NEVER = frozenset(
    "head script style noscript template iframe object embed svg canvas audio video select option "
    "button input textarea form nav dialog math-renderer map".split()
)
_AROUND = frozenset(["footer", "aside"])
_ROLES = frozenset(["navigation", "search", "banner", "contentinfo", "complementary"])
_BLOCKS = frozenset(
    "p div section article main body html header footer aside blockquote pre figure figcaption ul "
    "ol li dl dt dd table caption address hr details summary fieldset center tbody thead tr".split()
)
_MAIN = ("main", "[role=main]", "article")
# Elements that only their end tags close.
_TAG = re.compile(
    r"</?(?:div|span|section|article|blockquote|font|center|[biuas]|em|strong|small|big|code|sub|sup"
    r"|[uod]l|table|details|figure|main|ins|del|abbr|cite|label|pre|button|object)\b",
    re.I,
)
_BLANKS = re.compile(r"\s+")
_MOST_OPEN = 10_000
_ENOUGH = 0.5  # of a page's text: what is marked as its content must hold this much
_PUBLISHED = (
    "meta[property='article:published_time']", "meta[name='citation_publication_date']",
    "meta[name='dc.date']", "meta[name='DC.date.issued']", "meta[itemprop='datePublished']",
    "meta[name='publishdate']", "meta[name='pubdate']", "meta[name='date']",
)  # fmt: skip


def read_page(source: Source) -> Extract:
    """Raises IngestError "encoding", "damaged", "nested"."""
    match = _DECLARED.search(source.data[:4096])
    declared = next((one for one in match.groups() if one), b"").decode() if match else None
    html, notes = decode_source(source, declared)
    with reading(source):
        tree = parse_page(html, source)
        writer = Writer()
        write_page(writer, tree, source)
        return Extract(
            writer.text,
            tuple(writer.marks),
            title=_find_title(tree),
            author=clean_author(_read_meta(tree, ("meta[name='author']",))),
            year=find_published(_read_meta(tree, _PUBLISHED)),
            notes=notes,
        )


def parse_page(html: str, source: Source) -> LexborHTMLParser:
    """Raises IngestError "nested" where so many elements stay open that parsing, which looks back
    over them at each tag, would take minutes."""
    left = _MOST_OPEN
    for match in _TAG.finditer(html):
        left = min(_MOST_OPEN, left + (1 if match.group().startswith("</") else -1))
        if left < 0:
            raise source.refuse("nested")
    return LexborHTMLParser(html)


def write_page(writer: Writer, tree: LexborHTMLParser, source: Source) -> None:
    """The content of a parsed page; raises IngestError "nested" where it has no bottom."""
    root = _find_content(tree)
    if root is not None:
        _Walker(writer, source).walk(root)


def _find_content(tree: LexborHTMLParser) -> Any:
    """What the page marks as its content, if that is most of it; else its body."""
    body = tree.body
    if body is None:
        return tree.root
    whole = len(fold_line(body.text()))
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) == 1 and len(fold_line(found[0].text())) >= _ENOUGH * whole:
            return found[0]
    return body


def _find_title(tree: LexborHTMLParser) -> str | None:
    shared = _read_meta(tree, ("meta[property='og:title']", "meta[name='citation_title']"))
    first = tree.css_first("h1")
    named = tree.css_first("title")
    texts = (shared, first.text() if first else None, named.text() if named else None)
    return next((title for text in texts if (title := clean_title(text))), None)


def _read_meta(tree: LexborHTMLParser, selectors: tuple[str, ...]) -> str | None:
    for selector in selectors:
        node = tree.css_first(selector)
        if node is not None and (content := node.attributes.get("content")):
            return content
    return None


@dataclass
class _Walker:
    """Walks a page in its order without recursion: pages nest as deep as they like."""

    writer: Writer
    source: Source
    text: list[str] = field(default_factory=list)
    items: int = 0  # lists that are open

    def walk(self, root: Any) -> None:
        waiting: list[tuple[Any, int, bool]] = [(root, 0, False)]
        while waiting:
            node, depth, done = waiting.pop()
            if depth > self.source.limits.depth:
                raise self.source.refuse("nested")
            if done:
                self._close(node)
            elif self._open(node):
                waiting.append((node, depth, True))
                children = list(node.iter(include_text=True))
                waiting += [(child, depth + 1, False) for child in reversed(children)]
        self._flush()

    def _open(self, node: Any) -> bool:
        """Whether to go inside."""
        tag = node.tag
        if tag == "-text":
            # A line break of the source is a blank; only <br> is one of the page.
            self.text.append(_BLANKS.sub(" ", node.text_content or ""))
            return False
        if tag in _HEADINGS:
            self._flush()
            self.writer.heading(_HEADINGS[tag], _read_inline(node), place=True)
            return False
        if tag == "table" and _is_data(node):
            self._flush()
            self._write_table(node)
            return False
        if not _is_shown(node):
            return False
        if tag == "br":
            self.text.append("\n")
        elif tag in _BLOCKS:
            self._flush(item=False)
            self.items += tag == "li"
        return True

    def _close(self, node: Any) -> None:
        if node.tag in _BLOCKS:
            self._flush(item=node.tag == "li")
            self.items -= node.tag == "li"
        elif node.tag in ("td", "th"):
            self.text.append(" ")

    def _flush(self, item: bool = False) -> None:
        """What has been gathered, as a block."""
        shown = "".join(self.text)
        self.text.clear()
        if not shown.strip():
            return
        if self.items:
            self.writer.items([shown])
        else:
            self.writer.paragraph(shown)

    def _write_table(self, table: Any) -> None:
        caption = table.css_first("caption")
        if caption is not None:
            self.writer.paragraph(caption.text())
        write_table(self.writer, read_rows(table))


def _is_shown(node: Any) -> bool:
    tag = node.tag
    if tag in _NEVER or tag in _AROUND or not tag[:1].isalpha():
        return False
    known = node.attributes
    style = (known.get("style") or "").replace(" ", "").lower()
    return not (
        "hidden" in known
        or known.get("aria-hidden") == "true"
        or known.get("role") in _ROLES
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _is_data(table: Any) -> bool:
    """A table of data, not one that only lays a page out."""
    if table.css_first("table table") is not None or table.attributes.get("role") == "presentation":
        return False
    if table.css_first("h1, h2, h3, h4, ul, ol, p + p") is not None:
        return False
    rows = read_rows(table)
    return len(rows) > 1 and max(map(len, rows)) > 1


def read_rows(table: Any) -> list[list[str]]:
    """Rows with every cell in its column: a cell over several columns or rows fills the first."""
    rows: list[list[str]] = []
    below: dict[int, int] = {}  # columns that a cell above still covers, and for how many rows
    for row in table.css("tr"):
        cells: list[str] = []
        for cell in row.iter():
            if cell.tag not in ("td", "th"):
                continue
            while below.get(len(cells), 0):
                below[len(cells)] -= 1
                cells.append("")
            width, height = _number(cell, "colspan", 64), _number(cell, "rowspan", 1000)
            for at in range(width):
                below[len(cells) + at] = height - 1
            cells += [_read_inline(cell)] + [""] * (width - 1)
        for column in [n for n, left in below.items() if n >= len(cells) and left]:
            below[column] -= 1
        rows.append(cells)
    return [row for row in rows if any(row)]


def _read_inline(cell: Any) -> str:
    for hidden in cell.css("script, style, noscript, template"):
        hidden.decompose()
    return fold_line(cell.text(separator=" "))


def _number(cell: Any, name: str, most: int) -> int:
    stated = cell.attributes.get(name) or ""
    return min(max(int(stated), 1), most) if stated.isdecimal() else 1
