from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evals.latest
from assistant.errors import SuiteError
from assistant.prompts import explain
from evals.failing import list_outcomes as list_first_outcomes
from evals.latest import TIMES, Latest, LatestRun
from evals.report import build_report
from evals.suite import Suite
from evals.task import build_task, run_task
from evals.writing import LATEST, REPORT, write_results
from tests.evals.fakes import build_case, build_cases, build_right_assistant
from tests.web.evaluated import MANY, WRONG_MEASURE, change_report, write_run

LEAST = {"suite": "s", "passed": True, "answers": [], "results": [], "measures": []}


def read(latest: Latest) -> LatestRun:
    run = latest.read()
    assert run is not None
    return run


def put(data: Path, text: str | bytes, name: str = REPORT) -> Latest:
    folder = data / LATEST
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return Latest(data)


def put_suites(data: Path, *suites: dict[str, Any]) -> Latest:
    return put(data, json.dumps({"suites": suites}))


def test_without_a_run_there_is_none(tmp_path: Path) -> None:
    assert Latest(tmp_path).read() is None
    assert put(tmp_path, "{}", TIMES).read() is None


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    own, many = read(write_run(tmp_path)).suites
    assert (own.row.suite, own.questions, len(own.outcomes), own.wrong) == ("own", 2, 8, 2)
    assert (many.questions, len(many.outcomes), many.wrong) == (MANY, 2 * MANY, 0)
    assert (own.failed, many.failed) == (True, False)
    assert own.row.models == {"offline": 8}
    assert own.row.floors == {"figures": 0.9}
    assert own.row.broken[0].name == "figures"
    assert [timing.stage for timing in own.timings] == ["ask", "retrieve", "total"]


def test_outcomes_are_those_of_the_run_itself(tmp_path: Path) -> None:
    results = run_task(build_task(build_cases(), build_right_assistant(), repeat=2))
    report = build_report(Suite("own", Path("q"), Path("d")), results, ())
    write_results([report], tmp_path / LATEST)
    again = read(Latest(tmp_path)).suites[0].outcomes
    first = list_first_outcomes(report)
    assert [(one.reply.case, one.reply.attempt) for one in again] == [
        (one.id, one.reply.ask.attempt) for one in first
    ]
    for one, other in zip(again, first, strict=True):
        assert (one.passed, one.judged) == (other.passed, other.judged)
        assert [fault.measure for fault in one.faults] == [fault.measure for fault in other.faults]
        assert one.kind == other.reply.ask.case.kind


def test_a_wrong_answer_has_its_faults_citations_and_the_scores_of_its_twin(tmp_path: Path) -> None:
    own = read(write_run(tmp_path)).suites[0]
    wrong = next(one for one in own.outcomes if not one.passed)
    assert (wrong.reply.case, wrong.reply.language) == ("c1", "zh")
    assert wrong.faults[0].score.explanation == WRONG_MEASURE
    (cited,) = wrong.reply.answer.citations
    assert (cited.document, cited.location.first, cited.location.last) == ("report.txt", 3, 4)
    assert "twins" in {one.measure for one in wrong.scores}


def test_the_gate_and_repeats_are_read_where_they_are(tmp_path: Path) -> None:
    own, many = read(write_run(tmp_path)).suites
    assert own.row.gate is not None
    (fall,) = own.row.gate.turned_wrong
    assert (fall.case, fall.language, fall.why[0].explanation) == ("c1", "zh", WRONG_MEASURE)
    assert fall.accept.startswith("duocite eval accept own c1")
    assert [key.case for key in own.row.gate.new] == ["n1", "n1"]
    assert own.row.gate.accepted[0].reason == "the <u>page</u> is gone"
    assert own.row.repeats is not None
    assert own.row.repeats.times == 2
    assert (many.row.gate, many.row.repeats) == (None, None)


def test_an_older_report_has_neither(tmp_path: Path) -> None:
    for suite in read(write_run(tmp_path, compared=False)).suites:
        assert (suite.row.gate, suite.row.repeats) == (None, None)


def test_a_gate_that_failed_fails_a_suite_that_broke_no_floor(tmp_path: Path) -> None:
    gate = {"passed": False, "a key of tomorrow": 1}
    (suite,) = read(put_suites(tmp_path, {**LEAST, "gate": gate})).suites
    assert suite.row.passed
    assert suite.failed


def test_a_suite_with_nothing_in_it_is_read(tmp_path: Path) -> None:
    (suite,) = read(put_suites(tmp_path, LEAST)).suites
    assert (suite.questions, suite.wrong, suite.outcomes) == (0, 0, ())
    assert read(put_suites(tmp_path)).suites == ()


