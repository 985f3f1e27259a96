"""Imports that must not happen while a check runs: what a grader needs is there before its first submission."""

from __future__ import annotations

import functools
import importlib
import re
from pathlib import Path

import torch

from autograder.sandbox.zygote import preloading

_BROUGHT_IN = {
    "sympy": r"\b(optim|compile|export|fx)\b",  # torch's own modules, on their first use
    "scipy.stats": r"\bscipy(\.| import .*\b)stats\b",
    "scipy.linalg": r"\bscipy(\.| import .*\b)linalg\b",
}
"""Heavy libraries, and words in a course's files by which they are imported while a check runs, not with the file."""


_ALWAYS = ("torch.distributions", "torch.func", "torch.autograd.functional")


@functools.cache
def warm_libraries() -> None:
    """Import and use everything heavy before the first submission: for a server that many graders are forked from."""
    for name in (*_BROUGHT_IN, *_ALWAYS):
        importlib.import_module(name)
    with torch.random.fork_rng(devices=[]):
        preloading.compute()


def warm_for(folder: Path) -> None:
    """Import what grading the assignment in ``folder`` will need, and use it once.

    Torch imports large parts of itself on first use (an optimiser brings in SymPy). That must not happen while the
    grader evaluates something for a submission: such evaluations are ended when they take long, and their time counts.
    What no file of the assignment speaks of is left alone: all of it together takes as long as torch.
    """
    files = [path for place in (".", "hidden", "visible", "misconceptions") for path in (folder / place).glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in files)
    for name in (*(name for name, sign in _BROUGHT_IN.items() if re.search(sign, text)), *_ALWAYS):
        importlib.import_module(name)
    with torch.random.fork_rng(devices=[]):
        preloading.compute()
