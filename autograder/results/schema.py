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


class Calibration(_Strict):
    """The measurements behind the levels of a score."""

    file: str
    seeds: int
    device: str = "cpu"
    """Where it was made: levels are cited for runs on another kind of device, but were not measured there."""
    false_reject: float | None = None
    """Estimated share of right answers that get less than everything."""
    false_accept: float | None = None
    """Share of the wrong variants' runs that got everything."""


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
    value: float | None = None
    """Of a score of a training task: what the grader measured; None where it could not be measured."""
    zero: float | list[float] | None = None
    """The value up to which a score earns nothing; of a window its two outer ends."""
    full: float | list[float] | None = None
    """The value from which a score earns everything; of a window its two inner ends."""
    share: float | None = None
    """The part of the task's points that the score carries."""
    too_good: bool | None = None
    """Whether the value is beyond what honest work reaches, which earns nothing and is for a person to look at."""
    calibration: Calibration | None = None
    """What the levels rest on."""


class Diagnosis(_Strict):
    """A known misconception whose behaviour the submission shows."""

    misconception: str
    hint: str
    confidence: Confidence


class OwnLines(_Strict):
    """Where an exercise stands in what was handed in, as the student wrote it."""

    place: str
    """``losses.py, line 12``, or ``cell 3, line 1``."""
    text: str
    """The lines, cut where there are many."""


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
    own_lines: OwnLines | None = None
    """The student's own function or class, where the exercise is not passed; never anything of the grader's."""
    basis: str | None = None
    """Digest of everything but the submission that decides its marks: `autograder regrade` keeps what has the same one."""
    checkpoint: list[CheckResult] | None = None
    """Of a training task whose checkpoint of the full budget was scored: the same scores, without points."""


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
    """What training tasks were trained on: the data set, or what stood in for it."""
    threads: int | None = None
    """Threads of a training."""
    budget: Literal["smoke", "full"] | None = None
    """Of trainings: whether checkpoints of the full budget were scored too."""
    data: dict[str, str] | None = None
    """Of trainings: which data sets were on the machine, where there are some that a task asks for."""


class Artifacts(_Strict):
    """Files beside the result, as paths relative to the results folder."""

    figures: list[str] = Field(default_factory=list)


class Late(_Strict):
    """How late work was handed in, and what that costs by the policy of the course."""

    due: str
    """When it was due for this student, in ISO form."""
    days: int
    """Days begun after that."""
    slack_days: int
    """How many of them cost nothing."""
    penalty: float
    """Points taken off."""


class Attempt(_Strict):
    """Which of several attempts a result is, and which one counts by the policy of the course."""

    number: int
    """Of the result itself, which is of the latest work; 1 is the first."""
    policy: Literal["best", "latest", ""]
    """Which attempt counts; empty where the course does not say, and then it is the latest."""
    counting_number: int
    """The attempt that counts so far."""
    counting: float | None
    """Its points less what its lateness costs; None where no attempt has a mark."""


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
    submitted: str | None = None
    """When it was handed in, in ISO form; None where nobody said."""
    late: Late | None = None
    """Where the course has a due date and it is known when the work was handed in."""
    attempt: Attempt | None = None
    """Where the student had handed in other work before, which the folder's history has."""
    message: str = ""
    """Why a submission could not be read or graded; empty when it was."""
    notes: list[str] = Field(default_factory=list)
    """What the reader ignored or repaired (links, wrapper folders, syntax errors of single files)."""
    exercises: list[ExerciseResult] = Field(default_factory=list)
    artifacts: Artifacts = Field(default_factory=Artifacts)

    @property
    def awaiting(self) -> float:
        """Points that a person still has to give."""
        return sum(one.max_score - one.score for one in self.exercises if one.status == "needs_manual_grading")

    @property
    def final(self) -> float:
        """The score less what lateness costs: the mark that leaves for other systems."""
        return max(0.0, self.score - self.late.penalty) if self.late is not None else self.score

    @property
    def percent(self) -> float | None:
        """The score in percent of what has been graded, what waits for a person left out; None where there is no mark.

        Lateness does not enter: it says nothing of the work.

        This is the one meaning of a percentage: in the table of the class, its statistics, the pages and ``--fail-under``.
        """
        graded = self.max_score - self.awaiting
        if self.status == "grader_error" or graded <= 0:
            return None
        return min(100.0, max(0.0, 100 * self.score / graded))

    def to_json(self) -> str:
        """Serialise with the contract's key names (``schema``), readable by people."""
        return self.model_dump_json(by_alias=True, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SubmissionResult:
        """Parse a result written by :meth:`to_json`; raises ``pydantic.ValidationError`` when it is not one."""
        return cls.model_validate_json(text)
