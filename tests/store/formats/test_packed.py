"""Archives, looked at before anything is unpacked."""

from __future__ import annotations

import pytest

from assistant.errors import IngestError
from store.formats.limits import Limits
from store.formats.packed import open_packed
from tests.support.files import make_zip, source_of

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SMALL: dict[str, str | bytes] = {"word/document.xml": "<w/>", "media/a.png": b"\x89PNG"}
NOISE = bytes(range(256)) * 40


def refuse(data: bytes, limits: Limits | None = None, *, plain_xml: bool = True) -> str:
    with pytest.raises(IngestError) as caught:
        open_packed(source_of("a.docx", data, limits or Limits()), plain_xml=plain_xml)
    return caught.value.code


def test_a_plain_archive_opens() -> None:
    with open_packed(source_of("a.docx", make_zip(SMALL))) as archive:
        assert set(archive.namelist()) == set(SMALL)


def test_a_part_much_denser_than_text_can_be_is_a_bomb() -> None:
    zeros = make_zip({"word/document.xml": bytes(3_000_000)})
    assert len(zeros) < 10_000
    assert refuse(zeros) == "bomb"


def test_parts_that_unpack_to_too_much_together_are_a_bomb() -> None:
    data = make_zip({f"{n}.bin": NOISE * 30 for n in range(9)})
    assert refuse(data, Limits(unpacked_mb=2)) == "bomb"
    open_packed(source_of("a.docx", data, Limits(unpacked_mb=3))).close()


def test_too_many_parts_are_a_bomb() -> None:
    assert refuse(make_zip({str(n): "" for n in range(30)}), Limits(parts=29)) == "bomb"


@pytest.mark.parametrize("name", ["word/document.xml", "_rels/.rels"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_an_office_file_are_a_bomb(name: str, encoding: str) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa">]><a>&a;</a>'.encode(encoding)
    assert refuse(make_zip({name: bomb})) == "bomb"
    open_packed(source_of("a.epub", make_zip({name: bomb})), plain_xml=False).close()


def test_a_password_and_an_old_form_are_told_apart() -> None:
    assert refuse(OLD_OFFICE) == "old_office"
    assert refuse(OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")) == "encrypted"


def test_an_archive_with_a_password_is_said() -> None:
    data = bytearray(make_zip({"a": "x"}))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1  # the flag of an encrypted part
    assert refuse(bytes(data)) == "encrypted"
