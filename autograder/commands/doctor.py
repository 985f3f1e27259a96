"""``autograder doctor``: what this machine offers."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

DATA_VARIABLE = "AUTOGRADER_DATA"

Row = tuple[str, str, str]
"""What, how it is, and the remedy when something is missing."""


def run() -> None:
    """Show isolation, libraries and data on this machine, each missing thing with its remedy. For everybody."""
    console = Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "here", "remedy"):
        table.add_column(heading, overflow="fold")
    for row in [*_software(), *_isolation(), *_data()]:
        table.add_row(*row)
    console.print(table)


def _software() -> Iterator[Row]:
    yield (
        "python",
        f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "",
    )
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        yield "python", "not a supported version", "use Python 3.11, 3.12 or 3.13"
    for name in ("torch", "torchvision", "numpy", "nbgrader"):
        if importlib.util.find_spec(name) is None:
            extra = "'dgm-autograder[nbgrader]', to run the course with nbgrader" if name == "nbgrader" else name
            yield name, "not installed", f"pip install {extra}"
        else:
            from importlib.metadata import version

            yield name, version(name), ""
    yield from _cuda()


def _cuda() -> Iterator[Row]:
    if importlib.util.find_spec("torch") is None:
        return
    import torch

    if torch.cuda.is_available():
        yield "cuda", f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}", ""
    else:
        yield "cuda", "no usable GPU", "not needed: everything runs on the CPU"


def _isolation() -> Iterator[Row]:
    from autograder.errors import AutograderError
    from autograder.sandbox import profiles

    try:
        profile = profiles.available_profile()
        yield "isolation", f"profile {profile}", ""
        yield "  still open", profiles.OPEN[profile], "see docs/threat-model.md"
        for layer in profiles.diagnose():
            here = "yes" if layer.available else "no"
            yield (
                f"  {layer.name}",
                f"{here}{': ' + layer.why_not if layer.why_not else ''}",
                "" if layer.available else layer.remedy,
            )
    except AutograderError as error:
        yield "isolation", error.message, error.remedy


def _data() -> Iterator[Row]:
    folder = os.environ.get(DATA_VARIABLE)
    found = bool(folder) and (Path(folder or "") / "MNIST" / "raw").is_dir()
    if found:
        yield "MNIST", str(folder), ""
    else:
        yield "MNIST", "not found", f"set {DATA_VARIABLE} to a folder that holds MNIST/raw; only training tasks use it"
