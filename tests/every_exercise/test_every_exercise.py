"""Every exercise of every assignment: right answers earn everything, wrong ones lose points and are named."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pytest
from every_exercise.carelessness import SWITCHES, careless_variants

from autograder.assessment.runner import RunOptions, run_checks
from autograder.audit.audit import Finding, audit_alternatives, audit_reference, audit_stub, audit_variant
from autograder.authoring.unfinished import unfinished
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import Course, open_course
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.registry import Misconception
from autograder.release.leaks import find_leaks
from autograder.release.release import release
from autograder.release.student_files import build

COURSE: Course = open_course()
NAMES = COURSE.names()
SEEDS = (0, 1, 2024)

GUARDS: dict[str, str] = {
    "autoregressive:made:hidden:MADE:hidden_sizes": "a fixed architecture, which answers every other check rightly",
    "vae:model:hidden:VAE:keeps_all_its_parameters_in_the_state_dict": "layers kept in a plain list, lost when saving",
    "vae:model:hidden:Encoder:is_nonlinear": "convolutions with nothing between them: every other check holds",
    "vae:model:hidden:Decoder:is_nonlinear": "linear layers with nothing between them: every other check holds",
    "vae:model:hidden:MLPVAE:is_nonlinear": "linear layers with nothing between them: every other check holds",
    "vae:train:hidden:train:goes_through_the_loader_once_per_epoch": "a pass that is left out or done twice",
    "flows:coupling:hidden:AffineCoupling:affine_coupling_hidden": "a fixed width: every other check holds",
    "flows:coupling:hidden:RealNVP:real_nvp_sizes": "a fixed number of layers: every other check holds",
}
"""Hidden checks that catch no misconception and no careless habit -> what they guard against instead."""


def exercises() -> list[tuple[str, str]]:
    """All functions and classes to be written, as (assignment, ``module.name``)."""
    return [(name, exercise.key) for name in NAMES for exercise in code_exercises(name)]


def code_exercises(name: str) -> list[Exercise]:
    """An assignment's functions and classes."""
    return [exercise for exercise in COURSE.assignment(name).exercises if exercise.kind in ("function", "class")]


def misconceptions() -> list[tuple[str, str, str]]:
    """All misconceptions as (assignment, exercise, name)."""
    return [
        (name, key, entry.name)
        for name, key in exercises()
        for entry in catalogue(COURSE.assignment(name)).misconceptions.get(key, [])
    ]


def bad(findings: Iterable[Finding]) -> list[Finding]:
    """What the audit objects to; it must have looked at something."""
    found = list(findings)
    assert found
    return [finding for finding in found if not finding.ok]


@functools.cache
def finding(assignment_name: str, key: str, name: str) -> Finding:
    """What the audit finds of one wrong variant."""
    assignment = COURSE.assignment(assignment_name)
    return audit_variant(assignment, assignment.exercise(key), variant(assignment, key, name))


def variant(assignment: Assignment, key: str, name: str) -> Misconception:
    """Return a misconception by name."""
    return next(entry for entry in catalogue(assignment).misconceptions[key] if entry.name == name)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_reference_earns_every_point(name: str, seed: int) -> None:
    """With inputs from several seeds."""
    assert bad(audit_reference(COURSE.assignment(name), COURSE.assignment(name).exercises, seed)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_in_another_style_earns_every_point(name: str) -> None:
    """Loops, einsum, distributions, other dtypes inside: all the same to the checks."""
    assert bad(audit_alternatives(COURSE.assignment(name), COURSE.assignment(name).exercises, 0)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_not_attempted(name: str) -> None:
    """No points, no hints, and every check says that nothing has been written yet."""
    assert bad(audit_stub(COURSE.assignment(name), COURSE.assignment(name).exercises)) == []


@pytest.mark.parametrize(("name", "key", "misconception"), misconceptions())
def test_a_misconception_loses_points_and_is_named_first(name: str, key: str, misconception: str) -> None:
    """It runs, at least one check catches it, and its own hint comes before all others."""
    found = finding(name, key, misconception)
    assert found.ok, found.message


@pytest.mark.parametrize(("name", "key", "misconception"), misconceptions())
def test_a_hint_asks_and_does_not_tell(name: str, key: str, misconception: str) -> None:
    """At least one question, not too long, and none of the solution's own lines."""
    entry = variant(COURSE.assignment(name), key, misconception)
    assert "?" in entry.hint
    assert 20 < len(entry.hint) < 500
    assert entry.belief


@pytest.mark.parametrize(("name", "key"), exercises())
def test_an_exercise_is_complete(name: str, key: str) -> None:
    """Sources, visible and hidden checks, a hidden value check, a probe, and at least four misconceptions."""
    assignment = COURSE.assignment(name)
    exercise = assignment.exercise(key)
    kinds = {visibility: [check.kind for check in exercise.checks if check.visibility == visibility]
             for visibility in ("visible", "hidden")}  # fmt: skip
    assert exercise.sources
    assert kinds["visible"]
    assert "value" in kinds["hidden"]
    known = catalogue(assignment)
    assert key in known.probes
    names = [entry.name for entry in known.misconceptions.get(key, [])]
    assert len(names) >= 4, "at least four misconceptions, see CONTRIBUTING.md"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "key"), exercises())
