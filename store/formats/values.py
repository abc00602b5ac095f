"""A cell's value as a spreadsheet shows it: dates, percentages, thousands, decimals."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]')
_BRACKETS = re.compile(r"\[[^\]]*\]|_.|\*.")
_DIGITS = re.compile(r"[0#?,]*[0#?](?:\.([0#?]+))?(,*)")
_FEW = Decimal("1e-12")
_MOST = Decimal("1e21")


def show_value(value: object, number_format: str = "General") -> str:
    """The text of a cell; "" for an empty one. Dates come out as 2024-03-31, whatever the locale.

    `number_format` is Excel's code. Scientific and fraction formats are shown in plain digits.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return _show_time(value, number_format)
    if isinstance(value, int | float | Decimal):
        return _show_number(value, number_format)
    return str(value)


def _show_time(
    value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta, code: str
) -> str:
    if not isinstance(value, datetime.datetime):
        return str(value)
    shown = code.lower()
    if value.time() == datetime.time() and not ("h" in shown and "d" not in shown):
        # "mmm-yy" names a month; the day that stands behind it means nothing.
        months = "y" in shown and "d" not in shown
        return value.strftime("%Y-%m" if months else "%Y-%m-%d")
    return value.isoformat(sep=" ", timespec="minutes")


def _show_number(value: float | Decimal, code: str) -> str:
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return str(value)
    if not number.is_finite() or abs(number) >= _MOST:
        return str(value)
    part = _pick_part(code)
    if part.lower() in ("general", "@", "") or "e+" in part.lower() or "/" in part:
        return _show_plain(value, number)
    return _show_coded(number, part)


def _pick_part(code: str) -> str:
    """The section of a format for positive numbers; a negative one gets its sign before it."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[0]


def _show_plain(value: float | Decimal, number: Decimal) -> str:
    """The fifteen digits that a spreadsheet keeps: .1 + .2 is .3."""
    shown = Decimal(format(value, ".15g")) if isinstance(value, float) else number
    if shown and abs(shown) < _FEW:
        return str(shown)
    text = format(shown, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _show_coded(number: Decimal, code: str) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(next(group for group in match.groups() if group is not None))
        return f"\ue000{len(kept) - 1}\ue001"

    bare = _BRACKETS.sub("", _QUOTED.sub(keep, code))
    digits = _DIGITS.search(re.sub("\ue000\\d+\ue001", lambda m: "\ue002" * len(m[0]), bare))
    if not digits:
        return _show_plain(number, number)
    places, commas = digits.group(1) or "", len(digits.group(2))
    scaled = abs(number) * 100 if "%" in bare else abs(number)
    shown = _round(scaled / Decimal(1000) ** commas, places, "," in digits.group().rstrip(","))
    text = bare[: digits.start()] + shown + bare[digits.end() :]
    filled = re.sub("\ue000(\\d+)\ue001", lambda m: kept[int(m[1])], text)
    return ("-" if number < 0 else "") + filled.strip()


def _round(number: Decimal, places: str, grouped: bool) -> str:
    step = Decimal(1).scaleb(-len(places))
    rounded = number.quantize(step, ROUND_HALF_UP)
    text = format(rounded, ",f" if grouped else "f")
    optional = len(places) - len(places.rstrip("#?"))
    for _ in range(optional):
        text = text[:-1] if text.endswith("0") and "." in text else text
    return text.removesuffix(".")
