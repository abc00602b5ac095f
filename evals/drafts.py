"""Cases begun from answers that readers found wrong; a person completes them.

A draft holds the question and what was answered, and nothing of what a right answer holds: that is
what is missing. As long as it is, no suite can be read that has the draft in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import SuiteError
from evals.cases import read_rows

Json = dict[str, Any]


class Drafted(NamedTuple):
    """How many drafts were written, and how many were in the file from before."""

    written: int
    kept: int


def build_draft(answer: Mapping[str, Any], reason: str = "") -> Json:
    """A case of the JSON of an answer, with the fields that a person fills in left empty.

    `given` tells that person what was answered and cited, and why somebody found it wrong; whoever
    reads a suite passes it over.
    """
    language = answer["language"]
    other = "zh" if language == "en" else "en"
    return {
        "id": f"draft-{answer['id']}",
        "kind": "",
        f"question_{language}": answer["question"],
        f"question_{other}": "",
        "answer_en": "",
        "answer_zh": "",
        "figures": [],
        "names": [],
        "source": "",
        "line": 0,
        "quote": "",
        "given": {
            "language": language,
            "collection": answer["collection"],
            "status": answer["status"],
            "answer": answer["answer"],
            "citations": [_cite(citation) for citation in answer["citations"]],
            "figures": [_state(figure) for figure in answer["figures"]],
            "model": answer["model"],
            "reason": reason,
        },
    }


def write_drafts(path: Path, drafts: Iterable[Json]) -> Drafted:
    """Add to a file those that aren't in it: what a person completed or began to stays as it is.

    Raises SuiteError "bad_line" or "missing" for a file that holds something else or can't be
    read, "unwritable".
    """
    known = [row for _, row in read_rows(path)] if path.exists() else []
    ids = {row.get("id") for row in known}
    # An answer that two readers found wrong is one case.
    new = {str(draft["id"]): draft for draft in drafts if draft["id"] not in ids}
    try:
        _append(path, list(new.values()))
    except OSError as error:
        reason = error.strerror or str(error)
        raise SuiteError("unwritable", path=path, reason=reason) from error
    return Drafted(len(new), len(known))


def _append(path: Path, drafts: Sequence[Json]) -> None:
    if not drafts:
        return
    cut = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    # A lone half of a character has no UTF-8; JSON can say it in another way.
    lines = [_fit_utf8(json.dumps(draft, ensure_ascii=False)) for draft in drafts]
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("\n" * cut + "".join(f"{line}\n" for line in lines))


def _fit_utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _cite(citation: Mapping[str, Any]) -> Json:
    """In a case's own words: what a person copies if the citation is right."""
    first, _ = citation["lines"]
    return {
        "number": citation["number"],
        "source": citation["document"],
        "line": first,
        "quote": citation["quote"],
        "location": citation["location"],
    }


def _state(figure: Mapping[str, Any]) -> Json:
    return {name: figure[name] for name in ("value", "unit", "text", "verdict")}
