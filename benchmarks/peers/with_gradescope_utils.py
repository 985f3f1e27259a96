"""One submission through gradescope-utils: a unittest for each exercise, with partial credit."""

from __future__ import annotations

import os
import unittest
from collections.abc import Callable
from pathlib import Path

from common import EXERCISES, points
from gradescope_utils.autograder_utils.decorators import partial_credit
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

from autograder.course.assignment import Exercise


class Exercises(unittest.TestCase):
    """A method for each exercise is added below."""


def _test_of(exercise: Exercise) -> Callable[..., None]:
    @partial_credit(exercise.points)
    def test(self: Exercises, set_score: Callable[[float], None]) -> None:
        set_score(points(exercise))

    return test


for _exercise in EXERCISES:
    setattr(Exercises, f"test_{_exercise.module}_{_exercise.name}", _test_of(_exercise))

if __name__ == "__main__":
    with Path(os.environ["PEER_RESULT"]).open("w") as report:
        JSONTestRunner(visibility="visible", stream=report).run(unittest.defaultTestLoader.loadTestsFromTestCase(Exercises))
