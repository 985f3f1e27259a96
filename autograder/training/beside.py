"""Recipes run beside a student's code: opening workers for training, scoring and sampling, and calling into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from autograder.checks.calls import CandidateError, CandidateSession, Remote
from autograder.checks.candidate import RemoteFunction
from autograder.sessions.remote import TOO_MUCH_OUTPUT
from autograder.sessions.replies import WorkerLost
from autograder.wire import protocol

RAISED = "your code raised an error while it trained"
NO_MEMORY = "your code asked for more memory than there is for a training"
_KNOWN = {
    "does not require grad and does not have a grad_fn": "the loss that it was to learn from has no gradient: between the "
    "network's parameters and the loss, something cuts it off",
    "grad can be implicitly created only for scalar outputs": "the loss that it was to learn from is more than one number",
    "'float' object has no attribute 'backward'": "the loss that it was to learn from is a plain number, which has no gradient",
    "optimizer got an empty parameter list": "the network has no parameters that an optimiser would find",
}
"""What is said of errors of torch that come up in loops of ours, too: they are about what was returned, not about a line."""
_LOST = {
    "timeout": "the training took too long",
    "crashed": "the process in which it trained ended",
    TOO_MUCH_OUTPUT: "your code printed more than 16 MB while it trained, which ended it",
}
"""What is said of a lost worker, by its reason where that is known, else by its status."""
_STEP = re.compile(r'File "([^"\n]+)", line (\d+), in (\S+)')
_NO_MODULE = re.compile(r"No module named '(\w+)'")
OpenWorker = Callable[[], CandidateSession]
"""Starts a fresh worker with the submission and the task's recipes."""


class Unusable(Exception):
    """What came back from a recipe is not what it promises, which only the submission's code can bring about.

    ``detail`` says what came instead; it is for a student's own run only.
    """

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


ENDED = (Unusable, CandidateError, WorkerLost)
"""What a call of a recipe raises where the submission's code is to blame, whatever it did."""


