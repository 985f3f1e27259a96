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

from autograder import temporary
from autograder.errors import GraderError
from autograder.temporary import OwnedFolder, remove_abandoned, remove_when_abandoned

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


def abandoned(place: Path) -> Path:
    """A folder whose owner is gone."""
    folder = place / "autograder-abandoned"
    folder.mkdir()
    (folder / "owner").touch()
    return folder


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
            (folder.path / "late").write_text("x")
        emptied(path, **options)
        removed.append(path)

    monkeypatch.setattr(shutil, "rmtree", removes_while_others_write)
    folder.remove()
    assert list(place.iterdir()) == []
    assert len(removed) == 1


def test_what_is_written_while_an_abandoned_folder_is_removed_is_found_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that could not be emptied keeps its lock, or nobody would ever find it."""
    folder = abandoned(place)
    emptied = shutil.rmtree

    def removes_and_is_late(path: Path, **options: Any) -> None:
        emptied(path, **options)
        (folder / "home").mkdir()

    (folder / "base").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", removes_and_is_late)
        remove_abandoned(place)
    assert sorted(path.name for path in folder.iterdir()) == ["home", "owner"]
    remove_abandoned(place)
    assert list(place.iterdir()) == []


def test_the_last_process_removes_what_a_dying_one_has_made_again(place: Path) -> None:
    """Another run has removed the folder; a process of the killed owner's makes a part of it anew, without a lock."""
    folder = abandoned(place)
    remove_abandoned(place)
    (folder / "home" / "cache").mkdir(parents=True)
    remove_when_abandoned(folder)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("when", ["before the lock is taken", "after the file is opened"])
def test_a_folder_that_another_run_takes_for_abandoned_is_not_used(
    place: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Between making a folder and locking it nobody can tell whose it is: the owner looks whether it is still there."""
    take, disturbed = temporary._take, []

    def late(descriptor: int) -> None:
        if not disturbed:
            disturbed.append(descriptor)
            if when == "before the lock is taken":
                remove_abandoned(place)
            else:
                (held,) = place.iterdir()
                rival = os.open(held / "owner", os.O_RDWR)
                take(rival)
                disturbed.append(rival)
        take(descriptor)

    monkeypatch.setattr(temporary, "_take", late)
    folder = OwnedFolder()
    (folder.path / "home").mkdir()
    for rival in disturbed[1:]:
        os.close(rival)
    remove_abandoned(place)
    assert [path.name for path in folder.path.iterdir()].count("owner") == 1
    assert list(place.iterdir()) == [folder.path]
    folder.remove()
    assert list(place.iterdir()) == []
