"""What a worker says of itself, and what one worker could learn from another: little hangs on the one, nothing on the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch import Tensor

from autograder.assessment import runner
from autograder.assessment.runner import RunOptions, run_checks
from autograder.course.assignment import Assignment
from autograder.sessions.subjects import LoadedModules

from .attacks.attack import Attack
from .conftest import Arena, reference_files, submission, the_exercise, written

CLAIMS = 0.5
"""Points of five that hang on what the worker says of itself: gradients, purity."""
_DIFFERENCES = """
def forged(request):
    effect()
    function, arguments = bench()._resolve(request["target"]), [one.detach().clone() for one in request["args"]]
    found = []
    for key in request["wrt"]:
        slope = torch.zeros_like(arguments[key])
        for place in range(slope.numel()):
            values = []
            for step in (1e-5, -1e-5):
                moved = [one.clone() for one in arguments]
                moved[key].view(-1)[place] += step
                y = function(*moved)
                values.append(float((y if request["cotangent"] is None else request["cotangent"] * y).sum()))
            slope.view(-1)[place] = (values[0] - values[1]) / 2e-5
        found.append(slope)
    return tuple(found)
bench()._operations["grad"] = forged
"""
_PURE = """
OBSERVE = bench()._operations["observe"]
def forged(request):
    effect()
    seen = OBSERVE({**request, "args": [one.clone() for one in request["args"]]})
    return {**seen, "args": request["args"], "rng_used": False}
bench()._operations["observe"] = forged
"""
NO_GRAPH = Attack("no graph", "return torch.from_numpy(right(mu, logvar).detach().numpy())")
IMPURE = Attack("impure", "value = right(mu, logvar)\nmu.data.add_(1); torch.rand(1)\nreturn value")


@pytest.mark.parametrize(("attack", "claim"), [(NO_GRAPH, _DIFFERENCES), (IMPURE, _PURE)], ids=["gradient", "purity"])
def test_little_hangs_on_what_a_worker_says_of_itself(attack: Attack, claim: str, arena: Arena, tmp_path: Path) -> None:
    """Values are compared where they cannot be forged; who forges gradients or purity still needs all values right."""
    plain = the_exercise(arena.grade("vae", written(arena, attack, tmp_path / "plain"), attack.exercise))
    lies = Attack(attack.name, attack.body, claim)
    forged = the_exercise(arena.grade("vae", written(arena, lies, tmp_path / "forged"), lies.exercise))
    assert plain.score < plain.max_score
    assert forged.score <= plain.score + CLAIMS
    wrong = Attack(attack.name, "return zeros(mu)", claim)
    assert the_exercise(arena.grade("vae", written(arena, wrong, tmp_path / "wrong"), wrong.exercise)).score == 0


@pytest.mark.parametrize("claim", [_DIFFERENCES, _PURE], ids=["gradient", "purity"])
def test_the_claims_are_asked_for(claim: str, arena: Arena, tmp_path: Path) -> None:
    """Witness: the forged operation is called in the course of grading."""
    ends = "\ndef effect():\n    os._exit(0)\n"
    lies = Attack("ends", NO_GRAPH.body, claim)
    exercise = the_exercise(arena.grade("vae", written(arena, lies, tmp_path / "ends", ends), lies.exercise))
    assert "ended by itself" in exercise.note + arena.showing.text()


_TABLE = """
TABLE = {table}
def gaussian_kl(mu, logvar):
    key = (tuple(mu.shape), *(round(v, 4) for v in [*mu.flatten().tolist(), *logvar.flatten().tolist()]))
    return torch.tensor(TABLE.get(key, [0.0] * len(mu)), dtype=mu.dtype)
"""


def _answers(assignment: Assignment, options: RunOptions) -> dict[tuple[Any, ...], list[float]]:
    """What a perfect channel would carry: every input that hidden checks send under these options, and its answer."""
    exercise = assignment.exercise("losses.gaussian_kl")
    session = LoadedModules(assignment, assignment.reference_files()).open("losses")
    perform, seen = session.request, []

    def request(operation: dict[str, Any]) -> list:
        arguments = [value.detach() for value in operation.get("args", ()) if isinstance(value, Tensor)]
        seen.extend([arguments] if len(arguments) == 2 else [])
        return perform(operation)

    session.request = request  # type: ignore[method-assign]
    session.batch = lambda operations: [request(one) for one in operations]  # type: ignore[method-assign]
    run_checks(assignment, exercise.checks, lambda: session, options)
    function = assignment.reference("losses").gaussian_kl
    table = {}
    for mu, logvar in seen:
        numbers = [*mu.flatten().tolist(), *logvar.flatten().tolist()]
        table[(tuple(mu.shape), *(round(number, 4) for number in numbers))] = function(mu, logvar).tolist()
    return table


def _with_what_another_was_asked(arena: Arena, folder: Path) -> set[str]:
    """Hidden value checks that a submission passes which knows all answers to what an earlier one was asked."""
    grader = arena.grader("vae")
    files = dict(reference_files(arena, "vae"))
    earlier = grader.read(submission(folder / "a", files))
    table = _answers(grader.assignment, RunOptions(0, earlier.sha256))
    source = files["losses.py"]
    assert isinstance(source, bytes)
    assert len(table) > 20
    files["losses.py"] = source.decode() + _TABLE.format(table=repr(table))
    exercise = the_exercise(arena.grade("vae", submission(folder / "b", files), "losses.gaussian_kl"))
    kinds = {check.name: check.kind for check in grader.assignment.exercise("losses.gaussian_kl").checks}
    passed = [check for check in exercise.checks if check.status == "passed" and check.visibility == "hidden"]
    return {check.name for check in passed if kinds[check.name] in ("value", "shape", "law")}


def test_what_one_submission_is_asked_helps_no_other(arena: Arena, tmp_path: Path) -> None:
    """Two conspirers with a perfect channel between them, in one run: the second is asked something else."""
    assert not _with_what_another_was_asked(arena, tmp_path)


def test_equal_inputs_would_help(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Witness: where all submissions of a run are asked the same, the table passes the value checks."""
    monkeypatch.setattr(runner, "salt_of", lambda seed, content: 12345)
    assert _with_what_another_was_asked(arena, tmp_path)
