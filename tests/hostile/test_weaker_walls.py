"""A selection of the attacks without namespaces (profile S2), as on stock Ubuntu or in Docker."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import profiles
from autograder.sessions import subjects

from .attacks.attack import Attack
from .attacks.tables import ATTACKS as ALL
from .conftest import (
    Arena,
    left_behind,
    reference_files,
    submission,
    the_exercise,
    worker_processes,
    written,
)
from .told import everything_told
from .witness.shown import showing_all

SELECTED = {
    "fork", "fork bomb", "daemon", "exec", "three hundred threads", "exit", "abort", "segmentation fault", "stops itself",
    "kills itself", "signals to everybody", "signals to groups", "traces and limits others", "endless loop that ignores signals",
    "exit at import", "flood of output", "fills the scratch folder", "writes where results go",
    "forged result files", "links to the outside", "network", "shared memory", "namespaces, mounts, filters", "becomes root",
    "deletes everything", "hidden files by path", "the course by its known place", "memory and environment of others",
    "inputs in a file's name", "what a worker saw, told by the load note of the next", "forged early reply", "all descriptors closed",
    "calls are never made", "inputs in the exit status", "marks that another worker could read",
    "handler for what the filter refuses",
}  # fmt: skip
OPEN_TO_ROOT = {"three hundred threads"}
"""What succeeds where workers stay root, because no other user can read Python's files: the kernel counts no threads of
root. The threat model says so, and memory bounds it."""
ATTACKS = [attack for attack in ALL if attack.name in SELECTED]


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    """Graders without namespaces."""
    if profiles.available_profile() < "S2":
        pytest.skip("this machine offers less than S2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(profiles.MAXIMUM, "S2")
        patch.setattr(subjects, "LOAD_LIMIT", 1.0)
        arena = Arena()
        with showing_all() as arena.showing:
            yield arena
        arena.close()


def test_every_selected_attack_exists() -> None:
    """Names in the selection are names of attacks."""
    assert {attack.name for attack in ATTACKS} == SELECTED


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attacks_without_namespaces(attack: Attack, arena: Arena, tmp_path: Path) -> None:
    """No gain, no leak, no harm, nothing left."""
    path = written(arena, attack, tmp_path / "mallory")
    graded = arena.grade(attack.assignment, path, attack.exercise, attack.seconds)
    exercise = the_exercise(graded)
    assert graded.result.isolation.profile == "S2"
    assert exercise.score <= attack.most
    shared = os.geteuid() == 0 and "own uid" not in " ".join(graded.result.isolation.layers)
    told = "".join(everything_told(graded, tmp_path / "told").values())
    assert ("LEAKED" in told) is (shared and attack.name in OPEN_TO_ROOT)
    assert "CANARY" not in "".join(check.message for check in exercise.checks if check.visibility == "hidden")
    plain = submission(tmp_path / "next", reference_files(arena, attack.assignment))
    result = arena.grade(attack.assignment, plain, attack.exercise).result
    assert (result.status, result.score) == ("graded", result.max_score), "the next student was harmed"
    assert worker_processes() <= arena.alive + 1
    assert not left_behind()
