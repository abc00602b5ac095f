"""Limits as they are where nobody sets them."""

from __future__ import annotations

from assistant.settings import Settings
from store.formats.limits import DEFAULT_LIMITS, Limits


def test_the_defaults_are_those_of_the_settings() -> None:
    settings = Settings(_env_file=None)
    assert Limits(settings.max_file_mb, settings.max_pages) == DEFAULT_LIMITS


def test_megabytes_are_those_of_a_disk() -> None:
    assert Limits(file_mb=2).file_bytes == 2 * 1024 * 1024
