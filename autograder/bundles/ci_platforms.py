"""What runs visible checks where students push: GitHub Actions, GitLab CI, Classroom 50.

All of it can be read, and changed, by students: no check is here that they do not have, and no mark is made here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path

from autograder.bundles.folders import write_folder
from autograder.bundles.leak_scan import refuse_secrets
from autograder.bundles.student import KitOptions, kit
from autograder.bundles.wheel import requirement
from autograder.course.course import Course
from autograder.errors import GraderError

TEMPLATE = "template-repository"
"""The folder that becomes the repository which students copy: their kit with a workflow."""
_GIVEN_WITH_CHECKS = ("test_", "toys.py")


def bundle_github(course: Course, names: Sequence[str], out: Path, options: KitOptions) -> Path:
    """Write the students' repository with its workflow, and the workflow that makes marks in the private one."""
    files = kit(course, names, options)
    workflow = _filled("github/check.yml", course, names, _wheel_in(files))
    found = {f"{TEMPLATE}/{path}": content for path, content in files.items()}
    found[f"{TEMPLATE}/.github/workflows/check.yml"] = workflow
    found["private-repository/.github/workflows/sweep.yml"] = _filled("github/sweep.yml", course, names, "")
    return _written(course, found, out)


def bundle_gitlab(course: Course, names: Sequence[str], out: Path, options: KitOptions) -> Path:
    """Write the students' repository with its pipeline."""
    files = kit(course, names, options)
    found = {f"{TEMPLATE}/{path}": content for path, content in files.items()}
    found[f"{TEMPLATE}/.gitlab-ci.yml"] = _filled("gitlab/gitlab-ci.yml", course, names, _wheel_in(files))
    return _written(course, found, out)


def bundle_classroom50(course: Course, names: Sequence[str], out: Path, options: KitOptions) -> Path:
    """Write ``autograders/<assignment>/`` for the classroom's folder, and the students' repository."""
    files = kit(course, names, options)
    found = {f"{TEMPLATE}/{path}": content for path, content in files.items()}
    wheel = _wheel_in(files)
    for name in names or course.names():
        place = f"autograders/{name}"
        own = f"assignments/{name}/"
        found |= {
            f"{place}/{path.removeprefix(own)}": content
            for path, content in files.items()
            if path.startswith(tuple(own + kind for kind in _GIVEN_WITH_CHECKS))
        }
        if wheel:
            found[f"{place}/{wheel}"] = files[wheel]
        found[f"runtime/{name}.json"] = _runtime()
        found[f"{place}/autograder.py"] = _filled("classroom50/autograder.py.tmpl", course, [name], wheel, _scale(course, name))
    return _written(course, found, out)


def _written(course: Course, files: dict[str, bytes], out: Path) -> Path:
    refuse_secrets(files, [course.described(name) for name in course.names()])
    return write_folder(files, out)


def _filled(template: str, course: Course, names: Sequence[str], wheel: str, scale: int = 1) -> bytes:
    text = (package_files("autograder.bundles") / "templates" / template).read_text("utf-8")
    chosen = list(names or course.names())
    values = {
        "ASSIGNMENTS": ", ".join(chosen),
        "ASSIGNMENT": chosen[0],
        "FIRST": chosen[0],
        "PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "INSTALL": f"./{wheel}" if wheel else requirement(),
        "SCALE": str(scale),
    }
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text.encode("utf-8")


def _runtime() -> bytes:
    """For ``gh teacher assignment add --runtime``: the runner's own Python may be newer than torch's."""
    runtime = {"runs-on": "ubuntu-24.04", "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    return (json.dumps(runtime, indent=1) + "\n").encode()


def _wheel_in(files: dict[str, bytes]) -> str:
    return next((path for path in files if path.endswith(".whl")), "")


def _scale(course: Course, name: str) -> int:
    """The smallest factor that makes the points of all visible checks whole numbers."""
    checks = [
        check for exercise in course.described(name).exercises for check in exercise.checks if check.visibility == "visible"
    ]
    for scale in (1, 2, 4, 10, 20, 100, 1000):
        if all(abs(scale * check.points - round(scale * check.points)) < 1e-9 for check in checks):
            return scale
    raise GraderError("points of visible checks have more than three decimals", f"solutions/{name}", "give them in quarters")
