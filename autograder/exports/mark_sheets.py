"""Mark sheets: the marks of a class as the CSV files that Canvas and Moodle import.

With a class list the sheet *is* that list: same columns, rows, order, delimiter and line ends, our columns filled in or
added at its end; the platform's read-only columns stay, because importing ignores them. Without one it is made from what
is known about the students.

What a spreadsheet would run as a formula is shown instead (see :mod:`autograder.results.spreadsheet`): names, sections and
other text that students can choose. Three kinds of cells are left as they are:

* identifying columns of a class list, because the platform has to recognise them letter by letter; they are its own.
  Ids that come from nowhere but the name of a submission have no such right and are made safe;
* Canvas's columns after ``Section`` and Moodle's feedback columns: teachers wrote them, and importing would change them;
* numbers, so ``-1.5`` stays one.

No mark disappears silently: what has no cell to go to is in :attr:`MarkSheet.lost`, what was left alone is remarked on.
A cell of a student without a mark keeps what the platform had in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.errors import UsageError
from autograder.exports.mark_columns import column_of, new_column, other_points
from autograder.exports.marks import AssignmentMarks, ClassMarks
from autograder.exports.roster import IDENTIFYING, ClassList
from autograder.exports.roster_layouts import in_layout, list_of
from autograder.exports.roster_matching import Matching, match
from autograder.plaintext import one_line, short_name
from autograder.results.spreadsheet import csv_text, exact, runs_as_formula, shown

_NO_GRADE = frozenset({"", "-"})
_REFUSED = {"EX": "is excused", "N/A": "is not assigned this"}
"""What Canvas writes where it takes no mark."""

_MEANS = {"canvas": "which Canvas takes for a new assignment", "moodle": "which Moodle asks about when it imports"}
"""What a column that the platform does not know leads to there."""


@dataclass
class MarkSheet:
    """A sheet ready to be written, and what the person who writes it should know."""

    text: str = ""
    remarks: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Marks that are not in the sheet, one line each."""


def mark_sheet(format: str, marks: ClassMarks, roster: ClassList | None, missing_as_zero: bool = False) -> MarkSheet:
    """Write the marks of a class into a sheet.

    Args:
        format: ``canvas``, ``moodle``, or ``csv`` for the class list with a column per assignment.
        marks: the marks.
        roster: the class list, which is changed; None to make one.
        missing_as_zero: whether students without a submission get 0 instead of an empty cell.

    Raises:
        UsageError: it cannot be told which column of the class list is meant.
    """
    sheet = MarkSheet(remarks=marks.reminders())
    if roster is None:
        base, matching = list_of(marks.people.values())
    else:
        base, matching = roster, match(marks.people.values(), roster)
    if format in ("canvas", "moodle"):
        base, moved = in_layout(base, format)
        matching = matching.moved(moved)
    if base.is_worksheet and len(marks.assignments) > 1:
        told = f"is the grading worksheet of one assignment, and there are marks of {len(marks.assignments)}"
        raise UsageError(told, str(base.path), "name the assignment with --assignment")
    _make_ids_safe(base, sheet, trusted=roster is not None)
    _make_text_safe(base)
    for assignment in marks.assignments:
        _Column(base, assignment, matching, sheet, roster is not None).fill(missing_as_zero)
    sheet.text = ("\ufeff" if base.has_bom else "") + csv_text([base.header, *base.rows], base.delimiter, base.line_end)
    return sheet


def _as_written(base: ClassList, score: float) -> str:
    return exact(score).replace(".", ",") if base.has_decimal_commas else exact(score)


def _make_ids_safe(base: ClassList, sheet: MarkSheet, trusted: bool) -> None:
    """Point out ids that would run as a formula; change them where no platform will look for them."""
    for role in (role for role in IDENTIFYING if role in base.columns):
        for row in (row for row in base.students if runs_as_formula(base.cell(row, role))):
            cell = base.cell(row, role)
            if trusted:
                told = "would run as a formula; it stays as it is, because it identifies a student"
            else:
                base.rows[row][base.columns[role]] = shown(cell)
                told = "would run as a formula and got an apostrophe; give the platform's class list with --roster"
            sheet.remarks.append(f"{short_name(cell)} {told}")


