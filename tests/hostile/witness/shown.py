"""The wording that shows all: what would be told if hidden checks were told like visible ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.assessment import disclosure
from autograder.assessment.assessed import Assessed
from autograder.grading import grader
from autograder.sessions import remote


class Showing:
    """Listens to the grader, without changing what it does, and writes down what the wall of fixed texts holds back."""

    def __init__(self) -> None:
        self._assessed: list[Assessed] = []
        self._endings: list[str] = []

    def start(self) -> None:
        """Begin with the next submission."""
        self._assessed, self._endings = [], []

    def text(self) -> str:
        """What is known of the hidden checks of the submission that was graded last."""
        lines = list(self._endings)
        for one in self._assessed:
            lines.append(one.note)
            for outcome in one.outcomes:
                if outcome.check.visibility == "hidden":
                    said = disclosure._visible_message(outcome)
                    lines.append(f"{outcome.check.key}: {outcome.status}: {said} {disclosure._example(one.exercise, outcome)}")
        return "\n".join(lines)


@contextlib.contextmanager
def showing_all() -> Iterator[Showing]:
    """Listen while the block runs."""
    showing = Showing()
    assess, ending = grader.assess, remote._ending

    def assessed(*args: Any) -> list[Assessed]:
        showing._assessed = assess(*args)
        return showing._assessed

    def ended(reason: str) -> str:
        showing._endings.append(reason)
        return ending(reason)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "assess", assessed)
        patch.setattr(remote, "_ending", ended)
        yield showing
