"""A wrong answer earns nothing by being coarse; `autograder audit` tries the other dtypes as well."""

from __future__ import annotations

import pytest
import torch

from autograder.audit.casts import gains_by_casting
from autograder.course.course import open_course
from autograder.diagnosis.catalogue import catalogue


@pytest.mark.parametrize("name", open_course().names())
def test_no_wrong_variant_gains_by_the_coarsest_dtype(name: str) -> None:
    """Every misconception of every function, its results in bfloat16, earns no more than it does as it is."""
    assignment = open_course().assignment(name)
    known = catalogue(assignment).misconceptions
    gains = {
        (exercise.key, entry.name): (before, after)
        for exercise in assignment.exercises
        if exercise.kind == "function"
        for entry in known.get(exercise.key, [])
        for _, before, after in gains_by_casting(assignment, exercise, entry, [torch.bfloat16])
    }
    assert gains == {}