def _make_text_safe(base: ClassList) -> None:
    kept = {base.columns[role] for role in IDENTIFYING if role in base.columns}
    end = base.columns["section"] + 1 if base.layout == "canvas" else len(base.header)
    columns = [n for n in range(end) if n not in kept and "feedback" not in base.header[n].casefold()]
    for row in base.students:
        for column in columns:
            base.rows[row][column] = shown(base.rows[row][column])


@dataclass
class _Column:
    """One assignment on its way into a sheet."""

    base: ClassList
    assignment: AssignmentMarks
    matching: Matching
    sheet: MarkSheet
    given: bool
    """Whether the class list came from the platform."""

    def fill(self, missing_as_zero: bool) -> None:
        """Write every mark into its cell and say what could not be written."""
        column = self._find()
        given = self._by_row()
        working = {self.matching.rows.get(student) for student in self.assignment.ungraded}
        kept = empty = 0
        for row in self.base.students:
            cell = self.base.rows[row][column].strip()
            if row in given:
                self._write(row, column, *given[row])
            elif cell not in _NO_GRADE:
                kept += cell not in _REFUSED
            elif row not in working:
                empty += 1
                self.base.rows[row][column] = "0" if missing_as_zero else cell
        self._say(kept, empty, "got 0" if missing_as_zero else "left empty")

    def _find(self) -> int:
        column = column_of(self.base, self.assignment)
        if column is None:
            if self.given and self.base.layout in _MEANS:
                remedy = f'--assignment "{self.assignment.name}=TITLE" names one of the list\'s'
                self._remark(
                    f"{self.base.path.name} has no such column; a new one is added, {_MEANS[self.base.layout]} ({remedy})"
                )
            return new_column(self.base, self.assignment)
        other = other_points(self.base, self.assignment, column)
        if other:
            ours = exact(self.assignment.max_score)
            self._remark(f"the class list has {one_line(other, 40)} points possible, the marks are out of {ours}")
        return column

    def _by_row(self) -> dict[int, tuple[str, float]]:
        """Student and score for each row; marks without a row of their own are lost."""
        claims: dict[int, list[str]] = {}
        for student in self.assignment.marks:
            if student in self.matching.rows:
                claims.setdefault(self.matching.rows[student], []).append(student)
            else:
                self._lose(student, self.matching.problems[student])
        for row in [row for row, students in claims.items() if len(students) > 1]:
            names = " and ".join(short_name(student) for student in claims[row])
            for student in claims.pop(row):
                self._lose(student, f"shares line {self.base.lines[row]} of {self.base.path.name}: {names}")
        return {row: (students[0], self.assignment.marks[students[0]].score) for row, students in claims.items()}

    def _write(self, row: int, column: int, student: str, score: float) -> None:
        refused = _REFUSED.get(self.base.rows[row][column].strip().upper()) if self.base.layout == "canvas" else None
        if refused:
            self._lose(student, f"{refused} in {self.base.path.name}")
        else:
            self.base.rows[row][column] = _as_written(self.base, score)

    def _lose(self, student: str, why: str) -> None:
        score = f"{exact(self.assignment.marks[student].score)} of {exact(self.assignment.max_score)}"
        self.sheet.lost.append(f"{self.assignment.name}: {short_name(student)} ({score} points) {why}")

    def _say(self, kept: int, empty: int, filled: str) -> None:
        if empty:
            self._remark(f"{empty} of {len(self.base.students)} students have no mark: {filled}")
        if kept:
            self._remark(f"{kept} marks that only the class list has were kept")

    def _remark(self, text: str) -> None:
        self.sheet.remarks.append(f"{self.assignment.name}: {text}")
