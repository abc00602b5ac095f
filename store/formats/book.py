"""EPUB: the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from defusedxml import ElementTree

from store.formats.about import clean_author, clean_title, find_published
from store.formats.damage import reading
from store.formats.encoding import decode
from store.formats.extract import Extract, Source, Writer
from store.formats.packed import open_packed
from store.formats.page import parse_page, write_page

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are scrambled in many free books; that hides no text.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read_book(source: Source) -> Extract:
    """Raises IngestError "damaged", "encrypted" (a book with copy protection), "bomb", "nested"."""
    with reading(source), open_packed(source, plain_xml=False) as archive:
        names = set(archive.namelist())
        if _is_protected(archive, names):
            raise source.refuse("encrypted")
        opf = _find_package(archive)
        package = ElementTree.fromstring(archive.read(opf))
        writer = Writer()
        for name in _find_chapters(package, posixpath.dirname(opf)):
            if name in names and (decoded := decode(archive.read(name))):
                write_page(writer, parse_page(decoded.text, source), source)
        return Extract(
            writer.text,
            tuple(writer.marks),
            title=clean_title(_read_value(package, "title")),
            author=clean_author(_read_value(package, "creator")),
            year=find_published(_read_value(package, "date")),
        )


def _is_protected(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if _ENCRYPTION not in names:
        return False
    root = ElementTree.fromstring(archive.read(_ENCRYPTION))
    ways = [one.get("Algorithm") for one in root.iter() if _local(one) == "EncryptionMethod"]
    return any(way not in _FONT_SCRAMBLING for way in ways)


def _find_package(archive: zipfile.ZipFile) -> str:
    root = ElementTree.fromstring(archive.read(_CONTAINER))
    paths = (one.get("full-path") for one in root.iter() if _local(one) == "rootfile")
    return next((str(path) for path in paths if path), "")


def _find_chapters(package: Any, folder: str) -> Iterator[str]:
    """Paths of the pages in the archive, in the order of the spine."""
    items = {one.get("id"): one for one in package.iter() if _local(one) == "item"}
    for reference in package.iter():
        if _local(reference) != "itemref" or reference.get("linear") == "no":
            continue
        item = items.get(reference.get("idref"))
        if item is not None and "nav" not in (item.get("properties") or "").split():
            path = posixpath.join(folder, unquote(item.get("href") or ""))
            yield posixpath.normpath(path)


def _read_value(package: Any, name: str) -> str | None:
    found = (one.text for one in package.iter() if _local(one) == name)
    return next((text for text in found if text), None)


def _local(element: Any) -> str:
    """A tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
