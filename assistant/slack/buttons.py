"""Buttons under an answer: thumbs, what is wrong, and showing it to the channel."""

from __future__ import annotations

import asyncio
import logging

from assistant.answers import Answers
from assistant.errors import DuociteError, SlackError
from assistant.feedback import Feedback, Thumb
from assistant.prompts import load_messages
from assistant.scope import Language
from assistant.slack.blocks import DOWN, UP, WHY, Message, build_failure, build_rated
from assistant.slack.posts import Press
from assistant.slack.queue import Queue
from assistant.slack.saying import build_line
from assistant.slack.whispers import Whispers
from assistant.wire import Json

_THUMBS: dict[str, Thumb] = {UP: "up", DOWN: "down"}
_log = logging.getLogger(__name__)


class Buttons:
    """Keeps what people think of answers, and tells them so."""

    def __init__(
        self,
        queue: Queue,
        answers: Answers,
        feedback: Feedback,
        whispers: Whispers,
        language: Language,
    ) -> None:
        self._queue = queue
        self._answers = answers
        self._feedback = feedback
        self._whispers = whispers
        self._language = language

    async def rate(self, press: Press) -> Message:
        """Keeps an opinion; what to tell who has it."""
        try:
            return await asyncio.to_thread(self._rate, press)
        except DuociteError as error:
            _log.warning("an opinion was not kept: %s", error, exc_info=error)
            return build_failure(error, self._language)

    async def reply(self, press: Press, message: Message) -> None:
        """To whoever clicked, alone. Of the menu that asks for a reason, it takes the place."""
        replace = press.action == WHY
        try:
            await self._whispers.answer(press.response_url, message, replace=replace)
        except SlackError as error:
            _log.info("a click was not replied to: %s", error)

    def _rate(self, press: Press) -> Message:
        reason, _, answer_id = ("", "", press.value)
        if press.action == WHY:
            reason, _, answer_id = press.value.partition(":")
        answer = self._find(answer_id)
        if answer is None:
            return build_line("gone", self._language)
        language: Language = answer["language"]
        words = load_messages(language).text(f"ui.feedback.{reason}") if reason else ""
        verdict = _THUMBS.get(press.action, "down")
        self._feedback.rate(press.user_name, answer, verdict, words)
        if press.action == WHY:
            return build_line("noted", language)
        return build_rated(verdict, language, answer_id)

    def _find(self, answer_id: str) -> Json | None:
        """An answer by its id alone: who could press its button has read it."""
        asker = self._queue.find_asker(answer_id)
        return self._answers.find(answer_id, asker) if asker else None
