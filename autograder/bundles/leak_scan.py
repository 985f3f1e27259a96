"""Is anything secret in what is handed out? Every file is looked at, archives and git's history included.

In what students get of an assignment a single line of its solutions, hidden checks or rubrics is a leak, as when it is
released. Everywhere else, where programs of one kind share many a line by chance, two neighbouring lines are, or one of prose.
"""

from __future__ import annotations

import io
import itertools
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import GraderError
from autograder.release.leaks import find_leaks, notebook_lines
from autograder.release.student_files import build

PAIR = 60
"""Characters of two neighbouring lines from which on they are distinctive together."""
PROSE = 40
"""Characters from which on a line of a rubric or a model answer is distinctive by itself."""
_PRIVATE_FOLDERS = frozenset({"solutions", "hidden", "misconceptions", "alternatives", "source", "demo", "written"})
_ARCHIVES = (".whl", ".zip")
_SECRET_KINDS = frozenset({".py", ".md", ".toml", ".json", ".ipynb"})

Pair = tuple[str, str]


def refuse_secrets(files: Mapping[str, bytes], assignments: Sequence[Assignment]) -> None:
    """Raise :class:`GraderError` when something that is handed out shows what it must not.

    Args:
        files: path in what is handed out -> content.
        assignments: all of the course, also those of which nothing is handed out.
    """
    leaks = list(find_secrets(files, assignments))
    if leaks:
        told = "; ".join(leaks[:3]) + (f"; and {len(leaks) - 3} more" if len(leaks) > 3 else "")
        raise GraderError(f"what students get would show a secret: {told}", "bundle", "take it out of what is released")


def find_secrets(files: Mapping[str, bytes], assignments: Sequence[Assignment]) -> Iterator[str]:
    """Yield a sentence for everything secret in ``files``, which are read as text; archives among them are opened."""
    texts = dict(_texts(files))
    for path in texts:
        private = _PRIVATE_FOLDERS & set(path.split("/")[:-1])
        if private and "autograder/" not in path:
            yield f"{path} lies in a folder named {min(private)}"
    for assignment in assignments:
        own = {path: text for path, text in texts.items() if f"/{assignment.name}/" in f"/{path}" and "!/" not in path}
        yield from find_leaks(assignment, own)
    secret = _secret_pairs(assignments)
    for path, text in texts.items():
        found = next((secret[pair] for pair in _pairs(path, text) if pair in secret), None)
        if found is not None:
            yield f"{path} repeats {found}"


def files_of_history(repository: Path) -> dict[str, bytes]:
    """Everything that a git repository has ever held, and what its commits say of themselves: object -> content.

    Objects that nothing refers to are among them: who gets the folder gets these.
    """
    command = ["git", "-C", str(repository), "cat-file", "--batch-all-objects", "--batch", "--unordered"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    found: dict[str, bytes] = {}
    position = 0
    while position < len(data):
        end = data.index(b"\n", position)
        name, kind, size = data[position:end].decode().split()
        content = data[end + 1 : end + 1 + int(size)]
        position = end + 2 + int(size)
        if kind != "tree":
            found[f"git {kind} {name[:12]}"] = content
    return found


def _texts(files: Mapping[str, bytes], inside: str = "") -> Iterator[tuple[str, str]]:
    """Every text, with its path; one inside an archive as ``kit.whl!/autograder/cli.py``."""
    for name, content in files.items():
        path = f"{inside}{name}"
        if name.endswith(_ARCHIVES) or (content[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(content))):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = {member: archive.read(member) for member in archive.namelist() if not member.endswith("/")}
            yield from _texts(members, f"{path}!/")
        else:
            yield path, content.decode("utf-8", errors="replace")


def _secret_pairs(assignments: Sequence[Assignment]) -> dict[Pair, str]:
    """Two neighbouring lines of something secret, or one of prose -> where they stand; what students get anyway is none."""
    public = {pair for assignment in assignments for path, text in build(assignment).items() for pair in _pairs(path, text)}
    found: dict[Pair, str] = {}
    for assignment in assignments:
        for path in sorted(assignment.folder.rglob("*")):
            if path.is_file() and path.suffix in _SECRET_KINDS and "__pycache__" not in path.parts:
                where = path.relative_to(assignment.folder.parent).as_posix()
                pairs = (pair for pair in _pairs(path.name, path.read_text("utf-8")) if path.suffix == ".md" or all(pair))
                found |= {pair: f"lines of {where}" for pair in pairs if pair not in public}
    return found


def _pairs(path: str, text: str) -> Iterator[Pair]:
    lines = list(_lines(path, text))
    for pair in itertools.pairwise(lines):
        if len(pair[0]) + len(pair[1]) >= PAIR:
            yield pair
    yield from ((line, "") for line in lines if len(line) >= PROSE)


def _lines(path: str, text: str) -> Iterator[str]:
    """The lines that say something, stripped; of a notebook those of all its texts, metadata and outputs included."""
    for line in _notebook_texts(text) if path.endswith(".ipynb") or text.startswith("{\n") else text.splitlines():
        line = line.strip()
        if line and not line.startswith(("import ", "from ", "#!")):
            yield line


def _notebook_texts(text: str) -> Iterable[str]:
    try:
        return [line for _, line in notebook_lines(text)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text.splitlines()
