"""A wrong answer earns nothing by being coarse; `autograder audit` tries all of them in the other dtypes as well."""

from __future__ import annotations

import pytest
import torch

from autograder.audit.audit import audit_casts
from autograder.course.course import open_course


@pytest.mark.parametrize("name", open_course().names())
def test_no_wrong_variant_gains_by_the_coarsest_dtype(name: str) -> None:
    """Every third misconception of every function, its results in bfloat16, earns no more than it does as it is."""
    assignment = open_course().assignment(name)
    findings = list(audit_casts(assignment, assignment.exercises, dtypes=[torch.bfloat16], every=3))
    assert [finding for finding in findings if not finding.ok] == []
