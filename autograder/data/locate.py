"""Where data sets lie: in the folder that an option names, else in that of a variable, else in this user's cache."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from autograder.errors import UsageError

_Images = TypeVar("_Images")

DATA_VARIABLE = "AUTOGRADER_DATA"
OPTION = "--data"

IDX_FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
"""What a folder `MNIST/raw` holds, plain or with `.gz`."""
CIFAR_FOLDER = "cifar-10-batches-py"


def cache_folder() -> Path:
    """The folder that downloads go to; it need not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The standard says that a relative path there is to be ignored.
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "autograder" / "data"


def named_folder(option: Path | None) -> Path | None:
    """The folder, or the `.npz` file, that the option or else the variable names; None if neither does.

    Raises:
        UsageError: there is nothing of that name.
    """
    if option is not None:
        return _existing(option, OPTION)
    value = os.environ.get(DATA_VARIABLE)
    return _existing(Path(value), DATA_VARIABLE) if value else None


def data_folder(option: Path | None) -> Path:
    """The folder where data are looked for first: that of the option, else of the variable, else the cache."""
    return named_folder(option) or cache_folder()


def find_mnist(folder: Path) -> Path | None:
    """The folder of MNIST's idx files: ``folder/MNIST/raw``, ``folder/raw`` or ``folder`` itself; None if none holds any."""
    places = (folder / "MNIST" / "raw", folder / "raw", folder)
    return next((place for place in places if any(idx_file(place, name) for name in IDX_FILES)), None)


def idx_file(folder: Path, name: str) -> Path | None:
    """An idx file, plain before compressed; None if there is none."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def find_cifar10(folder: Path) -> Path | None:
    """The folder of CIFAR-10's batches, or an `.npz` file in a folder or as the path itself; None if there is neither."""
    if folder.is_file():
        return folder if folder.suffix == ".npz" else None
    if folder.name == CIFAR_FOLDER and folder.is_dir():
        return folder
    if (folder / CIFAR_FOLDER).is_dir():
        return folder / CIFAR_FOLDER
    archives = sorted(folder.glob("*.npz")) if folder.is_dir() else []
    return next((path for path in archives if re.match(r"cifar[-_]?10(?!\d)", path.name.lower())), None)


def data_here(option: Path | None) -> dict[str, str]:
    """What of the data sets is on this machine: name -> size in bytes, for those that are here.

    Two runs that see the same have trained on the same data, unless somebody has exchanged files for others of their size.
    """
    named = named_folder(option)
    folders = [folder for folder in (named, cache_folder()) if folder is not None]
    found = {
        "MNIST": next((raw for folder in folders if (raw := find_mnist(folder))), None),
        "CIFAR-10": next((raw for folder in folders if (raw := find_cifar10(folder))), None),
    }
    return {name: f"{_size(path)} bytes" for name, path in found.items() if path is not None}


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def read_named(read: Callable[[Path], _Images], source: Path, name: str, damaged: tuple[type[Exception], ...]) -> _Images:
    """What ``read`` makes of files that somebody has named.

    Raises:
        UsageError: one of the errors that ``damaged`` files raise.
    """
    try:
        return read(source)
    except damaged as error:
        message = f"the files of {name} cannot be read: {error or type(error).__name__}"
        remedy = f"fetch them anew, or name another folder with {OPTION} or {DATA_VARIABLE}"
        raise UsageError(message, str(source), remedy) from error


def _existing(path: Path, where: str) -> Path:
    path = path.expanduser()
    if not path.exists():
        remedy = "name a folder that holds MNIST/raw or cifar-10-batches-py, or leave it out: what is missing is downloaded"
        raise UsageError(f"there is no folder {path}", where, remedy)
    return path
