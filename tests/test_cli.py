"""The command line: what it prints where, and what it ends with."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

import assistant
from assistant import owner
from assistant.answer import Answer, Filters, Language
from assistant.cli import main
from assistant.errors import ModelError, RetryableModelError, StoreError
from store.lock import is_held
from tests.support.answers import QUOTE, SENTENCE, StubOwner, build_answer

ROOT = Path(__file__).parent.parent


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Runs `duocite` in an empty folder, so that no .env is met; logs end with the test."""
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    before = [*root.handlers]

    def run_main(*args: str) -> Result:
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


def use_answer(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Answer]) -> StubOwner:
    one = StubOwner(answer)
    monkeypatch.setattr(owner, "open_owner", lambda settings, **options: one)
    return one


def fail_with(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize(
    ("args", "expected", "code"),
    [
        (["--version"], f"duocite {assistant.__version__}\n", 0),
        (["--help"], "duocite ingest reports/", 0),
        (["ask", "-h"], "--answer-language", 0),
        ([], "Usage: duocite", 2),
        (["nonsense"], "No such command 'nonsense'", 2),
        (["ask"], "--batch FILE with --out FILE", 2),
        (["ask", "Q?", "--batch", "q.jsonl", "--out", "a.jsonl"], "either a question", 2),
        (["ask", "--batch", "q.jsonl"], "--batch FILE with --out FILE", 2),
        (["ask", "Q?", "--answer-language", "fr"], "--answer-language", 2),
        (["ask", "Q?", "--year", "last"], "--year", 2),
        (["ask", "Q?", "--collection", "no such"], "There is no collection “no such”", 3),
        (["ingest"], "files and folders", 2),
        (["ingest", "a.md", "--sample"], "files and folders", 2),
        (["ingest", "missing.md"], "missing.md is not there", 1),
        (["ingest", ".", "--catalog", "nowhere.yaml"], "There is no catalog at nowhere.yaml", 2),
        (["ingest", "--sample", "--watch"], "files and folders", 2),
        (["ingest", "nothing*.md"], "Nothing matches nothing*.md", 1),
        (["docs"], "duocite docs", 2),
        (["docs", "list"], "There is no collection “default”", 3),
        (["docs", "show"], "Missing argument", 2),
        (["serve", "--port", "70000"], "65535", 2),
        (["eval", "--docs", "reports"], "FILE of known answers", 2),
        (["collections"], "There are no collections yet", 0),
    ],
)
def test_a_command_says_what_is_the_matter(
    args: list[str], expected: str, code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    result = run(*args)
    assert expected in result.out + result.err
    assert result.code == code
    assert "Traceback" not in result.out + result.err


@pytest.mark.parametrize("command", ["", "ingest", "ask", "serve", "eval", "status"])
def test_help_opens_with_examples(command: str, run: Run) -> None:
    out = run(*command.split(), "--help").out
    assert 0 < out.index("Example") < out.index("Options:")
    assert "  duocite " in out


def test_an_answer_comes_with_its_numbered_sources(run: Run, stub: StubOwner) -> None:
    result = run("ask", "How much paper?")
    assert result.code == 0
    assert f"{SENTENCE} [1]" in result.out
    source = result.out[result.out.index("Sources") :]
    for part in ("[1]", "Northern Mill", "2024", "A year of paper", "line 2", QUOTE):
        assert part in source


def test_the_store_is_let_go_of_after_a_question(run: Run, stub: StubOwner) -> None:
    run("ask", "How much paper?")
    assert stub.closed


def test_json_is_the_answer_s_own_and_nothing_else(run: Run, stub: StubOwner) -> None:
    result = run("ask", "How much paper?", "--json")
    assert json.loads(result.out) == build_answer("How much paper?").to_json()


def test_json_keeps_chinese_readable(run: Run, stub: StubOwner) -> None:
    assert "造纸多少？" in run("ask", "造纸多少？", "--json").out


def test_filters_reach_the_assistant(run: Run, stub: StubOwner) -> None:
    run(
        "ask", "Q?", "--document", "a.md", "--document", "b.md", "--organisation", "Mill",
        "--year", "2023", "--year", "2024", "--language-filter", "zh", "--answer-language", "zh",
    )  # fmt: skip
    filters = Filters(("a.md", "b.md"), ("Mill",), (2023, 2024), ("zh",))
    assert stub.asked == [("Q?", filters, "zh")]


def test_without_filters_it_looks_everywhere(run: Run, stub: StubOwner) -> None:
    run("ask", "Q?")
    assert stub.asked == [("Q?", Filters(), None)]


def test_a_refusal_is_an_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(question: str, language: Language | None) -> Answer:
        return build_answer(
            question, response="Not said.", status="refused", reason="not_stated",
            claims=(), citations=(),
        )  # fmt: skip

    use_answer(monkeypatch, refuse)
    result = run("ask", "Q?")
    assert (result.code, "Not said." in result.out) == (0, True)


def test_text_of_a_document_does_not_steer_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "red \x1b[31m bell \x07 csi \x9b2J end"
    hostile = build_answer("Q?", response=text, claims=(), citations=())
    use_answer(monkeypatch, lambda question, language: hostile)
    out = run("ask", "Q?").out
    assert "red [31m bell  csi 2J end" in out


def test_an_error_is_one_line_on_stderr(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    error = StoreError("locked", path="d", pid=7)
    monkeypatch.setattr(owner, "open_owner", fail_with(error))
    result = run("ask", "Q?", "--no-wait")
    assert result.code == 3
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert "process 7" in result.err


def test_an_error_is_told_in_the_user_s_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "open_owner", fail_with(ModelError("timeout", model="m")))
    monkeypatch.setenv("DUOCITE_LANGUAGE", "zh")
    assert "没有及时回答" in run("ask", "Q?").err


def test_a_wrong_setting_is_told_in_the_terminal_s_language(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("DUOCITE_PORT", "x")
    result = run("ask", "Q?")
    assert (result.code, "不能是“x”" in result.err) == (2, True)


def test_the_traceback_goes_to_the_log_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "duocite.log"
    monkeypatch.setenv("DUOCITE_LOG", str(log))
    monkeypatch.setattr(owner, "open_owner", fail_with(StoreError("empty_name")))
    assert "Traceback" not in run("ask", "Q?").err
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_verbose_shows_the_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "open_owner", fail_with(StoreError("empty_name")))
    assert "Traceback" in run("--verbose", "ask", "Q?").err


def test_a_log_that_can_not_be_written_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LOG", "nowhere/duocite.log")
    result = run("ask", "Q?")
    assert (result.code, "nowhere/duocite.log" in result.err) == (2, True)


def test_a_strange_setting_is_pointed_out_and_the_rest_goes_on(
    run: Run, stub: StubOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_LANGAUGE", "zh")
    result = run("ask", "Q?")
    assert "DUOCITE_LANGAUGE" in result.err
    assert "DUOCITE_LANGUAGE?" in result.err
    assert (result.code, SENTENCE in result.out) == (0, True)


def test_an_interrupt_ends_quietly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "open_owner", fail_with(KeyboardInterrupt()))
    result = run("ask", "Q?")
    assert result.code == 130
    assert "Traceback" not in result.err


def test_a_pipe_that_closes_early_leaves_no_traceback(tmp_path: Path) -> None:
    code = "from assistant.cli import main; main(['collections'])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, check=False
    )
    os.close(writing)
    assert b"Traceback" not in ended.stderr
    assert b"Exception" not in ended.stderr


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"id": "a", "question": "How much paper?"}\n{"id": "b", "question": "造纸多少？"}\n',
        encoding="utf-8",
    )
    return path