def test_another_file_is_read_and_the_same_one_is_not(tmp_path: Path) -> None:
    latest = put_suites(tmp_path, LEAST)
    first = read(latest)
    assert read(latest) is first
    put_suites(tmp_path, {**LEAST, "suite": "other"})
    second = read(latest)
    assert second.suites[0].row.suite == "other"
    assert second.stamp != first.stamp


def test_the_time_of_the_run_is_that_of_its_file(tmp_path: Path) -> None:
    latest = put_suites(tmp_path, LEAST)
    os.utime(latest.folder / REPORT, (86_400, 86_400))
    assert read(latest).made.isoformat() == "1970-01-02T00:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        '{"suites": {}}',
        '{"suites": [{}]}',
        '{"suites": [{"suite": "s"}]}',
        json.dumps({"suites": [{**LEAST, "answers": [{"case": "c"}]}]}),
        json.dumps({"suites": [{**LEAST, "results": "none"}]}),
        json.dumps({"suites": [{**LEAST, "gate": {"passed": "perhaps"}}]}),
        "[" * 100_000,
        b"\xff\xfe",
        '{"suites": ["\\ud800',
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_no_report_is_one_line(tmp_path: Path, text: str | bytes, language: Any) -> None:
    with pytest.raises(SuiteError, match="bad_report") as raised:
        put(tmp_path, text).read()
    line = explain(raised.value, language)
    assert "duocite eval" in line
    assert "\n" not in line
    assert len(line) < 400


def test_half_a_report_is_none_and_a_whole_one_after_it_is_read(tmp_path: Path) -> None:
    latest = write_run(tmp_path)
    whole = (latest.folder / REPORT).read_bytes()
    put(tmp_path, whole[: len(whole) // 2])
    with pytest.raises(SuiteError, match="bad_report"):
        latest.read()
    put(tmp_path, whole)
    assert len(read(latest).suites) == 2


def test_a_folder_in_the_place_of_the_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / LATEST / REPORT).mkdir(parents=True)
    with pytest.raises(SuiteError, match="bad_report"):
        Latest(tmp_path).read()


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evals.latest, "MOST_BYTES", 1 << 20)
    with pytest.raises(SuiteError, match="long_report") as raised:
        put(tmp_path, b" " * ((1 << 20) + 1)).read()
    assert "1 MB" in explain(raised.value, "en")
    assert "index.html" in explain(raised.value, "zh")


@pytest.mark.parametrize("text", ["", "[]", '{"suites": [{"suite": 1}]}'])
def test_times_that_cant_be_read_leave_the_rest(tmp_path: Path, text: str) -> None:
    write_run(tmp_path)
    run = read(put(tmp_path, text, TIMES))
    assert not run.timed
    assert run.suites[0].timings == ()
    assert run.suites[0].questions == 2


def test_half_characters_are_shown_as_question_marks(tmp_path: Path) -> None:
    case = {"case": "c", "language": "en"}
    said = {"question": "half \\ud83d of it", "answer": "a", "status": "verified"}
    row = json.dumps({"suites": [{**LEAST, "answers": [{**case, "answer": said}]}]})
    run = read(put(tmp_path, row.replace("\\\\ud83d", "\\ud83d")))
    assert run.suites[0].outcomes[0].reply.answer.question == "half ? of it"


def test_a_citation_without_a_place_is_no_answer(tmp_path: Path) -> None:
    def strip(report: dict[str, Any], location: Any) -> dict[str, Any]:
        report["suites"][0]["answers"][0]["answer"]["citations"][0]["location"] = location
        return report

    latest = write_run(tmp_path)
    for location in (None, {}, {"kind": "moon"}, {"kind": "cells", "range": "?"}, {"kind": "page"}):
        change_report(tmp_path, lambda report, bad=location: strip(report, bad))
        with pytest.raises(SuiteError, match="bad_report"):
            latest.read()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["suites", "s"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*LEAST, "suites", "gate", "x"]), inner, max_size=5)
        ),
    )
)
def test_any_json_is_a_run_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, content: Any
) -> None:
    data = tmp_path_factory.getbasetemp() / "any"
    found: LatestRun | str | None
    try:
        found = put(data, json.dumps({"suites": [content]})).read()
    except SuiteError as error:
        found = error.code
    assert isinstance(found, LatestRun) or found == "bad_report"


def test_threads_that_ask_at_once_get_the_same_run(tmp_path: Path) -> None:
    latest, found = write_run(tmp_path), []
    threads = [threading.Thread(target=lambda: found.append(latest.read())) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len({id(run) for run in found}) == 1


def test_cases_of_one_kind_keep_it(tmp_path: Path) -> None:
    results = run_task(build_task([build_case(kind="list")], build_right_assistant()))
    report = build_report(Suite("own", Path("q"), Path("d")), results, ())
    write_results([report], tmp_path / LATEST)
    assert {one.kind for one in read(Latest(tmp_path)).suites[0].outcomes} == {"list"}
