"""What a channel is told unasked: reports, summaries and texts, within Slack's limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import IngestError
from assistant.scope import Language
from assistant.slack.news import LONGEST_TEXT, build_ingest_news, build_report_news, build_text_news
from store.formats.extract import Note
from store.report import IngestReport, Spared
from tests.slack.limits import check_all, find_texts, fold

Json = dict[str, Any]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def measure(name: str, language: str, value: float | None) -> Json:
    return {"name": name, "language": language, "value": value, "scored": 80}


def report(**changes: Any) -> Json:
    """As `evals.report.to_json` writes it; what isn't read is left out."""
    known = {
        "suite": "sample",
        "floors": {"right": 0.9},
        "passed": True,
        "models": {"offline": 158, "fallback": 2},
        "measures": [
            measure("right", "en", 0.95),
            measure("right", "zh", 0.9),
            measure("right", "both", 0.925),
            measure("quotation_found", "both", None),
        ],
        "broken": [],
    }
    return {**known, **changes}


def broken_report() -> Json:
    return report(
        suite="my <suite>", broken=[{**measure("right", "zh", 0.81234), "floor": 0.9}], passed=False
    )


def ingested(**changes: Any) -> Json:
    known: Json = {
        "new": 3,
        "changed": 1,
        "unchanged": 12,
        "removed": (),
        "spared": (),
        "failed": (),
        "skipped": (),
        "other": (),
        "notes": (),
        "chunks": 420,
        "sentences": 900,
        "tokens": 51_000,
        "seconds": 3.14,
    }
    whole = IngestReport(**{**known, **changes}).to_json()
    return {"collection": "re<ports>", **json.loads(json.dumps(whole))}


def lines(news: list[Any]) -> list[str]:
    texts = [text for message in news for text in find_texts(message.blocks)]
    return [line for text in texts for line in text.splitlines()]


def test_a_report_that_holds_its_floors_says_so() -> None:
    news = build_report_news(report(), "en")
    check_all(news)
    assert lines(news) == [
        "✅ Eval “sample”: no measure is under its floor.",
        "```                    en     zh   both  floor",
        "right            0.950  0.900  0.925  0.900",
        "quotation_found                            ```",
        "Answers by: offline 158, fallback 2",
    ]


def test_measures_under_their_floors_come_first() -> None:
    news = build_report_news(broken_report(), "en")
    check_all(news)
    assert lines(news)[:2] == [
        "❌ Eval “my &lt;suite&gt;”: measures under their floor: 1",
        "• right (zh): 0.812, floor 0.900",
    ]
    assert news[0].text.startswith("❌ Eval")


def test_a_report_is_told_in_chinese_too() -> None:
    said = lines(build_report_news(broken_report(), "zh"))
    assert said[0] == "❌ 评测“my &lt;suite&gt;”：低于下限的指标数：1"
    assert said[1] == "• right（zh）：0.812，下限 0.900"


def test_a_report_of_many_measures_is_within_all_limits() -> None:
    many = [measure(f"measure_{n}_{'x' * 60}", "en", n / 500) for n in range(500)]
    low = [{**one, "floor": 1.0} for one in many]
    news = build_report_news(report(measures=many, broken=low), "en")
    check_all(news)
    texts = [text for one in news for text in find_texts(one.blocks)]
    assert all(text.count("```") in (0, 2) for text in texts)
    assert sum(line.startswith("• measure_") for text in texts for line in text.splitlines()) == 500


def test_an_ingest_is_told_in_a_line() -> None:
    news = build_ingest_news(ingested(), "en")
    check_all(news)
    (line,) = lines(news)
    assert line.startswith(
        "📥 re&lt;ports&gt;: 3 new, 1 changed, 12 unchanged, 0 removed, 0 failed"
    )
    assert "51,000" in line


def test_documents_that_could_not_be_read_are_named_and_the_rest_counted() -> None:
    failed = tuple((Path(f"r/{n}.txt"), IngestError("empty", path=f"r/{n}.txt")) for n in range(9))
    news = build_ingest_news(ingested(failed=failed), "en")
    check_all(news)
    said = lines(news)
    assert said[0].startswith("⚠️ ")
    assert said[1] == "• r/0.txt has no text in it."
    assert said[-1] == "• Further documents that could not be read: 4"
    assert len(said) == 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_user_should_know_of_an_ingest_is_told(language: Language) -> None:
    known = ingested(
        removed=("gone.txt",),
        spared=(Spared(Path("/mnt/a"), ("x", "y")),),
        other=("fr.txt",),
        notes=(("scan.pdf", Note("by_ocr", "3–5")),),
    )
    news = build_ingest_news(known, language)
    check_all(news)
    said = lines(news)
    assert said[0].startswith("⚠️ ")
    assert len(said) == 5
    for name in ("gone.txt", "/mnt/a", "fr.txt", "scan.pdf"):
        assert any(name in line for line in said[1:])


@pytest.mark.parametrize(
    "known",
    [{}, [], "x", None, {"collection": "a"}, {"collection": "a", "new": 1}, {"suite": "a"}],
)
def test_what_is_no_report_is_refused(known: Any) -> None:
    for build in (build_ingest_news, build_report_news):
        with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
            build(known, "en")


@given(st.text(st.sampled_from("a中&<*:。. \n😀"), min_size=1, max_size=400).filter(str.strip))
@settings(deadline=None)
def test_any_text_is_posted_whole(text: str) -> None:
    news = build_text_news(text)
    check_all(news)
    assert fold("".join(lines(news))) == fold(text)


def test_a_text_that_is_no_news_is_cut() -> None:
    news = build_text_news("A line of a log.\n" * 5000)
    check_all(news)
    said = "\n".join(lines(news))
    assert said.endswith("A line of a log.…")
    assert LONGEST_TEXT * 0.9 < len(said) <= LONGEST_TEXT


def turned(many: int) -> Json:
    rows = [{"case": f"s-{n}", "language": "zh", "question": f"<{n}>?"} for n in range(many)]
    return report(passed=False, gate={"turned_wrong": rows})


def test_questions_that_turned_wrong_are_named_and_the_rest_counted() -> None:
    news = build_report_news(turned(7), "en")
    check_all(news)
    said = lines(news)
    assert said[0].startswith("❌ Eval “sample”: no measure is under its floor, but fewer")
    assert said[1] == "• s-0 (zh) was right and is wrong: &lt;0&gt;?"
    assert said[6] == "Further questions that turned wrong: 2"


def test_a_report_without_a_gate_is_told_by_its_floors() -> None:
    for changes in (report(gate=None), report(gate={"turned_wrong": []})):
        assert lines(build_report_news(changes, "zh"))[0].startswith("✅")
