"""Spans: none without being asked for, the right ones with; never a text in them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Generator, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from assistant import tracing
from assistant.answer import Answer
from assistant.errors import SettingsError, StoreError
from assistant.questions import Event, Questions
from assistant.streaming import Emit, Workers
from assistant.tracing import (
    begin_tracing,
    find_exporters,
    follow,
    start_span,
    step_in,
    trace,
    trace_steps,
    trace_with,
)
from tests.support.answers import build_answer

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = 0x0AF7651916CD43DD8448EB211C80319C


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider)
    yield exporter
    trace_with(None)


def list_pairs(spans: InMemorySpanExporter) -> set[tuple[str, str | None]]:
    """Each span with its parent, by their names."""
    found = spans.get_finished_spans()
    names = {span.context.span_id: span.name for span in found if span.context}
    return {(span.name, names.get(span.parent.span_id) if span.parent else None) for span in found}


def find(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (span,) = [one for one in spans.get_finished_spans() if one.name == name]
    return span


def test_without_being_asked_for_nothing_is_traced_or_imported() -> None:
    code = (
        "import sys; from assistant.tracing import *; begin_tracing({})\n"
        "with trace('a', b=1), start_span('c') as span, follow({'traceparent': 'x'}):\n"
        "    span.note({})\n"
        "assert [*trace_steps('d', iter('ef'))] == ['e', 'f']\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_span_inside_another_is_its_child(spans: InMemorySpanExporter) -> None:
    with trace("retrieve"), trace("embed"):
        pass
    assert list_pairs(spans) == {("retrieve", None), ("embed", "retrieve")}


def test_what_is_said_of_a_span_is_under_our_own_name(spans: InMemorySpanExporter) -> None:
    with trace("embed", texts=3):
        pass
    assert find(spans, "embed").attributes == {"duocite.texts": 3}


def test_a_span_that_was_not_entered_has_no_children(spans: InMemorySpanExporter) -> None:
    with start_span("question") as span:
        with trace("outside"):
            pass
        with span.entered(), trace("inside"):
            pass
    assert ("outside", None) in list_pairs(spans)
    assert ("inside", "question") in list_pairs(spans)


def test_items_are_made_inside_a_span_and_taken_outside(spans: InMemorySpanExporter) -> None:
    def make() -> Iterator[int]:
        for number in range(2):
            with trace(f"make {number}"):
                pass
            yield number

    for number in trace_steps("all", make()):
        with trace(f"take {number}"):
            pass
    assert {("make 0", "all"), ("make 1", "all"), ("take 0", None)} <= list_pairs(spans)


def test_items_may_be_left_in_between(spans: InMemorySpanExporter) -> None:
    steps = trace_steps("all", iter([1, 2, 3]))
    next(steps)
    steps.close()
    assert find(spans, "all").status.status_code is StatusCode.UNSET


def test_none_among_items_is_an_item_too() -> None:
    with start_span("x") as span:
        assert list(step_in(span, iter([None, 1, None]))) == [None, 1, None]


def test_a_failure_is_told_by_its_code_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(StoreError), trace("retrieve"):
        raise StoreError("no_document", document="secret.md", collection="c")
    span = find(spans, "retrieve")
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes == {"error.type": "store.no_document"}
    assert (span.events, span.status.description) == ((), None)


def test_spans_go_on_with_the_trace_of_a_request(spans: InMemorySpanExporter) -> None:
    with follow({"traceparent": PARENT}), trace("question"):
        pass
    span = find(spans, "question")
    assert span.context.trace_id == TRACE
    assert span.parent
    assert span.parent.span_id == 0xB7AD6B7169203331


@pytest.mark.parametrize("named", ["", "00-1-2-01", "ff-" + PARENT[3:], "a\nb", PARENT + "x" * 999])
def test_a_parent_that_is_none_begins_a_trace_of_its_own(
    spans: InMemorySpanExporter, named: str
) -> None:
    with follow({"traceparent": named}), trace("question"):
        pass
    assert find(spans, "question").context.trace_id != TRACE


def test_a_thread_at_work_for_a_request_stays_in_its_trace(spans: InMemorySpanExporter) -> None:
    def work(emit: Emit[int]) -> None:
        with trace("work"):
            emit(1)

    async def ask() -> None:
        with trace("request"):
            _ = [event async for event in Workers().run(work)]

    asyncio.run(ask())
    assert ("work", "request") in list_pairs(spans)


def answer(question: str) -> Generator[Event]:
    with trace("retrieve"):
        pass
    yield build_answer(question).claims[0]
    with trace("check"):
        pass
    yield build_answer(question)


def test_a_question_is_the_parent_of_its_stages(spans: InMemorySpanExporter) -> None:
    events = Questions().run("how much of the secret?", answer("how much of the secret?"))
    assert isinstance([*events][-1], Answer)
    assert list_pairs(spans) == {
        ("question", None), ("retrieve", "question"), ("check", "question"),
    }  # fmt: skip
    known = dict(find(spans, "question").attributes or {})
    assert (known["duocite.status"], known["duocite.front"]) == ("verified", "cli")
    assert "secret" not in str(known)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({}, []),
        ({"OTEL_TRACES_EXPORTER": "none"}, []),
        ({"OTEL_TRACES_EXPORTER": ""}, []),
        ({"OTEL_TRACES_EXPORTER": "otlp, console"}, ["otlp", "console"]),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, ["otlp"]),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"}, ["otlp"]),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1", "OTEL_TRACES_EXPORTER": "none"},
            [],
        ),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": " TRUE"}, []),
    ],
)
def test_the_variables_of_opentelemetry_say_where_to(
    variables: dict[str, str], names: list[str]
) -> None:
    assert find_exporters(variables) == names


def test_an_exporter_that_nobody_has_is_a_settings_error() -> None:
    with pytest.raises(SettingsError) as caught:
        begin_tracing({"OTEL_TRACES_EXPORTER": "pigeon"})
    assert caught.value.code == "traces"


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError) as caught:
        begin_tracing({"OTEL_TRACES_EXPORTER": "otlp"})
    assert caught.value.code == "no_tracing"
    assert caught.value.details["extra"] == "duocite[tracing]"


@pytest.mark.parametrize(
    ("protocol", "package"), [("http/protobuf", "http"), ("grpc", "grpc"), ("", "http")]
)
def test_the_protocol_chooses_between_the_two_of_otlp(protocol: str, package: str) -> None:
    found = tracing._register_name("otlp", {"OTEL_EXPORTER_OTLP_PROTOCOL": protocol})
    assert f".{package}." in tracing._find_exporter(found).__module__


def test_a_trace_names_the_service_unless_it_is_named_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert tracing._build_provider([], {}).resource.attributes["service.name"] == "duocite"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "reports")
    provider = tracing._build_provider([], {"OTEL_SERVICE_NAME": "reports"})
    assert provider.resource.attributes["service.name"] == "reports"
