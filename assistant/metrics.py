"""What a server counts, for Prometheus to fetch.

Every label has few values: templates of routes, codes, names of the program's own. Nothing that
anybody wrote becomes one. All is kept in a registry of the app's own.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from assistant import __version__
from assistant.answer import Answer
from assistant.observing import Outcome
from store.report import IngestReport

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format, in which `Metrics.write` writes."""

STAGES = ("retrieve", "answer", "check", "repair", "compare", "total")

# Seconds. A quoted answer takes tens of milliseconds, one of a model up to minutes.
_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_INGEST_TIMES = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOKENS = {"prompt_tokens": "prompt", "completion_tokens": "completion"}


class Metrics:
    """Counts from the start of the server on; threads may share it."""

    def __init__(self, at_hand: Callable[[], int] = lambda: 0) -> None:
        self.registry = CollectorRegistry()
        self._requests = _Requests(self.registry)
        self._answers = _Answers(self.registry)
        self._ingests = _Ingests(self.registry)
        Gauge(
            "duocite_questions_in_progress", "Questions at hand.", registry=self.registry
        ).set_function(at_hand)
        Info("duocite_build", "What is running.", registry=self.registry).info(
            {"version": __version__, "python": platform.python_version()}
        )
        ProcessCollector(registry=self.registry)

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.note(method if method in _METHODS else "other", route, status, seconds)

    def note_outcome(self, outcome: Outcome) -> None:
        self._answers.note(outcome)

    def note_ingest(self, report: IngestReport) -> None:
        self._ingests.note(report)

    def write(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


class _Requests:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._many = Counter(
            "duocite_http_requests_total",
            "HTTP requests that were answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "duocite_http_request_duration_seconds",
            "How long HTTP requests took, to the last byte of the response.",
            ["method", "route"],
            buckets=_LATENCIES,
            registry=registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        self._many.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class _Answers:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._many = Counter(
            "duocite_answers_total",
            "Answers; a refusal is one, with its reason.",
            ["front", "status", "language", "reason"],
            registry=registry,
        )
        self._failed = Counter(
            "duocite_questions_failed_total",
            "Questions without an answer, by the code of the error; gone: the asker left.",
            ["front", "code"],
            registry=registry,
        )
        self._stages = Histogram(
            "duocite_answer_stage_duration_seconds",
            "How long the stages of answers took.",
            ["stage"],
            buckets=_LATENCIES,
            registry=registry,
        )
        self._unproved = Counter(
            "duocite_unproved_sentences_total",
            "Sentences of answers that were not proved, left out or marked.",
            registry=registry,
        )
        self._figures = Counter(
            "duocite_figures_total",
            "Figures of answers by what their check found.",
            ["verdict"],
            registry=registry,
        )
        self._use = _Use(registry)

    def note(self, outcome: Outcome) -> None:
        front = outcome.asker.front
        if outcome.answer is None:
            self._failed.labels(front, outcome.code or "").inc()
            return
        answer = outcome.answer
        self._many.labels(front, answer.status, answer.language, answer.reason or "").inc()
        self._unproved.inc(answer.unproved)
        for stage in STAGES:
            if stage in answer.timings_ms:
                self._stages.labels(stage).observe(answer.timings_ms[stage] / 1000)
        for figure in answer.figures:
            self._figures.labels(figure.verdict).inc()
        self._use.note(answer)


class _Use:
    """What models took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tokens = Counter(
            "duocite_model_tokens_total",
            "Tokens that models read (prompt) and wrote (completion).",
            ["model", "kind"],
            registry=registry,
        )
        self._cost = Counter(
            "duocite_model_cost_total",
            "What models cost, by the table of prices, in units of the currency.",
            ["model", "currency"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "duocite_fallback_answers_total",
            "Answers that were quoted, for a model had failed.",
            registry=registry,
        )

    def note(self, answer: Answer) -> None:
        usage: Mapping[str, Any] = answer.usage
        self._fallbacks.inc(answer.fallback)
        for name, kind in _TOKENS.items():
            if many := usage.get(name):
                self._tokens.labels(answer.model, kind).inc(many)
        if "cost" in usage:
            currency = str(usage.get("currency", ""))
            self._cost.labels(answer.model, currency).inc(float(usage["cost"]))


class _Ingests:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._documents = Counter(
            "duocite_ingested_documents_total",
            "Documents of ingests by what became of them.",
            ["result"],
            registry=registry,
        )
        self._chunks = Counter(
            "duocite_ingested_chunks_total", "Chunks that were stored.", registry=registry
        )
        self._seconds = Histogram(
            "duocite_ingest_duration_seconds",
            "How long ingests took.",
            buckets=_INGEST_TIMES,
            registry=registry,
        )

    def note(self, report: IngestReport) -> None:
        results = {
            "new": report.new,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "removed": len(report.removed),
            "failed": len(report.failed),
        }
        for result, many in results.items():
            self._documents.labels(result).inc(many)
        self._chunks.inc(report.chunks)
        self._seconds.observe(report.seconds)
