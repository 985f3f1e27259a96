"""Hand-made results: an ordinary class and the submissions that nobody wishes for."""

from __future__ import annotations

import random

from autograder.results.schema import CheckResult, Diagnosis, Environment, ExerciseResult, Isolation, SubmissionResult

SECRET = "torch.tensor([0.123456789])"
"""Stands for the input or expected value of a hidden check; no page or export may contain it."""

HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    'a" onmouseover="alert(1)',
    "evil\u202egpj.py",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\x1b[31mred\x1b[0m",
    "x" * 300,
    "Zoë 🦄 García-Ñuñez",
    "line\nbreak\r\ttab",
    "{{ 7 * 7 }}{% raw %}",
]

_EXERCISES = [
    ("vae.losses.reconstruction_loss", "function", "reconstruction term of the objective", 4.0),
    ("vae.losses.gaussian_kl", "function", "closed-form KL divergence to the standard normal", 4.0),
    ("vae.losses.negative_elbo", "function", "the training objective and its two parts", 5.0),
    ("vae.losses.iwae_bound", "function", "importance-weighted bound with `k` samples", 5.0),
    ("vae.model.Encoder", "class", "two heads on a convolutional trunk", 6.0),
    ("vae.model.reparameterize", "function", "a sample that carries gradients", 4.0),
    ("vae.model.VAE", "class", "encoder, decoder and sampling in one module", 8.0),
    ("vae.sampling.interpolate", "function", "a straight line between two codes", 4.0),
    ("vae.training.reaches_elbo", "training", "trains below the calibrated threshold", 20.0),
    ("vae.concepts.posterior_collapse", "short_answer", "when the KL term vanishes", 5.0),
    ("vae.written.beta_tradeoff", "written", "what a larger beta trades away", 15.0),
]

HINT = "What does `exp(logvar)` give you: a variance or a standard deviation? Compare the KL at `logvar = 2` by hand."


def passed_check(name: str = "known_values", points: float = 1.0, visibility: str = "visible") -> CheckResult:
    """A check that holds."""
    return CheckResult(
        name=name,
        title="equals the values worked out in the lecture notes",
        visibility=visibility,
        score=points,
        max_score=points,
        status="passed",
    )


def failed_check(figure: str | None = None) -> CheckResult:
    """A visible check that failed with an input and, if wanted, a figure."""
    return CheckResult(
        name="matches_closed_form",
        title="equals 0 for the standard normal and grows with `mu`",
        visibility="visible",
        score=0.0,
        max_score=1.0,
        status="failed",
        message=(
            "The result differs from 0.5 * sum(mu² + exp(logvar) - 1 - logvar) at 3 of 4 places.\n\n"
            "  index   expected   yours\n  (0,)      1.3591    0.8647\n  (1,)      2.1945    0.9502"
        ),
        example={
            "mu": "tensor([[1., 0.],\n        [0., 2.]], dtype=torch.float64)",
            "logvar": "tensor([[0., 1.],\n        [1., 0.]], dtype=torch.float64)",
        },
        figure=figure,
    )


def leaky_hidden_check() -> CheckResult:
    """A hidden check that carries what it must not; renderers have to leave it out."""
    return CheckResult(
        name="matches_torch_distributions",
        title="equals the KL divergence of torch.distributions",
        visibility="hidden",
        score=0.0,
        max_score=1.5,
        status="failed",
        message="The value differs from the KL divergence for a batch of one whose log-variance is far from zero.",
        example={"mu": SECRET},
        figure="figures/hidden.svg",
    )


def failed_exercise(figure: str | None = None) -> ExerciseResult:
    """The exercise that most of the class gets wrong."""
    exercise_id, kind, title, points = _EXERCISES[1]
    return ExerciseResult(
        id=exercise_id,
        kind=kind,
        title=title,
        score=0.0,
        max_score=points,
        status="failed",
        checks=[failed_check(figure), leaky_hidden_check(), passed_check("dtype", 0.5, "hidden")],
        diagnosis=[Diagnosis(misconception="logvar_read_as_std", hint=HINT, confidence="exact")],
        note="No check of values passed, so the points for shape and dtype do not count.",
    )


def exercise(position: int, status: str, share: float) -> ExerciseResult:
    """Exercise ``position`` of the assignment with ``share`` of its points."""
    exercise_id, kind, title, points = _EXERCISES[position]
    wanted = "passed" if share == 1.0 else "error" if status == "error" else "failed"
    checks = [passed_check("known_values", points / 2), _check(wanted, points / 2, share)]
    if status == "missing":
        checks = [_check("missing", points, 0.0)]
    return ExerciseResult(
        id=exercise_id,
        kind=kind,
        title=title,
        score=points * share,
        max_score=points,
        status=status,
        checks=[] if status == "needs_manual_grading" else checks,
    )


def _check(status: str, points: float, share: float) -> CheckResult:
    message = {
        "passed": "",
        "missing": "`reparameterize` raises NotImplementedError.",
        "error": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x8 and 4x8)\n"
        '  File "model.py", line 31, in forward\n    return self.fc(x) @ self.head(x)',
    }.get(status, "A gradient is missing: the sample was detached from `mu`.")
    return CheckResult(
        name="gradient_flows",
        title="lets the gradient reach `mu` and `logvar`",
        visibility="hidden",
        score=points if share == 1.0 else 0.0,
        max_score=points,
        status=status,
        message=message,
    )


