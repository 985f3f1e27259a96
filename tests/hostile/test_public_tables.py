"""A table of the public answers: what it earns, asked with the arguments that the visible checks use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from autograder.assessment.runner import RunOptions, run_checks
from autograder.sessions.subjects import LoadedModules

from .conftest import Arena, reference_files, submission

_TABLE = """
TABLE = {table}
def gaussian_kl(mu, logvar):
    key = (tuple(mu.shape), *(round(v, 4) for v in [*mu.flatten().tolist(), *logvar.flatten().tolist()]))
    return torch.tensor(TABLE.get(key, [0.0] * len(mu)), dtype=mu.dtype)
"""


def test_a_table_of_the_public_answers_earns_the_public_part_at_most(arena: Arena, tmp_path: Path) -> None:
    """Visible checks are handed out, so that their answers can be copied into a table."""
    grader = arena.grader("vae")
    exercise = grader.assignment.exercise("losses.gaussian_kl")
    reference = grader.assignment.reference("losses").gaussian_kl
    table = {}
    for mu, logvar in _visible_arguments(arena):
        flat = [*mu.flatten().tolist(), *logvar.flatten().tolist()]
        table[(tuple(mu.shape), *(round(value, 4) for value in flat))] = reference(mu, logvar).tolist()
    files = reference_files(arena, "vae")
    source = files["losses.py"]
    assert isinstance(source, bytes)
    assert table
    files["losses.py"] = source.decode() + _TABLE.format(table=repr(table))
    result = arena.grade("vae", submission(tmp_path / "table", files), "losses.gaussian_kl").result
    passed = {check.name for check in result.exercises[0].checks if check.status == "passed"}
    values = {check.name for check in exercise.checks if check.kind == "value" and check.visibility == "hidden"}
    assert not passed & values
    assert result.score <= 0.4 * result.max_score


def _visible_arguments(arena: Arena) -> list[tuple[Tensor, Tensor]]:
    """What visible checks call the exercise with."""
    assignment = arena.grader("vae").assignment
    exercise = assignment.exercise("losses.gaussian_kl")
    session = LoadedModules(assignment, assignment.reference_files()).open("losses")
    perform, seen = session.request, []

    def request(operation: dict[str, Any]) -> list:
        arguments = [value for value in operation.get("args", ()) if isinstance(value, Tensor)]
        if len(arguments) == 2:
            seen.append((arguments[0].detach(), arguments[1].detach()))
        return perform(operation)

    session.request = request  # type: ignore[method-assign]
    session.batch = lambda operations: [request(one) for one in operations]  # type: ignore[method-assign]
    visible = [check for check in exercise.checks if check.visibility == "visible"]
    run_checks(assignment, visible, lambda: session, RunOptions())
    return seen
