"""A student's own run of a training task: in this process, with live progress, the scores and the figures."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Task as Shown
from rich.text import Text

from autograder.atomic import write_atomically
from autograder.errors import UsageError
from autograder.plaintext import printable
from autograder.reports.score_bars import level_words
from autograder.results.schema import CheckResult, ExerciseResult
from autograder.runtime.global_state import one_thread
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession
from autograder.student.early_end import kept_going
from autograder.student.own_files import assignment_folders, local_space, modules_named_by, notebook_space
from autograder.training.checkpoint import CHECKPOINTS, packed
from autograder.training.devices import Wanted, device_for
from autograder.training.full_size import Budget, full_of, in_full
from autograder.training.grade import Trained, TrainingOptions, run_task
from autograder.training.run import TrainingRun
from autograder.training.task import FOLDER, Task, task_in
from autograder.training.worlds import DataSource

_BAR = 30
_AGAIN = "Not measured, for the same reason."


def train_folder(
    name: str,
    path: Path,
    out: Path | None,
    device: Wanted,
    data: Path | None,
    seed: int,
    console: Console | None = None,
    budget: Budget = "smoke",
) -> ExerciseResult:
    """Run a task on the work at ``path``, print the scores, and write the figures into ``out``.

    Args:
        name: the task: ``vae.training.vae_mnist``, or its last part.
        path: the student's folder, notebook, zip or file.
        out: a folder for figures; default ``training/results/<task>`` beside the work.
        device: where networks train.
        data: the folder of data sets, if there is one.
        seed: decides images, initial weights and noise; the grader's are secret ones.
        console: where to print.
        budget: ``full`` trains for longer and writes ``checkpoints/<task>.safetensors`` beside the work, to hand in.

    Raises:
        UsageError: there is no such task or no such work, or no data.
    """
    console = console or Console(markup=False)
    folder = find_folder(path, name)
    task = task_in(folder, name)
    space = local_space(path, {*task.modules, *modules_named_by(folder)})
    options = TrainingOptions(f"own/{seed}", DataSource(data), device_for(device))
    full = None
    if budget == "full":
        task, full = in_full(task), full_of(task)
    if full is not None:
        batches = f" in batches of {full.batch}" if full.batch else ""
        longer = f"{full.times} times the steps named here, on {full.given} images{batches}"
        console.print(f"full budget: {longer}; an interrupted run begins anew")
    # As in the grader. Networks of a short training are small: several threads gain little, and where other programs use the
    # same cores they wait for each other; 60 steps of a fully connected VAE then took 12 seconds of CPU instead of 0.6.
    with contextlib.nullcontext() if full else one_thread():
        trained = _train(task, space, options if full is None else replace(options, given=full.given), console)
    _write_figures(trained, out or folder / FOLDER / "results" / task.name, console)
    if full is not None and trained.run is not None:
        _write_checkpoint(trained.run, (path if path.is_dir() else path.parent), console)
    return trained.result


def _write_checkpoint(run: TrainingRun, beside: Path, console: Console) -> None:
    target = beside / CHECKPOINTS / f"{run.task.name}.safetensors"
    data = packed(run.trainings, run.task)
    target.parent.mkdir(exist_ok=True)
    write_atomically(target, data)
    console.print(f"{target} ({len(data) / 2**20:.1f} MiB): hand it in with your work")


def train_notebook(name: str, folder: Path, namespace: dict[str, Any]) -> dict[str, bytes]:
    """Run a task on what a notebook defines, print the scores, and return the figures by name."""
    task = task_in(find_folder(folder, name), name)
    space = notebook_space(task.modules, namespace)
    with one_thread():
        trained = _train(task, space, TrainingOptions("own/0", DataSource(), device_for("auto")), Console(force_jupyter=False))
    return trained.drawn()


def _train(task: Task, space: ModuleSpace, options: TrainingOptions, console: Console) -> Trained:
    console.print(Text(f"{task.id}\n{task.about}\n"))
    with LiveProgress(console) as live:
        options = replace(options, report=live.report, in_full=True)
        with kept_going():
            trained = run_task(task, lambda: LocalSession(space, task.recipes), options)
    _print(trained, console)
    return trained


def find_folder(path: Path, name: str) -> Path:
    """The assignment's folder: where the work lies, or ``assignments/<name>`` above; raises :class:`UsageError`."""
    if not path.exists():
        raise UsageError("there is nothing here", str(path), "give the folder, notebook or zip with your work")
    for place in assignment_folders(path, name.split(".")[0] if "." in name else None):
        if (place / FOLDER).is_dir():
            return place
    raise UsageError(
        "no training tasks found for this work", str(path),
        "run it in the assignment's folder, or name the task in full, as in vae.training.vae_mnist",
    )  # fmt: skip


class LiveProgress:
    """Progress on a terminal: the part that trains, the latest loss (as the code reports it), the time left."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}"), BarColumn(_BAR), TextColumn("{task.fields[loss]}"), TimeRemainingColumn(),
        )  # fmt: skip
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> LiveProgress:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def report(self, part: str, done: float, loss: float) -> None:
        """Show how far a part is; the one before it is over, which it may not have told."""
        if part not in self._tasks:
            for earlier in self._tasks.values():
                self._progress.update(earlier, completed=1.0)
            self._tasks[part] = self._progress.add_task(part, total=1.0, loss="")
        told = "" if math.isnan(loss) else f"loss {loss:.4g}"
        self._progress.update(self._tasks[part], completed=min(1.0, max(0.0, done)), loss=told)

    def parts(self) -> Iterator[tuple[str, Shown]]:
        """The parts that have been told of, and what is shown of each."""
        return zip(self._tasks, self._progress.tasks, strict=True)


def _print(trained: Trained, console: Console) -> None:
    result = trained.result
    said: set[str] = set()
    for check in result.checks:
        console.print(_line(check))
        message = check.message or ""
        for line in (_AGAIN if message in said else message).splitlines():
            console.print(Text(f"    {printable(line)}", style="dim"))
        said |= {message} - {""}
    for one in result.diagnosis:
        console.print(Text(f"\nThis looks like: {one.misconception.replace('_', ' ')}\n{one.hint}", style="yellow"))
    if result.note:
        console.print(Text(f"\nnote: {result.note}", style="yellow"))
    if result.status != "skipped":
        share = result.score / result.max_score
        console.print(
            f"\n{100 * share:.0f} % of this task's points. The grader trains the same on images that nobody has seen."
        )


def _line(check: CheckResult) -> Text:
    mark, style = ("✓", "green") if check.status == "passed" else ("◐", "yellow") if check.score > 0 else ("✗", "red")
    value = "not measured" if check.value is None else f"{check.value:.4g}"
    assert check.zero is not None
    assert check.full is not None
    levels = f"nothing {level_words(check.zero, inside=False)}, everything {level_words(check.full)}"
    return Text(f"{mark} {check.title}: {value} [{levels}]", style=style)


def _write_figures(trained: Trained, out: Path, console: Console) -> None:
    figures = trained.drawn()
    for name, picture in figures.items():
        target = out / name.removeprefix(f"{trained.task.id}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(picture)
    if figures:
        console.print(f"{len(figures)} figure{'' if len(figures) == 1 else 's'} in {out}")
