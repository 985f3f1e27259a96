"""The gradebook and the autograded notebooks of a class, opened once and filled with finished results.

Gives what ``nbgrader autograde`` gives with this package's steps. That opens the gradebook nine times for a submission and
reads and checks its notebook twice, which would cost more than grading.
"""

from __future__ import annotations

import contextlib
import glob
import logging
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.atomic import write_atomically
from autograder.course.course import Course
from autograder.course.notebook_cells import exercise_of, notebook_name
from autograder.course.outline import Outline
from autograder.errors import GraderError, UsageError
from autograder.exports.gradebook_marks import shown_place
from autograder.exports.gradebook_values import readable, told_in_one_line
from autograder.gradebook.assembly import assemble
from autograder.gradebook.configuration import find_alembic
from autograder.gradebook.late_work import enter_due
from autograder.gradebook.records import AnswerRecord, penalise, record
from autograder.gradebook.released_cells import read_blueprint
from autograder.gradebook.scoring import refuse_another_course, score_notebook
from autograder.gradebook.submitted_cells import read_work
from autograder.grading.options import GradeOptions
from autograder.results.graded import Graded

_DAMAGED = "mend that, or take a copy of the gradebook from before"


class ClassBook:
    """The gradebook of one assignment."""

    def __init__(self, root: Path, outline: Outline) -> None:
        """Read nbgrader's configuration and open the gradebook.

        Raises:
            UsageError: the gradebook does not know the assignment, or knows it as the course was before points changed.
        """
        from nbgrader.api import Gradebook, MissingEntry
        from nbgrader.converters import Autograde
        from nbgrader.preprocessors import AssignLatePenalties

        self.outline = outline
        self.notebook = notebook_name(outline.name)
        self._app = _application(root)
        self.course = self._app.coursedir
        self._converter = Autograde(coursedir=self.course, parent=self._app, force=True)
        self._penalties = AssignLatePenalties(parent=self._converter)
        self._penalties.init_plugin()
        find_alembic()
        with readable(self.place, _DAMAGED):
            self.gradebook = Gradebook(self.course.db_url, self.course.course_id)
            try:
                self.blueprint = read_blueprint(self.gradebook, outline.name, self.notebook, root)
            except MissingEntry:
                remedy = f"run `nbgrader generate_assignment {outline.name} --force`"
                raise UsageError("the gradebook does not know this assignment", outline.name, remedy) from None
            handed_in = bool(self.gradebook.find_notebook(self.notebook, outline.name).submissions)
        self.warnings = refuse_another_course(self.blueprint, Course(root).described(outline.name), handed_in=handed_in)

    @property
    def options(self) -> GradeOptions:
        """How the configuration wants submissions to be graded."""
        from autograder.gradebook.preprocessors import ExternalScores

        return ExternalScores(parent=self._converter).options

    @property
    def place(self) -> str:
        """The gradebook, as it may be printed."""
        return shown_place(self.course.db_url)

    @property
    def any_seed(self) -> bool:
        """Whether the configuration leaves the seed of hidden inputs open."""
        from autograder.gradebook.preprocessors import ExternalScores

        return ExternalScores(parent=self._converter).seed is None

    def close(self) -> None:
        """Close the gradebook."""
        self.gradebook.close()

    def submissions(self, students: Collection[str] = ()) -> dict[Path, str]:
        """The collected submissions, by folder, with the student's id; raises :class:`UsageError` for unknown students."""
        excluded = self.course.student_id_exclude.split(",")
        found = {path: student for path, student in self._collected() if student not in excluded}
        for student in students:
            if student not in found.values():
                where = self.course.format_path(self.course.submitted_directory, student, self.outline.name)
                raise UsageError("there is no submission", where, "see `ls submitted` for the students")
        return {path: student for path, student in found.items() if not students or student in students}

    def _collected(self) -> Iterator[tuple[Path, str]]:
        step, name = self.course.submitted_directory, self.outline.name
        pattern = re.compile(self.course.format_path(step, "(?P<student>.*)", re.escape(name), escape=True))
        for path in sorted(glob.glob(self.course.format_path(step, "*", name))):
            match = pattern.fullmatch(path)
            if match and os.path.isdir(path):
                yield Path(path), match["student"]

    def holds(self, student: str, scores: Mapping[str, float]) -> bool:
        """Whether the submission of that time is in the gradebook with these scores of exercises.

        A run that could not write them (points changed, a gradebook that was locked) leaves results that the gradebook has not.
        A submission that the gradebook has not, or with damaged values, is written anew.
        """
        try:
            with told_in_one_line(self.place, _DAMAGED):
                held = self._held(student) if self._holds_work(student) else None
                return held is not None and all(scores.get(key, score) == score for key, score in held.items())
        except (ValueError, TypeError):  # nbgrader's MissingEntry among them
            return False

    def _held(self, student: str) -> dict[str, float]:
        """The scores of exercises in the gradebook, without those that a person gives."""
        submitted = self.gradebook.find_submission_notebook(self.notebook, self.outline.name, student)
        cells = ((exercise_of(self.outline.name, grade.name), grade.auto_score) for grade in submitted.grades)
        return {cell[1]: score for cell, score in cells if cell and cell[0] == "points" and score is not None}

    def update_lateness(self, student: str) -> None:
        """Let due dates and penalties of a student whose scores stay be those of the policy as it is now."""
        enter_due(self.gradebook, self.outline.name)
        penalise(self.gradebook, self._penalties, self.outline.name, self.notebook, student)

    def _holds_work(self, student: str) -> bool:
        submitted, autograded = self._folders(student)
        if not (autograded / f"{self.notebook}.ipynb").is_file():
            return False
        try:
            return bool(self._timestamp(submitted) == self._timestamp(autograded))
        except UsageError:
            return False

    def write(self, student: str, graded: Graded) -> int:
        """Write one student's result into the gradebook and ``autograded/``; return how many answers wait for a person.

        Raises:
            GraderError: nothing was written, and the submission counts as not graded.
        """
        submitted, autograded = self._folders(student)
        work = read_work(submitted, self.outline.expected_files, self.notebook) or []
        notebook = assemble(work, self.blueprint)
        scores = score_notebook(notebook, self.blueprint, graded, self.outline.name)
        timestamp = self._timestamp(submitted)
        try:
            self._copy_files(student)
            self._enter(student, timestamp)
            _write_notebook(autograded / f"{self.notebook}.ipynb", notebook)
            answers = AnswerRecord(autograded)
            names = (self.outline.name, self.notebook, student)
            waiting = record(self.gradebook, *names, scores, changed=answers.changed(scores))
            answers.write(scores)
            enter_due(self.gradebook, self.outline.name)
            penalise(self.gradebook, self._penalties, *names)
            self._converter.set_permissions(self.outline.name, student)
        except BaseException:
            self.gradebook.db.rollback()
            shutil.rmtree(autograded, ignore_errors=True)
            raise
        finally:
            self.gradebook.db.remove()
        return waiting

    def _folders(self, student: str) -> tuple[Path, Path]:
        steps = (self.course.submitted_directory, self.course.autograded_directory)
        submitted, autograded = (Path(self.course.format_path(step, student, self.outline.name)) for step in steps)
        return submitted, autograded

    def _timestamp(self, folder: Path) -> Any:
        try:
            return self.course.get_existing_timestamp(str(folder))
        except (AttributeError, ValueError, OverflowError, OSError) as error:  # nbgrader itself stumbles over its message
            raise UsageError("holds no time", str(folder / "timestamp.txt"), "correct or remove that file") from error

    def _copy_files(self, student: str) -> None:
        """Everything beside notebooks: from the student, and over it from the instructor."""
        from nbgrader.converters.base import BaseConverter
        from nbgrader.utils import find_all_files

        name = self.outline.name
        self._converter.init_destination(name, student)
        BaseConverter.init_assignment(self._converter, name, student)
        source = self.course.format_path(self.course.source_directory, ".", name)
        kept = {os.path.join(source, path) for path in self._converter.exclude_overwriting.get(name, [])}
        target = self._folders(student)[1]
        target.mkdir(parents=True, exist_ok=True)
        for path in set(find_all_files(source, [*self.course.ignore, "*.ipynb"])) - kept:
            copy = target / os.path.relpath(path, source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copy(path, copy)

    def _enter(self, student: str, timestamp: Any) -> None:
        self.gradebook.update_or_create_student(student)
        when = {"timestamp": timestamp} if timestamp else {}
        self.gradebook.update_or_create_submission(self.outline.name, student, **when)


def _application(root: Path) -> Any:
    """nbgrader with the course's configuration, silent but for errors."""
    from nbgrader.apps.autogradeapp import AutogradeApp

    app = AutogradeApp()
    with contextlib.chdir(root):  # nbgrader looks for its configuration in the working folder
        app.initialize([], root=str(root))
    app.log.setLevel(logging.ERROR)
    return app


def _write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    from nbformat import from_dict
    from nbformat.v4 import writes

    if not notebook["cells"]:
        remedy = "run `nbgrader generate_assignment --force`"
        raise GraderError("the gradebook knows no cell of this notebook", path.name, remedy)
    write_atomically(path, str(writes(from_dict(notebook))) + "\n")
