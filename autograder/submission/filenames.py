"""Which names inside a submission count, and which have no effect."""

from __future__ import annotations

import functools
import re
import site
import sys
import sysconfig
from importlib.machinery import PathFinder

from autograder.plaintext import printable
from autograder.submission.size_limits import Limits
from autograder.wire.names import NOTEBOOK

_CLUTTER = frozenset({"__macosx", "__pycache__", "node_modules", "site-packages", "thumbs.db", "desktop.ini"})
_WITHOUT_EFFECT = frozenset(
    {
        *("conftest.py", "sitecustomize.py", "usercustomize.py", "pytest.ini", "tox.ini"),
        *("setup.cfg", "pyproject.toml", "pyvenv.cfg", NOTEBOOK),
    }
)
_BINARY_CODE = (".pth", ".so", ".pyd", ".dll", ".dylib", ".pyc", ".pyo")
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz", ".whl", ".egg")

# What browsers and mail programs make of "vae.ipynb" and "losses.py", whose kinds they do not know.
_NEAR = re.compile(r"(.+\.(?:ipynb|py|zip))(?:\.(?:json|txt|text|download|bin|html?))+", re.IGNORECASE)
_PACKED = re.compile(r"(.+)\.tar\.(?:gz|bz2|xz|zst)", re.IGNORECASE)


def meant_name(path: str) -> str:
    """The name that was meant by one near it: ``vae.ipynb.json`` and ``losses.py.txt`` without their second endings."""
    near = _NEAR.fullmatch(path)
    return near[1] if near else path


def split_name(name: str) -> tuple[str, str]:
    """What a file is called, and its ending in lower case: ``("ben", ".ipynb")`` of ``ben.ipynb.json``."""
    if packed := _PACKED.fullmatch(name):
        return packed[1], name[len(packed[1]) :].lower()
    stem, dot, ending = meant_name(name).rpartition(".")
    return (stem, dot + ending.lower()) if stem else (name, "")


def is_clutter(name: str) -> bool:
    """Whether a file or folder of this name is ignored without a word."""
    return name.startswith(".") or name.lower() in _CLUTTER


def name_problem(parts: list[str], limits: Limits) -> str | None:
    """Say why a path made of `parts` cannot be used, or None."""
    if len(parts) - 1 > limits.depth:
        return f"it lies more than {limits.depth} folders deep"
    for part in parts:
        if len(part.encode("utf-8", "surrogatepass")) > limits.name_bytes:
            return f"its name is longer than {limits.name_bytes} bytes"
        if "\\" in part:
            return "its name holds a backslash"
    return None


def effect_problem(path: str) -> str | None:
    """Say why the file at `path`, relative to the modules, has no effect, or None."""
    name = path.rsplit("/", 1)[-1].lower()
    if printable(path, keep="") != path:
        return "its name holds control or direction characters"
    if name == NOTEBOOK:
        return "this name is reserved for the grader"
    if name in _WITHOUT_EFFECT:
        return "test, start-up and packaging files have no effect on grading"
    if name.endswith(_BINARY_CODE):
        return "compiled code and path files are not used"
    if name.endswith(_ARCHIVES):
        return "an archive inside a submission is not opened"
    return None


def hidden_library(path: str) -> str | None:
    """Return the library that the Python file at `path`, relative to the modules, would hide, or None."""
    module = path.split("/", 1)[0].removesuffix(".py")
    return module if path.endswith(".py") and is_library(module) else None


@functools.cache
def is_library(module: str) -> bool:
    """Whether `import module` means the standard library or an installed package.

    Only the folders of installed packages are asked, never the current directory or a submission, and
    nothing is imported. A mere folder there (a namespace package such as `data`) is no library.
    """
    if module in sys.stdlib_module_names or module == "autograder":
        return True
    if not module.isidentifier():
        return False
    spec = PathFinder.find_spec(module, list(_package_folders()))
    return spec is not None and spec.origin is not None


@functools.cache
def _package_folders() -> tuple[str, ...]:
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    paths += [*site.getsitepackages(), site.getusersitepackages()]
    return tuple(dict.fromkeys(paths))
