"""What is counted, read by Prometheus's own parser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from assistant import __version__
from assistant.answer import Answer, CheckedFigure, Claim
from assistant.asker import Asker
from assistant.errors import IngestError
from assistant.figures import find_figures
from assistant.metrics import Metrics
from assistant.observing import Outcome
from store.report import IngestReport
from tests.support.answers import build_answer

REPORT = IngestReport(
    3, 2, 4, ("gone.md",), (), ((Path("/a/bad.md"), IngestError("encoding", path="/a/bad.md")),),
    (), (), (), 50, 60, 70, 8.5,
)  # fmt: skip


def read(metrics: Metrics) -> dict[str, Metric]:
    found = text_string_to_metric_families(metrics.write().decode())
    return {family.name: family for family in found}


def value(metrics: Metrics, sample: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(sample, labels)


def tell(
    metrics: Metrics, answer: Answer | None, front: Any = "api", code: str | None = None
) -> None:
    metrics.note_outcome(Outcome(Asker(front), 1.5, "a question", answer, code))


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def filled(metrics: Metrics) -> Metrics:
    """With something of everything."""
    figures = tuple(CheckedFigure(one, "checked") for one in find_figures("40 tonnes in 2023"))
    claims = (Claim("40 tonnes in 2023.", (1,), "proved", None, figures),)
    usage = {"prompt_tokens": 900, "completion_tokens": 40, "cost": "0.0125", "currency": "USD"}
    tell(
        metrics, build_answer("q", claims=claims, unproved=2, timings_ms={"total": 40}, usage=usage)
    )
    tell(metrics, None, code="request.time")
    metrics.note_ingest(REPORT)
    metrics.note_request("GET", "/healthz", 200, 0.003)
    return metrics


def test_prometheus_can_read_all_of_it(filled: Metrics) -> None:
    families = read(filled)
    assert families["duocite_answers"].type == "counter"
    assert families["duocite_answer_stage_duration_seconds"].type == "histogram"
    assert families["duocite_questions_in_progress"].type == "gauge"


def test_names_follow_the_conventions(filled: Metrics) -> None:
    for name, family in read(filled).items():
        assert re.fullmatch(r"(duocite|process)_[a-z_]+", name)
        assert family.documentation
        assert not name.endswith(("_ms", "_milliseconds", "_count"))
        if family.type == "counter":
            assert all(one.name.endswith(("_total", "_created")) for one in family.samples)
        if family.type == "histogram":
            assert name.endswith("_seconds")


def test_requests_are_counted_by_method_template_and_status(metrics: Metrics) -> None:
    for status in (200, 200, 404):
        metrics.note_request("POST", "/v1/ask", status, 0.2)
    name = "duocite_http_requests_total"
    assert value(metrics, name, method="POST", route="/v1/ask", status="200") == 2
    assert value(metrics, name, method="POST", route="/v1/ask", status="404") == 1


def test_how_long_requests_took_is_summed_and_sorted(metrics: Metrics) -> None:
    metrics.note_request("GET", "/", 200, 0.2)
    metrics.note_request("GET", "/", 200, 4)
    name, labels = "duocite_http_request_duration_seconds", {"method": "GET", "route": "/"}
    assert value(metrics, f"{name}_sum", **labels) == pytest.approx(4.2)
    assert value(metrics, f"{name}_bucket", **labels, le="0.25") == 1
    assert value(metrics, f"{name}_bucket", **labels, le="+Inf") == 2


def test_methods_that_somebody_made_up_are_one(metrics: Metrics) -> None:
    for method in ("BREW", "PROPFIND", 'GET" 1\nx'):
        metrics.note_request(method, "unknown", 400, 0)
    name = "duocite_http_requests_total"
    assert value(metrics, name, method="other", route="unknown", status="400") == 3


@pytest.mark.parametrize("front", ["chat", "api", "chat-completions", "slack", "cli"])
def test_answers_are_counted_by_front_end(metrics: Metrics, front: str) -> None:
    tell(metrics, build_answer("how much?"), front)
    labels = {"front": front, "status": "verified", "language": "en", "reason": ""}
    assert value(metrics, "duocite_answers_total", **labels) == 1


def test_refusals_are_counted_with_their_reason(metrics: Metrics) -> None:
    tell(metrics, build_answer("多少？", status="refused", reason="not_stated", claims=()))
    labels = {"front": "api", "status": "refused", "language": "zh", "reason": "not_stated"}
    assert value(metrics, "duocite_answers_total", **labels) == 1


def test_questions_without_an_answer_are_counted_by_their_code(metrics: Metrics) -> None:
    tell(metrics, None, code="gone")
    assert value(metrics, "duocite_questions_failed_total", front="api", code="gone") == 1
    assert not read(metrics)["duocite_answers"].samples


def test_stages_are_measured_in_seconds(metrics: Metrics) -> None:
    tell(metrics, build_answer("q", timings_ms={"retrieve": 21, "check": 1500, "total": 1600}))
    name = "duocite_answer_stage_duration_seconds_sum"
    assert value(metrics, name, stage="retrieve") == pytest.approx(0.021)
    assert value(metrics, name, stage="check") == pytest.approx(1.5)
    assert value(metrics, name, stage="total") == pytest.approx(1.6)
    assert value(metrics, name, stage="answer") is None


def test_a_stage_of_another_name_is_no_label(metrics: Metrics) -> None:
    tell(metrics, build_answer("q", timings_ms={"what somebody added": 3}))
    assert "somebody" not in metrics.write().decode()


def test_unproved_sentences_and_figures_are_counted(filled: Metrics) -> None:
    assert value(filled, "duocite_unproved_sentences_total") == 2
    assert value(filled, "duocite_figures_total", verdict="checked") == 2


def test_tokens_and_cost_are_counted_by_model(filled: Metrics) -> None:
    tokens, model = "duocite_model_tokens_total", "offline"
    assert value(filled, tokens, model=model, kind="prompt") == 900
    assert value(filled, tokens, model=model, kind="completion") == 40
    assert value(filled, "duocite_model_cost_total", model=model, currency="USD") == pytest.approx(
        0.0125
    )


def test_answers_in_place_of_a_model_are_counted(metrics: Metrics) -> None:
    tell(metrics, build_answer("q", fallback=True))
    tell(metrics, build_answer("q"))
    assert value(metrics, "duocite_fallback_answers_total") == 1


def test_ingests_are_counted_by_what_became_of_the_documents(metrics: Metrics) -> None:
    metrics.note_ingest(REPORT)
    metrics.note_ingest(replace(REPORT, new=1, seconds=1.5))
    results = {"new": 4, "changed": 4, "unchanged": 8, "removed": 2, "failed": 2}
    for result, many in results.items():
        assert value(metrics, "duocite_ingested_documents_total", result=result) == many
    assert value(metrics, "duocite_ingested_chunks_total") == 100
    assert value(metrics, "duocite_ingest_duration_seconds_sum") == 10


def test_the_questions_at_hand_are_those_of_the_moment() -> None:
    at_hand = [2]
    metrics = Metrics(lambda: at_hand[0])
    assert value(metrics, "duocite_questions_in_progress") == 2
    at_hand[0] = 0
    assert value(metrics, "duocite_questions_in_progress") == 0


def test_it_says_what_is_running(metrics: Metrics) -> None:
    (sample,) = read(metrics)["duocite_build_info"].samples
    assert sample.labels["version"] == __version__
    assert value(metrics, "process_resident_memory_bytes")


def test_two_apps_count_each_for_itself(filled: Metrics) -> None:
    other = Metrics()
    assert value(other, "duocite_ingested_chunks_total") == 0
    assert not [name for name in REGISTRY._names_to_collectors if name.startswith("duocite")]


def test_nothing_that_anybody_wrote_is_in_it(metrics: Metrics) -> None:
    asker = Asker("api", "a name of somebody")
    metrics.note_outcome(Outcome(asker, 1, "words of a question", build_answer("words")))
    written = metrics.write().decode()
    assert "words" not in written
    assert "somebody" not in written
