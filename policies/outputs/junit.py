"""A judgement as JUnit XML in its strict form: a suite a rule, a test an element."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from policies.outputs.origin import Origin
from specs.findings import Finding, Judgement, Verdict

_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, escaped or not."""


def render(judgement: Judgement, origin: Origin) -> str:
    """The judgement as JUnit XML; failures fail, unknowns are errors, waived and known ones are skipped."""
    suites = ElementTree.Element("testsuites")
    by_rule: dict[str, list[Finding]] = {coverage.rule: [] for coverage in judgement.coverage}
    for finding in judgement.outcomes:
        by_rule[finding.rule].append(finding)
    for number, (rule, findings) in enumerate(by_rule.items()):
        suites.append(_suite(number, rule, findings, judgement, origin))
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _suite(
    number: int, rule: str, findings: Iterable[Finding], judgement: Judgement, origin: Origin
) -> ElementTree.Element:
    cases = list(findings)
    known = origin.rule(rule)
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": f"{rule} {known.slug}" if known is not None else rule,
            "package": "thabat",
            "id": str(number),
            "timestamp": f"{judgement.on.isoformat()}T00:00:00",
            "hostname": "localhost",
            "tests": str(len(cases)),
            "failures": str(sum(case.verdict is Verdict.FAIL and not case.known for case in cases)),
            "errors": str(sum(case.verdict is Verdict.UNKNOWN and not case.known for case in cases)),
            "skipped": str(sum(case.verdict is Verdict.WAIVED or case.known for case in cases)),
            "time": "0",
        },
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("estate", judgement.title),
        ("classification", judgement.classification),
        ("estate-version", judgement.version),
        ("digest", judgement.digest),
        ("phase", judgement.phase),
        ("judged-on", judgement.on.isoformat()),
        ("tool", f"thabat {origin.tool_version}"),
    ):
        ElementTree.SubElement(properties, "property", {"name": name, "value": _xml(value)})
    for case in cases:
        _test(suite, case, origin)
    ElementTree.SubElement(suite, "system-out")
    ElementTree.SubElement(suite, "system-err")
    return suite


def _test(suite: ElementTree.Element, finding: Finding, origin: Origin) -> None:
    name = " ".join(part for part in (finding.element, finding.aspect) if part)
    test = ElementTree.SubElement(
        suite, "testcase", {"name": _xml(name), "classname": f"thabat.{finding.rule}", "time": "0"}
    )
    if finding.verdict is Verdict.PASS:
        return
    message = {"message": _xml(finding.message)}
    if finding.verdict is Verdict.WAIVED or finding.known:
        told = ElementTree.SubElement(test, "skipped", message)
    elif finding.verdict is Verdict.UNKNOWN:
        told = ElementTree.SubElement(test, "error", {"type": f"unknown.{finding.severity}", **message})
    else:
        told = ElementTree.SubElement(test, "failure", {"type": finding.severity.value, **message})
    place = f"{origin.file(finding.location)}:{finding.location.line}" if finding.location else "no file"
    lines = (finding.message, finding.mending, f"Root cause: {finding.cause}", place)
    waiver = f"Waiver: {finding.waiver}" if finding.waiver else ""
    known = "In the baseline" if finding.known else ""
    told.text = _xml("\n".join(line for line in (*lines, waiver, known) if line))


def _xml(text: str) -> str:
    """The text without what XML cannot hold.

    >>> _xml("a\\x00b\\x1bc")
    'a�b�c'
    """
    return _NOT_XML.sub("\ufffd", text)
