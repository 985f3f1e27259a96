"""Exercises share a worker; what is wrong among others is asked again alone, and chance gains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tiny_course import pieces, right_answers
from watched import Watched

from autograder.assessment import shared_worker, sitting
from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions, run_in_turn, run_together
from autograder.assessment.shared_worker import LoadingWorker, SharedWorker
from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.budget import Budget
from autograder.sessions.subjects import IsolatedSubmission


def test_one_worker_for_all_modules_of_a_right_submission(tiny: Assignment) -> None:
    """It stops before the first hidden input and ends with the last exercise."""
    subject = Watched(tiny, right_answers())
    found = assess(tiny, tiny.exercises, subject, RunOptions(), None)
    assert all(one.complete for one in found)
    assert subject.events == [
        *("open pieces", "load whole", "pause pieces", "silent"),
        *("resume pieces", "close pieces"),
    ]


def test_one_exercise_alone_shares_nothing(tiny: Assignment) -> None:
    """There is nobody to share with; its worker is its own, as before."""
    subject = Watched(tiny, right_answers())
    (found,) = assess(tiny, [tiny.exercise("double")], subject, RunOptions(), None)
    assert found.complete
    assert subject.events == ["open pieces", "pause pieces", "silent", "resume pieces", "close pieces"]


def test_what_is_not_there_is_not_asked_twice(tiny: Assignment) -> None:
    """An empty file costs no more than a right one."""
    subject = Watched(tiny, right_answers(pieces=""))
    assess(tiny, [tiny.exercise("double"), tiny.exercise("jitter")], subject, RunOptions(), None)
    assert subject.events.count("open pieces") == 1


SPOILERS = {
    "another function of the module": "globals()['shift'] = None",
    "a process that ends": "__import__('os')._exit(0)",
    "a name that is gone": "del torch.randn_like",
}


@pytest.mark.parametrize("spoiler", SPOILERS.values(), ids=SPOILERS.keys())
def test_what_one_exercise_leaves_behind_costs_no_other(tiny: Assignment, warm_sandbox: ZygoteHost, spoiler: str) -> None:
    """What cannot run after it earns everything; the witness is that it does not in the worker that they share."""
    text = pieces(double="2 * x", shift="2 * x + by").replace("def double(x):\n", f"def double(x):\n    {spoiler}\n")
    assert spoiler in text
    subject = IsolatedSubmission(tiny, right_answers(pieces=text), warm_sandbox)
    exercises = [tiny.exercise("double"), tiny.exercise("shift"), tiny.exercise("jitter")]
    found = {one.exercise.name: one for one in assess(tiny, exercises, subject, RunOptions(), None)}
    assert found["shift"].complete
    assert found["jitter"].complete
    alone = IsolatedSubmission(tiny, right_answers(pieces=text), warm_sandbox)
    shared = SharedWorker(tiny, "pieces", 3, alone, RunOptions())
    asked = [shared.ask([check for check in one.checks if check.visibility == "visible"]) for one in exercises]
    shared.close()
    assert any(outcomes is None or not all(outcome.passed for outcome in outcomes) for outcomes in asked)


SETTINGS = (
    "torch.set_default_dtype(torch.float64)",
    "torch.set_default_device('meta')",
    "torch.set_grad_enabled(False)",
    "torch.autograd.set_detect_anomaly(True)",
    "torch.use_deterministic_algorithms(True)",
    "torch.set_float32_matmul_precision('medium')",
    "torch.manual_seed(0)",
    "__import__('numpy').seterr(all='raise')",
    "__import__('numpy').random.seed(0)",
    "__import__('warnings').simplefilter('error')",
    "__import__('os').chdir('/')",
)


@pytest.mark.parametrize("place", ["in a function", "at the top of another module"])
@pytest.mark.parametrize("setting", SETTINGS)
def test_settings_that_people_change_cost_no_other_exercise(
    tiny: Assignment, warm_sandbox: ZygoteHost, setting: str, place: str
) -> None:
    """They are put back, so that no value is another one afterwards."""
    inside = "def double(x):\n"
    text = pieces(shift="2 * x + by * torch.ones(1, dtype=x.dtype)")
    if place == "in a function":
        files = right_answers(pieces=text.replace(inside, f"{inside}    {setting}\n"))
    else:
        files = right_answers(pieces=text)
        files["whole.py"] = f"import torch\n{setting}\n".encode() + files["whole.py"]
    exercises = [tiny.exercise(name) for name in ("Scale", "double", "shift", "jitter")]
    found = assess(tiny, exercises, IsolatedSubmission(tiny, files, warm_sandbox), RunOptions(), None)
    assert {one.exercise.name for one in found if not one.complete} <= {"double" if place == "in a function" else "Scale"}


class Counting(IsolatedSubmission):
    """Counts the workers that are opened."""

    opened = 0

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Open one more."""
        self.opened += 1
        return super().open(module, substitutes)


