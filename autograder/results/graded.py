"""A result together with its pictures, on its way to the results folder."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.results.schema import SubmissionResult


@dataclass
class Graded:
    """A result with the pictures that belong to it, by the names that its checks give them."""

    result: SubmissionResult
    figures: dict[str, bytes] = field(default_factory=dict)
