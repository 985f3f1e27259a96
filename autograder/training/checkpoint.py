"""Checkpoints of the full budget: what a student's trainings returned, as one safetensors file, and its scores.

A checkpoint is scored by the task's own ``measure``: where that would train, it gets what the checkpoint holds, and everything
that looks at a training's result looks at this too. The file is read by safetensors, which holds numbers and names and runs
nothing; the student's networks get the numbers in locked workers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from autograder.course.assignment import Assignment
from autograder.errors import DataMissing, UsageError
from autograder.plaintext import shown
from autograder.results.schema import CheckResult
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.budget import Budget
from autograder.sessions.subjects import IsolatedSubmission
from autograder.submission import Submission
from autograder.training.beside import RAISED, Looked, OpenWorker, Train, Trainings, Unusable
from autograder.training.full_size import full_of, in_full
from autograder.training.grade import TASK_SECONDS, Trained, TrainingOptions
from autograder.training.outcome import result_of
from autograder.training.run import TrainingRun
from autograder.training.task import Task

CHECKPOINTS = "checkpoints"
"""The folder of a submission that they are handed in with."""
MOST_BYTES = 64 * 2**20
"""Of a checkpoint."""
MOST_HEADER = 2**20
"""Bytes in which it lists its tensors; a list of millions would become gigabytes of them."""
_NAME = re.compile(r"(\d{1,3})/([A-Za-z_]\w{0,60})/([A-Za-z_]\w{0,60})/(.{1,200})")


def packed(trainings: Trainings, task: Task) -> bytes:
    """What a run's trainings returned and the task looked at, as a safetensors file.

    Raises:
        UsageError: there is nothing, or too much.
    """
    tensors = {
        f"{number}/{recipe}/{entry}/{name}": tensor.detach().cpu().clone().contiguous()
        for number, (recipe, looked) in enumerate(trainings.kept)
        for entry in looked.seen
        for name, tensor in _state(looked.get(entry)).items()
    }
    if not tensors:
        raise UsageError("nothing was trained that could be handed in", task.id, "mend what the scores say first")
    data = safetensors.torch.save(tensors, {"task": task.id})
    if len(data) > MOST_BYTES:
        told = f"a checkpoint may have {MOST_BYTES // 2**20} MiB, this one has {len(data) // 2**20}"
        raise UsageError(told, task.id, "make the network smaller")
    return data


def _state(value: object) -> dict[str, Tensor]:
    if type(value) is not dict:
        return {}
    return {name: tensor for name, tensor in value.items() if type(name) is str and isinstance(tensor, Tensor)}


class Stored(Trainings):
    """Trainings that are over: each call that would train gets the next result of a checkpoint."""

    def __init__(self, data: bytes) -> None:
        """Read a checkpoint; raises :class:`Unusable` in one line where it is none."""
        super().__init__()
        self._stored: dict[tuple[int, str], dict[str, dict[str, Tensor]]] = {}
        for name, tensor in _tensors(data).items():
            found = _NAME.fullmatch(name)
            if found is None:
                raise Unusable(f"it holds an entry that no training writes, {shown(name, 80)}")
            number, recipe, entry, parameter = found.groups()
            self._stored.setdefault((int(number), recipe), {}).setdefault(entry, {})[parameter] = tensor

        self._numbers: dict[str, list[int]] = {}
        """Of each recipe the numbers of its trainings that nobody has asked for yet, the next one last."""
        for number, recipe in sorted(self._stored, reverse=True):
            self._numbers.setdefault(recipe, []).append(number)
        self._looked: dict[tuple[int, str], Looked] = {}

    def result(self, recipe: str, train: Train) -> Looked:
        """What the checkpoint holds in place of this training: the next one by this recipe.

        Numbers of trainings are of no use, since a part of a task that ends early leaves out what comes after in it.
        """
        if not self._numbers.get(recipe):
            self.kept.append((recipe, Looked()))
            raise Unusable(f"it holds nothing of the training {recipe}")
        key = (self._numbers[recipe].pop(), recipe)
        self._looked[key] = Looked(self._stored[key])
        self.kept.append((recipe, self._looked[key]))
        return self._looked[key]

    def unread(self) -> list[str]:
        """Entries that the task has not looked at."""
        return [
            f"{number}/{recipe}/{entry}"
            for (number, recipe), entries in self._stored.items()
            for entry in entries
            if entry not in self._looked.get((number, recipe), Looked()).seen
        ]


def _tensors(data: bytes) -> Mapping[str, Tensor]:
    if len(data) > MOST_BYTES:
        raise Unusable(f"it is larger than {MOST_BYTES // 2**20} MiB")
    if int.from_bytes(data[:8], "little") > min(MOST_HEADER, len(data)):
        raise Unusable("it lists more tensors than any network has, or is cut short")
    try:
        return safetensors.torch.load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, RuntimeError, OverflowError):
        raise Unusable("it is not a safetensors file, as `autograder train --budget full` writes it") from None


def score_checkpoint(
    task: Task, data: bytes, open_worker: OpenWorker, options: TrainingOptions
) -> tuple[list[CheckResult], TrainingRun]:
    """The task's scores of a checkpoint, by the levels of the short budget and without points, and the run that draws figures.

    Where it is refused, each score says why, and nothing is drawn.
    """
    task = in_full(task)
    try:
        stored = Stored(data)
        key = f"{options.key}/checkpoint/{task.id}"
        run = TrainingRun(task, open_worker, options.source, key, options.device, trainings=stored, always_plain=True)
        task.measure(run)
        whole = all(part.status == "passed" for part in run.parts)  # otherwise something may have been left out
        if whole and (unread := stored.unread()):
            raise Unusable(f"it holds {len(unread)} more than the task's trainings, such as {shown(unread[0], 80)}")
    except (Unusable, DataMissing) as error:
        reason = error.message if isinstance(error, DataMissing) else str(error)
        run = TrainingRun(task, open_worker, options.source, "")
        return [_unmarked(one, f"The checkpoint is not scored: {reason}.") for one in result_of(task, run).checks], run
    return [_unmarked(one) for one in result_of(task, run).checks], run


def add_checkpoints(
    assignment: Assignment, trained: Iterable[Trained], submission: Submission, sandbox: ZygoteHost, options: TrainingOptions
) -> None:
    """Score what was handed in for these tasks, and put it beside their results and figures; marks stay as they are."""
    for one in trained:
        data = submission.checkpoints.get(one.task.name)
        if data is None or full_of(one.task) is None:
            continue
        files, recipes = submission.files, one.task.recipes
        subject = IsolatedSubmission(assignment, files, sandbox, Budget(seconds=TASK_SECONDS), toys=recipes)
        subject.keep_silent()
        open_worker = partial(subject.open, one.task.modules[0])
        one.result.checkpoint, one.checkpoint = score_checkpoint(one.task, data, open_worker, options)


def _unmarked(score: CheckResult, message: str | None = None) -> CheckResult:
    said = score.message.replace(RAISED, "your network raised an error with these weights") if message is None else message
    return score.model_copy(update={"score": 0.0, "max_score": 0.0, "calibration": None, "message": said})
