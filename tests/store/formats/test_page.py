"""HTML: the content of a page and nothing around it."""

from __future__ import annotations

import pytest

from assistant.errors import IngestError
from store.formats.extract import Extract
from store.formats.limits import Limits
from store.formats.page import read_page
from tests.support.files import source_of


def read(body: str, head: str = "", limits: Limits | None = None) -> Extract:
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_page(source_of("a.html", html.encode(), limits or Limits()))


def test_headings_paragraphs_and_lists_come_in_their_order() -> None:
    found = read(
        "<h1>港口</h1><p>Ships <b>came</b>\n in.</p><h2>Trade</h2>"
        "<ul><li>one<li>two</ul><p>After.</p>"
    )
    assert found.text == "# 港口\n\nShips came in.\n\n## Trade\n\n- one\n- two\n\nAfter.\n"
    assert [mark.place.name for mark in found.marks] == ["港口", "港口 › Trade"]


@pytest.mark.parametrize(
    "around",
    [
        "<script>alert('secret')</script>",
        "<style>.secret{}</style>",
        "<noscript>secret</noscript>",
        "<nav>secret</nav>",
        "<footer>secret</footer>",
        "<aside>secret</aside>",
        "<div role='navigation'>secret</div>",
        "<p hidden>secret</p>",
        "<p style='display: none'>secret</p>",
        "<p aria-hidden='true'>secret</p>",
        "<form><input value='secret'><button>secret</button></form>",
        "<!-- secret -->",
        "<template><p>secret</p></template>",
        "<svg><text>secret</text></svg>",
        "<iframe srcdoc='secret'>secret</iframe>",
        "<p onclick='secret()'>x</p>",
        "<table><tr><td>a<script>secret</script><td>b<tr><td>1<td>2</table>",
        "<h2>a<script>secret</script></h2>",
    ],
)
def test_what_is_no_content_is_left_out(around: str) -> None:
    text = read(f"<p>Before.</p>{around}<p>After.</p>").text
    assert "secret" not in text
    assert "Before." in text
    assert "After." in text


def test_what_the_page_marks_as_its_content_is_all_that_counts() -> None:
    main = "<p>The content of the page, which is longer than what stands around it.</p>"
    assert "Menu" not in read(f"<div>Menu</div><main>{main}</main>").text
    assert "Menu" in read(f"<div>Menu</div><main>x</main><div>{main}</div>").text


def test_tables_are_rows_with_every_cell_in_its_column() -> None:
    text = read(
        "<table><caption>单位：亿元</caption><tr><th rowspan=2>地区<th colspan=2>产值</tr>"
        "<tr><th>2022<th>2023</tr><tr><td>重庆<td>29129<td>30145</tr></table>"
    ).text
    assert text.startswith("单位：亿元\n\n| 地区 | 产值 2022 | 产值 2023 |\n| --- | --- | --- |\n")
    assert "| 重庆 | 29129 | 30145 |" in text


def test_a_table_that_lays_out_a_page_is_text() -> None:
    text = read("<table><tr><td><h2>Left</h2><p>Words.</p></td><td>Right</td></tr></table>").text
    assert "|" not in text
    assert "## Left" in text
    assert "Words." in text


def test_a_break_parts_lines_and_an_inline_tag_does_not() -> None:
    assert (
        read("<p>It is <i>5</i><b>00</b> t.<br>Next line.</p>").text == "It is 500 t.\nNext line.\n"
    )


@pytest.mark.parametrize(
    ("head", "title", "author", "year"),
    [
        ("<title>Site</title>", "Site", None, None),
        ('<meta property="og:title" content="Shared"><title>Site</title>', "Shared", None, None),
        ('<meta name="author" content="Li Lei">', None, "Li Lei", None),
        ('<meta property="article:published_time" content="2023-05-01">', None, None, 2023),
        ('<meta name="author" content="admin"><title>Untitled</title>', None, None, None),
    ],
)
def test_what_the_page_says_of_itself(
    head: str, title: str | None, author: str | None, year: int | None
) -> None:
    found = read("<p>x</p>", head)
    assert (found.title, found.author, found.year) == (title, author, year)


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030"])
def test_the_encoding_that_a_page_declares_is_its_own(declared: str) -> None:
    html = f"<html><head><meta charset={declared}></head><body><p>镕基</p></body></html>"
    found = read_page(source_of("a.html", html.encode("gb18030")))
    assert found.text == "镕基\n"


def test_a_page_may_be_broken_everywhere() -> None:
    assert read("<p>One<p>Two<ul><li>a</p></div><table><tr>").text.startswith("One\n\nTwo\n")


def test_a_page_without_bottom_is_refused() -> None:
    with pytest.raises(IngestError) as caught:
        read("<div>" * 200 + "x", limits=Limits(depth=100))
    assert caught.value.code == "nested"
    assert read("<div>" * 90 + "x", limits=Limits(depth=100)).text == "x\n"


def test_a_hundred_thousand_levels_are_no_crash() -> None:
    with pytest.raises(IngestError) as caught:
        read("<div>" * 100_000)
    assert caught.value.code == "nested"
