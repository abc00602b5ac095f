"""The page on the API in Chromium: it shows all of it, under a policy that lets nothing else in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import Watch
from tests.support.owners import TableOwner, serve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(TableOwner()) as running:
        yield running.address


def test_the_page_shows_routes_and_examples_and_breaks_no_rule(
    browser: Browser, address: str
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        watch = Watch(page)
        page.goto(f"{address}/docs")
        expect(page.locator(".opblock")).to_have_count(11)
        page.locator("#operations-OpenAI-complete .opblock-summary-control").click()
        examples = page.locator("#operations-OpenAI-complete .examples-select select").first
        expect(examples.locator("option")).to_have_text(["In English", "中文"])
        expect(page.get_by_text("How much paper did the mill make").first).to_be_visible()
        assert watch.faults == []


def test_a_question_can_be_tried_on_the_page(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/docs")
        operation = page.locator(".opblock", has_text="/v1/ask")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".execute").click()
        told = operation.locator(".live-responses-table")
        expect(told.locator("td.response-col_status", has_text="200")).to_be_visible()
        expect(told).to_contain_text("Northern Mill")
