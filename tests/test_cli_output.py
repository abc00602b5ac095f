"""What the terminal shows while an answer grows and while documents are read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

import pytest
from rich.console import Console

from assistant import cli_output
from assistant.batch import BatchReport
from assistant.cli_output import ingest_bar, printable, show_batch, show_stream
from assistant.prompts import load_messages
from assistant.wire import Asked, Said, Told
from store.report import IngestProgress
from tests.support.answers import QUOTE, SENTENCE, StubOwner, build_answer


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a terminal was sent, control sequences included."""
    sent = io.StringIO()
    console = partial(Console, file=sent, force_terminal=True, width=200)
    monkeypatch.setattr(cli_output, "Console", lambda **_: console())
    return sent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 文字\n\tline", "plain 文字\n\tline"),
        ("\x1b[2Jgone", "[2Jgone"),
        ("a\rb\x00c\x7fd\x9be", "abcde"),
        ("half \ud83d sign", "half  sign"),
    ],
)
def test_only_text_reaches_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_sentences_are_shown_before_the_answer_is_whole(terminal: io.StringIO) -> None:
    def parts() -> Iterator[Said | Told]:
        claim, answer = StubOwner().ask(Asked("Q?", form="plain"))
        assert QUOTE not in terminal.getvalue()
        yield claim
        assert f"{SENTENCE} [1]" in terminal.getvalue()
        yield answer

    assert show_stream(parts()).answer == build_answer("Q?").to_json()


def test_the_answer_is_printed_once_where_no_terminal_listens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_stream(StubOwner().ask(Asked("Q?", form="plain")))
    out = capsys.readouterr().out
    assert out.count(f"{SENTENCE} [1]") == 1
    assert "\x1b" not in out


def test_a_stream_without_its_answer_is_a_fault() -> None:
    with pytest.raises(RuntimeError):
        show_stream(iter(()))


def test_the_bar_tells_documents_and_chunks(terminal: io.StringIO) -> None:
    with ingest_bar(load_messages("en")) as update:
        update(IngestProgress("mill.md", 3, 10, 7, 40, 0.25))
    shown = terminal.getvalue()
    assert "Documents 3/10 · mill.md · chunks 7/40" in shown
    assert "25%" in shown


def test_a_name_of_a_document_does_not_steer_the_bar(terminal: io.StringIO) -> None:
    with ingest_bar(load_messages("en")) as update:
        update(IngestProgress("a\x1b]0;owned\x07[red].md", 0, 1, 0, 1, 0.0))
    assert "\x1b]0;" not in terminal.getvalue()
    assert "[red].md" in terminal.getvalue()


def test_the_bar_of_a_batch_counts_kept_and_failed_lines_too(terminal: io.StringIO) -> None:
    show_batch([BatchReport(0, 0, 1), BatchReport(1, 1, 1)], 3, load_messages("zh"))
    assert "3/3" in terminal.getvalue()
    assert "问题" in terminal.getvalue()
