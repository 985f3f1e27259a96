"""Every attack by itself: no gain, no leak, no harm to the next student, nothing left behind.

That they are attacks at all is shown in :mod:`test_witnesses`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from .attacks.attack import Attack
from .attacks.tables import ATTACKS
from .conftest import Arena, left_behind, open_descriptors, peak_of, reference_files, submission, the_exercise, written
from .told import everything_told

MEGABYTES = 1024
"""What the grader may hold beyond its peak for an honest submission."""
PATIENCE = 60.0
"""Seconds of workers' own time that a submission may cost a class, whatever the machine's load."""
SECRETS = ("/solutions", "BEGIN SOLUTION", "autograder_checks", "LEAKED", "kl_divergence(")
MARKUP = ("<script>alert", "<img src", "\x1b", "\u202e", "\x00")


def _parameters() -> Iterator[ParameterSet]:
    for attack in ATTACKS:
        marks = [pytest.mark.xfail(reason=attack.known, strict=True)] if attack.known else []
        yield pytest.param(attack, id=attack.name, marks=marks)


@pytest.mark.parametrize("attack", list(_parameters()))
def test_nothing_is_gained_told_or_broken(
    attack: Attack, arena: Arena, tmp_path: Path, unharmed: Callable[[str, str], None], nothing_left: None
) -> None:
    """The attack as a submission, then the reference."""
    key = (attack.assignment, attack.exercise)
    if key not in arena.honest:
        plain = submission(tmp_path / "plain", reference_files(arena, attack.assignment))
        arena.grade(attack.assignment, plain, attack.exercise)
        arena.honest[key] = peak_of(lambda: arena.grade(attack.assignment, plain, attack.exercise))[1]
    before, descriptors = left_behind(), open_descriptors()

    path = written(arena, attack, tmp_path / "mallory")
    graded, peak = peak_of(lambda: arena.grade(attack.assignment, path, attack.exercise, attack.seconds))

    exercise = the_exercise(graded)
    assert exercise.score <= attack.most, [check.name for check in exercise.checks if check.status == "passed"]
    told = everything_told(graded, tmp_path / "told")
    assert not [text for text in MARKUP if text in told["page"]]
    everything = "\n".join(told.values())
    assert not [secret for secret in SECRETS if secret in everything]
    hidden = "".join(check.message for check in exercise.checks if check.visibility == "hidden")
    assert "CANARY" not in hidden
    assert "SEEN" not in hidden
    assert all(len(check.message) <= 1500 for check in exercise.checks)
    assert len(everything) < 1_000_000
    assert peak <= arena.honest[key] + MEGABYTES, "the grader held too much"
    assert arena.spent <= PATIENCE, "one submission kept the grader for too long"
    unharmed(*key)
    assert open_descriptors() <= descriptors
    assert not left_behind() - before