class Looked(dict[str, Any]):
    """What a training returned; remembers which entries were asked for."""

    def __init__(self, *entries: Any) -> None:
        super().__init__(*entries)
        self.seen: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        """An entry, as of any dict."""
        if key in self and key not in self.seen:
            self.seen.append(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        """An entry, as of any dict."""
        value = super().__getitem__(key)
        if key not in self.seen:
            self.seen.append(key)
        return value


Train = Callable[[], Any]


class Trainings:
    """The trainings of a run, in their order, with what they returned."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Looked]] = []

    def result(self, recipe: str, train: Train) -> Looked:
        """Train, and keep what came of it; raises :class:`Unusable` for anything else than entries by name."""
        value = train()
        if type(value) is not dict:
            raise Unusable("the training returned something else than what was trained", f"got {_described(value)}")
        self.kept.append((recipe, Looked(value)))
        return self.kept[-1][1]


@dataclass
class Worker:
    """One worker: recipes are called by name, everything that they return is only a claim.

    A context manager; what it did stays in its process and ends with it.
    """

    session: CandidateSession
    seconds: float
    trainings: Trainings = field(default_factory=Trainings)

    def __enter__(self) -> Worker:
        """Begin to count its time."""
        self.session.limit(self.seconds)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """End the process."""
        self.session.close()

    def call(self, recipe: str, *args: Any, seed: int | None = None, **kwargs: Any) -> Any:
        """Call a recipe; ``seed`` seeds the global random state beside the student's code first.

        The process runs only meanwhile: what it left running could train between the steps, or tell another worker by its
        load what it has seen.
        """
        remote = Remote(self.session)
        self.session.resume()
        try:
            if seed is not None:
                remote.ask(protocol.Seed(seed % 2**32))
            return RemoteFunction(remote, protocol.in_recipes(recipe), recipe)(*args, **kwargs)
        finally:
            self.session.pause()

    def train(self, recipe: str, *args: Any, seed: int | None = None, **kwargs: Any) -> dict[str, Any]:
        """Call a recipe that trains: it answers with entries by name; raises :class:`Unusable` for anything else."""
        return self.trainings.result(recipe, lambda: self.call(recipe, *args, seed=seed, **kwargs))


def checked_parts(value: object, count: int, what: str) -> list[Any]:
    """Return the items of a list of that length; raises :class:`Unusable` for anything else."""
    if type(value) is not list or len(value) != count:
        raise Unusable(f"{what}: {count} values are expected", f"got {_described(value)}")
    return value


def checked_tensor(value: object, shape: tuple[int, ...], what: str) -> Tensor:
    """Return a floating-point tensor of that shape as float32; raises :class:`Unusable` for anything else."""
    if not isinstance(value, Tensor) or not value.dtype.is_floating_point:
        raise Unusable(f"{what}: a floating-point tensor is expected", f"got {_described(value)}")
    if tuple(value.shape) != shape:
        raise Unusable(f"{what}: shape {shape} is expected", f"got {tuple(value.shape)}")
    return value.to(torch.float32)


def checked_state(value: object, most_numbers: int, like: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
    """Return a state dict of plain tensors by name.

    Args:
        value: what a worker says the trained parameters are.
        most_numbers: how many numbers it may hold in all; wider ones than float32 count for what they could hold.
        like: names and shapes that it must have, where the network is ours.

    Raises:
        Unusable: it is anything else.
    """
    if type(value) is not dict or not all(type(name) is str and isinstance(item, Tensor) for name, item in value.items()):
        raise Unusable("the trained parameters are not a state dict of plain tensors")
    if sum(_numbers(item) for item in value.values()) > most_numbers:
        raise Unusable(f"the network has more than {most_numbers:,} parameters, several times as many as it needs")
    if like is not None and {n: tuple(t.shape) for n, t in value.items()} != {n: tuple(t.shape) for n, t in like.items()}:
        raise Unusable("the trained parameters do not fit the network that was to be trained")
    return value


def _numbers(tensor: Tensor) -> int:
    """How many float32 numbers have room in a tensor: eight pixels would fit into one integer."""
    return max(tensor.numel(), -(-tensor.numel() * tensor.element_size() // 4))


def _described(value: object) -> str:
    return f"{value.dtype} values" if isinstance(value, Tensor) else type(value).__name__


def _lacks_memory(error: CandidateError) -> bool:
    """Whether Python or torch could not allocate what the student's code asked for."""
    return error.error_type in ("MemoryError", "OutOfMemoryError") or "allocate memory" in error.message


def _raised(error: CandidateError) -> str:
    """What became of the training, in words of the grader's own."""
    if _lacks_memory(error):
        return NO_MEMORY
    return next((words for said, words in _KNOWN.items() if said in error.message), RAISED)


def _unwritten(error: CandidateError) -> str:
    """What is missing, and where, as far as the error tells."""
    steps = _STEP.findall(error.traceback)
    if steps:
        file, line, name = steps[-1]
        return f": {name} ({file}, line {line})"
    module = _NO_MODULE.search(error.message)
    return f": there is no {module[1]}.py" if module else ""


def told(error: Exception, *, in_full: bool) -> tuple[str, str]:
    """Status and words for what ended a part of a training.

    Unless ``in_full``, nothing that the student's code says reaches the words: its process has met inputs that are not to be
    told.
    """
    if isinstance(error, WorkerLost):
        return error.status, _LOST.get(error.reason, _LOST.get(error.status, "the worker was lost"))
    if isinstance(error, CandidateError) and error.missing:
        return "missing", f"something that the training needs has not been written yet{_unwritten(error) if in_full else ''}"
    if isinstance(error, CandidateError):
        said = f": {error}\n{error.traceback}".rstrip() if in_full else ""
        return "error", f"{_raised(error)}{said}"
    detail = f" ({error.detail})" if in_full and isinstance(error, Unusable) and error.detail else ""
    return "failed", f"{error}{detail}"
