"""The package as a wheel: what students install, and what a platform's image installs beside the course."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder import __version__
from autograder.errors import GraderError, UsageError

NAME = "dgm-autograder"
"""The package's name in an index."""
_SOURCES = ("pyproject.toml", "README.md", "LICENSE")
_EPOCH = "1577836800"
"""The date of everything inside: the same package gives the same bytes, whenever it is built."""


def build_wheel(folder: Path) -> Path:
    """Write the wheel of this package, with no dependency, into ``folder`` and return its path.

    It is built from a copy of the sources alone, so that nothing beside them and no earlier build can get into it.

    Raises:
        UsageError: this is an installed package without sources.
        GraderError: building failed.
    """
    root = source_root()
    if root is None:
        raise UsageError(
            "the package's sources are not here, so no wheel can be built",
            str(Path(__file__).parents[2]),
            "run it in the course's repository, or give --wheel FILE",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="autograder-wheel-") as temporary:
        copy = Path(temporary) / "package"
        shutil.copytree(root / "autograder", copy / "autograder", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        for name in _SOURCES:
            shutil.copy(root / name, copy / name)
        built = Path(temporary) / "built"
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "wheel", "--quiet", "--no-deps"]
        isolation = ["--no-build-isolation"] if _can_build_here() else []  # else pip fetches setuptools
        environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
        done = subprocess.run(
            [*command, *isolation, "--wheel-dir", str(built), str(copy)], env=environment, capture_output=True, text=True
        )
        wheels = sorted(built.glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            told = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no message"]
            raise GraderError(f"the wheel could not be built: {told[0]}", str(root), "pip install 'setuptools>=77'")
        return Path(shutil.copy(wheels[0], folder / wheels[0].name))


def source_root() -> Path | None:
    """The folder with ``pyproject.toml`` and this package's sources; None where the package is installed."""
    root = Path(__file__).resolve().parents[2]
    return root if all((root / name).is_file() for name in _SOURCES) else None


def requirement() -> str:
    """The package as pip finds it in an index, at this version."""
    return f"{NAME}=={__version__}"


def _can_build_here() -> bool:
    try:
        return int(version("setuptools").partition(".")[0]) >= 77
    except PackageNotFoundError:
        return False
