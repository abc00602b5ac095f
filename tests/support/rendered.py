"""What a browser makes of an answer, and an answer whose every word comes from outside."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from assistant.answer import Answer
from tests.web.fake import (
    QUOTE_EN,
    make_citation,
    make_claim,
)


class Tree(HTMLParser):
    """What a browser makes of HTML: its tags, its text, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def classes(self) -> list[str]:
        return [str(attributes.get("class", "")) for _, attributes in self.tags]


def answer_of(text: str, *, title: str = "A title", quote: str = "") -> Answer:
    """An answer whose every word comes from outside."""
    citation = make_citation(1, "reports/harbour.md", QUOTE_EN, title=title, organisation=text)
    citation = replace(citation, quote_shown=quote or text)
    return Answer(
        response=f"{text} [1]",
        question=text,
        status="verified",
        claims=(make_claim(text, (1,)),),
        citations=(citation,),
    )
