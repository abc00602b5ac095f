"""Say a figure in English or in Chinese."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from assistant.figures.dates import MONTHS
from assistant.figures.types import Bound, Figure
from assistant.figures.units import EXACT, Speech, kind_of, load_speech

Language = Literal["en", "zh"]

_BOUNDS: Final[dict[Language, dict[Bound, str]]] = {
    "en": {
        "exact": "", "about": "about ", "nearly": "nearly ", "more_than": "more than ",
        "at_least": "at least ", "less_than": "less than ", "at_most": "at most ",
        "as_much_as": "as much as ",
    },
    "zh": {
        "exact": "", "about": "约", "nearly": "近", "more_than": "超过",
        "at_least": "至少", "less_than": "不到", "at_most": "至多", "as_much_as": "高达",
    },
}  # fmt: skip
_ENGLISH_SIZES: Final = (("trillion", 12, 4), ("billion", 9, 4), ("million", 6, 6))
_CHINESE_SIZES: Final = (("万亿", 12, 4), ("亿", 8, 4), ("万", 4, 4))
"""Words, power of ten, and how many decimals they may show before digits are clearer."""
_LARGEST: Final = 12
_TELLING: Final = 2
_STEPS: Final = {"en": 1000, "zh": 10000}
"""What is as large as the next word's size is not said in the smaller word."""
_SMALL_WAN: Final = (1000000, 2)

_YEAR_LIKE: Final = {"count": range(1800, 2101), "years": range(1000, 2101)}
"""What would be read as a year unless its digits are grouped."""
_OLDEST_PLAIN: Final = 1800
"""An earlier year is taken for a number unless its era is said."""

_PARTS: Final = ("first", "second", "third", "fourth")
_ZH_DIGITS: Final = "零一二三四"


def say_figure(figure: Figure, language: Language) -> str:
    """The figure as a reader of the language would write it: 48亿美元, US$4.8 billion.

    `find_figures` reads the result back as the same figure.
    """
    if figure.unit in _SAID_WHOLE:
        return _SAID_WHOLE[figure.unit](int(figure.value), language)
    bound = _BOUNDS[language][figure.bound]
    if figure.bound == "as_much_as" and kind_of(figure.unit) == "count":
        bound = bound.replace("much", "many")
    if figure.bound == "nearly" and kind_of(figure.unit) == "duration":
        bound = _BOUNDS[language]["about"]  # 近三年 would be the last three years
    return bound + _say_amount(figure, language)


def _say_amount(figure: Figure, language: Language) -> str:
    speech = load_speech().get(figure.unit, Speech((("", Decimal(1)),), (("", Decimal(1)),)))
    sizes = speech.english if language == "en" else speech.chinese
    value = _round_foreign(figure)
    words, size = _pick_size(value, sizes)
    amount = EXACT.divide(abs(value), size)
    sign = "-" if figure.value < 0 else ""
    if language == "zh":
        if int(amount) in _YEAR_LIKE.get(figure.unit, ()):
            return f"{sign}{_grouped(amount)}{words}"
        gap = " " if words[:1].isascii() and words[:1].isalpha() else ""
        return f"{sign}{_say_chinese(amount)}{gap}{words}"
    if speech.before:
        return f"{sign}{words}{_say_english(amount)}"
    gap = "" if speech.glued or not words else " "
    return f"{sign}{_say_english(amount)}{gap}{_singular(words, amount)}"


def _round_foreign(figure: Figure) -> Decimal:
    """Of a unit that is no power of ten of the base (亩, miles), no more digits than tell: two
    beyond the last that its own notation shows."""
    if figure.step.normalize(EXACT).as_tuple().digits == (1,):
        return figure.value
    return figure.value.quantize(
        Decimal(1).scaleb(figure.step.adjusted() - _TELLING), context=EXACT
    )


def _pick_size(value: Decimal, sizes: tuple[tuple[str, Decimal], ...]) -> tuple[str, Decimal]:
    fitting = (row for row in sizes if abs(value) >= row[1])
    return next(fitting, sizes[0] if not value else sizes[-1])


def _singular(words: str, amount: Decimal) -> str:
    plural = (
        words != "times"
        and not words.endswith("bps")
        and words.endswith("s")
        and words.islower()
        and words.replace(" ", "").isalpha()
    )
    return words[:-1] if amount == 1 and plural else words


def _say_english(amount: Decimal) -> str:
    for words, power, decimals in _ENGLISH_SIZES:
        scaled = amount.scaleb(-power, EXACT)
        if scaled >= 1 and _decimals(scaled) <= decimals:
            return f"{_digits(scaled)} {words}" if _fits(scaled, power, "en") else _grouped(amount)
    return _grouped(amount)


def _say_chinese(amount: Decimal) -> str:
    for words, power, decimals in _CHINESE_SIZES:
        scaled = amount.scaleb(-power, EXACT)
        allowed = _SMALL_WAN[1] if amount < _SMALL_WAN[0] else decimals
        if scaled >= 1 and _decimals(scaled) <= allowed:
            return f"{_digits(scaled)}{words}" if _fits(scaled, power, "zh") else _grouped(amount)
    return _grouped(amount) if amount >= _SMALL_WAN[0] else _digits(amount)


def _fits(scaled: Decimal, power: int, language: Language) -> bool:
    return power >= _LARGEST or scaled < _STEPS[language]


def _decimals(amount: Decimal) -> int:
    return max(0, -int(amount.normalize(EXACT).as_tuple().exponent))


def _digits(amount: Decimal) -> str:
    return format(amount.normalize(EXACT), "f")


def _grouped(amount: Decimal) -> str:
    return format(amount.normalize(EXACT), ",f")


def _say_year(value: int, language: Language) -> str:
    if value < 0:
        return f"公元前{-value}年" if language == "zh" else f"{-value} BC"
    if value < _OLDEST_PLAIN:
        return f"公元{value}年" if language == "zh" else f"AD {value}"
    return f"{value}年" if language == "zh" else str(value)


def _say_date(value: int, language: Language) -> str:
    year, month, day = _split_date(value)
    if language == "zh":
        return (f"{year}年" if year else "") + f"{month}月" + (f"{day}日" if day else "")
    name = f"{MONTHS[month - 1]} {day}" if day else MONTHS[month - 1]
    return name + (f", {year}" if year and day else f" {year}" if year else "")


def _split_date(value: int) -> tuple[int, int, int]:
    """Year, month, day; 0 for what is not stated."""
    if value < 10000:
        return 0, value // 100, value % 100
    if value < 10**7:
        return value // 100, value % 100, 0
    return value // 10000, value // 100 % 100, value % 100


def _say_half(value: int, language: Language) -> str:
    year, part = divmod(value, 10)
    if language == "zh":
        return f"{year}年{'上' if part == 1 else '下'}半年"
    return f"the {_PARTS[part - 1]} half of {year}"


def _say_quarter(value: int, language: Language) -> str:
    year, part = divmod(value, 10)
    if language == "zh":
        return f"{year}年第{_ZH_DIGITS[part]}季度"
    return f"the {_PARTS[part - 1]} quarter of {year}"


def _say_rank(value: int, language: Language) -> str:
    if language == "zh":
        return f"第{value}位"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{'th' if value % 100 in (11, 12, 13) else ending}"


_SAID_WHOLE: Final = {
    "year": _say_year,
    "date": _say_date,
    "half": _say_half,
    "quarter": _say_quarter,
    "rank": _say_rank,
}
