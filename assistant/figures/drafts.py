"""A number with what stands directly around it: currency, magnitude, unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Final

from assistant.figures.numerals import (
    CHINESE_MAGNITUDES,
    LONGEST,
    NUMERAL,
    Numeral,
    read_chinese,
    read_magnitude,
    read_numerals,
    read_tail,
)
from assistant.figures.types import Bound
from assistant.figures.units import (
    EXACT,
    GAP,
    SUFFIX,
    Form,
    find_form,
    load_prefixes,
    load_shy_suffixes,
    load_suffixes,
    spelling_pattern,
)

# Narrow enough that 300 times 2000/3 is 200000.
_WHOLE: Final = Context(prec=LONGEST + 2)

_DURATION = re.compile(
    r"\s(?:consecutive|successive|straight|full|whole|calendar|additional|more|short)"
    r"\s(?P<unit>years?|months?|weeks?|days?|hours?)\b"
)
_SHY_SUFFIX = re.compile(rf"{GAP}(?P<unit>{spelling_pattern(load_shy_suffixes())})")
_PREFIXES: Final = "|".join(
    re.escape(name) for name in sorted(load_prefixes(), key=lambda name: (-len(name), name))
)
_PREFIX = re.compile(
    # the dash of "US$2 million–US$3 million" is no sign
    rf"(?P<minus>(?<![0-9A-Za-z%)\u4e00-\u9fff])-)?(?<![A-Za-z])(?P<code>{_PREFIXES})"
    r"[ \t]{0,12}\n?[ \t]{0,4}(?P<inner>[(-])?\Z"
)
_PREFIX_ENDS: Final = frozenset(name[-1] for name in load_prefixes())
_REACH: Final = 24
_MINUS = re.compile(r"(?:^|(?<=[\s(:|,，（为是约近过到少多达于至]))-\Z")
_BELOW_ZERO = re.compile(r"(?:零下|(?<![正胜])负|\b(?:minus|negative)\s)\Z", re.IGNORECASE)
_EXTRA = re.compile(r"\s?(?:[余多来几](?=[\s\u4e00-\u9fff])|[余多](?=[,.;:，。；、)]|\Z))")
_RAISED: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_EXPONENT: Final = (
    rf"(?:\s?\^\s?(?P<power>-?[0-9]{{1,2}})(?![0-9])|(?P<raised>⁻?[{_RAISED}]{{1,2}}))"
)
_POWER_OF_TEN = re.compile(rf"\s?[×x*]\s?10(?:{_EXPONENT}|\s?(?P<plain>[0-9]{{1,2}})(?![0-9]))")
_EXPONENT_OF_TEN = re.compile(_EXPONENT)
_FROM_RAISED: Final = str.maketrans(f"⁻{_RAISED}", "-0123456789")
_DEGREES = re.compile(r"\s?(?:°(?![A-Za-z])|度(?![电以假过])|[\s-]degrees?\b)")
_WARMTH = re.compile(
    r"(?:(?P<fahrenheit>华氏)|摄氏|温|零[下上]|高热|炎热|严寒"
    r"|\b(?:temperature|warm|heat|hot|cool|cold|freez)[a-z]*)[^。；;.，,]{0,30}\Z",
    re.IGNORECASE,
)
# 时速为350公里, 每秒10米: the length of a while is a speed
_SPEED = re.compile(
    r"(?:时速|每小时|每(?P<second>秒))[^0-9。；;，,]{0,8}(?:[0-9.]{1,6}(?:公里|米)?(?:[-–—~～]|至|到))?\Z"
)
_SECONDS: Final = Decimal(3600)
_FAR: Final = 40
_SHARED_AREA = re.compile(r"(?:cover|area|面积)", re.IGNORECASE)
_DAMAGED_SQUARE = re.compile(r"km[?’'*°](?!\s*\Z)|km[?’'*°]$")


@dataclass(slots=True)
class Draft:
    """A number on its way to a figure. `form` None: no unit stands with it (yet)."""

    numeral: Numeral
    start: int
    end: int
    size: Decimal | None = None
    form: Form | None = None
    prefixed: bool = False
    negative: bool = False
    bound: Bound | None = None
    tail: tuple[Decimal, Decimal] | None = None
    linked: bool = False

    @property
    def plain(self) -> bool:
        """Neither unit nor magnitude."""
        return self.form is None and self.size is None

    @property
    def value(self) -> Decimal:
        amount = EXACT.multiply(self.numeral.value, self.size or Decimal(1))
        amount = EXACT.add(amount, self.tail[0] if self.tail else Decimal(0))
        return _WHOLE.multiply(-amount if self.negative else amount, self._factor)

    @property
    def step(self) -> Decimal:
        step = self.tail[1] if self.tail else self.numeral.step * (self.size or Decimal(1))
        return EXACT.multiply(step, self._factor)

    @property
    def _factor(self) -> Decimal:
        return self.form.factor if self.form else Decimal(1)


def read_drafts(view: str, taken: bytearray) -> Iterator[Draft]:
    """Each number of a folded text outside what is taken, in order of place."""
    done = 0
    for match in NUMERAL.finditer(view):
        if match.start() < done or any(taken[match.start() : match.end()]):
            continue
        for numeral in read_numerals(match) or _read_bare_size(match):
            draft = _read_draft(view, numeral)
            done = max(done, draft.end)
            yield draft


def _read_bare_size(match: re.Match[str]) -> list[Numeral]:
    """近百家, 超千亿元: a magnitude that stands for one of it."""
    size = CHINESE_MAGNITUDES.get(match.group())
    if size is None or match.group() == "十":
        return []
    return [Numeral(size, size, match.start(), match.end(), "chinese")]


def _read_draft(view: str, numeral: Numeral) -> Draft:
    draft = Draft(numeral, numeral.start, numeral.end)
    code = _read_prefix(view, draft)
    _read_suffix(view, draft, money=code is not None)
    if code and (draft.form is None or draft.form.base == code or _is_money(draft.form)):
        draft.form, draft.prefixed = Form(code, Decimal(1)), True
    elif code:
        draft.start = numeral.start  # the $ of a formula, not of money
    return draft


def _is_money(form: Form) -> bool:
    return form.base in load_prefixes().values()


def _read_prefix(view: str, draft: Draft) -> str | None:
    start = draft.start
    before = view[max(0, start - _REACH) : start]
    tail = before.rstrip(" \t\n(-")
    if tail and tail[-1] in _PREFIX_ENDS and (match := _PREFIX.search(before)):
        draft.start = start - len(before) + match.start()
        draft.negative = bool(match["minus"] or match["inner"])
        if match["inner"] == "(" and view[draft.end : draft.end + 1] == ")":
            draft.end += 1  # "$(1.5) million": a loss in brackets
        return load_prefixes()[match["code"]]
    if _BELOW_ZERO.search(before):
        draft.negative = True
    elif _MINUS.search(before):
        draft.negative, draft.start = True, start - 1
    return None


def _read_suffix(view: str, draft: Draft, money: bool) -> None:
    if not money and (_take_unit(view, draft, SUFFIX) or _take_unit(view, draft, _DURATION)):
        return
    _read_power(view, draft)
    _read_size(view, draft, money)
    if extra := _EXTRA.match(view, draft.end):
        draft.bound, draft.end = "more_than", extra.end()
        if draft.size is None:
            _read_size(view, draft, money)
            _split_at_yi(view, draft)
    if not _take_unit(view, draft, SUFFIX):
        if draft.size is not None:
            _take_unit(view, draft, _SHY_SUFFIX)
        if draft.form is None and (match := _DEGREES.match(view, draft.end)):
            _take_degrees(view, draft, match.end())


def _read_size(view: str, draft: Draft, money: bool) -> None:
    found = read_magnitude(view, replace(draft.numeral, end=draft.end), money)
    if found is None:
        return
    draft.size, draft.end = found
    if tail := read_tail(view, draft.end, draft.size, draft.numeral.script):
        draft.tail, draft.end = tail[:2], tail[2]


def _split_at_yi(view: str, draft: Draft) -> None:
    """Of 一亿三千多万 the 万 counts the 三千 alone."""
    numeral = draft.numeral
    head, sign, rest = view[numeral.start : numeral.end].partition("亿")
    if numeral.script != "chinese" or not (sign and rest and draft.size):
        return
    large, small = read_chinese(head + sign), read_chinese(rest)
    if large is not None and small is not None:
        draft.numeral, size = replace(numeral, value=large), draft.size
        draft.size, draft.tail = Decimal(1), (EXACT.multiply(small, size), size)


def _read_power(view: str, draft: Draft) -> None:
    """3×10^6, and 10⁶ alone."""
    alone = view[draft.numeral.start : draft.numeral.end] == "10"
    if match := _POWER_OF_TEN.match(view, draft.end):
        power = match["plain"] or _power_of(match)
    elif alone and (match := _EXPONENT_OF_TEN.match(view, draft.end)):
        power = str(int(_power_of(match)) - 1)
    else:
        return
    draft.size, draft.end = Decimal(10) ** int(power), match.end()


def _power_of(match: re.Match[str]) -> str:
    return str(match["power"] or match["raised"].translate(_FROM_RAISED))


def _take_unit(view: str, draft: Draft, pattern: re.Pattern[str]) -> bool:
    match = pattern.match(view, draft.end)
    if not match:
        return False
    spelling = match["unit"]
    table = load_shy_suffixes() if pattern is _SHY_SUFFIX else load_suffixes()
    form = find_form(spelling, table)
    if form.base == "km" and _is_damaged_area(view, match):
        form = Form("km2", form.factor)
    elif form.base == "km" and (
        speed := _SPEED.search(view[max(0, draft.start - _REACH) : draft.start])
    ):
        form = Form("km/h", form.factor * (_SECONDS if speed["second"] else Decimal(1)))
    draft.form, draft.end = form, match.end()
    return True


def _take_degrees(view: str, draft: Draft, end: int) -> None:
    """Degrees of warmth, where the words before say that it is warmth."""
    if match := _WARMTH.search(view, max(0, draft.start - _FAR), draft.start):
        base = "°F" if match["fahrenheit"] else "°C"
        draft.form, draft.end = Form(base, Decimal(1)), end


def _is_damaged_area(view: str, match: re.Match[str]) -> bool:
    """The ² of "covering 220 km²" is read as ? or ’ by some scanners."""
    if not _DAMAGED_SQUARE.match(view, match.start("unit")):
        return False
    return bool(_SHARED_AREA.search(view, max(0, match.start() - 60), match.start()))
