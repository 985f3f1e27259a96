"""What became of visible checks, for machines: JUnit, JSON, a table in Markdown, marks on lines in GitHub."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograder.assessment.outcomes import Outcome
from autograder.atomic import write_atomically
from autograder.grading.own_lines import own_lines
from autograder.plaintext import one_line, printable
from autograder.student import told
from autograder.student.told import Told

_WORDS = {"passed": "passed", "missing": "not implemented yet"}
_MOST_ANNOTATIONS = 10
"""GitHub shows no more errors of one step."""


@dataclass(frozen=True)
class CiReport:
    """Where reports go; called when the checks are over."""

    junit: Path | None = None
    json: Path | None = None
    summary: Path | None = None
    annotate: bool = False

    @property
    def wanted(self) -> bool:
        """Whether there is anything to write."""
        return self.annotate or any((self.junit, self.json, self.summary))

    def begin(self) -> None:
        """Write a JUnit file in which nothing has passed: it stays where a student's code ends the process."""
        if self.junit:
            write_atomically(self.junit, _unfinished())

    def __call__(self, folder: Path, files: Mapping[str, bytes], outcomes: list[Told]) -> None:
        """Write what was asked for."""
        if self.junit:
            write_atomically(self.junit, junit_document(outcomes))
        if self.json:
            write_atomically(self.json, json.dumps([record(one.outcome, one.lines) for one in outcomes], indent=1) + "\n")
        if self.summary:
            self.summary.parent.mkdir(parents=True, exist_ok=True)
            with open(self.summary, "a", encoding="utf-8") as file:  # of a job, to which other steps add
                file.write(markdown(outcomes))
        for line in line_marks(folder, files, outcomes) if self.annotate else ():
            print(line, flush=True)


def record(outcome: Outcome, lines: list[str]) -> dict[str, Any]:
    """One check as plain data."""
    check = outcome.check
    return {
        "exercise": f"{check.module}.{check.exercise}", "name": check.name, "title": check.title, "status": outcome.status,
        "points": check.points, "message": _text(lines),
    }  # fmt: skip


def junit_document(outcomes: list[Told]) -> bytes:
    """JUnit XML, one case for each check; no two have the same name, since GitLab keeps one of each."""
    took = f"{sum(one.seconds for one in outcomes):.3f}"
    suite = ElementTree.Element("testsuite", name="visible checks", tests=str(len(outcomes)), time=took)
    counted = {"failure": 0, "error": 0, "skipped": 0}
    for outcome, lines, seconds in outcomes:
        check = outcome.check
        name = f"{check.name}: {one_line(check.title)}"
        about = {"classname": f"{check.module}.{check.exercise}", "name": name, "time": f"{seconds:.3f}"}
        case = ElementTree.SubElement(suite, "testcase", about)
        tag = {"passed": "", "missing": "skipped", "failed": "failure"}.get(outcome.status, "error")
        if tag:
            counted[tag] += 1
            text = _text(lines) or _WORDS.get(outcome.status, outcome.status)
            ElementTree.SubElement(case, tag, message=one_line(text), type=outcome.status).text = text
    for tag, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(key, str(counted[tag]))
    return _document(suite)


def _unfinished() -> bytes:
    suite = ElementTree.Element("testsuite", name="visible checks", tests="1", failures="0", errors="1", skipped="0")
    case = ElementTree.SubElement(suite, "testcase", classname="visible checks", name="come to an end")
    ElementTree.SubElement(case, "error", message="The process was ended before all checks had been run.", type="crashed")
    return _document(suite)


def _document(suite: ElementTree.Element) -> bytes:
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def markdown(outcomes: list[Told]) -> str:
    """A table, and what failed below it, folded."""
    passed = [one.outcome for one in outcomes if one.outcome.passed]
    points, total = (sum(one.check.points for one in some) for some in (passed, [one.outcome for one in outcomes]))
    lines = [f"### {len(passed)} of {len(outcomes)} visible checks pass ({points:g} of {total:g} points)", ""]
    lines += ["More checks run when your work is graded.", "", "| | exercise | check |", "|---|---|---|"]
    for outcome, *_ in outcomes:
        check = outcome.check
        lines.append(f"| {told.mark_of(outcome)} | `{check.module}.{check.exercise}` | {_cell(check.title)} |")
    for outcome, said, _ in outcomes:
        if text := _text(said):
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
            about = f"{outcome.check.module}.{outcome.check.exercise}: {_cell(outcome.check.title)}"
            lines += ["", f"<details><summary>{about}</summary>", "", fence, text, fence, "", "</details>"]
    return "\n".join([*lines, "", ""])


def line_marks(folder: Path, files: Mapping[str, bytes], outcomes: list[Told]) -> Iterator[str]:
    """GitHub's commands that mark the student's own line of each exercise that fails, or its file."""
    seen: set[str] = set()
    for outcome, lines, _ in outcomes:
        check = outcome.check
        key = f"{check.module}.{check.exercise}"
        if outcome.status in ("passed", "missing") or key in seen or len(seen) >= _MOST_ANNOTATIONS:
            continue
        seen.add(key)
        place = _place(folder, files, check.module, check.exercise)
        yield f"::error {place}title={_property(f'{key}: {check.title}')}::{_data(_text(lines) or outcome.status)}"


def _place(folder: Path, files: Mapping[str, bytes], module: str, name: str) -> str:
    if f"{module}.py" not in files:
        return ""
    found = own_lines(files, module, name)
    line = re.search(r"line (\d+)$", found[0]) if found else None
    workspace = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
    path = os.path.relpath(folder.resolve() / f"{module}.py", os.path.realpath(workspace))
    return f"file={_property(Path(path).as_posix())},line={line[1] if line else 1},"


def _text(lines: list[str]) -> str:
    return printable("\n".join(line[4:] if line.startswith("    ") else line for line in lines))


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|").replace("<", "&lt;")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
