"""Spans of OpenTelemetry about the stages of a question, where its variables ask for them.

Without them nothing of OpenTelemetry is imported and a span is an empty block. A span says which
stage, how long and how it went, never a word of a question or a document.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from assistant.errors import SettingsError
from assistant.stopping import name_failure

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer

EXTRA = "duocite[tracing]"
Item = TypeVar("Item")
Value = str | int | bool

_EXPORTERS = "OTEL_TRACES_EXPORTER"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
# As the packages of OpenTelemetry register what they bring.
_GROUP = "opentelemetry_traces_exporter"
_tracer: Tracer | None = None


class Span(Protocol):
    """One that was begun, and isn't what goes on around it until it is entered."""

    def entered(self) -> AbstractContextManager[object]:
        """Spans that begin inside the block are its children."""

    def note(self, known: Mapping[str, Value]) -> None: ...


class _NoSpan:
    def entered(self) -> AbstractContextManager[object]:
        return nullcontext()

    def note(self, known: Mapping[str, Value]) -> None:
        """Nobody asked for it."""


class _Span:
    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    def entered(self) -> AbstractContextManager[object]:
        from opentelemetry.trace import use_span

        # An exception's text may repeat what was asked.
        return use_span(self._span, record_exception=False, set_status_on_exception=False)

    def note(self, known: Mapping[str, Value]) -> None:
        self._span.set_attributes(dict(known))

    def fail(self, error: BaseException) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", name_failure(error))
        self._span.set_status(StatusCode.ERROR)

    def end(self) -> None:
        self._span.end()


_NO_SPAN = _NoSpan()


@contextmanager
def start_span(name: str) -> Iterator[Span]:
    """A span as long as the block, which a generator may leave in between: it isn't entered."""
    if _tracer is None:
        yield _NO_SPAN
        return
    span = _Span(_tracer.start_span(name))
    try:
        yield span
    except GeneratorExit:
        raise
    except BaseException as error:
        span.fail(error)
        raise
    finally:
        span.end()


@contextmanager
def trace(name: str, **known: Value) -> Iterator[None]:
    """What is done inside the block, with spans of its own below; no `yield` of a generator."""
    with start_span(name) as span, span.entered():
        span.note({f"duocite.{key}": value for key, value in known.items()})
        yield


def step_in(span: Span, items: Iterator[Item]) -> Generator[Item]:
    """Items that are made inside a span, and taken outside of it."""
    end = object()
    while True:
        with span.entered():
            item = next(items, end)
        if item is end:
            return
        yield cast("Item", item)


def trace_steps(name: str, items: Iterator[Item]) -> Generator[Item]:
    """The same with a span of their own."""
    with start_span(name) as span:
        yield from step_in(span, items)


@contextmanager
def follow(headers: Mapping[str, str]) -> Iterator[None]:
    """Spans of the block belong to the trace that a request names (W3C Trace Context)."""
    if _tracer is None or "traceparent" not in headers:
        yield
        return
    from opentelemetry.context import attach, detach
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    named = {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
    token = attach(TraceContextTextMapPropagator().extract(named))
    try:
        yield
    finally:
        detach(token)


def trace_with(provider: TracerProvider | None) -> None:
    """From now on, for the whole process; None for no traces."""
    global _tracer  # noqa: PLW0603  as with logs, whatever is imported anywhere writes to one
    _tracer = provider.get_tracer("duocite") if provider else None


def begin_tracing(variables: Mapping[str, str] = os.environ) -> None:
    """Trace if OpenTelemetry's own variables name where to; SettingsError "no_tracing" without the
    extra, "traces" for an exporter that isn't there."""
    if names := find_exporters(variables):
        trace_with(_build_provider(names, variables))


def find_exporters(variables: Mapping[str, str]) -> list[str]:
    """The exporters that are asked for, by their names in OTEL_TRACES_EXPORTER. By itself, an
    address asks for "otlp"; where nothing is said, nothing is sent, unlike what OpenTelemetry
    does."""
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    usual = "otlp" if any(variables.get(name) for name in _ENDPOINTS) else "none"
    named = variables.get(_EXPORTERS) or usual
    return [name for part in named.split(",") if (name := part.strip().lower()) != "none" and name]


def _build_provider(names: list[str], variables: Mapping[str, str]) -> TracerProvider:
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError("no_tracing", name=_EXPORTERS, extra=EXTRA) from error
    own = {} if variables.get("OTEL_SERVICE_NAME") else {"service.name": "duocite"}
    provider = TracerProvider(resource=Resource.create(own))
    for name in names:
        exporter = _find_exporter(_register_name(name, variables))
        provider.add_span_processor(BatchSpanProcessor(exporter()))
    return provider


def _register_name(name: str, variables: Mapping[str, str]) -> str:
    if name != "otlp":
        return name
    protocol = next((variables[one] for one in _PROTOCOLS if variables.get(one)), "http/protobuf")
    return "otlp_proto_grpc" if protocol.strip() == "grpc" else "otlp_proto_http"


def _find_exporter(name: str) -> Callable[[], SpanExporter]:
    for found in entry_points(group=_GROUP, name=name):
        try:
            exporter: Callable[[], SpanExporter] = found.load()
            return exporter
        except ImportError as error:
            raise SettingsError("no_tracing", name=_EXPORTERS, extra=EXTRA) from error
    raise SettingsError("traces", name=_EXPORTERS, value=name, extra=EXTRA)
