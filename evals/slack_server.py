"""A Slack on loopback: of its Web API what Duocite calls, with limits, faults and lost replies.

It keeps what was posted where, as Slack does, so that one can see what a channel would show.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Fault = Callable[[web.Request], Awaitable[web.Response | None]]
"""What happens in place of a call; None lets it happen as usual."""

LOST = "lost"
"""A call that is done, and whose reply doesn't arrive."""

CUT = "cut"
"""A connection that breaks before anything is done."""


@dataclass(frozen=True)
class Call:
    """One call that came, and when by the clock that only goes forward."""

    method: str
    values: Json
    moment: float = field(default_factory=time.monotonic)

    @property
    def blocks(self) -> list[Json]:
        return read_blocks(self.values)


@dataclass
class Shown:
    """A message as it stands in a channel, and all that it has said before."""

    channel: str
    ts: str
    thread: str | None
    values: Json
    past: list[Json] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.values.get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return read_blocks(self.values)

    @property
    def mark(self) -> str:
        return str(self.blocks[0].get("block_id", "")) if self.blocks else ""

    def to_json(self) -> Json:
        thread = {"thread_ts": self.thread} if self.thread else {}
        return {
            "type": "message",
            "ts": self.ts,
            "text": self.text,
            "blocks": self.blocks,
            **thread,
        }


