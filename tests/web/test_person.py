from __future__ import annotations

from typing import Any

import pytest

from assistant.answer import Language
from assistant.auth import ByHeader, BySession, Visitor, parse_editors
from assistant.proxies import parse_proxies
from assistant.site import Site
from tests.web.test_page import page_module

__all__ = ["page_module"]

PROXIES = parse_proxies("127.0.0.1")
PASSWORD: Any = BySession.__new__(BySession)
HEADER = ByHeader("Remote-User", parse_editors(""), PROXIES)


def show(page_module: Any, visitor: Visitor, site: Site, language: Language = "en") -> str:
    from assistant.web.person import show_person

    return show_person(visitor, site, language)


def test_where_nobody_signs_in_nobody_is_named(page_module: Any) -> None:
    assert show(page_module, Visitor("local", True), Site()) == ""


@pytest.mark.parametrize(
    ("language", "leave", "role"),
    [("en", "Sign out", "may change documents"), ("zh", "退出登录", "可更改文档")],
)
def test_who_signed_in_is_named_and_finds_the_way_out(
    page_module: Any, language: Language, leave: str, role: str
) -> None:
    shown = show(page_module, Visitor("anna", True), Site(PASSWORD), language)
    assert ">anna</b>" in shown
    assert leave in shown
    assert role in shown
    assert f'method="post" action="sign-out?lang={language}"' in shown


def test_a_reader_is_told_from_an_editor(page_module: Any) -> None:
    assert "(may ask)" in show(page_module, Visitor("ben", False), Site(PASSWORD))


def test_a_proxy_has_the_way_out_itself(page_module: Any) -> None:
    shown = show(page_module, Visitor("anna", True), Site(HEADER))
    assert ">anna</b>" in shown
    assert "form" not in shown


def test_a_name_is_text(page_module: Any) -> None:
    shown = show(page_module, Visitor('<img src=x onerror="run()">', True), Site(PASSWORD))
    assert "<img" not in shown
    assert "&lt;img src=x onerror=&quot;run()&quot;&gt;" in shown
