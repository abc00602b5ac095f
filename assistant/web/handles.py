"""What can be done to a question and to its answer, shown at them."""

from __future__ import annotations

from html import escape

from assistant.answer import Answer, Language
from assistant.feedback import Thumb
from assistant.prompts import load_messages
from assistant.web.deeds import Deed, show_sign, show_word


def show_edit(index: int, language: Language) -> str:
    """The button that puts a question into the box again."""
    label = load_messages(language).text("ui.handles.edit")
    return show_sign(Deed("edit", str(index)), "editor", label, "pen")


def show_handles(
    answer: Answer | None, thumb: Thumb | None, language: Language, *, retry: bool
) -> str:
    """The row under an answer; nothing where nothing can be done."""
    labels = load_messages(language)
    again = labels.text("ui.handles.retry")
    shown = (_show_thumbs(answer, thumb, language) if answer is not None else "") + (
        show_sign(Deed("retry"), "retrier", again, "again") if retry else ""
    )
    return f'<div class="handles">{shown}</div>' if shown else ""


def show_banner(question: str, language: Language) -> str:
    """What stands over the box while a question is edited."""
    labels = load_messages(language)
    told = escape(labels.text("ui.handles.editing", question=_shorten(question)))
    cancel = show_word(Deed("leave"), "editor", labels.text("ui.handles.cancel"))
    return f'<div class="banner"><p>{told}</p>{cancel}</div>'


def _show_thumbs(answer: Answer, thumb: Thumb | None, language: Language) -> str:
    labels = load_messages(language)
    return "".join(
        show_sign(
            Deed(verdict, answer.id),
            "rater",
            labels.text(f"ui.handles.{verdict}"),
            f"thumb-{verdict} given" if thumb == verdict else f"thumb-{verdict}",
        )
        for verdict in ("up", "down")
    )


def _shorten(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[:longest].rstrip() + "…"
