"""What a visitor says and thinks, put into the history and taken out of it again."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from assistant.answer import Language
from assistant.errors import DuociteError, StoreError
from assistant.feedback import Feedback, Thumb
from assistant.history import History, PastTurn
from assistant.prompts import explain, load_messages
from assistant.state import State
from assistant.stopping import check_wanted
from assistant.web.conversation import Conversation, Exchange
from assistant.web.exports import Exports


class Recalled(NamedTuple):
    """A conversation out of the history, and the language that its answers are kept to."""

    conversation: Conversation
    pinned: Language | None


class Keeper:
    """The conversations of all visitors; `user` is the name that each of them has."""

    def __init__(self, state: State, collection: str) -> None:
        self.history = History(state)
        self.feedback = Feedback(state)
        self.exports = Exports(self.history)
        self.collection = collection

    def keep(
        self, talk: Conversation, user: str, pinned: Language | None, language: Language
    ) -> Conversation:
        """With all answers in the history that are not in it yet.

        Where that fails the answer stays on the page, under a line that says why, and is tried
        again with the next one. Raises GoneError where nobody waits for the answer any more.
        """
        check_wanted()
        try:
            if not talk.id:
                talk = replace(talk, id=self._begin(talk, user, pinned))
            for index, exchange in enumerate(talk.exchanges):
                if exchange.answer is not None and not exchange.kept:
                    self._append(talk, exchange, user)
                    talk = talk.mark_kept(index)
        except StoreError as error:
            if error.code == "no_conversation":
                # It was deleted meanwhile: what is said from now on is another conversation.
                return self.keep(replace(talk, id="", keeps=None), user, pinned, language)
            return talk.note(_tell("ui.history.not_kept", error, language))
        return talk

    def recall(self, user: str, conversation: str) -> Recalled:
        """Raises StoreError, "no_conversation" for one that isn't the user's."""
        past = self.history.read(user, conversation)
        ids = [turn.answer.id for turn in past.turns if turn.answer is not None]
        thumbs = {name: known.verdict for name, known in self.feedback.find(user, ids).items()}
        exchanges = tuple(_build_exchange(turn, thumbs) for turn in past.turns)
        return Recalled(Conversation(exchanges, conversation), past.row.pinned)

    def pin(self, talk: Conversation, user: str, pinned: Language | None) -> None:
        """Keep the answers of a conversation that is in the history to a language."""
        if talk.id:
            self.history.pin(user, talk.id, pinned)

    def rate(
        self,
        talk: Conversation,
        user: str,
        answer_id: str,
        thumb: Thumb | None,
        language: Language,
        reason: str = "",
    ) -> Conversation:
        """With what the reader thinks of an answer; None takes it back."""
        answer = talk.find_answer(answer_id)
        if answer is None:
            return talk
        try:
            if thumb is None:
                self.feedback.withdraw(user, answer_id)
            else:
                self.feedback.rate(user, answer.to_json(), thumb, reason)
        except StoreError as error:
            note = _tell("ui.feedback.not_kept", error, language)
            return talk.rate(answer_id, talk.find_thumb(answer_id), note)
        return talk.rate(answer_id, thumb)

    def _begin(self, talk: Conversation, user: str, pinned: Language | None) -> str:
        first = next(one for one in talk.exchanges if one.answer is not None and not one.kept)
        return self.history.begin(user, first.question, collection=self.collection, pinned=pinned)

    def _append(self, talk: Conversation, exchange: Exchange, user: str) -> None:
        self.history.append(user, talk.id, exchange.question, exchange.answer, after=talk.keeps)


def _build_exchange(turn: PastTurn, thumbs: dict[str, Thumb]) -> Exchange:
    if turn.answer is None:
        return Exchange(turn.question, "stopped", kept=True)
    thumb = thumbs.get(turn.answer.id)
    return Exchange(turn.question, "done", answer=turn.answer, kept=True, thumb=thumb)


def _tell(key: str, error: DuociteError, language: Language) -> str:
    return load_messages(language).text(key, reason=explain(error, language))
