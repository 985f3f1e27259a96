"""Every student's repository, at one commit, as a submission: what marks are made from where students push.

A student's commit is read as data: ``git archive`` of a tree runs no hook and checks nothing out.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.plaintext import one_line
from autograder.results.spreadsheet import csv_text, shown
from autograder.submission import Limits

_SAFE = ["-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "safe.directory=*"]
_SECONDS, _MOST_BYTES = 120.0, Limits().archive_bytes
"""Of what git says about one repository."""
_NAMES = ("repository", "repo", "name", "nameWithOwner", "path", "student_repository_name", "student_repository_url", "url")
_STUDENTS = ("student", "github_username", "username", "owner", "roster_identifier", "login")


@dataclass(frozen=True)
class Repository:
    """A line of the listing: a repository, and whose it is where the listing says so."""

    name: str
    student: str


@dataclass(frozen=True)
class Swept:
    """What a repository had at the commit that counts."""

    repository: Repository
    commit: str
    committed: str
    archive: Path


def read_listing(path: Path, assignment: str) -> list[Repository]:
    """Read a listing: JSON of ``gh repo list --json name``, a CSV with a header, or a name on each line.

    Without a column that names the student, it is the repository's name, less the assignment's in front.

    Raises:
        UsageError: the file cannot be read, or lists nothing.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}", str(path)) from error
    found = [_repository(entry, assignment) for entry in _entries(text, path)]
    listed = [one for one in found if one.name]
    if not listed:
        raise UsageError("lists no repositories", str(path), "make it with `gh repo list ORG --json name`, or one name a line")
    return listed


def sweep(
    listing: Sequence[Repository], clones: Path, assignment: str, before: str | None, into: Path
) -> tuple[list[Swept], list[str]]:
    """Write the work of every repository as an archive into ``into``.

    Args:
        listing: the repositories.
        clones: the folder with a clone of each, under its name.
        assignment: its folder in a repository, as ``assignments/<name>`` or ``<name>``, else the whole repository is the work.
        before: the latest commit date that counts, as git reads dates. Commit dates are the author's to choose: to be sure,
            fetch when time is over.
        into: an empty folder.

    Returns:
        what was found, and a sentence for every repository that has nothing.
    """
    swept, missing = [], []
    for number, one in enumerate(listing):
        clone = clones / one.name.rpartition("/")[2].removesuffix(".git")
        try:
            commit = _commit(clone, before)
            archive = into / str(number) / f"{_file_name(one.student)}.zip"
            archive.parent.mkdir()
            archive.write_bytes(_git(clone, "archive", "--format=zip", f"{commit}:{_folder(clone, commit, assignment)}"))
            date = _git(clone, "show", "--no-patch", "--format=%cI", commit).decode().strip()
            swept.append(Swept(one, commit, date, archive))
        except UsageError as error:
            missing.append(f"{one_line(one.name)}: {error.message}")
    return swept, missing


def commits_table(swept: Sequence[Swept]) -> str:
    """Which commit of whom was graded, as CSV."""
    rows = [["student", "repository", "commit", "committed"]]
    rows += [[shown(one.repository.student), shown(one.repository.name), one.commit, one.committed] for one in swept]
    return csv_text(rows)


def _entries(text: str, path: Path) -> Iterator[dict[str, Any]]:
    if text.lstrip().startswith(("[", "{")):
        try:
            found = json.loads(text)
        except ValueError as error:
            raise UsageError(f"is not JSON: {error}", str(path), "make it with `gh repo list ORG --json name`") from error
        for entry in found if isinstance(found, list) else []:
            yield entry if isinstance(entry, dict) else {"name": str(entry)}
        return
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    header = [cell.strip() for cell in rows[0]] if rows else []
    if set(header) & set(_NAMES) and (len(header) > 1 or len(rows) > 1):
        yield from (dict(zip(header, map(str.strip, row), strict=False)) for row in rows[1:])
    else:
        yield from ({"name": row[0].strip()} for row in rows if not row[0].startswith("#"))


def _repository(entry: dict[str, Any], assignment: str) -> Repository:
    name = next((str(entry[key]) for key in _NAMES if entry.get(key)), "")
    last = name.rstrip("/").rpartition("/")[2].removesuffix(".git")
    own = next((str(entry[key]) for key in _STUDENTS if isinstance(entry.get(key), str) and entry[key]), "")
    return Repository(last, own or last.removeprefix(f"{assignment}-") or last)


def _commit(clone: Path, before: str | None) -> str:
    if not clone.is_dir():
        raise UsageError("there is no clone of it", str(clone), "clone it first")
    dates = [f"--before={before}"] if before else []
    commit = _git(clone, "rev-list", "--max-count=1", *dates, "HEAD").decode().strip()
    if not commit:
        raise UsageError("has no commit before that date" if before else "has no commit", str(clone))
    return commit


def _folder(clone: Path, commit: str, assignment: str) -> str:
    for folder in (f"assignments/{assignment}", assignment):
        try:
            if _git(clone, "cat-file", "-t", f"{commit}:{folder}").strip() == b"tree":
                return folder
        except UsageError:
            continue
    return ""


def _file_name(student: str) -> str:
    return "".join("_" if character in "/\\\0" else character for character in student)[:200] or "unnamed"


def _git(clone: Path, *arguments: str) -> bytes:
    """What git answers, if that is not too much: a few objects of a repository can stand for billions of files."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", *_SAFE, "-C", str(clone), *arguments]
    with tempfile.TemporaryFile() as complaint:
        try:
            git = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=complaint)
        except OSError as error:
            raise UsageError(f"git {arguments[0]} did not start: {error}", str(clone), "install git") from error
        answer = _read(git)
        if answer is None:
            raise UsageError("holds more than a submission may, or takes too long to read", str(clone))
        if git.returncode:
            complaint.seek(0)
            told = complaint.read().decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise UsageError(f"git {arguments[0]} failed: {one_line(told[0])}", str(clone))
    return answer


def _read(git: subprocess.Popen[bytes]) -> bytes | None:
    """All that a process writes; None where that was too much or took too long, upon which it is ended."""
    late = threading.Event()

    def end() -> None:
        late.set()
        git.kill()

    alarm = threading.Timer(_SECONDS, end)
    alarm.start()
    with git:
        assert git.stdout is not None, "a pipe"
        answer = git.stdout.read(_MOST_BYTES + 1)
        if len(answer) > _MOST_BYTES:
            end()
        git.wait()
        alarm.cancel()
    return None if late.is_set() else answer
