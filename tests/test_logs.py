"""Logs: our own details, nothing of a library that may hold a key, nothing between the answers."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import logs
from assistant.asker import asking
from assistant.errors import SettingsError
from assistant.keyform import make_key
from assistant.logs import OWN, Form, hide_in_logs, log_to, log_to_nowhere, open_log


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    hidden = set(logs._hidden)
    loggers = [logging.getLogger(), *map(logging.getLogger, [*OWN, "httpx", "httpcore"])]
    levels = [logger.level for logger in loggers]
    handlers = [*loggers[0].handlers]
    yield
    logs._hidden.clear()
    logs._hidden.update(hidden)
    loggers[0].handlers = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    log_to(logging.StreamHandler(stream))
    return stream


@pytest.mark.parametrize("name", OWN)
def test_our_own_details_are_logged(name: str, written: io.StringIO) -> None:
    logging.getLogger(f"{name}.part").debug("a detail")
    assert f"DEBUG {name}.part: a detail" in written.getvalue()


@pytest.mark.parametrize("library", ["httpcore.http11", "openai._base_client"])
def test_details_of_libraries_are_not_logged_since_some_hold_keys(
    library: str, written: io.StringIO
) -> None:
    logging.getLogger(library).debug("authorization: Bearer sk-1")
    logging.getLogger(library).warning("slow")
    assert "sk-1" not in written.getvalue()
    assert "slow" in written.getvalue()


def test_a_named_secret_is_hidden_wherever_it_comes_from(written: io.StringIO) -> None:
    hide_in_logs(["hunter2-QX7", "", "hunter2-QX7-long"])
    try:
        raise ValueError("Incorrect key: hunter2-QX7-long")
    except ValueError:
        logging.getLogger("assistant.part").exception("failed with %s", "hunter2-QX7")
    assert "hunter2" not in written.getvalue()
    assert "Incorrect key: …" in written.getvalue()
    assert "-long" not in written.getvalue()


def test_a_key_of_ours_is_hidden_though_nobody_named_it(written: io.StringIO) -> None:
    key = make_key()
    try:
        raise ValueError(f"header Authorization: Bearer {key}")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed with %s", {"key": key})
    assert key not in written.getvalue()
    assert written.getvalue().count("duocite_…") == 2


def test_addresses_that_were_asked_are_not_logged(written: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1/?key=hunter3")
    assert "hunter3" not in written.getvalue()


def test_without_a_log_nothing_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # a fresh program has none
    logging.getLogger("library").warning("before")
    log_to_nowhere()
    logging.getLogger("library").warning("after")
    assert capsys.readouterr().err == "before\n"


@pytest.fixture
def objects() -> io.StringIO:
    stream = io.StringIO()
    log_to(logging.StreamHandler(stream), "json")
    return stream


def note(message: str = "request", *args: object, **fields: object) -> None:
    logging.getLogger("assistant.part").info(message, *args, extra={"fields": fields})


def read_last(stream: io.StringIO) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return found


FORGERIES = [
    "a\n2030-01-01 00:00:00,000 INFO assistant.part: forged",
    "a\r\nforged",
    "a\u2028forged",
    "a\x85forged",
    "a\x1b[2Kforged",
    "a\x00forged",
    "a\u202eforged",
]


@pytest.mark.parametrize("text", FORGERIES)
def test_what_somebody_sent_begins_no_line_of_its_own(written: io.StringIO, text: str) -> None:
    note("asked %s", text, asker=text)
    (line,) = written.getvalue().removesuffix("\n").splitlines()
    assert line.isprintable()
    assert line.count("forged") == 2


@pytest.mark.parametrize("text", FORGERIES)
def test_neither_does_it_in_a_traceback(written: io.StringIO, text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("assistant.part").exception("failed")
    first, *rest = written.getvalue().removesuffix("\n").splitlines()
    assert first.endswith("assistant.part: failed")
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


@pytest.mark.parametrize("text", FORGERIES)
def test_in_json_it_is_one_line_and_comes_back_as_it_was(objects: io.StringIO, text: str) -> None:
    note("asked %s", text, asker=text)
    assert len(objects.getvalue().splitlines()) == 1
    assert read_last(objects)["asker"] == text
    assert read_last(objects)["message"] == f"asked {text}"


def test_a_line_of_json_says_when_where_and_what(objects: io.StringIO) -> None:
    note("request", status=200, timings_ms={"total": 3})
    known = read_last(objects)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", known.pop("time"))
    assert known == {
        "level": "info", "logger": "assistant.part", "message": "request", "status": 200,
        "timings_ms": {"total": 3},
    }  # fmt: skip


def test_a_line_of_text_has_the_fields_behind_the_message(written: io.StringIO) -> None:
    note("request", route="/v1/ask", asker="anna b", timings_ms={"total": 3}, note='a "b"')
    assert written.getvalue().endswith(
        ' request route=/v1/ask asker="anna b" timings_ms="{\\"total\\": 3}" note="a \\"b\\""\n'
    )


def test_a_traceback_is_a_field_of_json(objects: io.StringIO) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("assistant.part").exception("failed")
    assert read_last(objects)["traceback"].endswith("ZeroDivisionError")


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_hidden_in_every_field(form: Form) -> None:
    stream = io.StringIO()
    log_to(logging.StreamHandler(stream), form)
    secret = "".join(["hunt", 'er"2\\', "QX7"])
    hide_in_logs([secret])
    fields = {"a": secret, "b": {"c": secret}, secret: 1}
    try:
        raise ValueError(secret)
    except ValueError:
        logging.getLogger("assistant.part").exception("%s", secret, extra={"fields": fields})
    assert "…" in stream.getvalue().encode().decode("unicode_escape" if form == "json" else "utf-8")
    assert 'er"2' not in stream.getvalue()
    assert "QX7" not in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_line_names_the_request_that_it_was_written_in(form: Form) -> None:
    stream = io.StringIO()
    log_to(logging.StreamHandler(stream), form)
    with asking("api", request="r-17"):
        note("anything")
    note("nothing")
    first, second = stream.getvalue().splitlines()
    assert "r-17" in first
    assert "request" not in second


def test_a_log_may_go_to_the_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log_to(open_log(Path("-")))
    note("here", a=1)
    assert capsys.readouterr().err.endswith("assistant.part: here a=1\n")


def test_a_log_goes_to_a_file(tmp_path: Path) -> None:
    handler = open_log(tmp_path / "log")
    log_to(handler)
    note("请求")
    handler.close()
    assert "请求" in (tmp_path / "log").read_text("utf-8")


def test_a_file_that_can_not_be_written_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        open_log(tmp_path)
    assert caught.value.code == "log"
