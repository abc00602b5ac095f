"""A kept conversation of real answers, for the tests of what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.answer import Answer
from assistant.history import ConversationRow, PastConversation, PastTurn
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

BEGUN = datetime(2024, 2, 29, 8, 30, tzinfo=UTC)


def build_talk(*answers: Answer | None, **changes: Any) -> PastConversation:
    """One turn for each answer; one in each language and a refusal if none is given."""
    given = answers or (answer_in_english(), answer_in_chinese(), refusal("Why *so*?", "en"), None)
    fields: dict[str, Any] = {
        "id": "c1",
        "title": "Berths 泊位",
        "collection": "harbour",
        "pinned": None,
        "created": BEGUN,
        "updated": BEGUN + timedelta(hours=1),
    }
    turns = (PastTurn(answer.question if answer else "Stopped?", answer, BEGUN) for answer in given)
    return PastConversation(ConversationRow(**{**fields, **changes}), tuple(turns))