def test_every_hidden_check_has_a_reason_to_exist(name: str, key: str) -> None:
    """It catches a misconception or a careless habit, or the table above says what it guards against."""
    assert sorted(idle_checks(name, key) - GUARDS.keys()) == []


@functools.cache
def idle_checks(name: str, key: str) -> frozenset[str]:
    """Hidden checks of an exercise that catch neither a misconception nor a careless habit."""
    assignment = COURSE.assignment(name)
    exercise = assignment.exercise(key)
    idle = {check.key: check for check in exercise.checks if check.visibility == "hidden"}
    for entry in catalogue(assignment).misconceptions.get(key, []):
        for caught in finding(name, key, entry.name).failed:
            idle.pop(caught, None)
    for _, careless in careless_variants(exercise):
        session = catalogue(assignment).variant_session(exercise, careless)
        for outcome in run_checks(assignment, list(idle.values()), lambda s=session: s, RunOptions()):  # type: ignore[misc]
            if not outcome.passed:
                idle.pop(outcome.check.key, None)
    return frozenset(f"{name}:{check}" for check in idle)


@pytest.mark.parametrize(("name", "key"), exercises())
def test_a_switch_that_a_call_leaves_costs_one_check_only(name: str, key: str) -> None:
    """Gradients off, another default dtype, anomaly detection, deterministic algorithms: found, and charged once."""
    exercise = COURSE.assignment(name).exercise(key)
    for habit, careless in careless_variants(exercise, SWITCHES):
        session = catalogue(COURSE.assignment(name)).variant_session(exercise, careless)
        outcomes = run_checks(COURSE.assignment(name), exercise.checks, lambda s=session: s, RunOptions())  # type: ignore[misc]
        failed = [outcome.check for outcome in outcomes if not outcome.passed]
        assert failed, habit
        # Of a class every method has the habit, which more than one check may look at.
        most = exercise.points / 4
        assert sum(check.points for check in failed) <= most, (habit, [check.name for check in failed])


def test_the_table_of_guards_is_up_to_date() -> None:
    """Nothing stands there that does not exist any more."""
    checks = [(name, check) for name, key in exercises() for check in COURSE.assignment(name).exercise(key).checks]
    known = {f"{name}:{check.key}" for name, check in checks}
    assert sorted(GUARDS.keys() - known) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_unfinished(name: str) -> None:
    """No line that `autograder new` wrote still waits for its author."""
    assert list(unfinished(COURSE.assignment(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_points_add_up(name: str) -> None:
    """In quarters, and in total what the course plans for the assignment: at most 100 with everything else."""
    assignment = COURSE.assignment(name)
    checks = [check for exercise in assignment.exercises for check in exercise.checks]
    assert all(4 * check.points % 1 == 0 for check in checks)
    assert sum(exercise.points for exercise in code_exercises(name)) == COURSE.manifest().code_points[name]
    assert assignment.total_points <= 100


@pytest.mark.parametrize("name", NAMES)
def test_checks_are_told_apart_by_their_names(name: str) -> None:
    """Within an exercise, so that results and seeds do not mix."""
    for exercise in COURSE.assignment(name).exercises:
        keys = [check.key for check in exercise.checks]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", NAMES)
def test_what_an_exercise_builds_on_exists(name: str) -> None:
    """And nothing builds on itself, directly or in a circle."""
    assignment = COURSE.assignment(name)

    def below(exercise: Exercise, above: tuple[str, ...]) -> None:
        assert exercise.key not in above
        for key in exercise.uses:
            below(assignment.exercise(key), (*above, exercise.key))

    for exercise in assignment.exercises:
        below(exercise, ())


@pytest.mark.parametrize("name", NAMES)
def test_released_files_are_up_to_date(name: str) -> None:
    """What is committed is what `autograder release` writes."""
    assert [str(path) for path in release(COURSE, [name], write=False)] == []


@pytest.mark.parametrize("name", NAMES)
def test_released_files_show_nothing_secret(name: str) -> None:
    """No line of a solution, a hidden check or a wrong variant, in the files as they lie there."""
    assignment = COURSE.assignment(name)
    folder = COURSE.root / "assignments" / name
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix in (".py", ".md", ".ipynb", ".toml")
    }
    assert set(build(assignment)) <= set(files)
    assert list(find_leaks(assignment, files)) == []
