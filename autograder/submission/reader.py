"""One submission, in whatever form it was handed in, as files in memory. Nothing of it is executed."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from autograder.errors import UsageError
from autograder.plaintext import listed, shown
from autograder.submission.archive import Archive
from autograder.submission.containers import Container, digest_of, size_in_words
from autograder.submission.layout import Layout, better_named, by_depth, lay_out, lone_zip, nothing_found
from autograder.submission.notebooks.cells import Cell, best_notebook, encoded, read_cells, runnable
from autograder.submission.notebooks.magics import without_line_magics
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.opening import open_container, student_of
from autograder.submission.progress import Progress, progress_of
from autograder.submission.size_limits import Limits
from autograder.submission.source_encoding import decode_source
from autograder.submission.syntax import Patience, syntax_errors
from autograder.wire.names import NOTEBOOK

DEFAULT_LIMITS = Limits()
_PACKED = 2
"""How many zips may lie in each other: some systems put into one what students have packed already."""
_CHECKPOINTS = "checkpoints/"
_CHECKPOINT = re.compile(_CHECKPOINTS + r"(\w{1,80})\.safetensors")


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
        checkpoints: training task -> the safetensors file handed in for it; no worker that runs checks gets them.
    """

    student: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...]
    sha256: str
    unreadable: str | None
    syntax_errors: Mapping[str, str]
    checkpoints: Mapping[str, bytes] = field(default_factory=dict)


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
        work.files, work.syntax_errors, work.checkpoints = {}, {}, {}
    return Submission(
        student=student_of(path),
        files=dict(sorted(work.files.items())),
        notes=work.notes.lines(),
        sha256=digest_of(
            work.files | {f"{_CHECKPOINTS}{name}": data for name, data in work.checkpoints.items()}, work.syntax_errors, reason
        ),
        unreadable=reason,
        syntax_errors=work.syntax_errors,
        checkpoints=dict(sorted(work.checkpoints.items())),
    )


