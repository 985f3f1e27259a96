"""Marks of written answers that a person enters without nbgrader: the table ``written.csv`` in the results folder.

Grading writes it, one row per student and one column per written question, with a column for a remark beside each. Whoever
marks fills cells in; the next ``autograder grade`` or ``autograder report`` takes them into the results. Cells are never
changed, rows and columns never taken away, so that a mark survives every new grading; an emptied cell waits again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.plaintext import one_line, points, printable
from autograder.results.schema import ExerciseResult, SubmissionResult
from autograder.results.spreadsheet import csv_rows, csv_text, shown
from autograder.results.store import Stored, save_result

FILE = "written.csv"
_STUDENT = "student"
_REMARK = " remark"


@dataclass
class _Table:
    """The table as it is on disk, every cell as text."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","

    def row_of(self, student: str, others: Collection[str] = ()) -> dict[str, str]:
        """The cells of a student by heading; none where there is no row.

        A blank that an editor has left at a name does not matter, unless that is the name of one of the ``others``.
        """
        names = (_cell(student), student)
        exact = [row for row in self.rows if row and row[0] in names]
        about = [row for row in self.rows if row and row[0].strip() in names and row[0] not in others]
        row = next(iter([*exact, *about]), [])
        return {heading: row[place].strip() for place, heading in enumerate(self.header) if place < len(row)}


def enter_marks(folder: Path, results: Sequence[Stored]) -> list[str]:
    """Take the marks of ``written.csv`` into results and save those that changed; add what is missing to the table.

    Returns:
        one line for each cell that is no mark, which is left as it is and counts as empty.

    Raises:
        UsageError: a file cannot be written.
    """
    marked = [one for one in results if any(map(_is_written, one.result.exercises))]
    if not marked:
        return []
    path = folder / FILE
    table = _read(path)
    if table is None:
        told = f"has no column {_STUDENT} at its start, so no written answer has a mark; the file is left as it is"
        return [f"{path}: {told}"]
    warnings: list[str] = []
    students = {one.result.student for one in marked}
    alike = {cell for cell, number in Counter(map(_cell, students)).items() if number > 1}
    for name in sorted(alike):
        warnings.append(f"{path}: several students are {one_line(name, 60)} there, so their written answers have no marks")
    for one in marked:
        name = _cell(one.result.student)
        cells = {} if name in alike else table.row_of(one.result.student, set(map(_cell, students)) - {name})
        if _enter(one.result, cells, warnings):
            save_result(one.result, folder, one.stem)
    _extend(path, table, [one.result for one in marked])
    return warnings


def take_over_marks(folders: Iterable[Path], out: Path) -> None:
    """Fill into the table of ``out`` the cells of those of ``folders`` that are empty there.

    Raises:
        UsageError: the table cannot be written.
    """
    own = _read(out / FILE)
    if own is None:
        return
    before = ([*own.header], [[*row] for row in own.rows])
    for table in filter(None, (_read(folder / FILE) for folder in folders)):
        _take_over(table, own)
    if (own.header, own.rows) != before:
        rows = [row + [""] * (len(own.header) - len(row)) for row in own.rows]
        write_atomically(out / FILE, csv_text([own.header, *rows], own.delimiter))


def _take_over(table: _Table, own: _Table) -> None:
    """Fill in one table: rows and columns that are missing, and cells that are empty."""
    own.header += [heading for heading in table.header if heading not in own.header]
    places = [own.header.index(heading) for heading in table.header]
    rows = {row[0].strip(): row for row in own.rows}
    for row in table.rows:
        mine = rows.get(row[0].strip())
        if mine is None:
            own.rows.append(mine := rows.setdefault(row[0].strip(), []))
        mine += [""] * (len(own.header) - len(mine))
        for place, cell in zip(places, row, strict=False):
            mine[place] = mine[place] or cell


def _is_written(exercise: ExerciseResult) -> bool:
    return exercise.kind == "written"


def _enter(result: SubmissionResult, cells: dict[str, str], warnings: list[str]) -> bool:
    """Set the marks of one result; say whether anything is another than before."""
    before = result.to_json()
    for exercise in filter(_is_written, result.exercises):
        mark = _mark(cells.get(exercise.id, ""), exercise, result.student, warnings)
        exercise.score = mark or 0.0
        exercise.note = cells.get(exercise.id + _REMARK, "") if mark is not None else ""
        if mark is None:
            exercise.status = "needs_manual_grading"
        else:
            exercise.status = "passed" if mark >= exercise.max_score else "partial" if mark else "failed"
    result.score = sum(exercise.score for exercise in result.exercises)
    return result.to_json() != before


def _mark(cell: str, exercise: ExerciseResult, student: str, warnings: list[str]) -> float | None:
    if not cell:
        return None
    where = f"{FILE}, {one_line(student, 60)}, {exercise.id}"
    try:
        mark = float(cell.replace(",", "."))
    except ValueError:
        mark = float("nan")
    if not 0 <= mark <= exercise.max_score:
        warnings.append(
            f"{where}: {one_line(cell, 40)} is no mark from 0 to {points(exercise.max_score)}; the answer still waits"
        )
        return None
    return mark


def _read(path: Path) -> _Table | None:
    """The table, an empty one where there is none yet, None where the file there is something else."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _Table([_STUDENT], [])
    except OSError:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    table, delimiter = csv_rows(text)
    rows = [row for row in table if any(row)]
    if not rows or rows[0][0].strip() != _STUDENT:
        return None
    return _Table([cell.strip() for cell in rows[0]], rows[1:], delimiter)


def _extend(path: Path, table: _Table, results: Sequence[SubmissionResult]) -> None:
    """Add rows and columns that are missing; write nothing where none is."""
    header = table.header + [heading for heading in _headings(results) if heading not in table.header]
    cells = dict.fromkeys(_cell(result.student) for result in results)
    exact = {row[0] for row in table.rows if row}
    known = exact | {cell.strip() for cell in exact if cell not in cells}
    students = dict.fromkeys(result.student for result in results if not {_cell(result.student), result.student} & known)
    if header == table.header and not students and path.exists():
        return
    rows = [row + [""] * (len(header) - len(row)) for row in table.rows]
    rows += [[name] + [""] * (len(header) - 1) for name in dict.fromkeys(map(_cell, students))]
    write_atomically(path, csv_text([header, *rows], table.delimiter))


def _headings(results: Sequence[SubmissionResult]) -> Iterator[str]:
    for key in dict.fromkeys(one.id for result in results for one in result.exercises if _is_written(one)):
        yield key
        yield key + _REMARK


def _cell(student: str) -> str:
    return shown(printable(student, keep=""))
