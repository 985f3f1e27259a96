"""Links and files replaced while they are read: nothing leads outside a submission."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from submission.reading import EXPECTED, noted, put

from autograder.submission import folder, read_submission


def test_links_pipes_and_sockets_are_never_followed(alice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ordinary files are opened; a pipe does not block."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "model.py").write_text("secret = 1")
    (alice / "model.py").symlink_to(secret / "model.py")
    (alice / "folder").symlink_to(secret)
    (alice / "dangling").symlink_to("nowhere")
    os.mkfifo(alice / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(alice)  # the names of sockets are short
        server.bind("s.py")
        read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py", "symbolic link")
    assert noted(read, "folder", "symbolic link")
    assert noted(read, "pipe.py", "a pipe")
    assert noted(read, "s.py", "a socket")


def test_nothing_but_links_is_unreadable(tmp_path: Path) -> None:
    """The reason names the link."""
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "losses.py").symlink_to("/etc/passwd")
    read = read_submission(tmp_path / "bob", EXPECTED)
    assert read.files == {}
    assert "symbolic link" in (read.unreadable or "")


@pytest.mark.parametrize("target", ["alice", "alice/losses.py", "nowhere"])
def test_submission_that_is_a_link_is_unreadable(alice: Path, target: str) -> None:
    """Neither a folder nor a file is reached through a link."""
    link = alice.parent / "eve.py"
    link.symlink_to(target)
    read = read_submission(link, EXPECTED)
    assert "symbolic link" in (read.unreadable or "")
    assert read.student == "eve"


def test_file_replaced_by_a_link_while_reading(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was listed as a file and is a link when opened is not followed."""
    (alice / "model.py").write_text("m = 1")
    listing = folder.Folder.listing

    def swap(self: folder.Folder, notes: object) -> list[str]:
        found = listing(self, notes)  # type: ignore[arg-type]
        (alice / "model.py").unlink()
        (alice / "model.py").symlink_to("/etc/passwd")
        return found

    monkeypatch.setattr(folder.Folder, "listing", swap)
    read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py", "symbolic link")


def test_file_replaced_between_look_and_open(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The opened file must be the one that was looked at."""
    opened = os.open

    def swap(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "losses.py":
            (alice / "other").write_text("other = 1")
            (alice / "other").replace(alice / "losses.py")
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swap)
    assert "replaced" in (read_submission(alice, EXPECTED).unreadable or "")


def test_works_without_folder_handles(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems without `dir_fd` read the same."""
    put(alice, {"own/a.py": "x = 1"})
    with_handles = read_submission(alice, EXPECTED)
    monkeypatch.setattr(folder, "_BY_HANDLE", False)
    assert read_submission(alice, EXPECTED) == with_handles
