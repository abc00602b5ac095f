"""What Duocite tells a channel unasked: how an eval went, what an ingest brought, any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.cli_output import SHOWN_NAMES, count_ingest, say_error, say_note, some_of
from assistant.prompts import Messages, load_messages
from assistant.scope import Language
from assistant.slack.elements import Message, build_context, build_sections, pack
from assistant.slack.mrkdwn import escape, fold
from assistant.slack.split import shorten
from assistant.wire import Json
from store.report import IngestReport

LONGEST_TEXT = 12_000
"""Characters of a text that are posted; news is no place for a log."""

_ROWS, _WIDEST = 40, 30
_COLUMNS = ("en", "zh", "both")


def build_reports_news(known: Json, language: Language) -> list[Message]:
    """The `report.json` of `duocite eval --out`, which has a report for each suite. Raises
    KeyError, TypeError, ValueError or AttributeError for what that can't have written."""
    return [one for report in known["suites"] for one in build_report_news(report, language)]


def build_report_news(report: Json, language: Language) -> list[Message]:
    """How one suite went; raises as `build_reports_news`."""
    labels = load_messages(language)
    blocks = build_sections(_say_outcome(report, labels))
    blocks += build_sections("\n".join(_say_faults(report, labels)))
    rows = [*_table_rows(report["measures"], report["floors"])]
    for start in range(0, len(rows), _ROWS):
        blocks += build_sections(_fence(rows[start : start + _ROWS]))
    return pack([*blocks, *build_context("\n".join(_say_circumstances(report, labels)))])


def build_ingest_news(known: Json, language: Language) -> list[Message]:
    """A report of `duocite ingest --out`; raises as `build_reports_news`."""
    labels = load_messages(language)
    rest = dict(known)
    collection = str(rest.pop("collection"))
    report = IngestReport.from_json(rest)
    sign = "⚠️" if report.failed or report.spared else "📥"
    counts = {name: escape(str(count)) for name, count in count_ingest(report).items()}
    said = labels.text("cli.ingested", collection=escape(fold(collection)), **counts)
    lines = [f"• {escape(fold(line))}" for line in _say_details(report, labels)]
    return pack([*build_sections(f"{sign} {said}"), *build_context("\n".join(lines))])


def build_text_news(text: str) -> list[Message]:
    """Any text, its beginning if it is long."""
    return pack(build_sections(escape(shorten(text, LONGEST_TEXT))))


def _say_outcome(report: Json, labels: Messages) -> str:
    suite, broken = escape(fold(report["suite"])), len(report["broken"])
    if broken:
        return labels.text("slack.eval.failed", suite=suite, broken=broken)
    key = "passed" if report["passed"] else "turned"
    return labels.text(f"slack.eval.{key}", suite=suite)


def _say_faults(report: Json, labels: Messages) -> Iterator[str]:
    """Broken floors, then the questions that were right and are wrong."""
    yield from (_say_broken(one, labels) for one in report["broken"])
    turned = (report.get("gate") or {}).get("turned_wrong", [])
    for one in turned[:SHOWN_NAMES]:
        named = {name: escape(fold(str(one[name]))) for name in ("case", "language", "question")}
        yield "• " + labels.text("slack.eval.fell", **named)
    if (more := len(turned) - SHOWN_NAMES) > 0:
        yield labels.text("slack.eval.more", more=more)


def _say_broken(broken: Json, labels: Messages) -> str:
    named = {"measure": escape(str(broken["name"])), "language": escape(str(broken["language"]))}
    value, floor = _share(broken["value"]), _share(broken["floor"])
    return "• " + labels.text("slack.eval.broken", **named, value=value, floor=floor)


def _table_rows(measures: Sequence[Json], floors: Json) -> Iterator[str]:
    """Columns of equal width: a measure, in both languages and together, and its floor."""
    names = [*dict.fromkeys(str(one["name"]) for one in measures)]
    width = min(max(map(len, names), default=0), _WIDEST)
    yield _lay_row("", [*_COLUMNS, "floor"], width)
    values = {(str(one["name"]), one["language"]): one["value"] for one in measures}
    for name in names:
        cells = [_share(values.get((name, column))) for column in _COLUMNS]
        yield _lay_row(name, [*cells, _share(floors.get(name))], width)


def _lay_row(name: str, cells: Iterable[str], width: int) -> str:
    return f"{name[:width]:<{width}} " + " ".join(f"{cell:>6}" for cell in cells)


def _say_circumstances(report: Json, labels: Messages) -> Iterator[str]:
    models = ", ".join(f"{name} {many}" for name, many in report["models"].items())
    yield labels.text("slack.eval.models", models=escape(fold(models)) or "-")


def _say_details(report: IngestReport, labels: Messages) -> Iterator[str]:
    yield from (say_error(error, labels.language) for _, error in report.failed[:SHOWN_NAMES])
    if (more := len(report.failed) - SHOWN_NAMES) > 0:
        yield labels.text("slack.ingest.more", more=more)
    for spared in report.spared:
        many = len(spared.documents)
        yield labels.text("cli.spared", folder=spared.folder, documents=many)
    for document, note in report.notes[:SHOWN_NAMES]:
        yield say_note(document, note, labels)
    if report.removed:
        yield labels.text("cli.removed", names=some_of(report.removed))
    if report.other:
        yield labels.text("cli.other_languages", names=some_of(report.other))


def _share(value: Any) -> str:
    return "" if value is None else f"{float(value):.3f}"


def _fence(rows: Sequence[str]) -> str:
    return "```" + "\n".join(escape(row) for row in rows) + "```"
