from __future__ import annotations

import base64
import re

from assistant.web.original import Original, show_original
from store.formats.pictures import Box, Picture
from tests.web.fake import answer_in_english

PNG = b"\x89PNG and so on"
PICTURE = Picture(PNG, 2, 3, (Box(1, 2, 3, 4),))


def show(original: Original, language: str = "en") -> str:
    answer = answer_in_english()
    return show_original(answer, answer.citations[0], original, language)  # type: ignore[arg-type]


def test_the_page_is_a_picture_that_is_loaded_from_nowhere() -> None:
    html = show(Original("original/t/a.pdf", PICTURE))
    [data] = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert base64.b64decode(data) == PNG
    assert 'alt="Page 2 of 3, with the quotation boxed"' in html


def test_a_page_without_the_quotation_says_so() -> None:
    html = show(Original("original/t/a.pdf", Picture(PNG, 2, 3, ())))
    assert "the quotation could not be found on it" in html


def test_the_file_opens_at_the_page() -> None:
    html = show(Original("original/t/a.pdf", PICTURE))
    assert '<a href="original/t/a.pdf#page=2" target="_blank" rel="noopener noreferrer">' in html


def test_a_file_without_pages_can_be_saved() -> None:
    html = show(Original("original/t/a.md"))
    assert '<a href="original/t/a.md"' in html
    assert "Save the file" in html
    assert "<img" not in html
    assert "下载文件" in show(Original("original/t/a.md"), "zh")


def test_why_there_is_no_file_is_told() -> None:
    html = show(Original(problem="The <file> is gone."))
    assert '<p class="note">The &lt;file&gt; is gone.</p>' in html
    assert "<a " not in html


def test_one_turns_pages_up_to_the_ends() -> None:
    turns = re.findall(r'class="turn cite-1 view-(\w+)"', show(Original("a", PICTURE)))
    assert turns == ["page1", "page3"]
    first = show(Original("a", Picture(PNG, 1, 3, ())))
    assert re.findall(r'class="turn cite-1 view-(\w+)"', first) == ["page2"]
    assert "<button disabled>‹ Page before</button>" in first


def test_the_source_is_still_named_above_it() -> None:
    html = show(Original("a", PICTURE))
    assert '<span class="which">Source 1</span>' in html
    assert 'view-page1" aria-pressed="true"' in html
