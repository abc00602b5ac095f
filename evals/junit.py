"""A run as JUnit XML: each question in each language is a test, so that CI shows it as one.

The form is that which Jenkins and GitLab read: testsuites, testsuite, testcase, failure, skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from evals.failing import Outcome, list_outcomes, say_outcome
from evals.gate import Gate, describe_gate, group_keys
from evals.repeats import find_worse, say_worse
from evals.report import Report, say_broken

# What XML 1.0 can't hold, in any writing (2.2 of its specification).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_junit(reports: Sequence[Report]) -> ElementTree[Element]:
    """One testsuite a suite; its floors, its baseline and the report that it is compared with are
    tests of it, too."""
    root = Element("testsuites", name="duocite eval")
    for report in reports:
        suite = SubElement(root, "testsuite", name=report.suite.name)
        _add_properties(suite, report)
        for outcome in list_outcomes(report):
            _add_case(suite, report, outcome)
        _add_floors(suite, report)
        if report.gate:
            _add_gate(suite, report.gate)
        if report.repeats and report.repeats.other == "report":
            worse = [say_worse(one) for one in find_worse(report.repeats)]
            _add_check(suite, "repeats", "as many pass as in the other report", worse, "worse")
        _count(suite)
    indent(root)
    return ElementTree(root)


def _add_properties(suite: Element, report: Report) -> None:
    """What the answers were made with."""
    if report.fingerprint:
        properties = SubElement(suite, "properties")
        for name, value in report.fingerprint.items():
            SubElement(properties, "property", name=_plain(name), value=_plain(value))


def _add_case(suite: Element, report: Report, outcome: Outcome) -> None:
    ask = outcome.reply.ask
    again = f" #{ask.attempt}" if ask.attempt > 1 else ""
    case = SubElement(
        suite,
        "testcase",
        classname=_plain(f"{report.suite.name}.{ask.case.kind}"),
        name=_plain(f"{ask.case.id} {ask.language}{again}"),
        time=f"{outcome.reply.seconds:.3f}",
    )
    if outcome.faults:
        missed = ", ".join(fault.measure for fault in outcome.faults)
        failure = SubElement(case, "failure", message=missed, type="wrong")
        failure.text = _plain(say_outcome(outcome))
    elif not outcome.judged:
        SubElement(case, "skipped", message="could not be scored")


def _add_floors(suite: Element, report: Report) -> None:
    under: dict[str, list[str]] = {}
    for measure, floor in report.broken:
        under.setdefault(measure.name, []).append(say_broken(measure, floor))
    tagged = [f"{name} of {tag}" for tag, own in report.suite.tags.items() for name in own]
    for name in () if report.limited else (*report.suite.floors, *tagged):
        _add_check(suite, "floors", name, under.get(name, []), "floor")


def _add_gate(suite: Element, gate: Gate) -> None:
    comparison = gate.comparison
    found = {
        "no question turned wrong": [f"{one.case} {one.language}" for one in comparison.wrong],
        "every question is in the baseline": group_keys(comparison.new),
        "every question of the baseline is asked": group_keys(comparison.gone),
    }
    said = "\n".join(describe_gate(gate))
    for name, lines in found.items():
        _add_check(suite, "baseline", name, lines, "baseline", said)


def _add_check(
    suite: Element, group: str, name: str, faults: Sequence[str], kind: str, text: str = ""
) -> None:
    """A test that isn't a question; it fails where there are faults."""
    classname = f"{_plain(str(suite.get('name')))}.{group}"
    case = SubElement(suite, "testcase", classname=classname, name=_plain(name), time="0")
    if faults:
        failure = SubElement(case, "failure", message=_plain("; ".join(faults)), type=kind)
        failure.text = _plain(text) or None


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")


def _plain(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
