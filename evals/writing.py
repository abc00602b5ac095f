"""The results of a run as files, in every form that somebody reads.

| file | for |
|---|---|
| `report.json` | programs; the same run makes the same file |
| `times.json` | how long it took |
| `junit.xml` | CI: a test a question |
| `report.md` | a comment on a pull request |
| `index.html`, `SUITE/CASE.html` | people |
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from assistant.errors import SuiteError
from evals.junit import build_junit
from evals.markdown import build_markdown
from evals.pages import build_pages
from evals.report import Report, times_json, to_json

REPORT = "report.json"
LATEST = Path("evals", "latest")
"""Where in the data folder the results of the last run lie."""


def write_results(reports: Sequence[Report], folder: Path) -> None:
    """Each file at once or not at all. SuiteError "unwritable"."""
    xml = BytesIO()
    build_junit(reports).write(xml, encoding="utf-8", xml_declaration=True)
    files = {
        Path(REPORT): _dump({"suites": [to_json(report) for report in reports]}),
        Path("times.json"): _dump({"suites": [times_json(report) for report in reports]}),
        Path("junit.xml"): xml.getvalue().decode() + "\n",
        Path("report.md"): build_markdown(reports),
        **dict(build_pages(reports)),
    }
    for name, text in files.items():
        _write(folder / name, text)


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Half a character has no UTF-8.
        fresh.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(fresh, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SuiteError("unwritable", path=path, reason=reason) from error
