"""What the chat does on each event: it asks the assistant and says what the page shows next."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple, Protocol

from assistant.answer import Answer, Citation, Claim, Filters, Language, Turn
from assistant.errors import DuociteError
from assistant.history import LOCAL_USER
from assistant.prompts import explain, load_messages
from assistant.series import Series, find_series
from assistant.state import State
from assistant.status import Offer, Use
from assistant.web.chart import show_points
from assistant.web.conversation import Conversation, Message, to_messages
from assistant.web.handouts import Handouts
from assistant.web.keeper import Keeper
from assistant.web.original import Original, show_original
from assistant.web.panel import find_citation, show_hint, show_source
from assistant.web.picks import Pick, read_pick
from assistant.web.scope import count_fitting, find_choices, is_on, say_filters
from store.formats.extract import Source
from store.ledger import DocumentRecord
from store.sources import draw_source


class Assistant(Protocol):
    """What the chat needs of an assistant."""

    @property
    def collection(self) -> str: ...

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        language: Language | None = None,
    ) -> Iterator[Claim | Answer]: ...

    def text(self, document_id: str) -> str: ...

    def source(self, document_id: str) -> Source: ...

    def documents(self) -> Sequence[DocumentRecord]: ...

    def examples(self, language: Language) -> list[str]: ...

    def answering(self) -> Use: ...

    def offers(self) -> Sequence[Offer]: ...


class Shown(NamedTuple):
    """What the page shows after a step; a panel of None stays as it is."""

    conversation: Conversation
    messages: list[Message]
    panel: str | None = None


class Chat:
    """The chat of all visitors: what belongs to one of them is passed in and handed back.

    Without a keeper, conversations last as long as this object.
    """

    def __init__(
        self,
        assistant: Assistant,
        handouts: Handouts | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.assistant = assistant
        self.handouts = handouts or Handouts(assistant.source)
        self.keeper = keeper or Keeper(State(None), assistant.collection)

    def ask(
        self,
        question: str,
        conversation: Conversation,
        language: Language,
        pinned: Language | None = None,
        user: str = LOCAL_USER,
        filters: Filters | None = None,
    ) -> Generator[Shown]:
        """Each step of an answer, from the question alone to the whole answer with its source.

        The answer is in the question's language unless `pinned`; all around it in `language`. When
        it is whole, it goes into the history of `user`.
        """
        talk = conversation.stop().begin(question, self._say_scope(filters))
        yield _show(talk, language)
        if not self._finds_any(filters):
            nothing = load_messages(language).text("ui.filter.nothing")
            yield _show(talk.fail(nothing), language)
            return
        try:
            events = self.assistant.stream(
                question, history=talk.turns, filters=filters, language=pinned
            )
            for event in events:
                talk = talk.take(event)
                if isinstance(event, Answer):
                    talk = self.keeper.keep(talk, user, pinned, language)
                yield self._show_event(event, talk, language)
        except DuociteError as error:
            yield _show(talk.fail(explain(error, language)), language)

    def open(self, picked: str, conversation: Conversation, language: Language) -> str:
        """The panel for what was clicked; `picks` says how that is written."""
        pick = read_pick(picked)
        answer = conversation.find_answer(pick.answer) if pick else None
        if pick is None or answer is None:
            return show_hint(language, "ui.page.gone")
        if pick.chart is not None and (series := self.find_chart(picked, conversation)):
            return show_points(answer, pick.chart, series, language)
        citation = find_citation(answer, pick.number or 0)
        if citation is None:
            return show_hint(language)
        if pick.page is not None:
            original = self._open_original(citation, pick.page, language)
            return show_original(answer, citation, original, language)
        return self._show_source(answer, citation, language, pick)

    def find_chart(self, picked: str, conversation: Conversation) -> Series | None:
        """The series that was asked to be drawn; None where something else was clicked."""
        pick = read_pick(picked)
        answer = conversation.find_answer(pick.answer) if pick else None
        if pick is None or pick.chart is None or answer is None:
            return None
        return next(iter(find_series(answer)[pick.chart : pick.chart + 1]), None)

    def show(self, conversation: Conversation, language: Language) -> Shown:
        """A conversation out of the history, with the first source of its last answer."""
        answers = [one.answer for one in conversation.exchanges if one.answer is not None]
        panel = self._show_first(answers[-1], language) if answers else show_hint(language)
        return _show(conversation, language)._replace(panel=panel)

    def stop(self, conversation: Conversation, language: Language) -> Shown:
        return _show(conversation.stop(), language)

    def fail(self, conversation: Conversation, language: Language) -> Shown:
        """After an error that nothing foresaw: the log has it, the reader gets a line."""
        if not conversation.working:
            return _show(conversation, language)
        problem = load_messages(language).text("errors.duocite.other", code="unexpected")
        return _show(conversation.fail(problem), language)

    def examples(self, language: Language) -> list[str]:
        return self.assistant.examples(language)

    def _say_scope(self, filters: Filters | None) -> str:
        if filters is None:
            return ""
        return say_filters(filters, find_choices(self.assistant.documents()))

    def _finds_any(self, filters: Filters | None) -> bool:
        """Whether a question may be answered from any document at all."""
        if filters is None or not is_on(filters):
            return True
        return count_fitting(filters, self.assistant.documents()) > 0

    def _show_event(self, event: Claim | Answer, talk: Conversation, language: Language) -> Shown:
        if isinstance(event, Claim):
            return _show(talk, language)
        return _show(talk, language)._replace(panel=self._show_first(event, language))

    def _show_first(self, answer: Answer, language: Language) -> str:
        """The first source of a new answer is open at once: proof is what people come for."""
        if not answer.citations:
            return show_hint(language)
        return self._show_source(answer, answer.citations[0], language)

    def _show_source(
        self, answer: Answer, citation: Citation, language: Language, view: Pick | None = None
    ) -> str:
        try:
            text = self.assistant.text(citation.passage.document)
        except DuociteError:
            # The document was removed since; the panel says so and shows the stored quotation.
            text = ""
        return show_source(answer, citation.number, text, language, view)

    def _open_original(self, citation: Citation, page: int, language: Language) -> Original:
        """A document that was removed or whose file is no longer what was read has none."""
        document = citation.passage.document
        try:
            source = self.assistant.source(document)
            picture = draw_source(source, page, citation.quote)
        except DuociteError as error:
            return Original(problem=explain(error, language))
        return Original(self.handouts.issue(document, source.path.name), picture)


def _show(conversation: Conversation, language: Language) -> Shown:
    return Shown(conversation, to_messages(conversation, language))
