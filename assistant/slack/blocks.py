"""What Slack shows: an answer's JSON as messages, and what stands there before and after it.

All text of documents, models and askers is escaped; words of our own stand in prompts/slack.*.toml.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.answer import Answer, Claim
from assistant.errors import DuociteError
from assistant.feedback import Thumb
from assistant.pieces import split_answer, split_claims
from assistant.prompts import Messages, explain, load_messages
from assistant.recalling import read_answer
from assistant.render import say_pieces
from assistant.scope import Language
from assistant.slack import evidence
from assistant.slack.elements import (
    LONGEST_OPTION,
    Message,
    build_actions,
    build_button,
    build_choice,
    build_context,
    build_fallback,
    build_sections,
    fits,
    pack,
)
from assistant.slack.mrkdwn import escape, fold, mention
from assistant.slack.split import shorten
from assistant.wire import Json, Said

__all__ = ["DOWN", "SHARE", "UP", "WHY", "Message", "Stage"]

UP, DOWN, SHARE, WHY = "duocite_up", "duocite_down", "duocite_share", "duocite_why"
"""The ids of what can be clicked. The value of the buttons is the answer's id; that of a choice in
the menu WHY is `<reason>:<answer's id>`, with a reason of `[ui.feedback]`."""

Stage = Literal["searching", "checking"]

REASONS = ("figure", "source", "missing", "refused", "beside")
LONGEST_QUESTION, LONGEST_FAILURE = 600, 1200


def build_waiting(language: Language, stage: Stage = "searching") -> Message:
    """What stands there at once, before anything is proved."""
    labels = load_messages(language)
    return _join(build_context(_say_stage(stage, labels)))


def build_progress(said: Sequence[Said], language: Language) -> Message:
    """The sentences so far, in one message: of more than it takes, the first."""
    labels = load_messages(language)
    stage = build_context(_say_stage("checking", labels))
    blocks: list[Json] = []
    for section in build_sections(_say_growing(said, labels)):
        if not fits([*blocks, section, *stage]):
            break
        blocks.append(section)
    return _join([*blocks, *stage])


def build_answer(answer: Json) -> list[Message]:
    """A whole answer: what it says, how it is proved, and thumbs up and down at the end."""
    return pack([*_build_body(answer), *_build_rating(answer)])


def build_ephemeral(answer: Json) -> list[Message]:
    """The same for the asker alone, under the question, with a button to share it."""
    labels = _labels(answer)
    asked = labels.text("slack.asked", question=_say_question(answer))
    share = build_button(SHARE, labels.text("slack.share"), answer["id"])
    rating = [*_rate_buttons(answer), share]
    return pack([*build_context(asked), *_build_body(answer), build_actions(rating)])


def build_shared(answer: Json, user: str) -> list[Message]:
    """The same for a channel, saying who asked what; `user` is the asker's id in Slack."""
    named = {"user": mention(user), "question": _say_question(answer)}
    asked = _labels(answer).text("slack.shared", **named)
    return pack([*build_sections(asked), *_build_body(answer), *_build_rating(answer)])


def build_failure(error: DuociteError, language: Language) -> Message:
    """Why there is no answer, and what to do."""
    said = shorten(fold(explain(error, language)), LONGEST_FAILURE)
    return _join(build_sections(f"⚠️ {escape(said)}"))


def build_rated(verdict: Thumb, language: Language, answer_id: str = "") -> Message:
    """What somebody who clicked a thumb is told, alone; a thumb down is asked for its reason."""
    labels = load_messages(language)
    blocks = build_context(labels.text(f"slack.rated.{verdict}"))
    options = [(labels.text(f"ui.feedback.{one}"), f"{one}:{answer_id}") for one in REASONS]
    fitting = all(len(value) <= LONGEST_OPTION for _, value in options)
    if verdict == "down" and answer_id and fitting:
        choice = build_choice(WHY, labels.text("ui.feedback.title"), options)
        blocks.append(build_actions([choice]))
    return _join(blocks)


def _build_body(answer: Json) -> list[Json]:
    whole, labels = read_answer(answer), _labels(answer)
    return [*build_sections(_say_text(whole, labels)), *evidence.build_evidence(whole, labels)]


def _build_rating(answer: Json) -> list[Json]:
    buttons = _rate_buttons(answer)
    return [build_actions(buttons)] if buttons else []


def _rate_buttons(answer: Json) -> list[Json]:
    """None for a greeting, which nobody has to prove."""
    if answer["answered"] and not answer["claims"]:
        return []
    labels = _labels(answer)
    thumbs = ((UP, "👍", "ui.handles.up"), (DOWN, "👎", "ui.handles.down"))
    return [build_button(id, sign, answer["id"], labels.text(hint)) for id, sign, hint in thumbs]


def _say_text(answer: Answer, labels: Messages) -> str:
    said = say_pieces(split_answer(answer), str, labels)
    return escape(said).strip() or escape(labels.text("ui.answer.refused"))


def _say_growing(said: Sequence[Said], labels: Messages) -> str:
    claims = [Claim(one.text, one.citations, _verdict(one), one.reason) for one in said]
    return escape(say_pieces(split_claims(claims), str, labels))


def _say_question(answer: Json) -> str:
    return escape(shorten(fold(answer["question"]), LONGEST_QUESTION))


def _say_stage(stage: Stage, labels: Messages) -> str:
    return labels.text("slack.working", stage=labels.text(f"ui.stage.{stage}"))


def _verdict(said: Said) -> Literal["proved", "unproved"]:
    return "unproved" if said.verdict == "unproved" else "proved"


def _labels(answer: Json) -> Messages:
    return load_messages(answer["language"])


def _join(blocks: list[Json]) -> Message:
    """One message of what is known to fit."""
    return Message(build_fallback(blocks), blocks)
