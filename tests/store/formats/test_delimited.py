"""CSV in the dialects and encodings that it comes in."""

from __future__ import annotations

import pytest

from assistant.errors import IngestError
from store.formats.delimited import find_delimiter, read_delimited
from store.formats.extract import Extract
from store.formats.limits import Limits
from tests.support.files import source_of


def read(data: bytes, limits: Limits | None = None) -> Extract:
    return read_delimited(source_of("power.csv", data, limits or Limits()))


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "，"])
def test_the_delimiter_is_found(sign: str) -> None:
    rows = [
        ["电站", "发电量（亿千瓦时）", "占比"],
        ["白河", "72.4", "79%"],
        ["石岭", "18.9", "21%"],
    ]
    text = read("\n".join(sign.join(row) for row in rows).encode()).text
    assert "| 电站 | 发电量（亿千瓦时） | 占比 |" in text
    assert "| 白河 | 72.4 | 79% |" in text


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ('name,said\nA,"x; y; z"\nB,"u; v; w"\n', ","),
        ("Date,Time\n2024-01-01,10:30\n", ","),
        ("sep=;\na;b,c\n1;2,3\n", ";"),
        ("one\ntwo\n", ","),
        ("", ","),
    ],
)
def test_decimal_commas_and_quoted_signs_mislead_nobody(text: str, sign: str) -> None:
    assert find_delimiter(text) == sign


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    assert "| 白河 | 72 |" in read("电站,发电\n白河,72\n石岭,18\n".encode(encoding)).text


def test_rows_are_numbered_as_a_spreadsheet_would() -> None:
    found = read(b'Name,Said\nA,"one\ntwo"\n\nB,three\n')
    places = [mark.place.to_json() for mark in found.marks]
    assert [place["range"] for place in places] == ["A1:B1", "A2:B2", "A4:B4"]
    assert {place["sheet"] for place in places} == {None}
    assert "| A | one two |" in found.text


def test_the_line_that_names_the_delimiter_is_no_row() -> None:
    found = read(b"sep=;\nName;Count\nA;5\n")
    assert found.text.startswith("| Name | Count |")
    assert found.marks[0].place.to_json()["range"] == "A1:B1"


def test_the_title_is_the_files_name() -> None:
    assert read(b"a,b\n1,2\n").title == "power"


def test_a_file_with_too_many_cells_is_refused() -> None:
    with pytest.raises(IngestError) as caught:
        read(b"1,2,3\n" * 5, Limits(cells=10))
    assert caught.value.code == "too_many_cells"


def test_a_cell_without_end_is_damage_and_no_crash() -> None:
    with pytest.raises(IngestError) as caught:
        read(b'a,"' + b"x" * 1_100_000)
    assert caught.value.code == "damaged"
