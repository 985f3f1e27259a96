"""What a class is handed: assignments, notebooks that work on Colab and Binder, the package, and how to begin."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.bundles.folders import Shape, write_archive, write_folder, write_repository
from autograder.bundles.leak_scan import files_of_history, refuse_secrets
from autograder.bundles.ready_notebook import ready_notebook
from autograder.bundles.wheel import build_wheel, requirement
from autograder.course.course import Course
from autograder.course.notebook_cells import notebook_name
from autograder.errors import UsageError
from autograder.release.release import all_files, weights
from autograder.runtime.stand_ins.toys import FILE as TOYS

_TORCH_CPU = "https://download.pytorch.org/whl/cpu"
_GIVEN = ("assignments/", "release/")


@dataclass(frozen=True)
class KitOptions:
    """What somebody may say about a class's kit.

    Attributes:
        shape: a folder, an archive, or a git repository whose history holds kits only.
        wheel: a wheel of the package to put in; None to build one.
        by_name: no wheel: pip finds the package by its name in an index.
        repository: ``ORG/REPO`` on GitHub where the kit will lie, for links to Colab and Binder.
    """

    shape: Shape = "zip"
    wheel: Path | None = None
    by_name: bool = False
    repository: str = ""


def bundle_student(course: Course, names: Sequence[str], out: Path, options: KitOptions) -> Path:
    """Write the kit and return its path.

    Raises:
        UsageError: an assignment is unknown, the wheel is none, or something is at ``out`` already.
        GraderError: something in it would show a solution, a hidden check, a wrong variant or a rubric; nothing is written,
            or, where an earlier kit of a git repository shows it, the message says so.
    """
    files = kit(course, names, options)
    described = [course.described(name) for name in course.names()]
    refuse_secrets(files, described)
    if options.shape == "dir":
        return write_folder(files, out)
    if options.shape == "zip":
        return write_archive(files, out, below=out.stem)
    write_repository(files, out, f"{course.manifest().title or 'The course'}: what students get")
    refuse_secrets(files_of_history(out), described)
    return out


def kit(course: Course, names: Sequence[str], options: KitOptions) -> dict[str, bytes]:
    """All files of the kit: path -> content. Everything is made anew from the solutions."""
    assignments = [course.described(name) for name in names or course.names()]
    wheel = _wheel(options)
    texts = {path: text for path, text in all_files(assignments).items() if path.startswith(_GIVEN)}
    for assignment in assignments:
        path = f"release/{assignment.name}/{notebook_name(assignment.name)}.ipynb"
        toys = texts.get(f"release/{assignment.name}/{TOYS}")
        texts[path] = ready_notebook(texts[path], _install(options, wheel), {TOYS: toys} if toys else {})
    titles = {assignment.name: assignment.title for assignment in assignments}
    texts["README.md"] = _readme(course.manifest().title, titles, next(iter(wheel), ""), options.repository)
    here = f"./{next(iter(wheel))}" if wheel else requirement()
    texts["binder/requirements.txt"] = f"--extra-index-url {_TORCH_CPU}\ntorch\n{here}\njupyterlab\n"
    texts["binder/runtime.txt"] = "python-3.11\n"
    texts[".gitignore"] = "__pycache__/\n.ipynb_checkpoints/\n.hypothesis/\n.venv/\n"
    given = {path: content for path, content in weights(assignments).items() if path.startswith(_GIVEN)}
    return {path: text.encode("utf-8") for path, text in texts.items()} | given | wheel


def _wheel(options: KitOptions) -> dict[str, bytes]:
    if options.by_name:
        return {}
    if options.wheel is not None:
        if options.wheel.suffix != ".whl" or not options.wheel.is_file():
            raise UsageError("is no wheel", str(options.wheel), "make one with `make dist`, or use --by-name")
        return {options.wheel.name: options.wheel.read_bytes()}
    with tempfile.TemporaryDirectory(prefix="autograder-kit-") as folder:
        built = build_wheel(Path(folder))
        return {built.name: built.read_bytes()}


def _install(options: KitOptions, wheel: dict[str, bytes]) -> str:
    if options.repository and wheel:
        return f"https://github.com/{options.repository}/raw/main/{next(iter(wheel))}"
    return requirement()


def _readme(title: str, assignments: dict[str, str], wheel: str, repository: str) -> str:
    first = next(iter(assignments))
    lines = [f"# {title or 'Homework'}", "", *_badges(first, repository)]
    lines += ["From here to the first feedback:", "", "```sh", f"pip install {f'./{wheel}' if wheel else requirement()}"]
    lines += [
        f"cd assignments/{first}",
        "autograder check .",
        "```",
        "",
        _HOW.strip(),
        "",
        "| folder | assignment |",
        "|---|---|",
    ]
    lines += [f"| [assignments/{name}](assignments/{name}/README.md) | {text} |" for name, text in assignments.items()]
    return "\n".join([*lines, ""])


_HOW = f"""
Python 3.11, 3.12 or 3.13 on Linux, macOS or Windows; a virtual environment is a good idea. Where there is no GPU, install
torch first, from `pip install torch --index-url {_TORCH_CPU}`: 200 MB instead of 5 GB.

Every assignment has a folder in `assignments/`: a statement, files with gaps (`YOUR CODE HERE`) and the checks that you can
see. The same stands as one notebook in `release/`. Its first cell installs the package where it is not there yet, as on Colab
or Binder. `autograder check .` says what is not right yet and shows the input that shows it; `pytest` runs the same checks.
More checks run when your work is graded.
"""


def _badges(first: str, repository: str) -> list[str]:
    if not repository:
        return []
    path = quote(f"release/{first}/{notebook_name(first)}.ipynb")
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{repository}/main?labpath={quote(path, safe='')}"
    return [f"[Open the first notebook on Colab]({colab}) or [on Binder]({binder}); the others lie beside it.", ""]
