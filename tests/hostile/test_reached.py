"""Witness of being reached: with `MARK` switched on, every fixture ends its worker at the place where it takes effect.

A fixture whose hostile code nothing calls proves nothing about the grader: this test tells.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import sessions

from . import forged_frames, patched_process, public_judges
from .attack import Attack
from .conftest import Arena, written

MARKED = 77
"""The exit status of `MARK`, which no fixture has by itself."""
ATTACKS = [*patched_process.ATTACKS, *forged_frames.ATTACKS, *public_judges.ATTACKS]


@pytest.fixture
def endings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How workers ended, as the launcher knows it: students are not told the number."""
    seen: list[str] = []
    tell = sessions._ending
    monkeypatch.setattr(sessions, "_ending", lambda reason: seen.append(reason) or tell(reason))
    return seen


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_attack_is_reached(attack: Attack, arena: Arena, tmp_path: Path, endings: list[str]) -> None:
    """Some worker comes to the mark and ends there."""
    path = written(arena, attack, tmp_path / "marked", marking=True)
    arena.grade(attack.assignment, path, attack.exercise, attack.seconds)
    assert any(str(MARKED) in reason for reason in endings), endings


def test_no_fixture_leaves_with_the_status_of_the_mark(arena: Arena, tmp_path: Path, endings: list[str]) -> None:
    """A worker that ends by itself at another place does not count."""
    leaving = Attack("leaves", "os._exit(9)")
    path = written(arena, leaving, tmp_path / "leaving", marking=True)
    arena.grade(leaving.assignment, path, leaving.exercise, leaving.seconds)
    assert endings
    assert not any(str(MARKED) in reason for reason in endings)
