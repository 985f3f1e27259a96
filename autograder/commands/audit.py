"""``autograder audit``: tests of the grader itself."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table


def run(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all when left out.")] = None,
    seeds: Annotated[int, typer.Option(help="Grader seeds for which right answers must get full marks.", min=1)] = 1,
) -> None:
    """Test the grader: right answers get full marks, stubs nothing, misconceptions are caught and named. For instructors.

    Exit code 1 when anything is not as it should be.
    """
    from autograder.audit import Finding, audit_assignment
    from autograder.course import open_course

    course = open_course()
    console = Console()
    findings: list[Finding] = []
    for name in assignments or course.names():
        running = audit_assignment(course.assignment(name), range(seeds))
        findings += track(running, description=name, console=Console(stderr=True), transient=True)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("assignment", "subject", "right", "wrong"):
        table.add_column(heading)
    for (assignment, kind), (good, bad) in _tally(findings).items():
        table.add_row(assignment, kind, str(good), str(bad))
    console.print(table)
    wrong = [finding for finding in findings if not finding.ok]
    for finding in wrong:
        console.print(f"{finding.assignment} {finding.exercise} — {finding.subject}: {finding.message}", markup=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


def _tally(findings: list) -> dict[tuple[str, str], tuple[int, int]]:
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for finding in findings:
        key = (finding.assignment, finding.subject.split(":")[0].split(" ")[0])
        good, bad = counts.get(key, (0, 0))
        counts[key] = (good + finding.ok, bad + (not finding.ok))
    return counts
