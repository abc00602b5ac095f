"""Each message is posted once, or it is said that nobody knows."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest

from assistant.errors import DuociteError, SettingsError, SlackError
from assistant.prompts import explain
from assistant.slack.elements import Message
from assistant.slack.news import build_text_news
from assistant.slack.webhook import Sleep, Webhook, is_here, is_not_sent, is_slacks
from tests.support.webhook_server import WebhookServer

pytestmark = pytest.mark.integration

MESSAGES = [message for text in ("one", "two", "three") for message in build_text_news(text)]
REAL = "https://hooks.slack.com/services/T0/B0/s3cr3t"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def hooks() -> Iterator[WebhookServer]:
    with WebhookServer().running() as server:
        yield server


@pytest.fixture
def hook(hooks: WebhookServer) -> WebhookServer:
    hooks.reset()
    return hooks


class Clock:
    """Sleeps at once, and says for how long it would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def post(url: str, clock: Sleep, messages: list[Message] | None = None, **options: float) -> None:
    patience = options.get("patience", 30.0)
    timeout = int(options.get("timeout", 5))
    hook = Webhook(url, local=True, sleep=clock, patience=patience, timeout=timeout)
    hook.post(MESSAGES if messages is None else messages)


def fail(url: str, clock: Clock, **options: float) -> SlackError:
    with pytest.raises(SlackError) as caught:
        post(url, clock, None, **options)
    return caught.value


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_messages_are_posted_once_and_in_order(hook: WebhookServer, clock: Clock) -> None:
    post(hook.url, clock)
    assert hook.texts() == ["one", "two", "three"]
    assert hook.received[0] == MESSAGES[0].to_json()
    assert clock.slept == []


def test_nothing_to_post_posts_nothing(hook: WebhookServer, clock: Clock) -> None:
    post(hook.url, clock, [])
    assert hook.received == []


def test_what_slack_puts_off_is_sent_again_when_it_says(hook: WebhookServer, clock: Clock) -> None:
    hook.replies = [(429, {"Retry-After": "7"}, "rate_limited"), (429, {"retry-after": "2"}, "")]
    post(hook.url, clock)
    assert clock.slept == [7.0, 2.0]
    assert hook.texts() == ["one", "one", "one", "two", "three"]


@pytest.mark.parametrize("given", ["", "soon", "-3"])
def test_a_wait_that_can_not_be_read_is_a_second(
    hook: WebhookServer, clock: Clock, given: str
) -> None:
    hook.replies = [(429, {"Retry-After": given}, "")]
    post(hook.url, clock)
    assert clock.slept == [1.0]


def test_a_wait_beyond_patience_is_not_begun(hook: WebhookServer, clock: Clock) -> None:
    hook.replies = [(200, {}, "ok"), (429, {"Retry-After": "31"}, "")]
    error = fail(hook.url, clock)
    assert (error.code, error.retryable) == ("webhook_busy", True)
    assert error.details == {"posted": 1, "total": 3}
    assert clock.slept == []


def test_waits_together_stay_within_patience(hook: WebhookServer, clock: Clock) -> None:
    hook.replies = [(429, {"Retry-After": "12"}, "")] * 3
    assert fail(hook.url, clock).code == "webhook_busy"
    assert clock.slept == [12.0, 12.0]


def test_who_is_not_there_is_tried_again_but_not_for_ever(clock: Clock) -> None:
    error = fail(f"http://127.0.0.1:{free_port()}/", clock)
    assert (error.code, error.retryable) == ("webhook_unreachable", True)
    assert error.details == {"reason": "ConnectionRefusedError", "posted": 0, "total": 3}
    assert clock.slept == [1.0, 1.0]


def test_who_comes_up_meanwhile_gets_the_message_once() -> None:
    server = WebhookServer(listening=False)
    slept: list[float] = []

    def listen(seconds: float) -> None:
        slept.append(seconds)
        server.listen()

    with server.running():
        post(server.url, listen)
        assert server.texts() == ["one", "two", "three"]
    assert slept == [1.0]


def test_a_message_whose_fate_is_unknown_is_not_repeated(hook: WebhookServer, clock: Clock) -> None:
    hook.replies = [(200, {}, "ok"), None]
    error = fail(hook.url, clock)
    assert (error.code, error.retryable) == ("webhook_unsure", False)
    assert error.details == {"reason": "RemoteDisconnected", "posted": 1, "total": 3}
    assert hook.texts() == ["one", "two"]