def find_notebook(path: Path, expected: Collection[str], notebook: str = "", limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """Return the notebook that :func:`read_submission` takes, or would take if there were no modules; None without one."""
    work = _Reading(frozenset(expected), limits, notebook)
    try:
        return work.find(Path(os.path.abspath(path)))
    except (Unreadable, UsageError):
        return None


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
    checkpoints: dict[str, bytes] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    _read_cells: tuple[dict[str, list[Cell]], str] | None = None

    def read(self, path: Path) -> None:
        with self._opened(path) as (container, listing):
            self._read_files(container, listing)

    def find(self, path: Path) -> bytes | None:
        with self._opened(path) as (container, listing):
            layout = lay_out(listing, self.expected, self.limits, self.notes)
            if not (cells := self._cells(container, layout)[0]):
                return None
            return container.read(layout.notebooks[best_notebook(cells, self.preferred)], self.limits.notebook_bytes)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[tuple[Container, list[str]]]:
        with ExitStack() as opened:
            container: Container = opened.enter_context(open_container(path, self.limits))
            listing = container.listing(self.notes)
            for _ in range(_PACKED):
                if (inner := lone_zip(listing)) is None:
                    break
                container = opened.enter_context(Archive(self._stream(container, inner), self.limits))
                listing = container.listing(self.notes)
            yield container, listing

    def _stream(self, container: Container, path: str) -> BinaryIO:
        """A zip inside of something else; unpacked it is no larger than one that is handed in by itself may be."""
        try:
            return io.BytesIO(container.read(path, self.limits.archive_bytes))
        except Skipped as error:
            raise Unreadable(f"{shown(path)} cannot be used: {error}") from error

    def _read_files(self, container: Container, listing: list[str]) -> None:
        layout = lay_out(listing, self.expected, self.limits, self.notes)
        if not layout.modules and not layout.notebooks:
            raise nothing_found(layout.others, self.expected, self.notes)
        if layout.stray and self._is_helper(container, layout):
            layout = replace(layout, modules={}, others={**layout.others, layout.stray: next(iter(layout.modules.values()))})
        elif layout.stray:
            self.notes.add(f"{shown(layout.stray)}: read as {listed(sorted(self.expected))}")
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
            if (task := _CHECKPOINT.fullmatch(name)) is not None:
                self._keep_checkpoint(container, name, task[1], raw)
            else:
                self._keep(container, name, raw)
        for name, other, note in better_named(self.sources, self.expected, NOTEBOOK in self.files):
            self.notes.add(note)
            self._repeat(other, name)
        self.syntax_errors.update(syntax_errors(self.sources, self.patience))

    def _is_helper(self, container: Container, layout: Layout) -> bool:
        """Whether a file under another name only helps a notebook, which solves something that the file does not."""
        cells, _ = self._cells(container, layout)
        if not cells:
            return False
        written = progress_of(cell.source for cell in cells[best_notebook(cells, self.preferred)])
        with suppress(Skipped):
            text = decode_source(container.read(next(iter(layout.modules.values())), self.limits.source_bytes))[0]
            return bool(written.solved - progress_of([text]).solved)
        return True

    def _keep(self, container: Container, name: str, raw: str) -> None:
        """Read one file into `files`, or note why not."""
        is_source = name.endswith(".py")
        try:
            if len(self.files) >= self.limits.files:
                raise Skipped(f"a submission may have {self.limits.files} files")
            data = container.read(raw, self.limits.source_bytes if is_source else self.limits.data_bytes)
            if sum(map(len, self.files.values())) + len(data) > self.limits.total_bytes:
                raise Skipped(f"a submission may have {size_in_words(self.limits.total_bytes)} in all")
            if is_source and sum(map(len, self.sources.values())) + len(data) > self.limits.all_source_bytes:
                raise Skipped(f"a submission may have {size_in_words(self.limits.all_source_bytes)} of Python in all")
        except Skipped as reason:
            self.notes.ignored(name, str(reason))
            return
        self.files[name] = self._source(name, data) if is_source else data

    def _keep_checkpoint(self, container: Container, name: str, task: str, raw: str) -> None:
        """Read a checkpoint, or note why not."""
        try:
            if len(self.checkpoints) >= self.limits.checkpoints:
                raise Skipped(f"a submission may have {self.limits.checkpoints} checkpoints")
            self.checkpoints[task] = container.read(raw, self.limits.checkpoint_bytes)
        except Skipped as reason:
            self.notes.ignored(name, str(reason))

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
        self.sources[name] = text = self._without_magics(name, text)
        return text.encode()

    def _without_magics(self, name: str, text: str) -> str:
        """Skip the lines of a file that only IPython understands, as exported notebooks have them."""
        if not syntax_errors({name: text}, self.patience):
            return text
        plain, lines = without_line_magics(text)
        if lines:
            self.notes.add(f"{shown(name)}: shell lines and magics are skipped (line {listed(lines, 20)})")
        return plain

    def _read_notebooks(self, container: Container, layout: Layout) -> None:
        """Take the most useful notebook for the modules that have no file of their own, or only a stub."""
        if not layout.notebooks:
            return
        unsolved = self._unsolved()
        if self.expected <= self.files.keys() and not unsolved:
            self.notes.add(f"ignored because all modules are there as files: {listed(by_depth(layout))}")
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
        if self._read_cells is None:
            self._read_cells = self._cells_of(container, layout)
        return self._read_cells

    def _cells_of(self, container: Container, layout: Layout) -> tuple[dict[str, list[Cell]], str]:
        names, most = by_depth(layout), self.limits.notebooks
        if len(names) > most:
            self.notes.add(f"only the first {most} of {len(names)} notebooks were looked at")
        cells, problem = dict[str, list[Cell]](), ""
        for name in names[:most]:
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
            self.notes.add(
                f"several notebooks: {shown(best)} was taken, ignored: {listed([name for name in cells if name != best])}"
            )
        if self.files:
            self.notes.add(f"{shown(best)}: taken for {listed(missing)}; the other modules are files")
        kept, errors = runnable(cells[best], self.notes, self.patience)
        if not kept:
            self.notes.add(f"{shown(best)}: holds no code that can be run")
        self.files[NOTEBOOK] = encoded(kept)
        self.syntax_errors.update(errors)
