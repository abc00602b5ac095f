"""What a file says of itself, where it means anything: programs fill these fields with names of
templates, of files and of themselves."""

from __future__ import annotations

import re

from store.formats.extract import fold_line

_LONGEST = 200
_PREFIX = re.compile(r"^(?:Microsoft (?:Word|PowerPoint|Excel|Office Word) *[-–—:] *)+", re.I)
_FILE = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|indd|qxd|wps|et|dps|rtf|txt|html?|odt|pages|key|tex|dvi|ai|pub)$",
    re.I,
)
_JUNK_TITLE = re.compile(
    r"(?:untitled|document|presentation|slide|page|sheet|book|powerpoint[ -]presentation"
    r"|word document|title|no title|home|index|new document|template|cover|print|unspecified"
    r"|\(?unspecified\)?|anonymous|幻灯片|演示文稿|文档|無標題|无标题|未命名|工作簿|新建.*|标题)"
    r"[\s\d_()（）-]*",
    re.I,
)
_JUNK_AUTHOR = re.compile(
    r"(?:admin(?:istrator)?|user|users?\d*|author|owner|unknown|anonymous|unspecified|root"
    r"|guest|test|n/a|none|default|microsoft(?: office)?(?: user)?|windows(?: user)?|hp|dell"
    r"|lenovo|asus|acer|pc|python-docx|python-pptx|openpyxl|xlsxwriter|apache poi"
    r"|steve canny|wps(?: office)?"
    r"|管理员|用户|微软用户|作者|微软中国)[\s\d_.-]*",
    re.I,
)
_LETTER = re.compile(r"[^\W\d_]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def clean_title(title: str | None, file_name: str = "") -> str | None:
    """A title worth showing, else None: no file's name, no program's stopgap."""
    shown = _PREFIX.sub("", fold_line(title or "")).strip()
    if not shown or len(shown) > _LONGEST or not _LETTER.search(shown):
        return None
    if _FILE.search(shown) or _JUNK_TITLE.fullmatch(shown) or shown == file_name:
        return None
    # Text in the wrong encoding, as old programs left it.
    return None if "\ufffd" in shown or "þÿ" in shown else shown


def clean_author(author: str | None) -> str | None:
    """A person or body, else None."""
    shown = fold_line(author or "")
    if not _LETTER.search(shown) or len(shown) > _LONGEST or "\ufffd" in shown or "þÿ" in shown:
        return None
    return None if _JUNK_AUTHOR.fullmatch(shown.strip("()")) else shown


def find_published(dates: str | None) -> int | None:
    """The year of a date on which something was published."""
    match = _YEAR.search(dates or "")
    return int(match.group(1)) if match else None


def confirm_year(made: int | None, text: str) -> int | None:
    """The year in which a file was made, where its first page names that year too: a report that
    was saved again years later isn't of that year."""
    named = {int(year) for year in _YEAR.findall(text[:2000])}
    return made if made in named else None
