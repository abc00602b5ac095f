"""Every suffix, with files that are too large, cut off, or of other bytes altogether."""

from __future__ import annotations

import io
import random
import zipfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import IngestError
from assistant.prompts import explain
from store.formats.extract import Extract
from store.formats.limits import Limits
from store.formats.readers import SUFFIXES, read_file, say_formats
from tests.support.files import (
    add_slide,
    change_zip,
    make_docx,
    make_epub,
    make_pdf,
    make_pptx,
    make_xlsx,
)

PAGE = b"<html><body><h1>Mill</h1><table><tr><td>a<td>b<tr><td>1<td>2</table></body></html>"
WORD = make_docx(lambda document: document.add_paragraph("It cost 5 million. 花费五百万元。"))
SLIDES = make_pptx(lambda shown: add_slide(shown, "Mill", "It cost 5 million."))
SHEET = make_xlsx({"S": [["Mill", "Cost"], ["North", 5]]})
WHOLE = {
    ".txt": "花费五百万元。\n".encode("gb18030"),
    ".md": b"---\ntitle: Mill\n---\n# Mill\n\nIt cost 5 million.\n",
    ".markdown": b"# Mill\n",
    ".pdf": make_pdf([["It cost 5 million.", [["a", "b"], ["1", "2"]]], ["花费五百万元。"]]),
    ".docx": WORD,
    ".pptx": SLIDES,
    ".xlsx": SHEET,
    ".xlsm": SHEET,
    ".csv": b"Mill,Cost\nNorth,5\n",
    ".tsv": b"Mill\tCost\nNorth\t5\n",
    ".html": PAGE,
    ".htm": PAGE,
    ".xhtml": PAGE,
    ".epub": make_epub({"a.xhtml": "<h1>Mill</h1><p>It cost 5 million.</p>"}),
}
CODES = {"damaged", "encrypted", "empty", "encoding", "bomb", "nested", "scanned", "old_office"}
ZIPPED = (".docx", ".pptx", ".xlsx", ".epub")


def save(folder: Path, suffix: str, data: bytes) -> Path:
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    return path


def names_of(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def try_to_read(path: Path) -> Extract | IngestError:
    try:
        return read_file(path)
    except IngestError as error:
        return error


def outcome(path: Path) -> str:
    """Read, or refused in a line of both languages: never anything else."""
    found = try_to_read(path)
    if isinstance(found, IngestError):
        assert found.code in CODES, found
        assert path.name in explain(found, "en")
        assert path.name in explain(found, "zh")
        return found.code
    assert found.text.strip()
    found.text.encode()
    starts = [mark.start for mark in found.marks]
    assert starts == sorted(starts)
    assert all(0 <= start <= len(found.text) for start in starts)
    return "read"


def test_there_is_a_file_of_every_suffix() -> None:
    assert set(WHOLE) == set(SUFFIXES)
    assert all(suffix in say_formats() for suffix in SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_whole_file_is_read(tmp_path: Path, suffix: str) -> None:
    assert outcome(save(tmp_path, suffix, WHOLE[suffix])) == "read"
    assert outcome(save(tmp_path, suffix.upper(), WHOLE[suffix])) == "read"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_off_anywhere_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    data = WHOLE[suffix]
    for at in sorted({0, 1, 4, *(len(data) * n // 9 for n in range(1, 9)), len(data) - 1}):
        outcome(save(tmp_path, suffix, data[:at]))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_with_changed_bytes_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    drawn = random.Random(suffix)
    for _ in range(12):
        data = bytearray(WHOLE[suffix])
        for _ in range(drawn.randint(1, 25)):
            data[drawn.randrange(len(data))] = drawn.randrange(256)
        outcome(save(tmp_path, suffix, bytes(data)))


@pytest.mark.parametrize("suffix", ZIPPED)
def test_an_archive_with_one_broken_part_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    """The archive itself is sound: what is inside has to be doubted too."""
    for chosen in names_of(WHOLE[suffix]):
        for broken in (None, b"", b"<a", b"<a/>", b"\xff\xfe\x00"):
            parts = {chosen: broken}
            data = change_zip(WHOLE[suffix], partial(dict.get, parts))
            outcome(save(tmp_path, suffix, data))


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    outcome(save(tmp_path, suffix, data))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_another_kind_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    for data in WHOLE.values():
        outcome(save(tmp_path, suffix, data))


def test_a_file_above_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = save(tmp_path, ".txt", b"a" * (1024 * 1024 + 1))
    with pytest.raises(IngestError) as caught:
        read_file(path, Limits(file_mb=1))
    assert (caught.value.code, caught.value.details["limit"]) == ("too_large", 1)
    path.write_bytes(b"a" * 1024 * 1024)
    assert len(read_file(path, Limits(file_mb=1)).text) == 1024 * 1024


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").mkdir()
    with pytest.raises(IngestError) as caught:
        read_file(tmp_path / "a.pdf")
    assert (caught.value.code, bool(caught.value.details["reason"])) == ("unreadable", True)


def test_another_suffix_names_those_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(IngestError) as caught:
        read_file(save(tmp_path, ".png", b"x"))
    assert caught.value.code == "format"
    assert ".epub" in explain(caught.value, "zh")
