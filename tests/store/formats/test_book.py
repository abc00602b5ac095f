"""EPUB: chapters in the order in which they are read."""

from __future__ import annotations

import pytest

from assistant.errors import IngestError
from store.formats.book import read_book
from store.formats.extract import Extract
from tests.support.files import CONTAINER, make_epub, make_zip, source_of

CHAPTERS = {
    "b.xhtml": "<h1>粮仓</h1><p>产量54万吨。</p>",
    "a.xhtml": "<h1>Mills</h1><p>Nine mills.</p>",
}
ABOUT = "<dc:title>Grain</dc:title><dc:creator>李雷</dc:creator><dc:date>2021-03-04</dc:date>"
SCRAMBLED = (
    '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
)


def read(data: bytes) -> Extract:
    return read_book(source_of("a.epub", data))


def refuse(data: bytes) -> str:
    with pytest.raises(IngestError) as caught:
        read(data)
    return caught.value.code


def test_chapters_come_in_the_order_of_the_spine() -> None:
    found = read(make_epub(CHAPTERS))
    assert found.text == "# 粮仓\n\n产量54万吨。\n\n# Mills\n\nNine mills.\n"
    assert [mark.place.name for mark in found.marks] == ["粮仓", "Mills"]


def test_what_the_book_says_of_itself() -> None:
    found = read(make_epub(CHAPTERS, ABOUT))
    assert (found.title, found.author, found.year) == ("Grain", "李雷", 2021)


def test_a_chapter_that_is_missing_costs_no_other() -> None:
    opf = (
        '<package xmlns="x"><manifest><item id="a" href="gone.xhtml"/><item id="b" href="b.xhtml"/>'
        '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    files = {"META-INF/container.xml": CONTAINER, "OEBPS/content.opf": opf}
    data = make_zip({**files, "OEBPS/b.xhtml": "<p>Still here.</p>"})
    assert read(data).text == "Still here.\n"


def test_copy_protection_is_said_and_scrambled_fonts_are_none() -> None:
    locked = {"META-INF__encryption.xml": SCRAMBLED.format("http://ns.adobe.com/adept")}
    fonts = {"META-INF__encryption.xml": SCRAMBLED.format("http://www.idpf.org/2008/embedding")}
    assert refuse(make_epub(CHAPTERS, **locked)) == "encrypted"
    assert "Nine mills" in read(make_epub(CHAPTERS, **fonts)).text


def test_a_book_without_its_list_of_parts_is_damaged() -> None:
    assert refuse(make_zip({"a.xhtml": "<p>x</p>"})) == "damaged"
    assert refuse(b"PK\x03\x04 and no more") == "damaged"


def test_entities_that_unfold_into_gigabytes_are_refused() -> None:
    bomb = (
        '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><container>&b;</container>'
    )
    assert refuse(make_zip({"META-INF/container.xml": bomb})) == "damaged"


def test_a_document_type_of_a_page_is_no_bomb() -> None:
    data = make_epub({"a.xhtml": "x"}, OEBPS__a2="y")
    doctype = (
        "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.1//EN'><html><body><p>Page.</p></body></html>"
    )
    opf = (
        '<package xmlns="x"><manifest><item id="a" href="p.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    files = {"META-INF/container.xml": CONTAINER, "OEBPS/content.opf": opf}
    assert read(make_zip({**files, "OEBPS/p.xhtml": doctype})).text == "Page.\n"
    assert read(data).text == "x\n"
