"""From behaviour to a named misconception."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_course import pieces as pieces_with
from tiny_course import right_answers, write_course
from tiny_course_files import MISCONCEPTIONS

from autograder.course.assignment import Assignment
from autograder.course.course import Course, open_course
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.matching import diagnose
from autograder.errors import GraderError
from autograder.sessions.subjects import LoadedModules


def named(assignment: Assignment, double: str) -> list[tuple[str, str]]:
    """Misconceptions and confidences for an expression in the place of `double`."""
    session = LoadedModules(assignment, right_answers(pieces=pieces_with(double=double))).open("pieces")
    found = diagnose(catalogue(assignment), assignment.exercise("double"), session)
    return [(diagnosis.misconception, diagnosis.confidence) for diagnosis in found]


@pytest.mark.parametrize(
    ("double", "expected"),
    [
        ("x * x", ("squared", "exact")),
        ("x.pow(2)", ("squared", "exact")),
        ("x + 2", ("two_added", "exact")),
        ("(x * x).detach()", ("squared", "possible")),
        ("-2 * x", ("sign_flipped", "likely")),
        ("3 * x", ("constant_factor", "likely")),
        ("2 * x.detach()", ("detached_from_the_graph", "exact")),
        ("x.mul_(2)", ("input_modified_in_place", "exact")),
        ("2 * x + 0 * torch.rand(1)", ("global_randomness_used", "exact")),
    ],
)
def test_the_first_name(tiny: Assignment, double: str, expected: tuple[str, str]) -> None:
    """Instructors' variants and mistakes that every exercise shares."""
    assert named(tiny, double)[0] == expected


@pytest.mark.parametrize("double", ["2 * x", "x.sin() * 7 + x.exp()", "None", "1 / 0", "'text'", "torch.zeros_like(x)"])
def test_no_name_is_better_than_a_wrong_one(tiny: Assignment, double: str) -> None:
    """The right answer, something else entirely, something without values."""
    assert not [name for name, confidence in named(tiny, double) if name in ("squared", "two_added")]


def test_nothing_is_learnt_for_a_file_that_does_not_parse(tmp_path: Path) -> None:
    """What known mistakes do is asked when an answer does something: all of an exercise's variants cost seconds."""
    assignment = Course(tmp_path).assignment(write_course(tmp_path))
    known = catalogue(assignment)
    for double, learnt in (("2 * (x", False), ("1 / 0", True)):
        session = LoadedModules(assignment, right_answers(pieces=pieces_with(double=double))).open("pieces")
        diagnose(known, assignment.exercise("double"), session)
        assert (assignment.exercise("double").key in known._known) == learnt


def test_what_explains_all_stands_alone() -> None:
    """Hints that explain a part would say untrue things beside it: that this loss is never negative, for example."""
    gan = open_course().assignment("gan")
    losses = gan.reference_files()["losses.py"] + b"\ndef critic_loss(real, fake): return real.mean() - fake.mean()\n"
    session = LoadedModules(gan, {**gan.reference_files(), "losses.py": losses}).open("losses")
    found = diagnose(catalogue(gan), gan.exercise("losses.critic_loss"), session)
    assert [(one.misconception, one.confidence) for one in found] == [("distance_minimised", "exact")]


SHARED = """
from autograder.diagnosis import shared_mistake

@shared_mistake("upside_down", hint="Which end is up?")
def upside_down(reference):
    return lambda x: reference(x.flip(0))
"""


def test_an_assignment_brings_mistakes_for_all_its_functions(tmp_path: Path) -> None:
    """They are named after the exercise's own, and in no other assignment."""
    assignment = Course(tmp_path).assignment(write_course(tmp_path))
    (assignment.folder / "shared_mistakes.py").write_text(SHARED)
    assert named(assignment, "2 * x.flip(0)")[0] == ("upside_down", "exact")
    assert named(assignment, "x * x")[0] == ("squared", "exact")
    plain = Course(tmp_path).assignment(write_course(tmp_path))
    assert "upside_down" not in [name for name, _ in named(plain, "2 * x.flip(0)")]


@pytest.mark.parametrize("assignment", ["diffusion", "frontier"])
def test_neighbouring_timesteps_are_a_mistake_of_the_assignments_that_have_some(assignment: str) -> None:
    """One step too early and one too late, within the schedule; keyword arguments pass through."""

    def pick(schedule: torch.Tensor, t: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        return schedule[t] * scale

    every = catalogue(open_course().assignment(assignment)).shared
    shared = [mistake for mistake in every if mistake.name == "timestep_off_by_one"]
    assert len(shared) == 2
    schedule, t = torch.arange(5.0), torch.tensor([0, 2, 4])
    results = [mistake.make(pick)(schedule, t, scale=2.0).tolist() for mistake in shared]
    assert results == [[0.0, 2.0, 6.0], [2.0, 6.0, 8.0]]
    assert ["early" in shared[0].hint, "late" in shared[1].hint] == [True, True]


@pytest.mark.parametrize("assignment", ["diffusion", "frontier"])
def test_products_of_alphas_are_multiplied_again_or_taken_apart(assignment: str) -> None:
    """Where a function takes them, by whatever way; another schedule is left alone."""

    def pick(t: torch.Tensor, alphas_cumprod: torch.Tensor) -> torch.Tensor:
        return alphas_cumprod[t]

    made = {one.name: one.make for one in catalogue(open_course().assignment(assignment)).shared}
    again, apart = made["products_multiplied_again"], made["alphas_of_single_steps"]
    products, t = torch.tensor([0.5, 0.25, 0.125]), torch.tensor([0, 1, 2])
    assert again(pick)(t, alphas_cumprod=products).tolist() == [0.5, 0.125, 0.015625]
    assert apart(pick)(t, products).tolist() == [0.5, 0.5, 0.5]
    assert again(lambda t, betas: betas[t])(t, products).tolist() == products.tolist()


def test_an_exercise_without_a_probe_has_no_diagnosis(tiny: Assignment) -> None:
    """Rather than an error."""
    session = LoadedModules(tiny, right_answers()).open("pieces")
    assert diagnose(catalogue(tiny), tiny.exercise("shift"), session) == []


def test_a_catalogue_is_loaded_once(tiny: Assignment) -> None:
    """With every misconception and probe at its exercise."""
    known = catalogue(tiny)
    assert catalogue(tiny) is known
    assert [entry.name for entry in known.misconceptions["pieces.double"]] == ["squared", "two_added"]
    assert set(known.probes) == {"pieces.double"}


def test_a_variant_replaces_one_exercise_only(tiny: Assignment) -> None:
    """The rest is the reference, which does not change."""
    session = catalogue(tiny).variant_session(tiny.exercise("double"), lambda x: 10 * x)

    def call(name: str) -> torch.Tensor:
        target = ["module", "pieces", name]
        return session.request({"op": "call", "target": target, "args": (torch.ones(1),), "kwargs": {}})[1]

    assert call("double") == 10
    assert call("shift") == 3
    assert tiny.reference("pieces").double(1) == 2


def test_a_misconception_of_an_unlisted_exercise_is_refused(tmp_path: Path) -> None:
    """It would never be found."""
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "misconceptions" / "pieces.py"
    path.write_text(MISCONCEPTIONS.replace('("double", belief="doubling adds', '("dubel", belief="doubling adds'))
    assignment = Course(tmp_path).assignment(name)
    with pytest.raises(GraderError, match="dubel"):
        catalogue(assignment)
