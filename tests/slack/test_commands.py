"""`duocite slack` and `duocite notify`, from their arguments to what is shown or posted."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from assistant import owner
from assistant.answer import Filters
from assistant.cli import main
from assistant.slack import posting
from assistant.slack.blocks import build_answer, build_ephemeral
from assistant.slack.webhook import Webhook
from tests.slack.limits import check_all
from tests.slack.test_news import broken_report, ingested, report
from tests.support.answers import SENTENCE, StubOwner
from tests.support.answers import build_answer as answer_to
from tests.support.webhook_server import WebhookServer

pytestmark = pytest.mark.integration

CHANNELS = """\
default: {collection: everything}
channels:
  C01: {collection: mills, years: [2024], language: zh}
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Runs `duocite` in an empty folder; a text given as `stdin` stands on standard input."""
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    root = logging.getLogger()
    before = [*root.handlers]

    def run_main(*args: str, stdin: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(args)
        code = ended.value.code
        captured = capsys.readouterr()
        return Result(code if isinstance(code, int) else 0, captured.out, captured.err)

    yield run_main
    for handler in [*root.handlers]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> StubOwner:
    one = StubOwner()
    monkeypatch.setattr(owner, "open_owner", lambda settings, **options: one)
    return one


@pytest.fixture(scope="module")
def hooks() -> Iterator[WebhookServer]:
    with WebhookServer().running() as server:
        yield server


@pytest.fixture
def hook(hooks: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> WebhookServer:
    hooks.reset()
    monkeypatch.setenv("DUOCITE_SLACK_WEBHOOK", hooks.url)
    return hooks


def write(path: Path, known: dict[str, Any]) -> str:
    path.write_text(json.dumps(known), encoding="utf-8")
    return str(path)


# duocite slack simulate


def test_an_answer_is_drawn_as_slack_shows_it(run: Run, stub: StubOwner) -> None:
    result = run("slack", "simulate", "How much paper?")
    assert result.code == 0
    assert " ".join(SENTENCE.split()[:4]) in result.out
    assert "[ 👍 ]  [ 👎 ]" in result.out
    assert "Share in channel" not in result.out
    assert stub.closed


def test_a_command_s_answer_can_be_shared(run: Run, stub: StubOwner) -> None:
    result = run("slack", "simulate", "How much paper?", "--command")
    assert "You asked: How much paper?" in result.out
    assert "[ Share in channel ]" in result.out


@pytest.mark.parametrize(
    ("option", "build"), [((), build_answer), (("--command",), build_ephemeral)]
)
def test_json_is_what_slack_would_get(
    run: Run, stub: StubOwner, option: tuple[str, ...], build: Callable[..., Any]
) -> None:
    question = "造了多少吨纸？"
    shown = json.loads(run("slack", "simulate", question, "--json", *option).out)
    messages = build(answer_to(question).to_json())
    assert shown == {"messages": [message.to_json() for message in messages]}
    check_all(messages)


def test_a_channel_s_settings_hold(
    run: Run, stub: StubOwner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "channels.yaml").write_text(CHANNELS, encoding="utf-8")
    monkeypatch.setenv("DUOCITE_SLACK_CHANNELS", str(tmp_path / "channels.yaml"))
    asked: list[str] = []
    ask = stub.ask

    def note(one: Any) -> Any:
        asked.append(one.collection)
        return ask(one)

    monkeypatch.setattr(stub, "ask", note)
    run("slack", "simulate", "How much paper?", "--channel", "C01")
    run("slack", "simulate", "How much paper?")
    run("slack", "simulate", "How much paper?", "--channel", "C01", "-c", "own")
    assert asked == ["mills", "everything", "own"]
    assert stub.asked[0] == ("How much paper?", Filters(years=(2024,)), "zh")
    assert stub.asked[1] == ("How much paper?", Filters(), None)


def test_wrong_settings_of_channels_end_with_two(
    run: Run, stub: StubOwner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "channels.yaml").write_text("default:\n  langage: zh\n", encoding="utf-8")
    monkeypatch.setenv("DUOCITE_SLACK_CHANNELS", "channels.yaml")
    result = run("slack", "simulate", "How much paper?")
    assert (result.code, result.out) == (2, "")
    assert "channels.yaml, line 2: “langage” means nothing here" in result.err


# duocite slack manifest


def test_a_manifest_is_printed_with_the_address(run: Run) -> None:
    result = run("slack", "manifest", "--url", "https://reports.example.net")
    assert result.code == 0
    filled = yaml.safe_load(result.out)
    assert filled["features"]["slash_commands"][0]["url"].startswith("https://reports.example.net/")


def test_a_manifest_for_socket_mode_is_printed(run: Run) -> None:
    filled = yaml.safe_load(run("slack", "manifest", "--socket").out)
    assert filled["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    "args", [(), ("--socket", "--url", "https://a.example"), ("--url", "http://a.example")]
)
def test_a_manifest_for_nothing_that_works_is_refused(run: Run, args: tuple[str, ...]) -> None:
    result = run("slack", "manifest", *args)
    assert (result.code, result.out) == (2, "")


# duocite notify


def test_reports_and_ingests_are_posted_in_order(
    run: Run, hook: WebhookServer, tmp_path: Path
) -> None:
    good, bad = write(tmp_path / "a.json", report()), write(tmp_path / "b.json", broken_report())
    brought = write(tmp_path / "c.json", ingested())
    result = run("notify", "--local", "--report", good, "--report", bad, "--ingest", brought)
    assert (result.code, result.out) == (0, "Messages posted: 3\n")
    assert [text[0] for text in hook.texts()] == ["✅", "❌", "📥"]


def test_text_on_standard_input_is_posted(run: Run, hook: WebhookServer) -> None:
    result = run("notify", "--local", stdin="default: 2 new <docs>\n完成\n")
    assert (result.code, hook.texts()) == (0, ["default: 2 new &lt;docs&gt;\n完成"])


def test_news_is_in_the_language_of_who_runs_it(
    run: Run, hook: WebhookServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LANGUAGE", "zh")
    result = run("notify", "--local", "--report", write(tmp_path / "a.json", report()))
    assert result.out == "已发送消息数：1\n"
    assert "没有低于下限的指标" in hook.texts()[0]


def test_nothing_to_post_is_wrong_usage(run: Run, hook: WebhookServer) -> None:
    assert run("notify", "--local", stdin=" \n").code == 2
    assert hook.received == []


@pytest.mark.parametrize("content", ["{}", "[]", "no json", '{"suite": "a", "broken": 3}', None])
def test_a_file_that_is_no_report_ends_with_two_and_posts_nothing(
    run: Run, hook: WebhookServer, tmp_path: Path, content: str | None
) -> None:
    good = write(tmp_path / "a.json", report())
    if content is not None:
        (tmp_path / "b.json").write_text(content, encoding="utf-8")
    result = run("notify", "--local", "--report", good, "--report", "b.json")
    assert (result.code, "b.json" in result.err) == (2, True)
    assert hook.received == []


def test_without_a_webhook_it_ends_with_two(run: Run) -> None:
    result = run("notify", stdin="text")
    assert (result.code, "DUOCITE_SLACK_WEBHOOK" in result.err) == (2, True)


def test_a_webhook_elsewhere_ends_with_two_and_is_not_repeated(
    run: Run, hook: WebhookServer
) -> None:
    result = run("notify", stdin="text")  # not --local
    assert (result.code, "s3cr3t" in result.err + result.out) == (2, False)
    assert hook.received == []


def test_what_could_not_be_posted_ends_with_three(run: Run, hook: WebhookServer) -> None:
    hook.replies = [None]
    result = run("notify", "--local", stdin="text")
    assert (result.code, result.out) == (3, "")
    assert "not known whether a message arrived" in result.err
    assert hook.texts() == ["text"]


def test_the_address_does_not_show_up_in_a_log(
    run: Run, hook: WebhookServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LOG", str(tmp_path / "log"))
    hook.replies = [(404, {}, "no_service")]
    assert run("--verbose", "notify", "--local", stdin="text").code == 3
    assert "s3cr3t" not in (tmp_path / "log").read_text(encoding="utf-8")


# --notify


@pytest.fixture
def local(hook: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> WebhookServer:
    monkeypatch.setattr(posting, "Webhook", lambda url, local: Webhook(url, local=True))
    return hook


def test_an_ingest_tells_what_it_brought(
    run: Run, local: WebhookServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    (tmp_path / "mill.md").write_text("# A year\n\nThe mill made 40 tonnes.\n", encoding="utf-8")
    assert run("ingest", "mill.md", "-c", "mills", "--notify").code == 0
    (text,) = local.texts()
    assert text.startswith("📥 mills: 1 new, 0 changed")


def test_where_nothing_can_be_posted_nothing_is_begun(run: Run, tmp_path: Path) -> None:
    result = run("ingest", "nowhere.md", "--notify")
    assert (result.code, "DUOCITE_SLACK_WEBHOOK" in result.err) == (2, True)
    assert not (tmp_path / "data").exists()
