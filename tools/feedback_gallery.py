"""Writes ``results/feedback-gallery.html``: all feedback on one page, to be read as a student would read it."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import torch

from autograder.atomic import write_atomically
from autograder.audit.gallery import gallery_page
from autograder.course.course import open_course


def main(names: list[str]) -> None:
    """Write the page for the named assignments, or for all."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    course = open_course()
    target = Path("results/feedback-gallery.html")
    target.parent.mkdir(exist_ok=True)
    write_atomically(target, gallery_page(course, names or course.names()))
    print(target.resolve().as_uri())


if __name__ == "__main__":
    main(sys.argv[1:])