def test_a_batch_answers_line_by_line(
    run: Run, stub: StubOwner, questions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.jsonl"
    result = run("ask", "--batch", str(questions), "--out", str(out), "--year", "2024")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert result.code == 0
    assert [line["id"] for line in lines] == ["a", "b"]
    assert [line["language"] for line in lines] == ["en", "zh"]
    assert {filters.years for _, filters, _ in stub.asked} == {(2024,)}
    assert "2 answers written, 0 failed, 0 kept" in result.err


def test_a_batch_with_a_failed_line_ends_with_one(
    run: Run, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(question: str, language: Language | None) -> Answer:
        if question == "How much paper?":
            raise RetryableModelError("timeout", model="m")
        return build_answer(question, language)

    use_answer(monkeypatch, answer)
    out = tmp_path / "answers.jsonl"
    assert run("ask", "--batch", str(questions), "--out", str(out)).code == 1
    first, second = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert first["id"] == "a"
    assert first["error"]["code"] == "model.timeout"
    assert "did not answer in time" in first["error"]["message"]
    assert second["answered"] is True


def test_questions_that_can_not_be_read_end_with_two(run: Run, stub: StubOwner) -> None:
    result = run("ask", "--batch", "nowhere.jsonl", "--out", "answers.jsonl")
    assert (result.code, "nowhere.jsonl" in result.err) == (2, True)


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "mill.md").write_text(f"# A year of paper\n\n{QUOTE}\n", encoding="utf-8")
    (folder / "造纸.txt").write_text("造纸年报\n\n2023年产纸40吨。\n", encoding="utf-8")
    return folder


def test_documents_are_ingested_once(run: Run, reports: Path) -> None:
    first, second = run("ingest", str(reports)), run("ingest", str(reports))
    assert "default: 2 new, 0 changed, 0 unchanged, 0 removed, 0 failed documents" in first.out
    assert (
        "default: 0 new, 0 changed, 2 unchanged, 0 removed, 0 failed documents; 0 chunks"
        in second.out
    )
    assert (first.code, second.code) == (0, 0)


def test_a_document_that_can_not_be_read_is_named_and_the_rest_goes_on(
    run: Run, reports: Path
) -> None:
    (reports / "broken.txt").write_bytes(b"\xff\xfe\x00\xd8")
    result = run("ingest", str(reports))
    assert result.code == 1
    assert "broken.txt is not text in an encoding" in result.err
    assert "2 new" in result.out


def test_what_is_removed_and_what_is_spared_is_said(run: Run, reports: Path) -> None:
    run("ingest", str(reports))
    (reports / "mill.md").unlink()
    result = run("ingest", str(reports))
    assert "Removed, for their files are gone: reports/mill.md" in result.out
    assert "0 new, 0 changed, 1 unchanged, 1 removed" in result.out
    (reports / "造纸.txt").unlink()
    result = run("ingest", str(reports))
    assert f"All 1 documents of {reports} have lost their files" in result.err
    assert "1 removed" in run("ingest", str(reports), "--prune").out


def test_documents_that_are_not_checked_are_pointed_out(run: Run, reports: Path) -> None:
    (reports / "город.txt").write_text("Город хочет расти. " * 30, encoding="utf-8")
    assert "other than English and Chinese: reports/город.txt" in run("ingest", str(reports)).out


def test_watching_follows_changes_until_it_is_ended(
    run: Run, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(paths: list[Path], data: Path) -> Iterator[None]:
        assert (paths, data.name) == ([reports], "data")
        assert not is_held(data)  # in between, others have the store
        yield None  # something was touched, and is as it was
        (reports / "new.md").write_text("# New\n\nThe mill grew.\n", encoding="utf-8")
        yield None
        (reports / "mill.md").unlink()
        yield None

    monkeypatch.setattr("store.watch.watch_changes", change)
    result = run("ingest", str(reports), "--watch")
    assert result.code == 0
    said = [line.split(",")[0] for line in result.out.splitlines()]
    assert said == ["default: 2 new", "default: 1 new", "Removed", "default: 0 new"]
    assert "reports/mill.md" in result.out


def test_collections_are_listed_with_what_they_hold(run: Run, reports: Path) -> None:
    run("ingest", str(reports), "--collection", "paper")
    run("ingest", str(reports / "mill.md"), "--collection", "one")
    out = run("collections").out
    assert "paper: 2 documents, " in out
    assert "one: 1 documents, " in out


def test_looking_for_collections_makes_no_folder(run: Run, tmp_path: Path) -> None:
    run("collections")
    assert not (tmp_path / "data").exists()


def test_the_sample_documents_come_with_the_program(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "hash")
    result = run("ingest", "--sample")
    assert "sample: " in result.out
    assert "sample: 0 new" not in result.out
    assert result.code == 0


def test_eval_s_exit_code_is_the_command_s(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from evals import command

    seen: list[command.Order] = []

    def fake_run(order: command.Order) -> int:
        seen.append(order)
        return 1

    monkeypatch.setattr(command, "run", fake_run)
    assert run("eval", "gold.jsonl", "--docs", "reports", "--out", "r").code == 1
    assert seen[-1] == command.Order(("gold.jsonl",), Path("reports"), out=Path("r"))
    run("eval", "--live", "--language", "zh")
    assert seen[-1] == command.Order(live=True, languages=("zh",))
    run("eval", "run", "one", "two", "--live", "--judge", "--limit", "5", "--repeat", "3")
    assert seen[-1] == command.Order(("one", "two"), live=True, judge=True, limit=5, repeat=3)


def test_help_on_runs_of_evals_opens_with_examples(run: Run) -> None:
    out = run("eval", "run", "--help").out
    assert 0 < out.index("Example") < out.index("Options:")
    assert "--repeat" in out


def test_the_limits_of_the_settings_hold_and_notes_are_shown(
    run: Run, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUOCITE_MAX_FILE_MB", "1")
    (reports / "large.txt").write_bytes(b"a" * (1024 * 1024 + 1))
    (reports / "slip.txt").write_bytes(("钢铁" * 900).encode() + b"\xff" + ("钢铁" * 900).encode())
    result = run("ingest", str(reports))
    assert result.code == 1
    assert "large.txt is larger than 1 MB" in result.err
    assert "slip.txt: characters that were broken" in result.err
    assert "3 new" in result.out
