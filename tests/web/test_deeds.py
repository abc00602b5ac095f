from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.deeds import Deed, name_deed, read_deed, show_sign, show_word


@given(
    st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.from_regex(r"[a-z0-9]{0,32}", fullmatch=True)
)
def test_what_a_button_says_by_its_classes_is_what_is_read(verb: str, what: str) -> None:
    """The script puts a slash in place of the hyphen."""
    deed = Deed(verb, what)
    said = re.match(r"do-([a-z]+)(?:-(\w+))?", name_deed(deed, "doer"))
    assert said is not None
    assert read_deed("/".join(filter(None, said.groups()))) == deed


@pytest.mark.parametrize(
    "done",
    ["", "/", "rename/", "rename/a b", "Rename/a", "rename/a/b", "rename/" + "a" * 65, "去/a"],
)
def test_what_the_page_did_not_write_is_no_deed(done: str) -> None:
    assert read_deed(done) == Deed()


@pytest.mark.parametrize(("what", "number"), [("12", 12), ("", None), ("a1", None), ("²", None)])
def test_only_digits_are_a_number(what: str, number: int | None) -> None:
    assert Deed("edit", what).number == number


def test_a_picture_tells_who_cannot_see_it() -> None:
    shown = show_sign(Deed("delete", "a1"), "doer", 'Delete “<b>"x"</b>”', "bin")
    assert 'class="sign bin do-delete-a1 by-doer"' in shown
    assert 'title="Delete “&lt;b&gt;&quot;x&quot;&lt;/b&gt;”"' in shown
    assert "<b>" not in shown


def test_a_word_is_shown_as_text() -> None:
    assert ">&lt;i&gt;</button>" in show_word(Deed("leave"), "editor", "<i>")
