"""Logs: our own details, nothing of a library that may hold a key, nothing between the answers."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from assistant import logs
from assistant.keyform import make_key
from assistant.logs import OWN, hide_in_logs, log_to, log_to_nowhere


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
