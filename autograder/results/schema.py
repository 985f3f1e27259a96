"""The result of grading one submission, as written to ``<out>/<student>.json``.

The field names are a contract with courses, CI and other tools: they are documented one by one here and
checked whenever a result is read back.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

CheckStatus = Literal["passed", "failed", "error", "timeout", "crashed", "missing", "skipped"]
ExerciseStatus = Literal[
    "passed", "partial", "failed", "error", "timeout", "crashed", "missing", "skipped", "needs_manual_grading"
]
ExerciseKind = Literal["function", "class", "training", "short_answer", "written"]
SubmissionStatus = Literal["graded", "unreadable", "grader_error"]
Confidence = Literal["exact", "likely", "possible"]


class _Strict(BaseModel):
    """Unknown keys are errors: a misspelt field must not vanish silently."""

    model_config = ConfigDict(extra="forbid")


class CheckResult(_Strict):
    """Outcome of one check of one exercise."""

    name: str
    title: str = ""
    """The sentence that says what holds when the check passes."""
    visibility: Literal["visible", "hidden"]
    score: float
    max_score: float
    status: CheckStatus
    message: str = ""
    """What went wrong. Of a hidden check: a description in words, no values, no code."""
    example: dict[str, str] = Field(default_factory=dict)
    """The smallest failing input found, argument by argument, as text. Visible checks only."""
    figure: str | None = None
    """A picture of expected against got: a path relative to the results folder. Visible checks only."""


class Diagnosis(_Strict):
    """A known misconception whose behaviour the submission shows."""

    misconception: str
    hint: str
    confidence: Confidence


class ExerciseResult(_Strict):
    """Outcome of one exercise: its checks, its points and what is probably misunderstood."""

    id: str
    kind: ExerciseKind
    title: str = ""
    score: float
    max_score: float
    status: ExerciseStatus
    checks: list[CheckResult] = Field(default_factory=list)
    diagnosis: list[Diagnosis] = Field(default_factory=list)
    note: str = ""
    """Something the student should know about how the exercise was graded."""


class Isolation(_Strict):
    """Which walls stood between the student's code and the grader."""

    profile: Literal["S0", "S1", "S2", "S3"]
    layers: list[str]


class Limits(_Strict):
    """What a submission was allowed to use."""

    time_s: float
    """Seconds that a check may take."""
    memory_mb: int
    """What a worker may allocate, in MiB."""


class Environment(_Strict):
    """What the submission ran on."""

    python: str
    torch: str
    device: str
    dataset: str | None = None


class Artifacts(_Strict):
    """Files beside the result, as paths relative to the results folder."""

    figures: list[str] = Field(default_factory=list)


class SubmissionResult(_Strict):
    """Everything that grading one submission produced."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    assignment: str
    student: str
    grader_version: str
    submission_sha256: str
    seed: int
    isolation: Isolation
    limits: Limits | None = None
    """Missing in results of earlier versions, which are not current then."""
    environment: Environment
    score: float
    max_score: float
    duration_s: float
    status: SubmissionStatus
    message: str = ""
    """Why a submission could not be read or graded; empty when it was."""
    notes: list[str] = Field(default_factory=list)
    """What the reader ignored or repaired (links, wrapper folders, syntax errors of single files)."""
    exercises: list[ExerciseResult] = Field(default_factory=list)
    artifacts: Artifacts = Field(default_factory=Artifacts)

    def to_json(self) -> str:
        """Serialise with the contract's key names (``schema``), readable by people."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SubmissionResult:
        """Parse a result written by :meth:`to_json`; raises ``pydantic.ValidationError`` when it is not one."""
        return cls.model_validate_json(text)
