from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import IngestError
from store.formats.extract import Note
from store.report import IngestProgress, IngestReport, Spared

REPORT = IngestReport(
    new=1,
    changed=2,
    unchanged=3,
    removed=("a.md", "b.md"),
    spared=(Spared(Path("/docs"), ("c.md",)),),
    failed=((Path("/docs/d.md"), IngestError("too_large", path="/docs/d.md", limit=7)),),
    skipped=(Path("/docs/e.png"),),
    other=("f.txt",),
    notes=(("g.pdf", Note("by_ocr", "1, 3")),),
    chunks=4,
    sentences=5,
    tokens=6,
    seconds=7.5,
)


def test_a_report_arrives_as_it_was() -> None:
    arrived = IngestReport.from_json(json.loads(json.dumps(REPORT.to_json())))
    [(path, error)] = arrived.failed
    assert (path, type(error), error.code) == (Path("/docs/d.md"), IngestError, "too_large")
    assert error.details == {"path": "/docs/d.md", "limit": 7}
    names = set(IngestReport.__dataclass_fields__) - {"failed"}
    assert {n: getattr(arrived, n) for n in names} == {n: getattr(REPORT, n) for n in names}


def test_progress_arrives_as_it_was() -> None:
    progress = IngestProgress("文件.md", 1, 2, 3, 4, 0.5)
    assert IngestProgress.from_json(json.loads(json.dumps(progress.to_json()))) == progress
    error = IngestError("too_large", path="/d.md", limit=7)
    told = IngestProgress("文件.md", 1, 2, 0, 0, 0.5, error)
    refused = IngestProgress.from_json(json.loads(json.dumps(told.to_json()))).refused
    assert refused is not None
    assert (refused.code, refused.details) == (error.code, error.details)


def test_a_failure_that_is_none_of_a_document_is_told() -> None:
    known = REPORT.to_json()
    known["failed"][0]["error"]["code"] = "store.locked"
    with pytest.raises(TypeError):
        IngestReport.from_json(known)
