"""Pictures of expected against got, for failed visible checks whose values are worth looking at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from autograder.assessment.assessed import Assessed
from autograder.checks.closeness import as_array
from autograder.reports.figures import comparison_figure
from autograder.results.schema import ExerciseResult


def attach_figures(results: Sequence[ExerciseResult], assessed: Sequence[Assessed]) -> dict[str, bytes]:
    """Draw a figure where it helps, note its file's name in the check, and return the files by name.

    Names are those of exercises and checks; the writer of results gives every student a folder.
    """
    figures: dict[str, bytes] = {}
    for result, one in zip(results, assessed, strict=True):
        for check, outcome in zip(result.checks, one.outcomes, strict=True):
            if check.visibility != "visible" or outcome.status != "failed":
                continue
            picture = _picture(outcome.expected, outcome.got, outcome.check.title)
            if picture is not None:
                path = f"{result.id}.{check.name}.svg"
                check.figure = path
                figures[path] = picture
    return figures


def _picture(expected: Any, got: Any, title: str) -> bytes | None:
    if not isinstance(expected, Tensor | np.ndarray) or not isinstance(got, Tensor | np.ndarray):
        return None
    return comparison_figure(_plain(expected), _plain(got), title)


def _plain(value: Tensor | np.ndarray) -> np.ndarray:
    return as_array(value.float() if isinstance(value, Tensor) else value)
