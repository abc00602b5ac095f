"""How sources write figures and dates, read by rules of their own, so that a known answer is never
proved by the program that it judges."""

from __future__ import annotations

import ast
import operator
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from store.read import read_document

HAN = re.compile(r"[\u4e00-\u9fff]")
SCALES = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "万亿": 10**12, "亿": 10**8, "億": 10**8, "千万": 10**7, "万": 10**4, "千": 10**3,
}  # fmt: skip
SPELT = {
    "sixth": 6, "eighth": 8, "ninth": 9, "twenty": 20, "four hours": 4,
    "三年": 3, "两名": 2, "八成": 80, "八百二十萬": 8_200_000,
}  # fmt: skip
MONTHS = {"April": "04", "May": "05", "June": "06", "October": "10"}
_SCALE = "|".join(SCALES)
_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def fold(text: str) -> str:
    return "".join(text.split())


def read_sources(folder: Path) -> dict[str, str]:
    """The stored text of each document of a folder, by its name."""
    kinds = {".md", ".txt", ".pdf", ".xlsx"}
    files = sorted(path for path in folder.iterdir() if path.suffix in kinds)
    return {
        path.name: read_document(path, folder).text for path in files if path.name != "README.md"
    }


def begins_at(text: str, number: int, quote: str) -> bool:
    """Does the quotation begin in this line, 1-based? In a PDF it may go on in the next ones."""
    lines = text.split("\n")
    place = fold("\n".join(lines[number - 1 :])).find(fold(quote))
    return 0 <= place < len(fold(lines[number - 1]))


def number_said(text: str) -> Decimal:
    """The value of a number as sources write it, or of a number word in SPELT."""
    if text in SPELT:
        return Decimal(SPELT[text])
    plain = unicodedata.normalize("NFKC", text)
    found = re.search(rf"(\d[\d,]*(?:\.\d+)?)\s*({_SCALE})?", plain)
    assert found, text
    return Decimal(found[1].replace(",", "")) * SCALES.get(found[2], 1)


def date_said(text: str, value: int) -> str:
    """YYYYMM or YYYYMMDD; a missing year is taken from `value`."""
    if found := re.fullmatch(r"(?:(\d+) )?([A-Z]\w+) (\d{4})", text):
        return found[3] + MONTHS[found[2]] + (f"{int(found[1]):02}" if found[1] else "")
    found = re.fullmatch(r"(?:(\d{4})年)?(\d+)月(?:(\d+)日)?", text)
    assert found, text
    day = f"{int(found[3]):02}" if found[3] else ""
    return f"{found[1] or str(value)[:4]}{int(found[2]):02}{day}"


def said_with_scale(figure: dict[str, Any]) -> str:
    """The text of a figure, with the magnitude that the head of its column gives."""
    scale = re.search(_SCALE, figure.get("header", ""))
    return f"{figure['text']}{scale[0] if scale else ''}"


def work_out(sum_: str) -> tuple[Decimal, list[str]]:
    """What a sum of + - * / comes to, and its numbers but for powers of ten, which are
    magnitudes."""
    tree = ast.parse(sum_, mode="eval").body
    numbers = [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    written = re.findall(r"\d+(?:\.\d+)?", sum_)
    assert len(written) == len(numbers)
    return _value(tree, sum_), [n for n in written if not re.fullmatch("10+", n)]


def _value(node: ast.expr, sum_: str) -> Decimal:
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_value(node.left, sum_), _value(node.right, sum_))
    assert isinstance(node, ast.Constant), sum_
    return Decimal(ast.get_source_segment(sum_, node) or "")


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split("|")]


def find_column(text: str, number: int, cell: str) -> str:
    """The head of the column in which the row of this line has the cell."""
    lines = text.split("\n")
    row = cells(lines[number - 1])
    while lines[number - 2].startswith("|"):
        number -= 1
    return dict(zip(row, cells(lines[number - 1]), strict=True))[cell]
