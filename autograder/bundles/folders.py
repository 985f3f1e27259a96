"""Files in memory as a folder, an archive or a git repository: the same content, the same bytes."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from autograder.atomic import write_atomically
from autograder.errors import UsageError

Shape = Literal["dir", "zip", "git"]
_DATE = (2020, 1, 1, 0, 0, 0)
_IDENTITY = {
    "GIT_AUTHOR_NAME": "course", "GIT_AUTHOR_EMAIL": "course@localhost", "GIT_COMMITTER_NAME": "course",
    "GIT_COMMITTER_EMAIL": "course@localhost", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip
"""Nobody's name, and nothing of the settings of whoever makes it."""
_OWN_RULES = ["-c", "init.defaultBranch=main", "-c", "init.templateDir=", "-c", f"core.hooksPath={os.devnull}"]


def archive_bytes(files: Mapping[str, bytes], executable: tuple[str, ...] = (), below: str = "") -> bytes:
    """A zip archive of ``files``, those named ``executable`` with that right; ``below`` is the folder they lie in."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{below}/{path}" if below else path, _DATE)
            entry.external_attr = (0o100755 if path in executable else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def write_folder(files: Mapping[str, bytes], out: Path, executable: tuple[str, ...] = ()) -> Path:
    """Write ``files`` as the folder ``out``, whole or not at all.

    Raises:
        UsageError: something is there already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("there is something here already", str(out), "remove it, or choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".bundle-", dir=out.parent))
    try:
        _fill(made, files, executable)
        made.chmod(0o755)
        if out.exists():
            out.rmdir()
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return out


def write_archive(files: Mapping[str, bytes], out: Path, executable: tuple[str, ...] = (), below: str = "") -> Path:
    """Write ``files`` as the zip archive ``out``, replacing an earlier one."""
    write_atomically(out, archive_bytes(files, executable, below))
    return out


def write_repository(files: Mapping[str, bytes], out: Path, message: str) -> Path:
    """Write ``files`` as a git repository of one commit, or as the next commit of one that was made here before.

    Raises:
        UsageError: git is not installed, or something else is there already.
    """
    if shutil.which("git") is None:
        raise UsageError("git is not installed", "--as git", "install git, or use --as zip")
    if not (out / ".git").is_dir():
        write_folder(files, out)
        _git(out, "init", "--quiet")
    else:
        for path in filter(None, _git(out, "ls-files", "-z").split("\0")):
            (out / path).unlink(missing_ok=True)
        _fill(out, files, ())
    _git(out, "add", "--all", "--force")
    if _git(out, "status", "--porcelain"):
        _git(out, "commit", "--quiet", "--message", message)
    return out


def _fill(folder: Path, files: Mapping[str, bytes], executable: tuple[str, ...]) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o755 if path in executable else 0o644)


def _git(repository: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | _IDENTITY
    command = ["git", *_OWN_RULES, "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    except subprocess.CalledProcessError as error:
        told = error.stderr.strip().splitlines()[-1:] or ["no message"]
        raise UsageError(
            f"git {arguments[0]} failed: {told[0]}", str(repository), "mend it, or choose another --out"
        ) from error
