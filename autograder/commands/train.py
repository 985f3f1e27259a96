"""``autograder train``: what students run to train a model as the grader does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.grading.options import Budget, Device


def run(
    task: Annotated[str, typer.Argument(help="The training task, for example vae.training.vae_mnist, or vae_mnist.")],
    path: Annotated[Path, typer.Argument(help="Your folder, notebook, zip or file.")] = Path("."),
    budget: Annotated[
        Budget, typer.Option(help="smoke: as the grader trains; full: for longer, writes checkpoints/<task>.safetensors.")
    ] = "smoke",
    device: Annotated[Device, typer.Option(help="Where networks train.")] = "auto",
    data: Annotated[
        Path | None, typer.Option(help="Folder with MNIST/raw or CIFAR-10; default: AUTOGRADER_DATA, else a download.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Other images, weights and noise.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for figures; default: training/results/<task>.")] = None,
) -> None:
    """Train as the grader does, on your own files: progress, scores between nothing and everything, figures. For students.

    The grader runs the same recipe on images that it has disguised. Exit code 1 when a score is below full.
    """
    from autograder.imports import require_grading
    from autograder.student.train import train_folder

    require_grading("train")
    if train_folder(task, path, out, device, data, seed, budget=budget).status != "passed":
        raise typer.Exit(1)