class SlackServer:
    """`fail` has the next calls of a method fail: with LOST, CUT, a number of HTTP, a word of
    Slack's, or a dict for a 429 with its `Retry-After`; None among them lets one pass. `every_s` is
    how often a channel takes a message, 0 for no limit."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.messages: dict[tuple[str, str], Shown] = {}
        self.whispers: list[Call] = []
        self.hooked: list[Call] = []
        self.hook_status = 200
        self.every_s = 0.0
        self.delay_s = 0.0
        self.sockets: asyncio.Queue[Json] = asyncio.Queue()
        self.socket_replies: list[Json] = []
        self.faults: dict[str, deque[Any]] = {}
        self._latest: dict[str, float] = {}
        self._stamp = time.time()
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    @property
    def hooks(self) -> str:
        return f"http://127.0.0.1:{self._port}/hooks/"

    def fail(self, method: str, *faults: Any) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def shown(self, channel: str | None = None) -> list[Shown]:
        """What stands there, in its order."""
        with self._lock:
            found = [one for one in self.messages.values() if channel in (None, one.channel)]
        return sorted(found, key=lambda one: one.ts)

    def called(self, method: str) -> list[Call]:
        with self._lock:
            return [call for call in self.calls if call.method == method]

    def await_until(self, happened: Callable[[], bool], patience: float = 30.0) -> None:
        """Looks again after each call that comes; AssertionError if it doesn't happen."""
        ends = time.monotonic() + patience
        while not happened():
            with self._news:
                left = ends - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"it didn't happen; calls: {self._list()}")
                self._news.wait(min(left, 0.02))

    def send(self, envelope: Json) -> None:
        """Over the connection of Socket Mode."""
        self._loop.call_soon_threadsafe(self.sockets.put_nowait, envelope)

    @contextmanager
    def running(self) -> Iterator[SlackServer]:
        begun = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(begun)), daemon=True)
        thread.start()
        begun.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._ending.set)
            thread.join()

    async def _serve(self, begun: threading.Event) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_post("/api/{method}", self._take)
        app.router.add_get("/api/{method}", self._take)
        app.router.add_post("/hooks/{name}", self._take_hook)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._port = runner.addresses[0][1]
        begun.set()
        await self._ending.wait()
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        call = Call(method, await _read(request))
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        with self._news:
            self.calls.append(call)
            fault = self._find_fault(call)
            reply = None if fault not in (None, LOST) else self._do(call)
            self._news.notify_all()
        if fault is None and reply is not None:
            return web.json_response(reply)
        return _fail(request, fault)

    async def _take_hook(self, request: web.Request) -> web.Response:
        call = Call(request.match_info["name"], json.loads(await request.text()))
        with self._news:
            self.hooked.append(call)
            queued = self.faults.get("hooks")
            fault = queued.popleft() if queued else None
            self._news.notify_all()
        if fault is not None:
            return _fail(request, fault)
        return web.Response(text="ok", status=self.hook_status)

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        sending = asyncio.create_task(self._send(socket))
        try:
            async for message in socket:
                with self._news:
                    self.socket_replies.append(json.loads(message.data))
                    self._news.notify_all()
        finally:
            sending.cancel()
        return socket

    async def _send(self, socket: web.WebSocketResponse) -> None:
        while True:
            await socket.send_json(await self.sockets.get())

    def _find_fault(self, call: Call) -> Any:
        queued = self.faults.get(call.method)
        if queued:
            return queued.popleft()
        return self._find_limit(call)

    def _find_limit(self, call: Call) -> Any:
        """A message more than the channel takes."""
        if not self.every_s or call.method not in ("chat.postMessage", "chat.update"):
            return None
        key = f"{call.method} {call.values['channel']}"
        if call.moment - self._latest.get(key, 0.0) < self.every_s:
            return {"Retry-After": "1"}
        self._latest[key] = call.moment
        return None

    def _do(self, call: Call) -> Json:
        known: Mapping[str, Callable[[Call], Json]] = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.postEphemeral": self._whisper,
            "conversations.replies": self._list_replies,
            "conversations.history": self._list_history,
            "apps.connections.open": self._open,
        }
        if call.method not in known:
            return {"ok": False, "error": "unknown_method"}
        return known[call.method](call)

    def _post(self, call: Call) -> Json:
        self._stamp = max(self._stamp + 0.0001, time.time())
        ts, channel = f"{self._stamp:.6f}", str(call.values["channel"])
        thread = call.values.get("thread_ts")
        self.messages[channel, ts] = Shown(channel, ts, thread, call.values)
        return {"ok": True, "channel": channel, "ts": ts}

    def _update(self, call: Call) -> Json:
        shown = self.messages.get((str(call.values["channel"]), str(call.values["ts"])))
        if shown is None:
            return {"ok": False, "error": "message_not_found"}
        shown.past.append(shown.values)
        shown.values = call.values
        return {"ok": True, "channel": shown.channel, "ts": shown.ts}

    def _whisper(self, call: Call) -> Json:
        self.whispers.append(call)
        return {"ok": True, "message_ts": "1.1"}

    def _list_replies(self, call: Call) -> Json:
        return self._list_messages(call, lambda one: one.thread == call.values["ts"])

    def _list_history(self, call: Call) -> Json:
        return self._list_messages(call, lambda one: one.thread is None)

    def _list_messages(self, call: Call, fits: Callable[[Shown], bool]) -> Json:
        since = float(call.values.get("oldest", 0))
        begin, limit = int(call.values.get("cursor") or 0), int(call.values.get("limit", 100))
        found = [
            one.to_json()
            for one in self.messages.values()
            if one.channel == call.values["channel"] and fits(one) and float(one.ts) > since
        ]
        more = str(begin + limit) if len(found) > begin + limit else ""
        page = found[begin : begin + limit]
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": more}}

    def _open(self, call: Call) -> Json:
        return {"ok": True, "url": f"ws://127.0.0.1:{self._port}/link"}

    def _list(self) -> list[str]:
        return [call.method for call in self.calls[-20:]]


def read_blocks(values: Mapping[str, Any]) -> list[Json]:
    given = values.get("blocks") or []
    found: list[Json] = json.loads(given) if isinstance(given, str) else given
    return found


async def _read(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = json.loads(await request.text())
        return found
    return {**request.query, **dict(await request.post())}


def _fail(request: web.Request, fault: Any) -> web.Response:
    if fault in (LOST, CUT):
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    if isinstance(fault, Mapping):
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=fault)
    if isinstance(fault, int):
        return web.Response(status=fault, text="a fault")
    return web.json_response({"ok": False, "error": fault})
