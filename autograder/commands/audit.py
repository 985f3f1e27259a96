"""``autograder audit``: tests of the grader itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder import cores
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.audit.audit import Finding
    from autograder.audit.mutation_run import MutantVerdict
    from autograder.course.assignment import Assignment


def run(
    assignments: Annotated[list[str] | None, typer.Argument(help="Assignments; all when left out.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="An exercise, for example gaussian_kl; may be repeated.")] = None,
    seeds: Annotated[int, typer.Option(help="Grader seeds for which right answers must get full marks.", min=1)] = 1,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also mutate the references; every mutant must lose points.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes; default: cores.", min=1)] = cores.usable(),
    out: Annotated[Path, typer.Option(help="Where to write the findings as JSON.")] = Path("results/audit.json"),
) -> None:
    """Test the grader: right answers get full marks, stubs nothing, misconceptions are caught and named. For instructors.

    Wrong variants must not gain by another dtype either. Reads solutions/; writes OUT. Exit code 1 when anything is not as
    it should be.
    """
    from autograder.atomic import write_atomically
    from autograder.audit.audit import audit_in_parallel, faults
    from autograder.course.course import open_course

    course = open_course()
    names = assignments or course.names()
    keys = _keys([course.assignment(name) for name in names], only or [])
    progress = Console(stderr=True)
    findings, total = audit_in_parallel(names, seeds, jobs, keys)
    found = [one for part in track(findings, "checks", total=total, console=progress, transient=True) for one in part]
    verdicts = _judge(names, jobs, progress) if mutants else []
    console = Console()
    console.print(_findings_table(found))
    if mutants:
        console.print(_mutants_table(verdicts))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, _as_json(found, verdicts, seeds))
    wrong = [f"{one.assignment} {one.exercise}".rstrip() + f" — {one.subject}: {one.message}" for one in faults(found)]
    wrong += [
        f"survived: {one.mutant.assignment} {one.mutant.operator}: {one.mutant.key}"
        for one in verdicts
        if one.outcome == "survived"
    ]
    for line in wrong:
        console.print(line, markup=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


def _keys(assignments: Sequence[Assignment], only: Sequence[str]) -> list[str]:
    """The exercises that are meant; raises the last assignment's error for a name that none of them has."""
    keys: list[str] = []
    for name in only:
        found = []
        for assignment in assignments:
            try:
                found.append(assignment.exercise(name).key)
            except UsageError:
                if not found and assignment is assignments[-1]:
                    raise
        keys += found
    return keys


def _judge(names: Sequence[str], jobs: int, progress: Console) -> list[MutantVerdict]:
    from autograder.audit.mutants import mutants_of
    from autograder.audit.mutation_run import judge_mutants
    from autograder.course.course import open_course

    verdicts: list[MutantVerdict] = []
    for name in names:
        assignment = open_course().assignment(name)
        mutants = list(track(mutants_of(assignment), f"{name}: mutating", console=progress, transient=True))
        judged = judge_mutants(assignment, mutants, jobs)
        verdicts += track(judged, f"{name}: mutants", total=len(mutants), console=progress, transient=True)
    return verdicts


def _counts(findings: Sequence[Finding]) -> dict[tuple[str, str], list[int]]:
    """Assignment and kind of subject -> how many findings are right, and how many wrong."""
    counts: dict[tuple[str, str], list[int]] = {}
    for finding in sorted(findings, key=lambda one: one.assignment):
        pair = counts.setdefault((finding.assignment, finding.subject.split(":")[0].split(" ")[0]), [0, 0])
        pair[0 if finding.ok else 1] += 1
    return counts


def _findings_table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("assignment", "subject", "right", "wrong"):
        table.add_column(heading, justify="right" if heading in ("right", "wrong") else "left")
    for (assignment, kind), (good, bad) in _counts(findings).items():
        table.add_row(assignment, kind, str(good), str(bad))
    return table


def _mutants_table(verdicts: Sequence[MutantVerdict]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("exercise", "mutants", "caught", "equivalent", "survived", "score"):
        table.add_column(heading, justify="left" if heading == "exercise" else "right")
    groups: dict[str, list[str]] = {}
    for verdict in verdicts:
        groups.setdefault(f"{verdict.mutant.assignment}.{verdict.mutant.exercise}", []).append(verdict.outcome)
        groups.setdefault(f"{verdict.mutant.assignment} (all)", []).append(verdict.outcome)
    for name, outcomes in sorted(groups.items()):
        counts = [outcomes.count(kind) for kind in ("caught", "equivalent", "survived")]
        table.add_row(name, str(len(outcomes)), *map(str, counts), f"{100 * _score(outcomes):.1f} %")
    return table


def _score(outcomes: Sequence[str]) -> float:
    relevant = len(outcomes) - outcomes.count("equivalent")
    return outcomes.count("caught") / relevant if relevant else 1.0


def _as_json(findings: Sequence[Finding], verdicts: Sequence[MutantVerdict], seeds: int) -> str:
    """Counts of what is as it should be, and everything that is not, in full."""
    import json
    from dataclasses import asdict
    from datetime import UTC, datetime

    scores = {}
    for name in sorted({one.mutant.assignment for one in verdicts}):
        outcomes = [one.outcome for one in verdicts if one.mutant.assignment == name]
        scores[name] = {"score": round(_score(outcomes), 4), "mutants": len(outcomes), **Counter(outcomes)}
    content = {
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": seeds,
        "findings": [
            {"assignment": assignment, "subject": kind, "right": right, "wrong": wrong}
            for (assignment, kind), (right, wrong) in _counts(findings).items()
        ],
        "wrong": [asdict(one) for one in findings if not one.ok],
        "mutation": scores,
        "not_caught": [
            {"assignment": one.mutant.assignment, "key": one.mutant.key, "operator": one.mutant.operator,
             "outcome": one.outcome, "reason": one.reason}
            for one in verdicts if one.outcome != "caught"
        ],
    }  # fmt: skip
    return json.dumps(content, indent=1) + "\n"