def test_a_reply_that_takes_too_long_leaves_it_unknown(hook: WebhookServer, clock: Clock) -> None:
    hook.silent.set()
    error = fail(hook.url, clock, timeout=1)
    assert (error.code, error.details["reason"]) == ("webhook_unsure", "TimeoutError")
    assert hook.texts() == ["one"]
    assert clock.slept == []


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_slack_s_leaves_it_unknown(
    hook: WebhookServer, clock: Clock, status: int
) -> None:
    hook.replies = [(status, {}, "rollup_error")]
    error = fail(hook.url, clock)
    assert (error.code, error.details["reason"]) == ("webhook_unsure", f"{status} rollup_error")
    assert hook.texts() == ["one"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ((400, {}, "invalid_blocks"), "400 invalid_blocks"),
        ((403, {}, "action_prohibited"), "403 action_prohibited"),
        ((404, {}, "no_service\n"), "404 no_service"),
        ((410, {}, "channel_is_archived"), "410 channel_is_archived"),
        # Whoever greets with a page isn't Slack.
        ((200, {}, "<html>Sign in</html>"), "200 <html>Sign in</html>"),
        ((200, {}, ""), "200"),
    ],
)
def test_a_refusal_is_told_in_slack_s_words(
    hook: WebhookServer, clock: Clock, reply: tuple[int, dict[str, str], str], reason: str
) -> None:
    hook.replies = [reply]
    error = fail(hook.url, clock)
    assert (error.code, error.details["reason"]) == ("webhook_refused", reason)
    assert hook.texts() == ["one"]


def test_a_reply_in_no_encoding_leaves_it_unknown(hook: WebhookServer, clock: Clock) -> None:
    hook.replies = [(200, {"Content-Type": "text/plain; charset=klingon"}, "ok")]
    assert fail(hook.url, clock).code == "webhook_unsure"
    assert hook.texts() == ["one"]


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_the_address_is_never_told(
    hook: WebhookServer, clock: Clock, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    caplog.set_level(level)
    hook.replies = [(404, {}, "no_service")]
    error = fail(hook.url, clock)
    refused = fail(f"http://127.0.0.1:{free_port()}/s3cr3t-path", clock)
    told = [explain(one, "en") + str(one) + repr(one.__cause__) for one in (error, refused)]
    assert "s3cr3t" not in caplog.text + "".join(told)
    assert caplog.text == ""


@pytest.mark.parametrize("code", ["refused", "busy", "unreachable", "unsure"])
def test_each_failure_says_in_both_languages_how_far_it_came(code: str) -> None:
    error: DuociteError = SlackError(f"webhook_{code}", reason="X7", posted=3, total=9)
    for said in (explain(error, "en"), explain(error, "zh")):
        assert "3" in said
        assert "9" in said
    assert error.exit_code == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/x",
        "https://hooks.slack.com.evil.example/services/x",
        "https://hooks.slack.com@evil.example/",
        "https://evil.example/hooks.slack.com",
        "https://slack.com/api/chat.postMessage",
        "ftp://hooks.slack.com/",
        "hooks.slack.com/services/x",
        "https://[::1",
        "http://127.0.0.1:9/",
        "",
    ],
)
def test_only_slack_s_own_webhooks_are_taken(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Webhook(url)
    assert caught.value.code == "slack_webhook"
    assert caught.value.details == {}


@pytest.mark.parametrize(
    "url", [REAL, "https://HOOKS.SLACK.COM/x", "https://hooks.slack-gov.com/x"]
)
def test_slack_s_addresses_are_known(url: str) -> None:
    assert is_slacks(url)
    Webhook(url)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:9/x", True),
        ("http://[::1]:9/", True),
        ("https://localhost/", True),
        ("http://10.0.0.1/", False),
        ("http://localhost.evil.example/", False),
        ("file://127.0.0.1/x", False),
        ("http://[::1", False),
    ],
)
def test_a_stand_in_has_to_be_of_this_machine(url: str, here: bool) -> None:
    assert is_here(url) is here


@pytest.mark.parametrize(
    ("error", "not_sent"),
    [
        (URLError(ConnectionRefusedError()), True),
        (URLError(socket.gaierror()), True),
        (URLError(ssl.SSLCertVerificationError()), True),
        (URLError(TimeoutError()), False),
        (URLError(ConnectionResetError()), False),
        (URLError(BrokenPipeError()), False),
        (URLError("unknown url type"), False),
        (ConnectionRefusedError(), False),
        (RemoteDisconnected(""), False),
        (TimeoutError(), False),
        (None, False),
    ],
)
def test_what_surely_did_not_arrive_is_told_apart(error: Exception | None, not_sent: bool) -> None:
    assert is_not_sent(error) is not_sent
