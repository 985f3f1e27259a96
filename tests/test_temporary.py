"""Temporary folders: removed by their owner, or by whoever finds that the owner is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import GraderError
from autograder.temporary import OwnedFolder, remove_abandoned

_OWNER = "import time; from autograder.temporary import OwnedFolder; print(OwnedFolder().path, flush=True); time.sleep(60)"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def owner(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process with a folder of its own."""
    variables = {**os.environ, "TMPDIR": str(place)}
    process = subprocess.Popen([sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True, env=variables)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_with_its_owner(place: Path) -> None:
    """With everything in it, also if somebody removes it twice."""
    folder = OwnedFolder()
    (folder.path / "deep").mkdir()
    folder.remove()
    folder.remove()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_leaves_is_removed_by_the_next(place: Path) -> None:
    """And not before: what lives is left alone."""
    process, folder = owner(place)
    try:
        (folder / "file").write_text("kept while its owner lives")
        remove_abandoned(place)
        assert folder.is_dir()
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    another = OwnedFolder()
    assert list(place.iterdir()) == [another.path]
    another.remove()


def test_folders_of_others_are_left_alone(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One without the mark of an owner, and a link to one that has it."""
    (place / "autograder-notes").mkdir()
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "owner").touch()
    (place / "autograder-link").symlink_to(elsewhere)
    remove_abandoned(place)
    assert (elsewhere / "owner").exists()
    assert len(list(place.iterdir())) == 2


def test_no_room(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the remedy."""
    monkeypatch.setattr(tempfile, "tempdir", str(place / "missing"))
    with pytest.raises(GraderError, match=r"no temporary folder can be made.*set TMPDIR"):
        OwnedFolder()


def test_a_folder_goes_though_somebody_still_writes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is about to die may make a file while the folder is being emptied."""
    folder = OwnedFolder()
    (folder.path / "base").mkdir()
    emptied, removed = shutil.rmtree, []

    def removes_while_others_write(path: Path, **options: Any) -> None:
        if not removed:
            (folder.path / "base" / "late").write_text("x")
        else:
            emptied(path, **options)
        removed.append(path)

    monkeypatch.setattr(shutil, "rmtree", removes_while_others_write)
    folder.remove()
    assert list(place.iterdir()) == []
    assert len(removed) == 2
