"""Every attack bites where a wall is open; otherwise that it gains nothing behind the walls would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.course import open_course

from .attacks.attack import HONEST, Attack
from .attacks.prelude import EFFECT_ENDS, EFFECT_STATUS
from .attacks.tables import ATTACKS
from .conftest import Arena, the_exercise, written
from .witness.opening import OpenGround
from .witness.witnesses import bites, task_of


def _witnessed(*places: str) -> list[Attack]:
    return [attack for attack in ATTACKS if attack.witness.partition(":")[0].partition(" ")[0] in places]


@pytest.mark.parametrize("attack", _witnessed("judge", "client"), ids=lambda attack: attack.name)
def test_it_bites_in_the_open(attack: Attack, ground: OpenGround) -> None:
    """In a process without walls, before a judge or a reader that believes it."""
    record = ground.run(task_of(attack, _files(attack.assignment)))
    assert bites(record, attack.witness), record


@pytest.mark.parametrize("attack", _witnessed("effect"), ids=lambda attack: attack.name)
def test_what_it_patches_is_called_in_the_course_of_grading(attack: Attack, arena: Arena, tmp_path: Path) -> None:
    """The same attack, but where the patch takes effect the worker ends: the real grader sees that."""
    graded = arena.grade(attack.assignment, written(arena, attack, tmp_path / "ends", EFFECT_ENDS), attack.exercise, 6.0)
    the_exercise(graded)
    assert f"exit {EFFECT_STATUS}" in arena.showing.text()


@pytest.mark.parametrize("attack", _witnessed("texts"), ids=lambda attack: attack.name)
def test_it_would_tell_if_hidden_checks_were_told_like_visible_ones(attack: Attack, arena: Arena, tmp_path: Path) -> None:
    """What the fixed texts hold back differs between two runs with different hidden inputs, or holds what it should."""
    shown = [text for _, text in arena.twice(attack, tmp_path)]
    held = attack.witness.partition("hold ")[2]
    assert held in shown[0] if held else shown[0] != shown[1]


def test_an_honest_answer_bites_nowhere(ground: OpenGround) -> None:
    """The witnesses themselves can fail: the right answer harms nothing, alters nothing and says nothing."""
    for place in ("judge", "client"):
        honest = Attack("honest", HONEST, witness=f"{place}: waits")
        record = ground.run(task_of(honest, _files("vae")))
        assert (record.bitten, record.ended, record.altered, record.printed, record.files) == ([], "", [], 0, []), record
        wrong = {one.witness for one in _witnessed(place) if not one.witness.endswith((": believes", ": doubts"))}
        assert not [witness for witness in wrong if bites(record, witness)]


def test_every_judge_can_doubt(ground: OpenGround) -> None:
    """What is no answer at all is believed by none but the judge that only looks whether it runs."""
    nothing = "return object()"
    for witness in sorted({one.witness for one in _witnessed("judge") if one.witness.endswith(": believes")}):
        record = ground.run(task_of(Attack("nothing", nothing, witness=witness), _files("vae")))
        assert bites(record, witness) == (witness == "judge runs: believes"), (witness, record)


def _files(assignment: str) -> dict[str, bytes]:
    return dict(open_course().assignment(assignment).reference_files())
