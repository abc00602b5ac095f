"""The original of a source in the panel: its page as a picture, and the file itself."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape

from assistant.answer import Answer, Citation, Language
from assistant.prompts import Messages, load_messages
from assistant.web.panel import show_head, wrap
from assistant.web.picks import name_page
from store.formats.pictures import Picture


@dataclass(frozen=True, slots=True)
class Original:
    """`address` is where the file can be fetched, `picture` a page of it where it has pages;
    `problem` why there is nothing to show."""

    address: str = ""
    picture: Picture | None = None
    problem: str = ""


def show_original(
    answer: Answer, citation: Citation, original: Original, language: Language
) -> str:
    labels = load_messages(language)
    body = _show_problem(original, labels) + _show_file(original, labels)
    if original.picture is not None:
        body += _show_picture(citation, original.picture, labels)
    return wrap(answer, show_head(answer, citation, labels, original=True) + body)


def _show_problem(original: Original, labels: Messages) -> str:
    return f'<p class="note">{escape(original.problem)}</p>' if original.problem else ""


def _show_file(original: Original, labels: Messages) -> str:
    if not original.address:
        return ""
    page = f"#page={original.picture.number}" if original.picture else ""
    key = "open" if original.picture else "save"
    shown = escape(labels.text(f"ui.original.{key}"))
    # The page's own address must not travel, nor the page be reached from what opens.
    return (
        f'<p class="file"><a href="{escape(original.address)}{page}" target="_blank"'
        f' rel="noopener noreferrer">{shown}</a></p>'
    )


def _show_picture(citation: Citation, picture: Picture, labels: Messages) -> str:
    key = "boxed" if picture.boxes else "not_boxed"
    told = escape(labels.text(f"ui.original.{key}", page=picture.number, pages=picture.pages))
    data = b64encode(picture.png).decode("ascii")
    return (
        f"{_show_pager(citation, picture, labels)}"
        f'<p class="told">{told}</p>'
        f'<img class="page" alt="{told}" src="data:image/png;base64,{data}">'
    )


def _show_pager(citation: Citation, picture: Picture, labels: Messages) -> str:
    return (
        '<div class="pager">'
        + "".join(
            _show_turn(
                citation, page, labels.text(f"ui.original.{key}"), 1 <= page <= picture.pages
            )
            for key, page in (("back", picture.number - 1), ("on", picture.number + 1))
        )
        + "</div>"
    )


def _show_turn(citation: Citation, page: int, shown: str, there: bool) -> str:
    state = f'class="turn cite-{citation.number} {name_page(page)}"' if there else "disabled"
    return f"<button {state}>{escape(shown)}</button>"
