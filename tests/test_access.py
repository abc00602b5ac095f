"""Which way a command takes, and what it says while it waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.access import Access
from assistant.errors import RetryableStoreError, StoreError
from assistant.prompts import load_messages
from assistant.remote import RemoteOwner
from assistant.running import announce
from assistant.settings import Settings
from assistant.wire import Owns
from store.lock import lock_folder
from tests.support.owners import TOKEN, TableOwner, serve

pytestmark = pytest.mark.integration
Build = Callable[..., Access]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data", embedding="hash", _env_file=None)


@pytest.fixture
def build(settings: Settings) -> Build:
    def access(wait: bool = True) -> Access:
        return Access(settings, load_messages("en"), wait=wait)

    return access


@pytest.fixture
def table() -> TableOwner:
    return TableOwner()


@pytest.fixture
def served(settings: Settings, table: TableOwner) -> Iterator[ExitStack]:
    """A server that has the lock, and dies as a process does when the stack is closed."""
    with ExitStack() as alive:
        alive.enter_context(lock_folder(settings.data))
        running = alive.enter_context(serve(table))
        alive.enter_context(announce(settings.data, running.address, TOKEN))
        yield alive


def way(owner: Owns) -> str:
    return type(owner).__name__


def test_without_a_server_the_store_is_opened_here(build: Build, tmp_path: Path) -> None:
    assert build().run(way) == "Owner"
    with lock_folder(tmp_path / "data", wait=0):  # it has been let go of
        pass


def test_looking_makes_no_folder_and_reading_in_does(build: Build, tmp_path: Path) -> None:
    (tmp_path / "data").rmdir()
    assert build().run(lambda owner: owner.collections()) == []
    with pytest.raises(StoreError, match="no_collection"):
        build().run(lambda owner: owner.documents("default"))
    assert not (tmp_path / "data").exists()
    build().run(way, create=True)
    assert (tmp_path / "data").exists()


def test_the_store_is_let_go_of_after_an_error(build: Build, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        build().run(lambda owner: (_ for _ in ()).throw(KeyboardInterrupt))
    lock_folder(tmp_path / "data", wait=0).release()


def test_a_server_that_has_the_lock_is_asked(build: Build, served: ExitStack) -> None:
    assert build().run(way) == "RemoteOwner"
    assert [row.name for row in build().run(lambda owner: owner.collections())] == ["default"]


def test_where_the_server_dies_in_the_middle_the_store_is_opened_here(
    build: Build, served: ExitStack
) -> None:
    ways: list[str] = []

    def work(owner: Owns) -> int:
        ways.append(way(owner))
        served.close()
        return len(owner.collections())

    assert build().run(work) == 0
    assert ways == ["RemoteOwner", "Owner"]


def test_a_second_death_is_an_error(build: Build) -> None:
    def work(owner: Owns) -> None:
        raise RetryableStoreError("server_gone", pid=1)

    with pytest.raises(StoreError, match="server_gone"):
        build().run(work)


def test_who_may_not_wait_is_told_at_once_who_has_it(
    build: Build, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with lock_folder(settings.data), pytest.raises(StoreError) as caught:
        build(wait=False).run(way)
    assert caught.value.code == "locked"
    assert caught.value.exit_code == 3
    assert capsys.readouterr().err == ""


def test_who_waits_says_so_once_and_goes_on(
    build: Build, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = lock_folder(settings.data)
    threading.Timer(2.5, lock.release).start()
    began = time.monotonic()
    assert build().run(way) == "Owner"
    assert time.monotonic() - began > 2
    said = capsys.readouterr().err
    assert said.count("is in use by another Duocite") == 1
    assert "--no-wait" in said


def test_who_waits_takes_the_server_that_comes_up(
    build: Build, settings: Settings, table: TableOwner
) -> None:
    with ExitStack() as alive:
        alive.enter_context(lock_folder(settings.data))
        running = alive.enter_context(serve(table))

        def come_up() -> None:
            alive.enter_context(announce(settings.data, running.address, TOKEN))

        timer = threading.Timer(1.5, come_up)
        timer.start()
        assert build().run(way) == "RemoteOwner"
        timer.join()


def test_who_meets_a_writer_waits_too(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    tries: list[int] = []

    def work(owner: Owns) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise RetryableStoreError("busy", collection="c", holder="h/7")
        return len(tries)

    assert build().run(work) == 3
    assert capsys.readouterr().err.count("h/7") == 1
    tries.clear()
    with pytest.raises(StoreError, match="busy"):
        build(wait=False).run(work)


def test_nobody_waits_for_a_server_to_end(build: Build, served: ExitStack) -> None:
    for attempt in (lambda: build().when_free(lambda: 1), lambda: build().own().__enter__()):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.code == "served"
        assert str(caught.value.details["address"]).startswith("http://127.0.0.1:")


def test_owning_waits_for_a_command_to_end(build: Build, settings: Settings) -> None:
    lock = lock_folder(settings.data)
    threading.Timer(1.0, lock.release).start()
    with build().own() as owner:
        assert owner.collections() == []


def test_a_remote_owner_is_let_go_of(build: Build, served: ExitStack) -> None:
    seen: list[Owns] = []
    build().run(seen.append)
    assert isinstance(seen[0], RemoteOwner)
    assert seen[0]._client.is_closed
