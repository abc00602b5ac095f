"""A run as JUnit XML: each question in each language is a test, so that CI shows it as one.

The form is that which Jenkins and GitLab read: testsuites, testsuite, testcase, failure, skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from evals.failing import Outcome, list_outcomes, say_outcome
from evals.report import Report, say_broken

# What XML 1.0 can't hold, in any writing (2.2 of its specification).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_junit(reports: Sequence[Report]) -> ElementTree[Element]:
    """One testsuite a suite; its floors are tests of it, too."""
    root = Element("testsuites", name="duocite eval")
    for report in reports:
        suite = SubElement(root, "testsuite", name=report.suite.name)
        for outcome in list_outcomes(report):
            _add_case(suite, report, outcome)
        _add_floors(suite, report)
        _count(suite)
    indent(root)
    return ElementTree(root)


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
    for name in () if report.limited else report.suite.floors:
        case = SubElement(
            suite, "testcase", classname=f"{report.suite.name}.floors", name=name, time="0"
        )
        if lines := under.get(name):
            SubElement(case, "failure", message="; ".join(lines), type="floor")


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")


def _plain(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
