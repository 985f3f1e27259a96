"""What goes to a grader and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import AutograderError
from autograder.results.results_folder import ResultKey

if TYPE_CHECKING:
    from autograder.results.graded import Graded
    from autograder.results.schema import SubmissionResult


DEATHS = 2
"""How many graders a submission may take with it before it is left alone."""


@dataclass(frozen=True)
class Job:
    """One submission to be graded; ``known`` are the keys of that student's results that need not be made again."""

    path: Path
    known: frozenset[ResultKey] = frozenset()
    student: str = ""
    """Whose it is, where the path's last part does not say so."""
    earlier: tuple[SubmissionResult, ...] = ()
    """Results of which what still holds is kept: the one of the same files is used."""


@dataclass(frozen=True)
class Done:
    """A finished job; without ``graded`` the existing result still holds, ``error`` means the input was refused."""

    job: Job
    graded: Graded | None = None
    error: AutograderError | None = None
    known: ResultKey | None = None
    """Which of the job's known results still holds."""
