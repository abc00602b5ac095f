from __future__ import annotations

from evals.memory import read_peak, reset_peak


def test_what_was_held_shows_in_the_peak() -> None:
    reset_peak()
    before = read_peak()
    held = bytes(200_000_000)
    assert read_peak() >= before
    assert read_peak() > 20
    del held
