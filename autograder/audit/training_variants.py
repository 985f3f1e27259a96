"""Right answers in another way and wrong ones, for calibration: changes of the reference, in ``training/variants.toml``.

A table per variant::

    [vae_mnist.wrong.kl_missing]
    change = [["losses", "reconstruction + beta * kl", "reconstruction + 0 * kl"]]
    separable = false   # of a wrong one that a training of this length cannot tell; why stands beside it

Every old text must occur exactly once in the module's file, so that no variant goes stale unseen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course.assignment import Assignment
from autograder.errors import GraderError
from autograder.training.records.basis import digest_of
from autograder.training.records.record import Kind
from autograder.training.task import Task

FILE = "variants.toml"


_KINDS: tuple[Kind, ...] = ("alternative", "wrong")


@dataclass(frozen=True)
class Answer:
    """Files to calibrate with."""

    name: str
    kind: Kind
    files: Mapping[str, bytes]
    separable: bool = True

    def digest(self, task: Task) -> str:
        """Of everything that the values of its runs rest on: not the levels, which only judge them."""
        return digest_of(task, self.files)


def answers(assignment: Assignment, task: Task) -> Iterator[Answer]:
    """The reference and every variant of a task."""
    files = assignment.reference_files()
    yield Answer("reference", "reference", files)
    path = task.path.with_name(FILE)
    kinds: dict[str, Any] = tomllib.loads(path.read_text("utf-8")).get(task.name, {}) if path.is_file() else {}
    for unknown in kinds.keys() - set(_KINDS):
        raise GraderError(f"{task.name}.{unknown} is neither alternative nor wrong", str(path))
    for kind in _KINDS:
        for name, entry in kinds.get(kind, {}).items():
            yield Answer(name, kind, _changed(files, entry["change"], f"{path}, {name}"), entry.get("separable", True))


def _changed(files: Mapping[str, bytes], changes: list[list[str]], where: str) -> dict[str, bytes]:
    changed = {name: content.decode("utf-8") for name, content in files.items()}
    for module, old, new in changes:
        text = changed[f"{module}.py"]
        if text.count(old) != 1:
            raise GraderError(f"the text occurs {text.count(old)} times in {module}.py: {old!r}", where)
        changed[f"{module}.py"] = text.replace(old, new)
    return {name: text.encode("utf-8") for name, text in changed.items()}