TOP_LEVEL = {
    "a patched operator": "import torch\ntorch.Tensor.__mul__ = torch.Tensor.__rmul__ = None\n",
    "a process that ends": "import os\nos._exit(0)\n",
    "a statement that fails": "raise SystemExit\n",
}


@pytest.mark.parametrize("top", TOP_LEVEL.values(), ids=TOP_LEVEL.keys())
def test_what_one_module_does_as_it_is_loaded_costs_no_other(tiny: Assignment, warm_sandbox: ZygoteHost, top: str) -> None:
    """The exercises of a module that does not import it earn everything, though they are asked after it in the same worker."""
    files = right_answers()
    files["whole.py"] = top.encode() + files["whole.py"]
    exercises = [tiny.exercise(name) for name in ("Scale", "double", "shift", "jitter")]
    found = assess(tiny, exercises, IsolatedSubmission(tiny, files, warm_sandbox), RunOptions(), None)
    earned = {one.exercise.name: one.complete for one in found}
    assert [earned[name] for name in ("double", "shift", "jitter")] == [True] * 3


def test_a_patch_at_the_top_of_one_module_is_felt_in_another(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """The witness of the test above: in the worker of all it costs points until the exercise is asked alone."""
    files = right_answers()
    files["whole.py"] = TOP_LEVEL["a patched operator"].encode() + files["whole.py"]
    subject = IsolatedSubmission(tiny, files, warm_sandbox)
    common = LoadingWorker(subject, Budget())
    assert common.running("whole") is not None
    shared = SharedWorker(tiny, "pieces", 1, subject, RunOptions(), common)
    outcomes = shared.ask([check for check in tiny.exercise("double").checks if check.visibility == "visible"])
    shared.close()
    assert outcomes is not None
    assert not all(outcome.passed for outcome in outcomes)


def test_right_answers_open_one_worker(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """Behind walls, too."""
    subject = Counting(tiny, right_answers(), warm_sandbox)
    found = assess(tiny, tiny.exercises, subject, RunOptions(), None)
    assert all(one.complete for one in found)
    assert subject.opened == 1


def test_a_module_that_ends_the_common_worker_is_told_and_costs_few_workers(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """Its functions are used without its statements; what happened is said once, and the rest shares on."""
    files = right_answers(whole="import os\nos._exit(0)\n" + right_answers()["whole.py"].decode())
    subject = Counting(tiny, files, warm_sandbox)
    found = assess(tiny, tiny.exercises, subject, RunOptions(), None)
    assert all(one.complete for one in found)
    assert list(subject.load_notes) == ["whole"]
    assert "did not end well" in subject.load_notes["whole"]
    assert subject.opened <= 4


@pytest.mark.parametrize(
    ("body", "again"),
    [("2 * x + by * (by > 1)", False), ("x.nothing if x.requires_grad else 2 * x + by", True)],
    ids=["wrong", "error"],
)
def test_only_what_gave_no_value_among_others_is_asked_again(
    tiny: Assignment, monkeypatch: pytest.MonkeyPatch, body: str, again: bool
) -> None:
    """An error that one check of several sees costs one check more, not all of them; a value costs none, right or wrong."""
    asked: list[set[str]] = []

    def noting(run: Callable[..., Any]) -> Callable[..., Any]:
        def noted(assignment: Assignment, checks: Sequence[Check], *arguments: Any, **options: Any) -> Any:
            asked.append({check.key for check in checks})
            return run(assignment, checks, *arguments, **options)

        return noted

    monkeypatch.setattr(shared_worker, "run_together", noting(run_together))
    monkeypatch.setattr(sitting, "run_in_turn", noting(run_in_turn))
    subject = Watched(tiny, right_answers(pieces=pieces(shift=body)))
    found = assess(tiny, [tiny.exercise("double"), tiny.exercise("shift")], subject, RunOptions(), None)
    shift = next(one for one in found if one.exercise.name == "shift")
    wrong = {outcome.check.key for outcome in shift.outcomes if not outcome.passed}
    hidden = {check.key for check in shift.exercise.checks if check.visibility == "hidden"}
    assert wrong & hidden
    assert hidden - wrong
    assert sum(hidden <= keys for keys in asked) == 1
    assert (wrong & hidden in asked) is again
    assert [outcome.check.key for outcome in shift.outcomes] == [check.key for check in shift.exercise.checks]


SCALE = """
import torch
from torch import nn

FACTOR = float("1")

class Scale(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(start))

    def forward(self, x):
        return FACTOR * self.weight * x
"""


def test_modules_that_print_much_each_are_loaded_in_full(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """What all of them print is too much for one worker; alone each may, so nothing is said and no statement is left out."""
    flood = b"for _ in range(10): print('x' * 1_000_000)\n"
    files = {"pieces.py": flood + right_answers()["pieces.py"], "whole.py": flood + SCALE.encode()}
    subject = IsolatedSubmission(tiny, files, warm_sandbox)
    found = assess(tiny, [tiny.exercise("double"), tiny.exercise("Scale")], subject, RunOptions(), None)
    assert all(one.complete for one in found)
    assert not subject.load_notes
