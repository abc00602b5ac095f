"""What asking, stopping, switching and turning to another conversation change on the page."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.answer import Filters
from assistant.web.conversation import Conversation
from tests.web.fake import FakeAssistant, answer_with_series
from tests.web.parts import name_parts, with_loop


@pytest.fixture
def events() -> Any:
    talking = with_loop(lambda: importlib.import_module("assistant.web.talking"))
    return talking.TalkEvents(talking.Chat(FakeAssistant()), name_parts(talking.Parts))


def request(lang: str | None, accepted: str) -> Any:
    query = {"lang": lang} if lang else {}
    return SimpleNamespace(request=None, query_params=query, headers={"accept-language": accepted})


VISITOR = SimpleNamespace(request=None, session_hash="v1")


def listed(updates: AsyncGenerator[Any]) -> list[Any]:
    async def gather() -> list[Any]:
        return [update async for update in updates]

    return asyncio.run(gather())


def test_arriving_one_is_spoken_to_in_the_language_of_the_browser(events: Any) -> None:
    updates = events.arrive(request(None, "zh-CN,zh;q=0.9"))
    assert updates["switch"].value == "zh"
    assert updates["switch"].label == "界面语言"
    assert "文档数 <b>2</b>" in updates["masthead"]
    assert updates["fresh"].value == "新对话"
    assert updates["chat_tab"].label == "对话"


def test_the_address_overrules_the_browser(events: Any) -> None:
    updates = events.arrive(request("en", "zh-CN"))
    assert updates["switch"].value == "en"
    assert len(updates["messages"].examples) == 3
    assert updates["messages"].examples[0]["text"] == "What will the second berth cost?"


def test_the_switch_keeps_conversation_and_open_source(events: Any) -> None:
    *_, done = events.chat.ask("What will the second berth cost?", Conversation(), "en")
    picked = f"{done.conversation.exchanges[0].answer.id}/2"
    updates = events.relabel(picked, done.conversation, "zh")
    assert len(updates["messages"].value) == 2
    assert "出处 2" in updates["panel"]
    assert "点击" in events.relabel("", done.conversation, "zh")["panel"]


def test_a_chart_is_drawn_above_its_points_and_goes_with_the_next_source(events: Any) -> None:
    answer = answer_with_series()
    talk = Conversation().begin("How much cargo?").take(answer)
    drawn = events.open(f"{answer.id}/chart0", talk, "en")
    assert drawn["plot"].visible is True
    assert drawn["plot"].y_title == "million tonnes"
    assert "panel chart0" in drawn["panel"]
    closed = events.open(f"{answer.id}/1", talk, "en")
    assert closed["plot"].visible is False
    assert "<mark>" in closed["panel"]


def test_the_switch_keeps_an_open_chart(events: Any) -> None:
    answer = answer_with_series()
    talk = Conversation().begin("How much cargo?").take(answer)
    updates = events.relabel(f"{answer.id}/chart0", talk, "zh")
    assert (updates["plot"].visible, updates["plot"].y_title) == (True, "万吨")
    assert events.relabel("", talk, "zh")["plot"].visible is False


def test_a_new_answer_closes_the_chart_before_it(events: Any) -> None:
    *_, last = events.chat.ask("What will it cost?", Conversation(), "en")
    assert events._show(last)["plot"].visible is False


def test_asking_empties_the_box_once_and_shows_stop_while_it_works(events: Any) -> None:
    steps = listed(events.ask("  What will it cost? ", Conversation(), "en", "auto", VISITOR))
    assert steps[0] == {"box": ""}
    assert [step["box"].stop_btn for step in steps[1:]] == [True, True, True, False]
    assert events.chat.assistant.heard[0][0] == "What will it cost?"


@pytest.mark.parametrize(("picked", "pinned"), [("auto", None), ("zh", "zh"), ("fr", None)])
def test_the_language_of_answers_is_what_was_picked(
    events: Any, picked: str, pinned: str | None
) -> None:
    listed(events.ask("What will it cost?", Conversation(), "en", picked, VISITOR))
    assert events.chat.assistant.pinned == [pinned]


def test_the_choice_of_a_language_for_answers_is_labelled_and_kept(events: Any) -> None:
    arrived = events.arrive(request("zh", ""))["pin"]
    assert arrived.value == "auto"
    assert arrived.choices[0] == ("用提问的语言回答", "auto")
    assert [value for _, value in arrived.choices[1:]] == ["en", "zh"]
    relabelled = events.relabel("", Conversation(), "en")["pin"]
    assert relabelled.choices[0][0] == "Answer in the question's language"


def test_filters_go_with_the_question(events: Any) -> None:
    asked = events.ask("What?", Conversation(), "en", "auto", VISITOR, [], ["北湾港务局"], [2023])
    listed(asked)
    assert events.chat.assistant.filters == [Filters((), ("北湾港务局",), (2023,))]


def test_an_empty_question_asks_nothing(events: Any) -> None:
    assert listed(events.ask("  \n", Conversation(), "en", "auto", VISITOR)) == [{"box": ""}]
    assert events.chat.assistant.heard == []


def test_an_example_asks_itself(events: Any) -> None:
    picked = SimpleNamespace(value={"text": "第二个泊位要投资多少？"})
    *_, last = listed(events.ask_example(Conversation(), "zh", "auto", picked, VISITOR))
    assert "近50亿元" in last["messages"][-1]["content"]


@pytest.mark.parametrize("way", ["stop", "leave"])
def test_who_stops_or_leaves_ends_the_work_though_nothing_was_said_yet(
    events: Any, way: str
) -> None:
    assistant = events.chat.assistant

    async def ask() -> None:
        async for _ in events.ask("Please ponder", Conversation(), "en", "auto", VISITOR):
            pass

    async def main() -> None:
        asking = asyncio.create_task(ask())
        await wait_until(lambda: assistant.heard)
        if way == "stop":  # as Gradio does it
            asking.cancel()
        else:
            events.turns.end(VISITOR)
        await asyncio.wait({asking}, timeout=5)
        assert asking.done()
        await wait_until(lambda: assistant.given_up)

    asyncio.run(main())
    events.turns.end(VISITOR)  # a page that asked nothing


def test_a_page_has_one_question_in_work_and_others_are_left_alone(events: Any) -> None:
    assistant = events.chat.assistant
    other = SimpleNamespace(request=None, session_hash="v2")

    async def ask(question: str, visitor: Any) -> Any:
        return [
            updates async for updates in events.ask(question, Conversation(), "en", "auto", visitor)
        ]

    async def main() -> None:
        first = asyncio.create_task(ask("Please ponder", VISITOR))
        stranger = asyncio.create_task(ask("Please ponder too", other))
        await wait_until(lambda: len(assistant.heard) == 2)
        second = await ask("What will the second berth cost?", VISITOR)
        await asyncio.wait({first}, timeout=5)
        assert first.done()
        assert "Verified" in second[-1]["messages"][-1]["content"]
        assert not stranger.done()
        events.turns.end(other)
        await asyncio.wait({stranger}, timeout=5)

    asyncio.run(main())


async def wait_until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


def test_stop_gives_the_box_back(events: Any) -> None:
    updates = events.stop(Conversation().begin("Why?"), "en")
    assert updates["box"].submit_btn is True
    assert "Stopped" in updates["messages"][-1]["content"]


def test_an_answer_is_in_the_list_and_its_address_opens_it_again(events: Any) -> None:
    *_, last = listed(events.ask("What of cargo?", Conversation(), "en", "zh", VISITOR))
    kept = last["conversation"].id
    arrived = events.arrive(
        SimpleNamespace(
            request=None, query_params={"talk": kept}, headers={"accept-language": "zh"}
        )
    )
    assert arrived["conversation"].turns == last["conversation"].turns
    assert arrived["pin"].value == "zh"
    assert f"open-{kept}" in arrived["talks"]
    assert "出处 1" in arrived["panel"]
    assert len(arrived["messages"].value) == 2


def test_an_address_of_nobodys_conversation_begins_a_new_one_and_says_so(events: Any) -> None:
    asked = SimpleNamespace(request=None, query_params={"talk": "x", "lang": "en"}, headers={})
    arrived = events.arrive(asked)
    assert arrived["conversation"] == Conversation()
    assert "no longer there" in arrived["talks"]


def test_asked_again_the_last_answer_gives_way_to_the_new_one(events: Any) -> None:
    *_, one = listed(events.ask("What of cargo?", Conversation(), "en", "auto", VISITOR))
    *_, two = listed(events.ask("And the berth?", one["conversation"], "en", "auto", VISITOR))
    *steps, again = listed(events.ask_again(two["conversation"], "en", "auto", VISITOR))
    assert not any(step.get("box") == "" for step in steps)  # what is being typed stays
    asked = [one.question for one in again["conversation"].exchanges]
    assert asked == ["What of cargo?", "And the berth?"]
    assert events.chat.assistant.heard[-1][0] == "And the berth?"
    assert len(events.chat.assistant.heard[-1][1]) == 1
    past = events.chat.keeper.history.read("local", again["conversation"].id)
    assert len(past.turns) == 2


def test_there_is_nothing_to_ask_again_on_a_new_page(events: Any) -> None:
    assert listed(events.ask_again(Conversation(), "en", "auto", VISITOR)) == []
    assert events.chat.assistant.heard == []


def test_another_conversation_brings_its_messages_its_source_and_its_language(events: Any) -> None:
    *_, last = listed(events.ask("What of cargo?", Conversation(), "en", "zh", VISITOR))
    recalled = events.chat.keeper.recall("local", last["conversation"].id)
    turned = events.turn(recalled, "en")
    assert turned["pin"] == "zh"
    assert "Source 1" in turned["panel"]
    assert turned["messages"] == last["messages"]
    assert turned["banner"] == turned["rated"] == ""


def test_a_new_chat_forgets_the_old_one(events: Any) -> None:
    updates = events.restart("en")
    assert updates["messages"] == []
    assert updates["conversation"].exchanges == ()
    assert "panel empty" in updates["panel"]
