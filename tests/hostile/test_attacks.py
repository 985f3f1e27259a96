"""Every attack by itself: no gain, no leak, no harm to the next student, nothing left behind."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from . import forged_frames, lying_values, patched_process, processes, public_judges, snooping
from .attack import Attack
from .conftest import (
    Arena,
    everything_told,
    left_behind,
    numbers_of_hidden_checks,
    open_descriptors,
    the_exercise,
    written,
)

ATTACKS = [
    *lying_values.ATTACKS,
    *patched_process.ATTACKS,
    *snooping.ATTACKS,
    *forged_frames.ATTACKS,
    *processes.ATTACKS,
    *public_judges.ATTACKS,
]
GRADER_MEGABYTES = 1500
SECRETS = ("/solutions", "BEGIN SOLUTION", "autograder_checks", "LEAKED", "kl_divergence(")
MARKUP = ("<script>alert", "<img src", "\x1b", "\u202e", "\x00")


def _parameters() -> Iterator[ParameterSet]:
    for attack in ATTACKS:
        marks = [pytest.mark.xfail(reason=attack.known, strict=False)] if attack.known else []
        yield pytest.param(attack, id=attack.name, marks=marks)


@pytest.mark.parametrize("attack", _parameters())
def test_nothing_is_gained_told_or_broken(
    attack: Attack, arena: Arena, tmp_path: Path, unharmed: Callable[[str, str], None], nothing_left: None
) -> None:
    """The attack as a submission, then the reference."""
    arena.grader(attack.assignment)
    if "secrets" not in arena.__dict__:
        arena.__dict__["secrets"] = {}
    secrets = arena.__dict__["secrets"]
    key = (attack.assignment, attack.exercise)
    if key not in secrets:
        secrets[key] = numbers_of_hidden_checks(arena, *key)
        assert secrets[key]
        unharmed(*key)
    before, descriptors = left_behind(), open_descriptors()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()

    path = written(arena, attack, tmp_path / "mallory")
    graded = arena.grade(attack.assignment, path, attack.exercise, attack.seconds)

    took = time.monotonic() - started
    exercise = the_exercise(graded)
    assert exercise.score <= attack.most, [check.name for check in exercise.checks if check.status == "passed"]
    page, told = everything_told(graded, tmp_path)
    assert not [text for text in MARKUP if text in page]
    assert not [secret for secret in SECRETS if secret in told]
    assert not [number for number in secrets[key] if number in told]
    hidden = "".join(check.message for check in exercise.checks if check.visibility == "hidden")
    assert "CANARY" not in hidden
    assert all(len(check.message) <= 1500 for check in exercise.checks)
    assert len(told) < 300_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < GRADER_MEGABYTES * 1024
    assert took < 4 * attack.seconds + 12
    unharmed(*key)
    assert open_descriptors() <= descriptors
    assert not left_behind() - before