def result(student: str = "alice", **changes: object) -> SubmissionResult:
    """An ordinary graded submission: some exercises right, some not, one for a person to mark."""
    exercises = [
        exercise(0, "passed", 1.0),
        failed_exercise(changes.pop("figure", None)),
        exercise(2, "partial", 0.5),
        exercise(3, "passed", 1.0),
        exercise(4, "error", 0.5),
        exercise(5, "missing", 0.0),
        exercise(6, "passed", 1.0),
        exercise(7, "passed", 1.0),
        exercise(8, "passed", 1.0),
        exercise(9, "passed", 1.0),
        exercise(10, "needs_manual_grading", 0.0),
    ]
    return _submission(student, exercises, **changes)


def unreadable(student: str = "bob") -> SubmissionResult:
    """A submission of which nothing could be read."""
    message = "submission.zip: the archive is damaged (bad CRC in `losses.py`)"
    return _submission(student, [], status="unreadable", message=message, score=0.0, max_score=80.0)


def grader_error(student: str = "carol") -> SubmissionResult:
    """A submission on which the grader failed."""
    message = "the zygote ended or stopped answering /srv/grader/hidden"
    return _submission(student, [], status="grader_error", message=message, score=0.0, max_score=80.0)


def classroom(size: int, seed: int = 0) -> list[SubmissionResult]:
    """A class of ``size`` students of different success."""
    chance = random.Random(seed)
    return [_classmate(f"student{number:03d}", chance) for number in range(size)]


def _classmate(student: str, chance: random.Random) -> SubmissionResult:
    ability = min(0.97, max(0.1, chance.gauss(0.7, 0.18)))
    exercises = []
    for position in range(len(_EXERCISES) - 1):
        if chance.random() < ability:
            exercises.append(exercise(position, "passed", 1.0))
        elif position == 1:
            exercises.append(failed_exercise())
        else:
            status, share = chance.choice([("partial", 0.5), ("failed", 0.0), ("missing", 0.0), ("error", 0.0)])
            exercises.append(exercise(position, status, share))
    return _submission(student, [*exercises, exercise(10, "needs_manual_grading", 0.0)])


def _submission(student: str, exercises: list[ExerciseResult], **changes: object) -> SubmissionResult:
    values: dict[str, object] = {
        "assignment": "vae",
        "student": student,
        "grader_version": "0.1.0",
        "submission_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "seed": 0,
        "isolation": Isolation(profile="S3", layers=["user namespace", "landlock", "seccomp", "rlimits"]),
        "environment": Environment(python="3.11.9", torch="2.12.1", device="cpu", dataset="MNIST"),
        "score": sum(e.score for e in exercises),
        "max_score": sum(e.max_score for e in exercises),
        "duration_s": 0.84,
        "status": "graded",
        "exercises": exercises,
    }
    return SubmissionResult(**{**values, **changes})
