from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.streaming import Workers
from assistant.web.holdings import Holdings
from assistant.web.uploading import Items
from tests.web.library import FakeLibrary, shelve
from tests.web.parts import with_loop

VISITOR = SimpleNamespace(request=None)
PARTS = ("drop", "words", "sent", "replace", "leave", "items")


@pytest.fixture(scope="module")
def sending() -> Any:
    return with_loop(lambda: importlib.import_module("assistant.web.sending"))


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def events(sending: Any, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sending, "_STEP", 0.0)
    box = sending.SendBox(**{name: name for name in PARTS})
    return sending.SendEvents(Holdings(library), box, Workers())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    return tmp_path / "gradio"


def drop(folder: Path, **texts: str) -> list[dict[str, Any]]:
    sent = []
    for name, text in texts.items():
        path = folder / f"hash-{name}" / f"{name}.md"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        sent.append({"path": str(path), "orig_name": f"{name}.md"})
    return sent


def as_reader(sending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = SimpleNamespace(name="r", editor=False)
    monkeypatch.setattr(sending, "find_visitor", lambda request: reader)


def listed(steps: AsyncGenerator[Any]) -> list[Any]:
    async def gather() -> list[Any]:
        return [step async for step in steps]

    return asyncio.run(gather())


def send(events: Any, sent: object, items: Items = ()) -> list[Any]:
    return listed(events.send(sent, "harbour", items, "en", VISITOR))


def test_dropped_files_are_brought_in_while_nothing_more_can_be_dropped(
    events: Any, library: FakeLibrary, folder: Path
) -> None:
    *steps, last = send(events, drop(folder, a="A.", b="bad"))
    assert library.uploaded == [{"a.md": "A.", "b.md": "bad"}]
    assert {step["drop"].interactive for step in steps} == {False}
    assert last["drop"].interactive is True
    assert [one.stage for one in last["items"]] == ["done", "refused"]
    assert "chunks: 3" in last["sent"]
    assert last["replace"].visible is False
    assert list(folder.iterdir()) == []


def test_a_file_that_replaces_waits_for_an_answer(
    events: Any, library: FakeLibrary, folder: Path
) -> None:
    library.shelved.append(shelve("uploads/a.md", "Former"))
    *_, asked = send(events, drop(folder, a="A."))
    assert library.uploaded == []
    assert (asked["replace"].visible, asked["leave"].visible) == (True, True)
    assert "Former" in asked["sent"]
    *_, done = listed(events.replace("harbour", asked["items"], "en", VISITOR))
    assert library.uploaded == [{"a.md": "A."}]
    assert done["replace"].visible is False


def test_a_file_that_asks_gives_way_to_one_of_its_name_that_comes_later(
    events: Any, library: FakeLibrary, folder: Path
) -> None:
    library.shelved.append(shelve("uploads/a.md", "Former"))
    *_, asked = send(events, drop(folder, a="First."))
    *_, again = send(events, drop(folder, a="Second."), asked["items"])
    assert [one.stage for one in again["items"]] == ["asks"]
    assert not asked["items"][0].path.exists()
    listed(events.replace("harbour", again["items"], "en", VISITOR))
    assert library.uploaded == [{"a.md": "Second."}]


def test_a_file_that_may_not_replace_is_deleted(
    events: Any, library: FakeLibrary, folder: Path
) -> None:
    library.shelved.append(shelve("uploads/a.md", "Former"))
    *_, asked = send(events, drop(folder, a="A."))
    left = events.leave(asked["items"], "en")
    assert "Left as it was" in left["sent"]
    assert not left["items"][0].path.exists()
    assert library.uploaded == []


@pytest.mark.parametrize("way", ["send", "replace"])
def test_a_reader_brings_nothing_in_whatever_is_sent(
    events: Any, sending: Any, library: FakeLibrary, folder: Path,
    monkeypatch: pytest.MonkeyPatch, way: str,
) -> None:  # fmt: skip
    as_reader(sending, monkeypatch)
    if way == "send":
        [refused] = send(events, drop(folder, a="A."))
    else:
        [refused] = listed(events.replace("harbour", (), "en", VISITOR))
    assert "Only editors may change documents" in refused["sent"]
    assert library.uploaded == []
    assert list(folder.rglob("*.md")) == []


def test_only_editors_see_where_files_are_dropped(
    events: Any, sending: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events.label((), "zh", VISITOR)["drop"].visible is True
    assert "拖到此处" in events.label((), "zh", VISITOR)["words"].value
    as_reader(sending, monkeypatch)
    hidden = events.label((), "zh", VISITOR)
    assert (hidden["drop"].visible, hidden["words"].visible) == (False, False)


def test_paths_that_a_browser_makes_up_are_none(sending: Any, folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    link = folder / "x" / "link.md"
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    paths = [str(secret), f"{folder}/../secret.md", str(link), str(folder), "", None]
    assert sending.find_files([{"path": path} for path in paths] + [{}]) == []
    [found] = sending.find_files(drop(folder, a="A."))
    assert found[0] == "a.md"
    assert secret.read_text() == "secret"


def test_an_upload_outlasts_the_page_that_began_it(
    events: Any, library: FakeLibrary, folder: Path
) -> None:
    async def leave_at_once() -> None:
        steps = events.send(drop(folder, a="A."), "harbour", (), "en", VISITOR)
        await anext(steps)
        await steps.aclose()
        await asyncio.gather(*events._tasks)

    asyncio.run(leave_at_once())
    assert library.uploaded == [{"a.md": "A."}]


def test_a_fault_that_nothing_foresaw_is_told(
    events: Any, library: FakeLibrary, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library.error = ZeroDivisionError("broken")
    *_, last = send(events, drop(folder, a="A."))
    assert "nobody foresaw" in last["sent"]
    assert "an upload failed" in caplog.text


def test_nothing_that_was_sent_is_nothing_to_do(events: Any, library: FakeLibrary) -> None:
    *_, last = send(events, None)
    assert last["sent"] == ""
    assert library.uploaded == []
