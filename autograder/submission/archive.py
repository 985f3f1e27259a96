"""Reading a zip that may be a bomb, a trap or merely made by another system."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import zipfile
from typing import BinaryIO

from autograder.submission.containers import Container, read_stream, size_in_words
from autograder.submission.filenames import is_clutter
from autograder.submission.folder import kind_of
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.size_limits import Limits

_LONGER = 3
"""How many times longer a name may be than its normal form, by whose length it is judged: macOS takes letters apart. Far
longer ones are not even brought into that form, which takes the square of their length."""
_ENTRY_SIGNATURE = b"PK\x01\x02"
_ENCRYPTED = 0x1
_UTF8 = 0x800
# The others are rare, and LZMA lets a few bytes ask for gigabytes of dictionary.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_LOOKS_LIKE = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"%PDF", "a PDF document"),
    (b"{", "a text file, perhaps a notebook"),
    (b"<", "a web page"),
)


class Archive(Container):
    """A submission handed in as a zip, unpacked in memory only and never more than `Limits` allow.

    Raises:
        Unreadable: it is no zip, too large, has too many entries, or is encrypted as a whole.
    """

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._budget = limits.total_bytes + 2 * limits.notebook_bytes
        with stream:
            try:
                data = read_stream(stream, limits.archive_bytes)
            except Skipped as error:
                raise Unreadable(f"the zip cannot be used: {error}") from error
        # Counted before `zipfile` makes an object of each.
        if data.count(_ENTRY_SIGNATURE) > limits.entries:
            raise Unreadable(f"the zip has more than {limits.entries} entries; zip only your own files")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._zip.infolist()
        except Exception as error:  # whatever hostile bytes do to the library means the same
            raise Unreadable(_not_a_zip(data)) from error

    def listing(self, notes: Notes) -> list[str]:
        """Return the paths of all files that can be used; of several entries of one name the last counts."""
        locked = 0
        if sum(len(info.orig_filename) for info in self._zip.infolist()) > self._limits.names:
            raise Unreadable("the names in the zip are too long; zip only your own files")
        for info in self._zip.infolist():
            path = _path_of(info, notes, _LONGER * self._limits.name_bytes)
            if path is None or any(map(is_clutter, path.split("/"))):
                continue
            if info.flag_bits & _ENCRYPTED:
                locked += 1
                notes.ignored(path, "it is protected by a password")
                continue
            if path in self._infos:
                notes.add(f"{path}: is in the zip more than once, the last one counts")
                del self._infos[path]
            self._infos[path] = info
        if locked and not self._infos:
            raise Unreadable("the zip is protected by a password; hand it in without one")
        return list(self._infos)

    def read(self, path: str, limit: int) -> bytes:
        """Return the unpacked content of `path`, whatever size the zip claims it has."""
        info = self._infos[path]
        if info.compress_type not in _METHODS:
            raise Skipped("it is packed by an unusual method; use the ordinary one (deflate)")
        if info.file_size > limit:
            raise Skipped(f"it is larger than {size_in_words(limit)}")
        if self._budget < 0:
            raise Skipped("the zip unpacks to too much")
        try:
            with self._zip.open(info) as stream:
                content = read_stream(stream, limit)  # type: ignore[arg-type]
        except Skipped:
            self._budget -= limit
            raise
        except Exception as error:  # zlib, struct, EOF, CRC, …: the entry is damaged
            raise Skipped("it is damaged in the zip") from error
        self._budget -= len(content)
        return content

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def _path_of(info: zipfile.ZipInfo, notes: Notes, longest: int) -> str | None:
    """Return the clean relative path of an entry, or None if it is a folder or cannot be used."""
    # `filename` ends at a NUL byte and so may claim to be another file.
    raw = _name_of(info).replace("\\", "/")
    if raw.endswith("/"):
        return None
    kind = kind_of(info.external_attr >> 16)
    if stat.S_IFMT(info.external_attr >> 16) and kind != "file":
        notes.ignored(raw, f"it is {kind}; only ordinary files are read")
        return None
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    if max(map(len, parts), default=0) > longest:
        notes.ignored(raw, "its name is too long")
        return None
    if raw.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", raw):
        notes.ignored(raw, "its path leads out of the zip")
        return None
    return "/".join(parts) or None


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return the whole name of an entry; UTF-8 that is not marked as such (macOS) is recognised."""
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("utf-8")
    return info.orig_filename


def _not_a_zip(data: bytes) -> str:
    if not data:
        return "the zip is empty (0 bytes)"
    if data.startswith(b"PK\x03\x04"):
        return "the zip is damaged or incomplete; hand it in again"
    likeness = next((name for start, name in _LOOKS_LIKE if data.lstrip()[:8].startswith(start)), None)
    return "the file is not a zip" + (f" but looks like {likeness}" if likeness else "")
