"""From results or a gradebook to files for other programs: which source, which writer, where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.errors import UsageError, suggest
from autograder.exports.formats import WRITERS, destination_of, export
from autograder.exports.gradebook_marks import CSV_COLUMNS, is_gradebook, marks_of_gradebook, opened, shown_place
from autograder.exports.groups import read_groups, with_groups
from autograder.exports.mark_sheets import mark_sheet
from autograder.exports.marks import ClassMarks, marks_of_results
from autograder.exports.progsnap2 import write_events
from autograder.exports.roster import read_class_list
from autograder.plaintext import one_line
from autograder.results.spreadsheet import csv_text, exact, shown

SHEETS = ("canvas", "moodle", "csv")
EVENTS = "progsnap2"


@dataclass(frozen=True)
class SheetOptions:
    """What somebody may say about a mark sheet."""

    roster: Path | None = None
    assignments: tuple[str, ...] = ()
    missing_as_zero: bool = False
    id_column: str | None = None
    course_id: str | None = None
    groups: Path | None = None
    """Who handed in together."""
    attempts: str = ""
    """Of several results of one student, in several folders: ``best`` or ``latest``; without it they are refused."""
    pseudonyms: Path | None = None
    """Of events: the file with the secret from which names become pseudonyms."""


@dataclass
class Exported:
    """The files written, and what somebody should know about them."""

    paths: list[Path]
    remarks: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def fail_if_incomplete(self) -> None:
        """Raise :class:`~autograder.errors.UsageError`, which lists them, when marks are not in the files."""
        if self.lost:
            some = "mark is" if len(self.lost) == 1 else "marks are"
            remedy = "add these students to the class list, name its column with --id-column, or enter the marks by hand"
            raise UsageError(f"{len(self.lost)} {some} not in it", where=str(self.paths[0]), remedy=remedy)


def export_marks(format: str, sources: Sequence[str], out: Path | None, options: SheetOptions) -> Exported:
    """Write marks for another program.

    Args:
        format: ``canvas``, ``moodle``, ``csv``, or a key of :data:`autograder.exports.formats.WRITERS`.
        sources: results folders, or one gradebook.
        out: the file to write; by default one beside the results, of a gradebook in the current folder.
        options: the class list and its like.

    Raises:
        UsageError: the format is unknown, or source, class list and options do not go together or cannot be read.
    """
    _refuse_unknown(format)
    if format == EVENTS:
        return _export_events(sources, out, options)
    if options.pseudonyms is not None:
        raise UsageError("takes no --pseudonyms", where=format, remedy="marks go to people; progsnap2 is for research")
    if format not in SHEETS:
        folder = _only_folder(format, sources, options)
        return Exported(export(format, folder, destination_of(format, folder, out)))
    folders = [Path(source) for source in sources]
    from_results = not any(is_gradebook(source) for source in sources)
    if not from_results and len(sources) > 1:
        raise UsageError("a gradebook stands alone", where=shown_place(sources[1]), remedy="export it by itself")
    destination = destination_of(format, folders[0] if from_results and len(folders) == 1 else Path(), out)
    _refuse_overwriting(destination, folders, options.roster)
    if format == "csv" and options == SheetOptions() and from_results and len(folders) == 1:
        return Exported(export(format, folders[0], destination))
    attempts = options.attempts
    marks = marks_of_results(folders, attempts) if from_results else marks_of_gradebook(sources[0], options.course_id)
    if not marks.assignments:
        raise UsageError("holds no marks", where=shown_place(sources[0]), remedy="grade a submission first")
    marks = marks.chosen(options.assignments)
    if options.groups is not None:
        marks = with_groups(marks, read_groups(options.groups))
    if format == "csv" and options.roster is None and (from_results or options.groups is None):
        return _write_table(marks, None if from_results else sources[0], destination, options)
    return _write_sheet(format, marks, destination, options)


def _export_events(sources: Sequence[str], out: Path | None, options: SheetOptions) -> Exported:
    """Everything that results say, as events: of every attempt, whatever counts."""
    if replace(options, pseudonyms=None, attempts="") != SheetOptions() or any(map(is_gradebook, sources)):
        raise UsageError("takes results folders, --out and --pseudonyms", where=EVENTS, remedy="leave the rest out")
    folders = [Path(source) for source in sources]
    place = out or (folders[0] if len(folders) == 1 else Path())
    destination = place / "events.jsonl" if place.is_dir() else place
    _refuse_overwriting(destination, [], options.pseudonyms)
    write_events(folders, destination, options.pseudonyms)
    return Exported([destination])


def _write_sheet(format: str, marks: ClassMarks, destination: Path, options: SheetOptions) -> Exported:
    roster = read_class_list(options.roster, options.id_column) if options.roster else None
    sheet = mark_sheet(format, marks, roster, options.missing_as_zero)
    write_atomically(destination, sheet.text)
    return Exported([destination], [*sheet.remarks, *(f"not written: {line}" for line in sheet.lost)], sheet.lost)


def _write_table(marks: ClassMarks, gradebook: str | None, destination: Path, options: SheetOptions) -> Exported:
    """The layout of nbgrader's CSV, from a gradebook or from several results folders."""
    wanted = {assignment.name for assignment in marks.assignments}
    if gradebook is not None:
        from autograder.exports.nbgrader_csv import table

        with opened(gradebook, options.course_id) as book:
            rows = table(book, wanted)
    else:
        rows = [list(CSV_COLUMNS), *_rows(marks)]
    write_atomically(destination, csv_text(rows))
    return Exported([destination], marks.reminders())


def _rows(marks: ClassMarks) -> list[list[str]]:
    rows = []
    for assignment in marks.assignments:
        for student, mark in sorted(assignment.marks.items()):
            score = exact(mark.score)
            about = [assignment.name, "", "", shown(student), "", "", ""]
            rows.append([*about, score, "0", score, exact(assignment.max_score)])
    return rows


def _refuse_unknown(format: str) -> None:
    known = sorted({*SHEETS, *WRITERS, EVENTS})
    if format not in known:
        remedy = suggest(format, known, f"choose one of {', '.join(known)}")
        raise UsageError("is not an export format", where=one_line(format, 40), remedy=remedy)


def _only_folder(format: str, sources: Sequence[str], options: SheetOptions) -> Path:
    if len(sources) != 1 or is_gradebook(sources[0]):
        raise UsageError("takes one results folder", where=format, remedy="export each folder by itself")
    if options != SheetOptions():
        raise UsageError("knows no class list and no choice of assignments", where=format, remedy="leave these options out")
    return Path(sources[0])


def _refuse_overwriting(destination: Path, folders: Sequence[Path], roster: Path | None) -> None:
    sources = [path for path in (*folders, roster) if path is not None]
    if any(path.resolve() == destination.resolve() for path in sources):
        raise UsageError("would overwrite what it is made from", where=str(destination), remedy="choose another --out")
