from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import errors
from assistant.errors import DuociteError, RetryableModelError, read_error

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, DuociteError)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_arrives_as_it_was_raised(cls: type[DuociteError]) -> None:
    error = cls("code", path=Path("/a"), limit=3)
    arrived = read_error(json.loads(json.dumps(error.to_json())))
    assert type(arrived) is cls
    assert (arrived.code, arrived.details) == ("code", {"path": "/a", "limit": 3})
    assert (arrived.exit_code, arrived.retryable) == (cls.exit_code, cls.retryable)


def test_code_and_branch_are_said_together() -> None:
    error = RetryableModelError("timeout", model="m")
    assert error.to_json() == {
        "code": "model.timeout",
        "values": {"model": "m"},
        "retryable": True,
    }


@pytest.mark.parametrize("known", [{}, {"code": "new.kind"}, {"code": "bare", "values": None}])
def test_an_error_of_a_kind_that_is_not_known_is_one_all_the_same(
    known: dict[str, object],
) -> None:
    assert type(read_error(known)) is DuociteError
