"""What a student can read is the same for all hidden inputs: of hostile submissions and of plain mistakes.

Two runs with different seeds have different hidden inputs. The witness opens the one wall, the wording: what the
grader keeps for itself of hidden checks (values, errors, what workers print and how they end) differs between the runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import grading, sessions
from autograder.assessed import Assessed
from autograder.reports.exports import gradescope_results, junit_document
from autograder.reports.feedback import render_feedback
from autograder.reports.graded import Graded
from autograder.wording import show

from . import honest_mistakes, snooping
from .attack import Attack
from .conftest import Arena, written

SEEDS = (11, 12)
SNOOPING = [attack for attack in snooping.ATTACKS if not attack.known]
TELLING = [attack for attack in SNOOPING if attack.intent == "tell" and not attack.effect + attack.unwitnessed]


@dataclass
class Opened:
    """What the grader knows of a run and does not tell."""

    endings: list[str] = field(default_factory=list)
    printed: bytearray = field(default_factory=bytearray)
    assessed: list[Assessed] = field(default_factory=list)

    def text(self) -> str:
        """What comes from the submission: values, shapes, errors, output, endings; not the check's own inputs."""
        told = []
        for outcome in (outcome for one in self.assessed for outcome in one.outcomes):
            error = outcome.detail if outcome.status in ("error", "missing") else ""
            told.append(f"{outcome.check.key} {outcome.status} {outcome.summary} {error} {show(outcome.got)}")
        return "\n".join([*told, *self.endings, self.printed.decode("utf-8", "replace")])


@dataclass(frozen=True)
class Run:
    """One grading: what is told, and what would be told without the wording."""

    told: str
    opened: str


def told(graded: Graded, folder: Path) -> str:
    """All that leaves the grader towards a student, without the seed and the duration."""
    result = graded.result.model_copy(update={"seed": 0, "duration_s": 0.0})
    figures = {name: picture.decode("utf-8", "replace") for name, picture in graded.figures.items()}
    exports = [json.dumps(gradescope_results(result)), junit_document([result]).decode()]
    return "\n".join([result.to_json(), render_feedback(result, folder), json.dumps(figures), *exports])


class Runs:
    """Both runs of a fixture, done once."""

    def __init__(self, arena: Arena, folder: Path) -> None:
        self._arena = arena
        self._folder = folder
        self._known: dict[str, list[Run]] = {}

    def of(self, attack: Attack) -> list[Run]:
        """The runs of one fixture with the two seeds."""
        if attack.name not in self._known:
            path = written(self._arena, attack, self._folder / f"mallory{len(self._known)}")
            self._known[attack.name] = [self._run(attack, path, seed) for seed in SEEDS]
        return self._known[attack.name]

    def _run(self, attack: Attack, path: Path, seed: int) -> Run:
        opened, grader = Opened(), self._arena.grader(attack.assignment)
        before = grader.options
        with pytest.MonkeyPatch.context() as patch:
            _open(patch, opened)
            grader.options = replace(before, seed=seed)
            graded = self._arena.grade(attack.assignment, path, attack.exercise, attack.seconds)
        grader.options = before
        assert graded.result.status == "graded", graded.result.message
        return Run(told(graded, self._folder), opened.text())


def _open(patch: pytest.MonkeyPatch, opened: Opened) -> None:
    """Note what is known of a run on the inside."""
    assess, tell = grading.assess, sessions._ending

    def noted(*arguments: object) -> list[Assessed]:
        opened.assessed = assess(*arguments)  # type: ignore[arg-type]
        return opened.assessed

    def reading(descriptor: int, size: int) -> bytes:
        chunk = os.read(descriptor, size)
        opened.printed.extend(chunk[: 1 << 16])
        return chunk

    patch.setattr(grading, "assess", noted)
    patch.setattr(sessions, "_ending", lambda reason: opened.endings.append(reason) or tell(reason))
    patch.setattr(sessions, "os", SimpleNamespace(**{**vars(os), "read": reading}))  # not read of the whole process


@pytest.fixture(scope="module")
def runs(arena: Arena, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Shared by the tests of this file."""
    return Runs(arena, tmp_path_factory.mktemp("texts"))


@pytest.mark.parametrize("attack", [*SNOOPING, *honest_mistakes.MISTAKES], ids=lambda attack: attack.name)
def test_texts_are_equal_for_all_hidden_inputs(attack: Attack, runs: Runs) -> None:
    """Result, page, figures, JUnit and Gradescope: word for word."""
    first, second = runs.of(attack)
    assert first.told == second.told


@pytest.mark.parametrize("attack", TELLING, ids=lambda attack: attack.name)
def test_without_the_wording_every_snooping_fixture_tells(attack: Attack, runs: Runs) -> None:
    """The fixture does carry out what it has seen: as far as the grader, which keeps it."""
    first, second = runs.of(attack)
    assert first.opened != second.opened


def test_what_is_compared_does_not_differ_by_itself(arena: Arena, runs: Runs) -> None:
    """An answer of no cunning is described alike, also on the inside: the witness does not see noise."""
    first, second = runs.of(Attack("nothing", "return None"))
    assert first.opened == second.opened
