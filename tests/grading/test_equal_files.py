"""Equal files of two students: they conspire, and run at the same time on one machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.sessions.remote import RemoteSession

EXERCISE = "losses.gaussian_kl"


def met(grader: Grader, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the workers of a right submission of that name are asked of one exercise."""
    folder.mkdir(parents=True)
    for name, content in grader.assignment.reference_files().items():
        (folder / name).write_bytes(content)
    seen: set[str] = set()
    batch = RemoteSession.batch

    def noting(self: RemoteSession, operations: Sequence[dict[str, Any]]) -> list[list]:
        seen.update(repr(one["args"]) for one in operations if one["op"] == "call" and one["target"][2] == "gaussian_kl")
        return batch(self, operations)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteSession, "batch", noting)
        result = grader.grade(grader.read(folder)).result
    assert result.score == result.max_score
    return seen


def test_they_meet_other_hidden_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of them has met, and has asked of a correct function that was lent to it, answers no check of the other.

    Words between two living workers cannot all be kept from them (`docs/threat-model.md`); so they have nothing to say.
    The same work under the same name can be graded again with the same inputs.
    """
    with Grader("vae", GradeOptions(isolation="best", only=(EXERCISE,), seed=3)) as grader:
        one, other, again = (met(grader, tmp_path / name, monkeypatch) for name in ("a/mallory", "b/maud", "c/mallory"))
    checks = open_course().assignment("vae").exercise(EXERCISE).checks
    assert one == again
    assert len(one & other) <= 3 * sum(check.visibility == "visible" for check in checks)
    assert len(one - other) > 40
