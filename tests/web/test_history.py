from __future__ import annotations

from typing import Any

import pytest

from assistant.state import State
from assistant.web.conversation import Conversation
from assistant.web.drawer import Drawer
from assistant.web.keeper import Keeper, Recalled
from tests.web.fake import answer_in_chinese, answer_in_english
from tests.web.parts import REQUEST, name_parts, with_loop

USER = "local"
EMPTY = Conversation()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper(State(None), "harbour")


@pytest.fixture
def events(keeper: Keeper) -> Any:
    def build() -> Any:
        from assistant.web.history import DrawerEvents, DrawerParts

        def turn(recalled: Recalled, language: str) -> dict[str, Any]:
            return {"turned": recalled}

        return DrawerEvents(keeper, name_parts(DrawerParts), turn)

    return with_loop(build)


@pytest.fixture
def talks(keeper: Keeper) -> tuple[Conversation, Conversation]:
    english, chinese = (
        keeper.keep(EMPTY.begin(answer.question).take(answer), USER, None, "en")
        for answer in (answer_in_english(), answer_in_chinese())
    )
    return english, chinese


def titles(keeper: Keeper) -> list[str]:
    return [row.title for row in keeper.history.conversations(USER)]


def do(events: Any, done: str, text: str = "", drawer: Drawer | None = None) -> Any:
    return events.do(done, text, drawer or Drawer(), EMPTY, "en", REQUEST)


Talks = tuple[Conversation, Conversation]


def test_the_newest_stands_first_and_a_search_finds_titles_and_texts(
    events: Any, talks: Talks
) -> None:
    listed = events.refresh(Drawer(), talks[0], "en", REQUEST)["talks"]
    assert listed.index("第二个泊位要投资多少") < listed.index("What will the second berth cost?")
    assert f"open-{talks[0].id}" in listed
    assert f'href="{events.keeper.exports.issue(USER, talks[0].id, "en")["docx"]}"' in listed
    found = events.search("freight", Drawer(pages=4), EMPTY, "en", REQUEST)
    assert found["drawer"] == Drawer(words="freight")
    assert "second berth" in found["talks"]
    assert "第二个泊位" not in found["talks"]


def test_nobody_sees_the_conversations_of_others(
    events: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.web.visitor import Visitor

    stranger = Visitor("bob", editor=False)
    monkeypatch.setattr("assistant.web.history.find_visitor", lambda request: stranger)
    assert "Ask a question to begin one" in events.refresh(Drawer(), EMPTY, "en", REQUEST)["talks"]
    opened = events.turn(f"open/{talks[0].id}", "", Drawer(), EMPTY, "en", REQUEST)
    assert opened["turned"] == Recalled(EMPTY, None)
    assert "no longer there" in opened["talks"]
    for deed in ("drop", "title"):
        assert "no longer there" in do(events, f"{deed}/{talks[0].id}", "Mine")["talks"]
    assert events.arrive(talks[0].id, "bob", "en")[0].conversation == EMPTY
    assert len(titles(events.keeper)) == 2


def test_a_conversation_is_renamed_once_its_name_is_typed(events: Any, talks: Talks) -> None:
    known = talks[0].id
    asked = do(events, f"rename/{known}")
    assert asked["drawer"] == Drawer(doing="rename", what=known)
    assert "<input" in asked["talks"]
    done = do(events, f"title/{known}", "  Berths \n 泊位 ", asked["drawer"])
    assert done["drawer"] == Drawer()
    assert "Berths 泊位" in titles(events.keeper)


def test_a_conversation_is_deleted_once_that_is_confirmed(events: Any, talks: Talks) -> None:
    known = talks[0].id
    asked = do(events, f"delete/{known}")
    assert len(titles(events.keeper)) == 2
    assert do(events, "leave", drawer=asked["drawer"])["drawer"] == Drawer()
    assert do(events, f"drop/{known}", drawer=asked["drawer"])["drawer"] == Drawer()
    assert titles(events.keeper) == [answer_in_chinese().question]


def test_deleting_the_open_one_begins_a_new_one(events: Any, talks: Talks) -> None:
    done = events.turn(f"drop/{talks[0].id}", "", Drawer(), talks[0], "en", REQUEST)
    assert done["turned"] == Recalled(EMPTY, None)
    assert 'class="talks open-"' in done["talks"]
    assert titles(events.keeper) == [answer_in_chinese().question]


def test_another_one_is_opened_and_lit(events: Any, talks: Talks) -> None:
    done = events.turn(f"open/{talks[1].id}", "", Drawer("berth"), talks[0], "zh", REQUEST)
    assert done["turned"].conversation.turns == talks[1].turns
    assert done["drawer"].words == "berth"
    assert f"open-{talks[1].id}" in done["talks"]


def test_what_could_not_be_opened_leaves_the_page_with_its_work_stopped(
    events: Any, talks: Talks
) -> None:
    working = talks[0].begin("Why?")
    done = events.turn("open/gone", "", Drawer(), working, "zh", REQUEST)
    assert done["turned"].conversation == working.stop()
    assert "这段对话已经不在了" in done["talks"]


def test_more_of_the_list_is_shown_on_demand(events: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.web.drawer.PAGE", 2)
    for number in range(5):
        events.keeper.history.begin(USER, f"Question {number}")
    first = do(events, "nothing")
    assert first["talks"].count('class="talk"') == 2
    second = do(events, "more", drawer=first["drawer"])
    assert second["talks"].count('class="talk"') == 4
    assert "do-more" in second["talks"]
    assert "do-more" not in do(events, "more", drawer=second["drawer"])["talks"]


def test_the_language_of_answers_is_kept_with_the_conversation(events: Any, talks: Talks) -> None:
    events.pin("zh", Drawer(), talks[0], "en", REQUEST)
    assert events.keeper.recall(USER, talks[0].id).pinned == "zh"
    events.pin("auto", Drawer(), talks[0], "en", REQUEST)
    assert events.keeper.recall(USER, talks[0].id).pinned is None
    events.keeper.history.delete(USER, talks[0].id)
    assert "no longer there" in events.pin("zh", Drawer(), talks[0], "en", REQUEST)["talks"]


def test_a_history_that_cannot_be_read_says_so_and_leaves_the_page(events: Any) -> None:
    events.keeper.history._state.close()
    listed = events.refresh(Drawer(), EMPTY, "en", REQUEST)
    assert 'role="alert"' in listed["talks"]
    recalled, updates = events.arrive("c1", USER, "zh")
    assert recalled == Recalled(EMPTY, None)
    assert 'role="alert"' in updates["talks"]


def test_the_search_is_labelled_in_the_language_of_the_page(events: Any) -> None:
    labelled = with_loop(lambda: events.label("zh"))["seek"]
    assert labelled.placeholder == labelled.label == "搜索对话"
