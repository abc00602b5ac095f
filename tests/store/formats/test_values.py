"""Cells as a spreadsheet shows them."""

from __future__ import annotations

import datetime as dt

import pytest

from store.formats.values import show_value

DAY = dt.datetime(2024, 3, 31)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (None, "General", ""),
        ("text", "General", "text"),
        (True, "General", "TRUE"),
        (5, "General", "5"),
        (5.0, "General", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567.891, "General", "1234567.891"),
        (1e15, "General", "1000000000000000"),
        (-3.5, "General", "-3.5"),
        (0.231, "0%", "23%"),
        (0.2315, "0.0%", "23.2%"),
        (0.08, "0.00%", "8.00%"),
        (1204.5, "#,##0", "1,205"),
        (1204.5, "#,##0.00", "1,204.50"),
        (-1204.5, "#,##0.00", "-1,204.50"),
        (1234567, '#,##0.0,,"M"', "1.2M"),
        (1301, '"¥"#,##0', "¥1,301"),
        (1301, "[$€-407]#,##0.00", "€1,301.00"),
        (-1301, '"¥"#,##0', "-¥1,301"),
        (36.8, '0.0"亿元"', "36.8亿元"),
        (5, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_)', "5.00"),
        (2.5, "0.###", "2.5"),
        (3, "0.0#", "3.0"),
        (DAY, "yyyy-mm-dd", "2024-03-31"),
        (DAY, "m/d/yyyy", "2024-03-31"),
        (DAY, "mmm-yy", "2024-03"),
        (DAY.replace(hour=8, minute=30), "yyyy-mm-dd hh:mm", "2024-03-31 08:30"),
        (dt.date(2024, 3, 31), "General", "2024-03-31"),
        (dt.time(8, 30), "h:mm", "08:30:00"),
        (float("inf"), "0.00", "inf"),
        (1e300, "#,##0", "1e+300"),
        (1234.5, "0.00E+00", "1234.5"),
        (0.5, "# ?/?", "0.5"),
        (5, "@", "5"),
    ],
)
def test_a_value_is_shown_in_its_format(value: object, code: str, shown: str) -> None:
    assert show_value(value, code) == shown
