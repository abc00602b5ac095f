"""Logs: our own details, nothing of a library that may hold a key, nothing between the answers."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from assistant.logs import OWN, log_to, log_to_nowhere


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    loggers = [logging.getLogger(), *map(logging.getLogger, OWN)]
    levels = [logger.level for logger in loggers]
    handlers = [*loggers[0].handlers]
    yield
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


def test_without_a_log_nothing_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # a fresh program has none
    logging.getLogger("library").warning("before")
    log_to_nowhere()
    logging.getLogger("library").warning("after")
    assert capsys.readouterr().err == "before\n"
