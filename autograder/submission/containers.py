"""What a submission can be handed in as: a folder, a zip or one file, all read in the same way."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Self

from autograder.submission.notes import Notes, Skipped
from autograder.submission.size_limits import KIB, MIB

_CHUNK = 64 * KIB


class Container(ABC):
    """Regular files by their path as found; nothing in it is opened before it is asked for."""

    @abstractmethod
    def listing(self, notes: Notes) -> list[str]:
        """Return the paths (with ``/``) of all regular files that are not clutter."""

    @abstractmethod
    def read(self, path: str, limit: int) -> bytes:
        """Return the content of a listed file.

        Raises:
            Skipped: the file is larger than `limit` bytes, damaged or not what it was.
        """

    @abstractmethod
    def close(self) -> None:
        """Close what is open."""

    def __enter__(self) -> Self:
        """Return the container, which `with` closes."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the container."""
        self.close()


class SingleFile(Container):
    """One file, already open."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._name = path.name
        self._stream = stream

    def listing(self, notes: Notes) -> list[str]:
        """Return the file's own name."""
        return [self._name]

    def read(self, path: str, limit: int) -> bytes:
        """Return the content of the file."""
        self._stream.seek(0)
        return read_stream(self._stream, limit)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def read_stream(stream: BinaryIO, limit: int) -> bytes:
    """Return the rest of `stream`, never holding more than `limit` bytes and a chunk.

    Raises:
        Skipped: there are more than `limit` bytes, or the device fails.
    """
    parts, size = [], 0
    while part := _chunk_of(stream):
        size += len(part)
        if size > limit:
            raise Skipped(f"it is larger than {size_in_words(limit)}")
        parts.append(part)
    return b"".join(parts)


def _chunk_of(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_CHUNK)
    except OSError as error:
        raise Skipped(f"it cannot be read ({error.strerror})") from error


def size_in_words(size: int) -> str:
    """Return `size` bytes as ``3 MB``, ``20 kB`` or ``17 bytes``."""
    for unit, name in ((MIB, "MB"), (KIB, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def digest_of(files: Mapping[str, bytes], errors: Mapping[str, str], reason: str | None) -> str:
    """Hash what grading depends on; every part is preceded by its length, so that parts cannot flow together."""
    digest = hashlib.sha256()
    parts = [part for name in sorted(files) for part in (name.encode(), files[name])]
    parts += [f"{name}: {errors[name]}".encode("utf-8", "replace") for name in sorted(errors.keys() - files.keys())]
    parts += [] if reason is None else [reason.encode("utf-8", "replace")]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
