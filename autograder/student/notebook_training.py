"""What a notebook's training cells call: a training task, run on what the notebook defines just now, as the grader runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def train_task(identifier: str, namespace: dict[str, Any]) -> None:
    """Train in the notebook's own kernel; print the scores and show the figures.

    Nothing is raised: a notebook that is run from top to bottom reaches its last cell. Where the exercises that the task needs
    are not written yet, that is all that happens.

    Args:
        identifier: the task, as in ``vae.training.vae_mnist``.
        namespace: the notebook's ``globals()``.
    """
    from autograder.errors import AutograderError
    from autograder.student.train import train_notebook

    try:
        figures = train_notebook(identifier, Path(), namespace)
    except AutograderError as error:
        print(error)
        return
    try:
        from IPython.display import SVG, display
    except ImportError:  # the cell was run as a script
        return
    for picture in figures.values():
        display(SVG(data=picture))
