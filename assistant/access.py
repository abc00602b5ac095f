"""The way to a store: through the process that owns it, or as its owner.

A command says what it wants of an owner and doesn't notice which it gets. Who has to wait says so
once, and for whom; whoever waits takes whatever way opens first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, TypeVar

from assistant import cli_output as output
from assistant.errors import StoreError
from assistant.prompts import Messages, explain
from assistant.remote import RemoteOwner
from assistant.running import Running, find_running
from assistant.settings import Settings
from assistant.wire import Owns

if TYPE_CHECKING:
    from assistant.owner import Owner

Result = TypeVar("Result")

_LOCK_WAIT = 0.5
_PAUSE = 0.5
_WAITED_FOR = frozenset({"locked", "busy"})


class Access:
    """One command's way to the store of its settings; `wait` for it where others have it."""

    def __init__(self, settings: Settings, messages: Messages, *, wait: bool = True) -> None:
        self._settings = settings
        self._messages = messages
        self._wait = wait
        self._waiting = False
        self._fell_back = False

    def run(self, work: Callable[[Owns], Result], *, create: bool = False) -> Result:
        """Do something with whoever owns the store; `create` makes one where there is none.

        It is done again if the server that did it died: asking is, and an ingest goes on where it
        was cut off. Raises what `Owns` raises, and StoreError "locked" if it may not wait.
        """

        def attempt() -> Result:
            if running := self.find_running():
                with closing(RemoteOwner(running, self._messages.language)) as remote:
                    return work(remote)
            with self._open(create) as owner:
                return work(owner)

        return self._repeat(attempt)

    @contextmanager
    def own(self) -> Iterator[Owner]:
        """Own the store; StoreError "served" where a server has it, which won't end by itself."""

        def attempt() -> Owner:
            self.refuse_server()
            return self._build(create=False)

        with closing(self._repeat(attempt)) as owner:
            yield owner

    def when_free(self, work: Callable[[], Result]) -> Result:
        """Do something that takes the lock itself, once nobody else has it; raises as `own`."""

        def attempt() -> Result:
            self.refuse_server()
            return work()

        return self._repeat(attempt)

    def find_running(self) -> Running | None:
        return find_running(self._settings.data)

    def refuse_server(self) -> None:
        if running := self.find_running():
            path = str(self._settings.data)
            raise StoreError("served", path=path, address=running.address, pid=running.pid)

    def _repeat(self, attempt: Callable[[], Result]) -> Result:
        while True:
            try:
                return attempt()
            except StoreError as error:
                if not self._goes_on(error):
                    raise

    def _goes_on(self, error: StoreError) -> bool:
        if error.code == "server_gone" and not self._fell_back:
            self._fell_back = True
            return True
        if error.code not in _WAITED_FOR or not self._wait:
            return False
        if not self._waiting:
            self._waiting = True
            reason = explain(error, self._messages.language)
            output.warn(self._messages.text("cli.waiting", reason=reason))
        time.sleep(_PAUSE)
        return True

    @contextmanager
    def _open(self, create: bool) -> Iterator[Owns]:
        with closing(self._build(create=create)) as owner:
            yield owner

    def _build(self, *, create: bool) -> Owner:
        from assistant.owner import open_owner

        return open_owner(self._settings, create=create, wait=_LOCK_WAIT)
