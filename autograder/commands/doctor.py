"""``autograder doctor``: what this machine offers."""

from __future__ import annotations

import importlib.util
import platform as machine
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from autograder import cores
from autograder.commands.tables import table_console

Row = tuple[str, str, str]
"""What, how it is, and the remedy when something is missing."""


def run(
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Look for data sets here too.")] = None,
    platform: Annotated[
        str | None,
        typer.Option(help="gradescope, docker, github, gitlab, slurm or kubernetes: what it needs, what holds there."),
    ] = None,
) -> None:
    """Show isolation, libraries and data on this machine, each missing thing with its remedy. For everybody."""
    console = table_console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "here", "remedy"):
        table.add_column(heading, overflow="fold")
    for row in [*_platform_rows(platform), *_software(), *_isolation(), *_data(data)]:
        table.add_row(*row)
    console.print(table)


def _platform_rows(name: str | None) -> Iterator[Row]:
    if name is not None:
        from autograder.bundles.platform_needs import rows_for

        yield from rows_for(name)


def _software() -> Iterator[Row]:
    yield (
        "python",
        f"{machine.python_version()} on {machine.system()} {machine.machine()}, {cores.usable()} cores",
        "",
    )
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        yield "python", "not a supported version", "use Python 3.11, 3.12 or 3.13"
    for name in ("torch", "torchvision", "numpy", "scikit-learn", "nbgrader"):
        if importlib.util.find_spec({"scikit-learn": "sklearn"}.get(name, name)) is None:
            extra = "'dgm-autograder[nbgrader]', to run the course with nbgrader" if name == "nbgrader" else name
            yield name, "not installed", f"pip install {extra}"
        else:
            from importlib.metadata import version

            yield name, version(name), ""
    yield from _course_libraries()
    yield from _cuda()


def _course_libraries() -> Iterator[Row]:
    """What answers may import, where this is a course's machine."""
    from autograder.course.location import find_root
    from autograder.course.manifest import absent_libraries, read_manifest
    from autograder.errors import UsageError

    try:
        root = find_root()
        allowed, absent = read_manifest(root).libraries, absent_libraries(root)
    except UsageError:
        return
    if allowed:
        here = ", ".join(name for name in allowed if name not in absent)
        yield "for answers", here or "none", f"pip install {' '.join(absent)}" if absent else ""


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


def _data(option: Path | None) -> Iterator[Row]:
    from autograder.data import locate
    from autograder.errors import UsageError

    cache = locate.cache_folder()
    try:
        folders = [folder for folder in (locate.named_folder(option), cache) if folder]
    except UsageError as error:
        yield error.where, error.message, error.remedy
        folders = [cache]
    searches: list[tuple[str, Callable[[Path], Path | None], str]] = [
        (
            "MNIST",
            locate.find_mnist,
            "MNIST/raw; else training tasks download it, and without a network use scikit-learn's digits",
        ),
        ("CIFAR-10", locate.find_cifar10, f"{locate.CIFAR_FOLDER}; else training tasks download it, or are skipped"),
    ]
    for name, find, wanted in searches:
        found = next((place for folder in folders if (place := find(folder))), None)
        remedy = "" if found else f"set {locate.DATA_VARIABLE} or {locate.OPTION} to a folder that holds {wanted}"
        yield name, str(found or "not found"), remedy
