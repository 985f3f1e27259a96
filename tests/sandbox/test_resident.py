"""What workers may read is in the page cache before they could tell each other anything by bringing it there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autograder.sandbox.zygote.read_ahead import read_ahead

pytestmark = pytest.mark.skipif(not hasattr(os, "preadv"), reason="the page cache can be asked on Linux")
PAGES = 64


def resident(path: Path) -> list[bool]:
    """Whether each page can be read without waiting."""
    descriptor = os.open(path, os.O_RDONLY)
    found = []
    try:
        for page in range(PAGES):
            try:
                os.preadv(descriptor, [bytearray(1)], page * 4096, os.RWF_NOWAIT)
                found.append(True)
            except BlockingIOError:
                found.append(False)
    finally:
        os.close(descriptor)
    return found


def forgotten(path: Path) -> None:
    """Drop a file's pages; skip where the file system keeps them."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    try:
        if all(resident(path)):
            pytest.skip("this file system keeps its pages")
    except OSError as error:
        pytest.skip(f"this file system does not tell: {error}")


def test_every_page_below_a_folder_is_read_ahead(tmp_path: Path) -> None:
    """Also in folders of folders; links and what is missing are passed over."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    files = [tmp_path / "a" / "one.so", inner / "two.py"]
    for path in files:
        path.write_bytes(os.urandom(PAGES * 4096))
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        forgotten(path)
    (tmp_path / "a" / "link").symlink_to("/dev/zero")
    read_ahead(tmp_path / "a")
    read_ahead(tmp_path / "nothing")
    deadline = time.monotonic() + 120
    while not all(all(resident(path)) for path in files) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(all(resident(path)) for path in files)
