"""Bytes into text, above all those in which Chinese has been written before UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.formats.encoding import decode

SIMPLE = "全市工业增加值年均增长百分之七，企业应当投资更清洁的熔炉，政府承担部分费用。"
TRADITIONAL = "全市工業增加值年均增長百分之七，企業應當投資更清潔的熔爐，政府承擔部分費用。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLE, "gb18030"),
        (SIMPLE, "gbk"),
        (SIMPLE, "gb2312"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "big5hkscs"),
        (TRADITIONAL, "gb18030"),
        (SIMPLE, "utf-16"),
        (SIMPLE + "\n2024", "utf-16-be"),
        (SIMPLE + "\n2024", "utf-16-le"),
        (SIMPLE, "utf-32"),
        ("A plain report of 2024, then 中国石油.", "gbk"),
        ("A plain report of 2024, then 臺灣電力.", "big5"),
        ("Le café de la société générale a gagné 5 %.", "cp1252"),
        ("The price was £5 – that’s “all”.", "cp1252"),
        ("Город хочет, чтобы промышленность росла.", "cp1251"),
        ("서울의 산업은 매우 커졌습니다. 투자는 계속된다.", "cp949"),
        ("東京の工業はとても大きくなりました。投資は続く。", "cp932"),
        ("营业收入,净利润\n1,2\n", "gbk"),
        ("營業收入,淨利潤\n1,2\n", "big5"),
    ],
)
def test_a_text_comes_back_out_of_its_encoding(text: str, encoding: str) -> None:
    found = decode(text.encode(encoding))
    assert found is not None
    assert (found.text, found.slips) == (text, 0)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *(
            (text, "gb18030")
            for text in ("报告", "重庆", "年报", "李", "张三", "亿元", "2023年GDP")
        ),
        *((text, "big5") for text in ("報告", "臺北", "億元", "王小明", "年報", "重慶GDP 2023")),
    ],
)
def test_two_characters_tell_gb18030_from_big5(text: str, encoding: str) -> None:
    """Both encodings take the bytes of most of these; one makes sense of them."""
    found = decode(text.encode(encoding))
    assert found is not None
    assert found.text == text


def test_a_mark_at_the_start_decides() -> None:
    found = decode(b"\xff\xfe" + "报告".encode("utf-16-le"))
    assert found is not None
    assert found.text == "报告"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gbk"), ("GBK", "gb18030"), ("big5", "big5hkscs"), ('"iso-8859-1"', "cp1252")],
)
def test_what_a_file_declares_is_read_by_the_wider_encoding(declared: str, encoding: str) -> None:
    text = "€ café" if encoding == "cp1252" else "鎔"
    found = decode(text.encode(encoding), declared)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("declared", ["utf-16", "no-such", "base64", "undefined", "utf-7", ""])
def test_a_declaration_that_cannot_be_true_is_passed_over(declared: str) -> None:
    found = decode(SIMPLE.encode("gbk"), declared)
    assert found is not None
    assert found.text == SIMPLE


def test_utf8_proves_itself_whatever_is_declared() -> None:
    found = decode(TRADITIONAL.encode(), "big5")
    assert found is not None
    assert found.text == TRADITIONAL


def test_a_slip_in_a_long_text_is_counted_and_the_rest_kept() -> None:
    found = decode((SIMPLE * 60).encode() + "报".encode("gbk") + (SIMPLE * 60).encode())
    assert found is not None
    assert found.encoding == "utf-8"
    assert found.slips == found.text.count("\ufffd") > 0
    assert found.text.startswith(SIMPLE)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_last_character_that_was_cut_costs_no_other(encoding: str) -> None:
    found = decode(SIMPLE.encode(encoding)[:-1])
    assert found is not None
    assert found.text.startswith(SIMPLE[:-1])


def test_half_in_one_and_half_in_another_encoding_is_refused() -> None:
    assert decode(SIMPLE.encode() + TRADITIONAL.encode("big5")) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        bytes(256),
        b"\xff\xfe\x00\xd8",
        b"\x7fELF\x02\x01\x01" + bytes(40),
        b"abc\0def",
        "é".encode("cp1252"),
        b"\x00\x01\x02broken\xff",
        b"\x00\x05\x00\x07" * 40,
    ],
)
def test_what_is_no_text_or_too_little_to_tell_is_none(data: bytes) -> None:
    assert decode(data) is None


@given(st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
def test_utf8_always_comes_back(text: str) -> None:
    found = decode(("a" + text).encode())
    assert found is not None
    assert found.text == "a" + text


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    found = decode(data)
    assert found is None or "\0" not in found.text
