from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assistant.errors import SettingsError
from assistant.serving import Serving

pytestmark = pytest.mark.integration


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


@pytest.fixture
def app() -> Starlette:
    return Starlette(routes=[Route("/", answer)])


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_can_be_reached_within_the_block_and_not_after(app: Starlette, host: str) -> None:
    with Serving(app, host, 0) as serving:
        assert httpx.get(serving.address, trust_env=False).text == "here"
    with pytest.raises(httpx.ConnectError):
        httpx.get(serving.address, trust_env=False)


def test_an_address_of_version_6_stands_in_brackets(app: Starlette) -> None:
    with Serving(app, "::1", 0) as serving:
        assert serving.address.startswith("http://[::1]:")
        assert httpx.get(serving.address, trust_env=False).text == "here"


def test_a_taken_port_is_a_settings_error(app: Starlette, taken: int) -> None:
    with pytest.raises(SettingsError) as caught:
        Serving(app, "127.0.0.1", taken)
    assert caught.value.code == "port_taken"
    assert caught.value.details == {"host": "127.0.0.1", "port": taken}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "192.168.7.7"])
def test_it_listens_on_this_machine_only(app: Starlette, host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Serving(app, host, 0)
    assert (caught.value.code, caught.value.details) == ("not_loopback", {"host": host})


@pytest.mark.parametrize(("host", "own"), [("0.0.0.0", "127.0.0.1"), ("::", "::1")])
def test_told_to_it_listens_to_others_and_still_to_this_machine(
    app: Starlette, host: str, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = socket.getaddrinfo
    # A test stays on loopback: where the server would listen everywhere, it does so there.
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda asked, *rest, **more: find(own, *rest, **more)
    )
    with Serving(app, host, 0, beyond=True) as serving:
        assert own in serving.local
        assert httpx.get(serving.local, trust_env=False).text == "here"


def test_at_one_address_of_the_machine_its_own_programs_reach_it_by_loopback(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another address of loopback stands for one of a network, which not every machine has.
    monkeypatch.setattr("assistant.serving.is_loopback", lambda host: host == "127.0.0.1")
    with Serving(app, "127.0.0.5", 0, beyond=True) as serving:
        assert serving.address.startswith("http://127.0.0.5:")
        assert serving.local.startswith("http://127.0.0.1:")
        for address in (serving.address, serving.local):
            assert httpx.get(address, trust_env=False).text == "here"


def test_a_name_of_no_machine_is_a_settings_error(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(SettingsError) as caught:
        Serving(app, "no-such-host.invalid", 0, beyond=True)
    assert caught.value.code == "no_host"


def test_an_address_of_another_machine_is_a_settings_error(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place])
    with pytest.raises(SettingsError) as caught:
        Serving(app, "192.0.2.1", 0, beyond=True)
    assert caught.value.code == "no_host"


def test_nobody_changes_by_a_header_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(request.client and request.client.host))

    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with Serving(Starlette(routes=[Route("/", tell)]), "127.0.0.1", 0) as serving:
        headers = {"X-Forwarded-For": "10.0.0.5"}
        assert httpx.get(serving.address, headers=headers, trust_env=False).text == "127.0.0.1"


def test_waiting_ends_when_it_is_closed(app: Starlette) -> None:
    with Serving(app, "127.0.0.1", 0) as serving:
        threading.Timer(0.2, serving.close).start()
        serving.wait()


def test_the_server_does_not_say_what_it_is(app: Starlette) -> None:
    with Serving(app, "127.0.0.1", 0) as serving:
        assert "server" not in httpx.get(serving.address, trust_env=False).headers


def test_an_app_that_can_not_begin_is_a_fault_and_not_a_silence() -> None:
    @asynccontextmanager
    async def fail(app: Starlette) -> AsyncIterator[None]:
        raise ZeroDivisionError
        yield

    serving = Serving(Starlette(lifespan=fail), "127.0.0.1", 0)
    with pytest.raises(RuntimeError, match="before it had begun"), serving:
        pass


def test_in_a_hurry_it_waits_for_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    async def hold(request: Request) -> PlainTextResponse:
        begun.set()
        await asyncio.sleep(600)
        return PlainTextResponse("late")

    def ask(address: str) -> None:
        with suppress(httpx.HTTPError):
            httpx.get(address, trust_env=False, timeout=60)

    monkeypatch.setattr("assistant.serving.GRACE", 600)
    with Serving(Starlette(routes=[Route("/", hold)]), "127.0.0.1", 0) as serving:
        asking = threading.Thread(target=ask, args=(serving.address,))
        asking.start()
        assert begun.wait(60)
        serving.hurry()
    asking.join(60)
    assert not asking.is_alive()
