"""One submission, in whatever form it was handed in, as files in memory. Nothing of it is executed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import UsageError
from autograder.plaintext import listed, printable, shown
from autograder.submission.archive import Archive
from autograder.submission.containers import Container, SingleFile, size_in_words
from autograder.submission.folder import Folder, kind_of, open_regular
from autograder.submission.layout import Layout, lay_out, nothing_found
from autograder.submission.notebook import Cell, best_notebook, encoded, read_cells, runnable
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.progress import Progress, progress_of
from autograder.submission.size_limits import Limits
from autograder.submission.source_encoding import decode_source
from autograder.submission.syntax import syntax_errors
from autograder.wire.names import NOTEBOOK

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Submission:
    """What a student handed in, as far as it can be graded.

    Attributes:
        student: the name as handed in (folder name or file stem), invisible characters made visible.
        files: path (with ``/``) -> content. Python sources are UTF-8 with ``\\n``, data files verbatim; the cells
            of a notebook are in ``__notebook__.json`` and stand for every expected module that has no file.
        notes: what was ignored or repaired, a line each.
        sha256: of what is graded, with the errors of cells left out and the reason of an unreadable one; independent
            of the container, the order of files and their times.
        unreadable: why nothing can be graded (`files` is empty then), or None.
        syntax_errors: file, or ``cell 3`` (third code cell) -> ``line 3: '(' was never closed``.
    """

    student: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...]
    sha256: str
    unreadable: str | None
    syntax_errors: Mapping[str, str]


def read_submission(path: Path, expected: Collection[str], limits: Limits = DEFAULT_LIMITS, notebook: str = "") -> Submission:
    """Read the submission at `path`: a folder, ``.ipynb``, ``.zip`` or ``.py``.

    Args:
        path: where it lies. Links are not followed, neither here nor inside.
        expected: the module files of the assignment, such as ``{"losses.py", "model.py"}``.
        limits: sizes above which files are ignored.
        notebook: the assignment's notebook, without its ending, which is preferred to all others.

    Raises:
        UsageError: there is nothing at `path`, or this user may not read it.
    """
    path = Path(os.path.abspath(path))
    work = _Reading(frozenset(expected), limits, notebook)
    reason = None
    try:
        work.read(path)
    except Unreadable as error:
        reason = str(error)
        work.files, work.syntax_errors = {}, {}
    return Submission(
        student=student_of(path),
        files=dict(sorted(work.files.items())),
        notes=work.notes.lines(),
        sha256=_digest(work.files, work.syntax_errors, reason),
        unreadable=reason,
        syntax_errors=work.syntax_errors,
    )


def find_notebook(path: Path, expected: Collection[str], notebook: str = "", limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """Return the notebook that :func:`read_submission` takes, or would take if there were no modules; None without one."""
    work = _Reading(frozenset(expected), limits, notebook)
    try:
        return work.find(Path(os.path.abspath(path)))
    except (Unreadable, UsageError):
        return None


def student_of(path: Path) -> str:
    """Return whose a submission is: the name of a folder or the stem of a file; a link to either is named by its looks."""
    path = Path(os.path.abspath(path))
    mode = os.lstat(path).st_mode
    is_file = stat.S_ISREG(mode) or (not stat.S_ISDIR(mode) and path.suffix.lower() in (".zip", ".ipynb", ".py"))
    return printable(path.stem if is_file else path.name, keep="")


def _lone_zip(listing: list[str]) -> str | None:
    """Return the zip that a folder holds instead of code, as learning platforms hand it on."""
    zips = [path for path in listing if path.lower().endswith(".zip")]
    has_code = any(path.lower().endswith((".py", ".ipynb")) for path in listing)
    return zips[0] if len(zips) == 1 and not has_code else None


@dataclass
class _Reading:
    """The state of reading one submission."""

    expected: frozenset[str]
    limits: Limits
    preferred: str = ""
    notes: Notes = field(default_factory=Notes)
    files: dict[str, bytes] = field(default_factory=dict)
    syntax_errors: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        with self._opened(path) as (container, listing):
            self._read_files(container, listing)

    def find(self, path: Path) -> bytes | None:
        with self._opened(path) as (container, listing):
            layout = lay_out(listing, self.expected, self.limits, self.notes)
            cells, _ = self._cells(container, layout)
            if not cells:
                return None
            return container.read(layout.notebooks[best_notebook(cells, self.preferred)], self.limits.notebook_bytes)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[tuple[Container, list[str]]]:
        with _open(path, self.limits) as container:
            listing = container.listing(self.notes)
            if isinstance(container, Folder) and (inner := _lone_zip(listing)):
                with Archive(container.open(inner), self.limits) as archive:
                    yield archive, archive.listing(self.notes)
            else:
                yield container, listing

    def _read_files(self, container: Container, listing: list[str]) -> None:
        layout = lay_out(listing, self.expected, self.limits, self.notes)
        if not layout.modules and not layout.notebooks:
            raise nothing_found(layout.others, self.expected, self.notes)
        first: dict[str, str] = {}
        for name, raw in layout.modules.items():
            if raw in first:  # one file that stands for several modules; a container reads each file once
                self._repeat(first[raw], name)
            else:
                first[raw] = name
                self._keep(container, name, raw)
        self._read_notebooks(container, layout)
        if not self.files:
            raise Unreadable(f"nothing remains that could be graded: {self.notes.lines()[-1]}")
        for name, raw in sorted(layout.others.items(), key=lambda item: (not item[0].endswith(".py"), item)):
            self._keep(container, name, raw)
        self.syntax_errors.update(syntax_errors(self.sources))

    def _keep(self, container: Container, name: str, raw: str) -> None:
        """Read one file into `files`, or note why not."""
        is_source = name.endswith(".py")
        try:
            if len(self.files) >= self.limits.files:
                raise Skipped(f"a submission may have {self.limits.files} files")
            data = container.read(raw, self.limits.source_bytes if is_source else self.limits.data_bytes)
            if sum(map(len, self.files.values())) + len(data) > self.limits.total_bytes:
                raise Skipped(f"a submission may have {size_in_words(self.limits.total_bytes)} in all")
        except Skipped as reason:
            self.notes.ignored(name, str(reason))
            return
        self.files[name] = self._source(name, data) if is_source else data

    def _repeat(self, name: str, other: str) -> None:
        """Let the file kept as `name` stand for the module `other` too."""
        if name in self.files:
            self.files[other] = self.files[name]
            self.sources[other] = self.sources[name]

    def _source(self, name: str, data: bytes) -> bytes:
        text, repairs = decode_source(data)
        for repair in repairs:
            self.notes.add(f"{shown(name)}: {repair}")
        if not text.strip():
            self.notes.add(f"{shown(name)}: is empty")
        if "\0" in text:
            self.notes.add(f"{shown(name)}: holds NUL bytes")
        self.sources[name] = text
        return text.encode()

    def _read_notebooks(self, container: Container, layout: Layout) -> None:
        """Take the most useful notebook for the modules that have no file of their own, or only a stub."""
        if not layout.notebooks:
            return
        unsolved = self._unsolved()
        if self.expected <= self.files.keys() and not unsolved:
            self.notes.add(f"ignored because all modules are there as files: {listed(_by_depth(layout))}")
            return
        cells, problem = self._cells(container, layout)
        if cells:
            best = best_notebook(cells, self.preferred)
            self._prefer(best, cells[best], unsolved)
            self._take_cells(cells, best)
        elif not self.files:
            raise Unreadable(problem)

    def _cells(self, container: Container, layout: Layout) -> tuple[dict[str, list[Cell]], str]:
        """Return the cells of the notebooks that can be read, and what is wrong with the first that cannot."""
        names = _by_depth(layout)
        if len(names) > self.limits.notebooks:
            self.notes.add(f"only the first {self.limits.notebooks} of {len(names)} notebooks were looked at")
            names = names[: self.limits.notebooks]
        cells: dict[str, list[Cell]] = {}
        problem = ""
        for name in names:
            try:
                data = container.read(layout.notebooks[name], self.limits.notebook_bytes)
                cells[name] = read_cells(data, self.expected, self.limits)
            except (Skipped, Unreadable) as error:
                problem = problem or str(error)
                if len(names) > 1 or self.files:
                    self.notes.ignored(name, str(error))
        return cells, problem

    def _unsolved(self) -> dict[str, Progress]:
        """The modules of which something says that it is not implemented."""
        found = {name: progress_of([self.sources[name]]) for name in self.expected & self.sources.keys()}
        return {name: progress for name, progress in sorted(found.items()) if progress.unsolved}

    def _prefer(self, notebook: str, cells: list[Cell], unsolved: Mapping[str, Progress]) -> None:
        """Let the notebook stand for files that solve less than it does."""
        written = progress_of(cell.source for cell in cells)
        for name in [name for name, progress in unsolved.items() if progress.is_behind(written)]:
            self.notes.add(f"{name}: ignored because {shown(notebook)} solves more of it")
            del self.files[name], self.sources[name]

    def _take_cells(self, cells: Mapping[str, list[Cell]], best: str) -> None:
        missing = sorted(self.expected - self.files.keys())
        if not missing:
            self.notes.add(f"ignored because all modules are there as files: {listed(sorted(cells))}")
            return
        if len(cells) > 1:
            others = [name for name in cells if name != best]
            self.notes.add(f"several notebooks: {shown(best)} was taken, ignored: {listed(others)}")
        if self.files:
            self.notes.add(f"{shown(best)}: taken for {listed(missing)}; the other modules are files")
        kept, errors = runnable(cells[best], self.notes)
        if not kept:
            self.notes.add(f"{shown(best)}: holds no code that can be run")
        self.files[NOTEBOOK] = encoded(kept)
        self.syntax_errors.update(errors)


def _by_depth(layout: Layout) -> list[str]:
    return sorted(layout.notebooks, key=lambda name: (name.count("/"), name))


def _open(path: Path, limits: Limits) -> Container:
    """Open what lies at `path`, according to its kind and suffix."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            return Folder(path, limits)
        if stat.S_ISREG(mode) and path.suffix.lower() == ".zip":
            return Archive(open_regular(str(path)), limits)
        if stat.S_ISREG(mode) and path.suffix.lower() in (".py", ".ipynb"):
            return SingleFile(path, open_regular(str(path)))
    except Skipped as reason:
        raise Unreadable(str(reason)) from reason
    except OSError as error:
        raise _usage_error(path, error) from error
    if stat.S_ISREG(mode):
        raise Unreadable(f"{shown(path.name)} is neither a folder nor a .zip, .ipynb or .py file")
    raise Unreadable(f"it is {kind_of(mode)}, which is not followed; hand in the folder or file itself")


def _usage_error(path: Path, error: OSError) -> UsageError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return UsageError("there is no such submission", shown(str(path), 200), "check the path")
    reason = error.strerror or type(error).__name__
    return UsageError(f"the submission cannot be opened: {reason}", shown(str(path), 200), "check its permissions")


def _digest(files: Mapping[str, bytes], errors: Mapping[str, str], reason: str | None) -> str:
    """Hash what grading depends on; every part is preceded by its length, so that parts cannot flow together."""
    digest = hashlib.sha256()
    parts = [part for name in sorted(files) for part in (name.encode(), files[name])]
    parts += [f"{name}: {errors[name]}".encode("utf-8", "replace") for name in sorted(errors.keys() - files.keys())]
    parts += [] if reason is None else [reason.encode("utf-8", "replace")]
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
