"""Everything that the sources ask for is graded somewhere, and every assignment adds up to 100 points."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from autograder.audit.mutation_run import equivalent_mutants
from autograder.audit.source_items import coverage, unknown_items
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.course.written_questions import WrittenQuestion
from autograder.diagnosis.catalogue import catalogue

COMPANION = re.compile(r"`(\w+\.\w+)`")
WITHOUT_DERIVATION = {"14.33"}
"""A survey: nothing to derive, nothing to witness in code."""


def questions() -> Iterator[tuple[Assignment, WrittenQuestion]]:
    """Every written question of the course with its assignment."""
    for name in open_course().names():
        assignment = open_course().assignment(name)
        yield from ((assignment, question) for question in assignment.written)


def by_id(value: object) -> str:
    """Name a parameter by the question it holds."""
    return value.id if isinstance(value, WrittenQuestion) else ""


def test_every_assignment_of_the_course_exists() -> None:
    """None that course.toml lists is missing, there is no other, and each has its budget of points."""
    planned = open_course().manifest().assignments
    assert len(planned) >= 7
    assert tuple(open_course().names()) == planned == tuple(open_course().manifest().code_points)


def test_every_item_of_the_sources_is_covered() -> None:
    """`autograder coverage` has no empty row, and a row for each of the 64 items."""
    assert len(open_course().manifest().source_items) == 64
    assert [item for item, covers in coverage(open_course()).items() if not covers] == []


def test_outlines_name_no_item_that_the_sources_lack() -> None:
    """A misspelt tag would cover nothing."""
    assert unknown_items(open_course()) == []


@pytest.mark.parametrize("name", open_course().names())
def test_assignment_totals_one_hundred_points(name: str) -> None:
    """Checks, rubrics and training tasks together."""
    assert open_course().assignment(name).total_points == 100


@pytest.mark.parametrize("name", open_course().names())
def test_every_exercise_has_visible_and_hidden_points_and_a_value_check(name: str) -> None:
    """Students can check something themselves; grading needs more; and constants must not pass."""
    for exercise in open_course().assignment(name).exercises:
        assert {check.visibility for check in exercise.checks} == {"visible", "hidden"}, exercise.id
        hidden = [check for check in exercise.checks if check.visibility == "hidden"]
        assert any(check.kind == "value" for check in hidden), exercise.id


@pytest.mark.parametrize(("assignment", "question"), list(questions()), ids=by_id)
def test_written_question_has_a_rubric_and_a_model_answer(assignment: Assignment, question: WrittenQuestion) -> None:
    """A grader who did not write the question can grade it; no criterion decides everything."""
    assert len(question.prompt) > 100
    assert len(question.rubric) >= 2
    assert all(points > 0 and criterion for points, criterion in question.rubric)
    assert len(question.model_answer) > 300


@pytest.mark.parametrize(("assignment", "question"), list(questions()), ids=by_id)
def test_written_question_names_a_coded_companion_that_exists(assignment: Assignment, question: WrittenQuestion) -> None:
    """What is derived on paper is witnessed by checks of the same assignment; short answers alone do not count."""
    named = set(COMPANION.findall(question.prompt))
    exercises = {exercise.key: exercise for exercise in assignment.exercises}
    assert named <= exercises.keys()
    if not set(question.sources) & WITHOUT_DERIVATION:
        assert any(exercises[key].kind != "short_answer" for key in named)


@pytest.mark.parametrize("name", open_course().names())
def test_every_short_answer_has_four_misconceptions(name: str) -> None:
    """A wrong answer should meet a question that helps."""
    assignment = open_course().assignment(name)
    known = catalogue(assignment).misconceptions
    few = [e.id for e in assignment.exercises if e.kind == "short_answer" and len(known.get(e.key, [])) < 4]
    assert few == []


def test_equivalent_mutants_have_reasons() -> None:
    """A mutant that keeps its points is listed with why it changes nothing that the contract fixes."""
    for name in open_course().names():
        for key, reason in equivalent_mutants(open_course().assignment(name)).items():
            assert len(reason) > 20, key
            assert key.count(" | ") == 2
