"""Whatever a library raises over a file is the file's fault, and one kind of error."""

from __future__ import annotations

import zipfile

import pytest

from assistant.errors import IngestError
from store.formats.damage import reading, say_fault
from tests.support.files import source_of

SOURCE = source_of("a.pdf", b"")


def refuse(error: BaseException) -> IngestError:
    with pytest.raises(IngestError) as caught, reading(SOURCE):
        raise error
    return caught.value


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), zipfile.BadZipFile("no"), StopIteration(), MemoryError(), OSError(5, "y")],
)
def test_every_exception_is_damage_with_its_words(error: Exception) -> None:
    found = refuse(error)
    assert (found.code, found.details["path"]) == ("damaged", "a.pdf")
    assert found.details["reason"] == say_fault(error)
    assert found.__cause__ is error


def test_a_stack_without_end_is_nesting() -> None:
    assert refuse(RecursionError()).code == "nested"


def test_our_own_errors_pass_through() -> None:
    own = SOURCE.refuse("encrypted")
    assert refuse(own) is own


def test_an_interruption_is_no_fault_of_the_file() -> None:
    with pytest.raises(KeyboardInterrupt), reading(SOURCE):
        raise KeyboardInterrupt


def test_the_words_are_one_short_line() -> None:
    assert say_fault(ValueError("a\n b")) == "a b"
    assert say_fault(ValueError()) == "ValueError"
    assert len(say_fault(ValueError("x" * 999))) < 200
