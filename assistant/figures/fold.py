"""The view of a text that figures are searched in: as long as the text, place by place."""

from __future__ import annotations

import re
from typing import Final

from assistant.figures.units import SUFFIX
from assistant.text.script import simplify

# Each pair: what may stand in the text, and what the search reads in its place.
_PAIRS: Final = (
    "０0 １1 ２2 ３3 ４4 ５5 ６6 ７7 ８8 ９9 "
    "％% ．. ＋+ －- ／/ ＄$ ￥¥ （( ）) ［[ ］] ：: ＜< ＞> "
    "−- –- —- ‐- ‑- ‒- ﹣- ˗- ─- 〜~ ～~ ∼~ ﹪% µμ ⁄/ º° ˚° ﹩$ ﹢+ "
)
_SPACES: Final = "\u3000\u00a0\u2009\u202f\u2007\u200b\u2002\u2003"
_ONE_TO_ONE: Final = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {
    ord(space): " " for space in _SPACES
}

# A longer run of digits is an identifier; blanked first, it costs the other patterns nothing.
_LONG_RUN = re.compile(r"[0-9]{25,}")
_URL = re.compile(
    r"https?://\S+|www\.\S+|!\[[^\]\n]{0,200}\]\([^)\n]{0,300}\)|(?<![\w.-])[\w.-]{1,64}@[\w.-]{1,128}"
)
_POWER = re.compile(r"(?<=[mM])(?:<sup>\s?([23])\s?</sup>|\s?\$?\^\{?([23])\}?\$?)")
_MARKUP = re.compile(
    r"<sup>&</sup>lt;sup>[^<\n]{0,12}</sup>"  # a footnote mark whose tag was itself escaped
    r"|<sup>[\[\]\d\s,*†‡-]{1,10}</sup>"
    r"|<sub>[^<\n]{0,6}</sub>|_\{?\d{1,2}\}?"
    r"|</?[A-Za-z][^<>\n]{0,80}>"
    r"|\[\^?S?\d{1,3}(?:\s?[,;-]\s?S?\d{1,3}){0,20}\]|【\d{1,3}】"
)
_LATEX = re.compile(r"\\(?:[a-zA-Z]{2,20}|[,;!])|\\(?=[%$&#_~*])|[{}]")
_LATEX_SIGNS: Final = {
    r"\approx": "~",
    r"\sim": "~",
    r"\geq": "≥",
    r"\leq": "≤",
    r"\ge": "≥",
    r"\le": "≤",
}
_PHONE = re.compile(
    r"(?<![\w.,])\+\d{1,3}[\s()-]{1,2}\d[\d\s()-]{6,16}\d(?!\d)"
    r"|(?i:\btel|\bphone|\bfax|\bmobile|电话|传真|热线|手机)[^\n\d]{0,8}\d[\d ()+-]{5,20}"
    r"|(?<![\d.,-])(?:[48]00-\d{3,4}-\d{3,4}|0\d{2,3}-\d{7,8}|0\d{2,3}-\d{3,4}-\d{4}|1[3-9]\d{9})(?![\d-])"
    r"|\(0\d{2,3}\)\s?\d{3,4}[ -]?\d{4}(?!\d)"
)
_DOTTED = re.compile(
    r"(?<![\d.])(?!(?:19|20)\d\d\.\d{1,2}\.\d{1,2}(?![\d.]))(?!\d{1,2}\.\d{1,2}\.(?:19|20)\d\d(?!\d))"
    r"\d{1,6}(?:\.\d{1,6}){2,8}(?![\d])"
)
_CLOCK = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\d:])|\b24/7\b")
_NUMBERED = re.compile(
    r"^[ \t#*>-]{0,12}(?:\d{1,2}(?:\.\d{1,2})*[.)、](?=\s|\*|[A-Z\u4e00-\u9fff])"
    r")"
    r"|#{1,6}\s+\d{1,2}(?=\s)|\d{1,3}(?=\s+(?:Source|See|Ibid|Note)\b)|(?<=\n)\s?\d{1,3}\s?(?=\n)"
    r"|^\s?[(（]\d{1,2}[)）](?=\s?[A-Za-z\u4e00-\u9fff])"
    r"|(?<=[\s;:,.，。；：、])[(（]\d{1,2}[)）](?=\s?[A-Z\u4e00-\u9fff])",
    re.MULTILINE,
)
_SECTION = re.compile(
    r"^[ \t#*>-]{0,12}(?P<number>\d{1,2}(?:\.\d{1,2}){1,4})"
    r"(?=[ \t]+[\"“‘(]?[A-Z][a-z])(?!\s+(?:[MBT]r?illion|Thousand|Percent))",
    re.MULTILINE,
)
_INLINE = re.compile(r"(?<=[\s:;])\d{1,2}\)(?=\s?[A-Za-z\u4e00-\u9fff])")
_BLANKED: Final = (_URL, _MARKUP, _PHONE, _DOTTED, _CLOCK, _NUMBERED)


def fold(text: str) -> str:
    """Full-width digits, signs and traditional characters made plain; markup, footnote marks,
    citation markers, addresses, telephone, section and clock numbers made blank.

    The result has the same length as the text, so that spans hold in both.
    """
    view = simplify(text).translate(_ONE_TO_ONE)
    view = _LONG_RUN.sub(_blank, view)
    if view.isspace():
        return view
    view = _POWER.sub(_raise_power, view)
    for pattern in _BLANKED:
        view = pattern.sub(_blank, view)
    view = _SECTION.sub(_blank_section, view)
    view = _INLINE.sub(_blank_item, view)
    return _LATEX.sub(_read_latex, view)


def _blank(match: re.Match[str]) -> str:
    # A line break stays a line break: what a line starts with matters to the other patterns.
    return re.sub(r"[^\n]", " ", match.group())


def _blank_section(match: re.Match[str]) -> str:
    """Of "3.2 Market outlook", not of "3.2 Gbps"."""
    return match.group() if SUFFIX.match(match.string, match.end()) else _blank(match)


def _blank_item(match: re.Match[str]) -> str:
    """Of "1) a, 2) b", not the end of "(up from 5)"."""
    before = match.string[max(0, match.start() - 200) : match.start()]
    return match.group() if before.rfind("(") > before.rfind(")") else _blank(match)


def _raise_power(match: re.Match[str]) -> str:
    sign = "²" if "2" in match.group() else "³"
    return sign + " " * (len(match.group()) - 1)


def _read_latex(match: re.Match[str]) -> str:
    return _LATEX_SIGNS.get(match.group(), "").ljust(len(match.group()))
