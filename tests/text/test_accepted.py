from __future__ import annotations

import pytest

from assistant.text.accepted import choose_language


@pytest.mark.parametrize(
    ("wanted", "accepted", "expected"),
    [
        ("zh", "en-US,en;q=0.9", "zh"),
        ("zh-CN", None, "zh"),
        ("EN", "zh", "en"),
        ("fr", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "zh-TW", "zh"),
        (None, "de-DE,de;q=0.9,zh;q=0.5,en;q=0.7", "en"),
        (None, "en;q=0,zh;q=0.1", "zh"),
        (None, "fr", "en"),
        (None, "*", "en"),
        (None, None, "en"),
        ("", "zh;q=much, ;;,en;q=1.2.3", "en"),
    ],
)
def test_wish_goes_before_browser_and_english_is_the_last_resort(
    wanted: str | None, accepted: str | None, expected: str
) -> None:
    assert choose_language(wanted, accepted) == expected
