from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.picks import Pick, name_page, name_view, read_pick


@pytest.mark.parametrize(
    ("picked", "pick"),
    [
        ("a1b2/3", Pick("a1b2", 3)),
        ("a1b2/3/b1a2", Pick("a1b2", 3, before=1, after=2)),
        ("a1b2/3/page7", Pick("a1b2", 3, page=7)),
        ("a1b2/chart0", Pick("a1b2", chart=0)),
    ],
)
def test_what_the_page_writes_is_read(picked: str, pick: Pick) -> None:
    assert read_pick(picked) == pick


@pytest.mark.parametrize(
    "picked",
    [
        *"""a/ a/x a/-1 a/3/ a/3/b1 a/3/page a/chart a/٣ ../a/1 a/3/page7/b1a1 a/chart0/page1
    a/99999 / a""".split(),
        "",
        "a/1\n",
        " a/1",
    ],
)
def test_what_it_does_not_write_is_not(picked: str) -> None:
    assert read_pick(picked) is None


@given(st.text(max_size=30))
def test_no_text_is_too_strange(picked: str) -> None:
    pick = read_pick(picked)
    assert pick is None or picked.startswith(f"{pick.answer}/")


@given(st.integers(0, 999), st.integers(0, 999), st.integers(1, 5000))
def test_the_classes_of_buttons_are_read_back(before: int, after: int, page: int) -> None:
    view = name_view(before, after).removeprefix("view-")
    assert read_pick(f"a/1/{view}") == Pick("a", 1, before=before, after=after)
    shown = name_page(page).removeprefix("view-")
    assert read_pick(f"a/1/{shown}") == Pick("a", 1, page=page)
