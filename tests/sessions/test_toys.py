"""An assignment's small modules: beside the student's code wherever that runs, and never mixed up with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_course import hand_in, load_course, right_answers

from autograder.checks.calls import CandidateError, Remote
from autograder.checks.candidate import Candidate
from autograder.checks.closeness import assert_close
from autograder.course.assignment import Assignment
from autograder.errors import GraderError, UsageError
from autograder.release.leaks import find_leaks
from autograder.release.student_files import build
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.subjects import IsolatedSubmission, LoadedModules, Subject
from autograder.student.own_files import candidate_beside

TOYS = """
from dataclasses import dataclass

import torch
from torch import nn


@dataclass
class Pair:
    first: float = 1.0


class Toy(nn.Module):
    def __init__(self, factor=2.0):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))
        self.pair = Pair()

    def forward(self, x):
        return self.factor * x
"""

IMPOSTOR = b"class Toy:\n    def __call__(self, x):\n        return x + 1000\n\n\nmark = 7\n"

USES = """import copy
import pickle

from toys import mark


def double(toy, x):
    return copy.deepcopy(toy)(x), pickle.loads(pickle.dumps(toy))(x), mark
"""


@pytest.fixture(scope="module")
def toyed(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """An assignment that brings a toy."""
    assignment = load_course(tmp_path_factory.mktemp("toyed"))
    (assignment.folder / "toys.py").write_text(TOYS)
    return assignment


@pytest.mark.parametrize("behind_walls", [False, True])
def test_a_submissions_own_file_is_another_module(toyed: Assignment, warm_sandbox: ZygoteHost, behind_walls: bool) -> None:
    """Neither takes the other's place; toys can be copied and pickled."""
    files = {**right_answers(pieces=USES), "toys.py": IMPOSTOR}
    subject: Subject = IsolatedSubmission(toyed, files, warm_sandbox) if behind_walls else LoadedModules(toyed, files)
    session = subject.open("pieces")
    try:
        candidate = Candidate(Remote(session), "pieces")
        copied, unpickled, mark = candidate.double(candidate.toy("Toy", factor=3.0), torch.ones(2))
        assert mark == 7
        assert_close(copied, torch.full((2,), 3.0))
        assert_close(unpickled, torch.full((2,), 3.0))
        with pytest.raises(CandidateError, match=r"no toy called Ghost in the assignment's toys\.py"):
            candidate.toy("Ghost")
    finally:
        session.close()


@pytest.mark.parametrize("text", ["def broken(:\n", "1 / 0\n"])
def test_toys_that_cannot_be_loaded_are_the_graders_fault(tmp_path: Path, warm_sandbox: ZygoteHost, text: str) -> None:
    """No submission loses a point by them: grading stops with the file's name."""
    assignment = load_course(tmp_path)
    (assignment.folder / "toys.py").write_text(text)
    with pytest.raises(GraderError, match=r"toys\.py.*cannot be loaded.*Error"):
        IsolatedSubmission(assignment, right_answers(), warm_sandbox).open("pieces")
    with pytest.raises(UsageError, match=r"toys\.py.*cannot be loaded.*Error"):
        LoadedModules(assignment, right_answers()).open("pieces")


def test_students_get_the_toys_with_the_visible_checks(toyed: Assignment, tmp_path: Path) -> None:
    """Their own run finds them beside the checks; they count as public, so checks and variants may share their lines."""
    files = build(toyed)
    assert files["toys.py"] == TOYS
    assert list(find_leaks(toyed, files)) == []
    own = hand_in(tmp_path / "work", right_answers())
    for name in ("toys.py", "test_pieces.py"):
        (own / name).write_text(files[name])
    assert candidate_beside(own / "test_pieces.py", None).toy("Toy")(torch.ones(1)) == 2
