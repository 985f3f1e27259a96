"""What replaces nbgrader's own steps: cells put in order, scores from the isolated grader, rubrics kept from students."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearMarkScheme, NbGraderPreprocessor
from nbgrader.utils import is_locked
from traitlets import Enum, Float, Integer, List, Unicode

from autograder.course.course import Course
from autograder.course.location import find_root
from autograder.errors import AutograderError, GraderError
from autograder.gradebook.assembly import assemble
from autograder.gradebook.records import AnswerRecord, record, withdraw
from autograder.gradebook.released_cells import read_blueprint
from autograder.gradebook.scoring import refuse_another_course, score_notebook
from autograder.gradebook.submission_exporter import work_of
from autograder.grading.options import GradeOptions, Isolation, Training, seed_of_this_process
from autograder.grading.standby import grade_standing_by

Converted = tuple[NotebookNode, Any]


class RestoreCells(NbGraderPreprocessor):
    """Replaces nbgrader's clean-up of submitted notebooks, which stops at forged metadata and loses moved cells."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> Converted:
        """Return the notebook with every released cell exactly once."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            blueprint = read_blueprint(gradebook, names["assignment"], names["notebook"], find_root())
        return from_dict(assemble(work_of(nb), blueprint)), resources


class ExternalScores(NbGraderPreprocessor):
    """Replaces nbgrader's ``Execute`` and ``SaveAutoGrades``: no kernel is started, the isolated grader decides."""

    isolation = Enum(get_args(Isolation), default_value=GradeOptions.isolation, help="as `autograder grade --isolation`").tag(
        config=True
    )
    seed = Integer(None, allow_none=True, help="seed of hidden inputs; None: a secret one for each run").tag(config=True)
    time_limit = Float(GradeOptions.time_limit, help="seconds per check").tag(config=True)
    training = Enum(("with", "without"), default_value="with", help="whether training tasks run").tag(config=True)
    data = Unicode("", help="folder of data sets; empty: AUTOGRADER_DATA, else a download").tag(config=True)
    memory_limit = Integer(GradeOptions.memory_limit_mb, help="megabytes per worker").tag(config=True)

    @property
    def options(self) -> GradeOptions:
        """The options as the grader takes them."""
        isolation = cast(Isolation, self.isolation)
        seed = seed_of_this_process() if self.seed is None else self.seed
        data = Path(self.data) if self.data else None
        training = cast(Training, self.training)
        return GradeOptions(seed, (), isolation, self.time_limit, self.memory_limit, training=training, data=data)

    def preprocess(self, nb: NotebookNode, resources: Any) -> Converted:
        """Grade the submitted folder, write outputs into the notebook and scores into the gradebook."""
        names = resources["nbgrader"]
        assignment, notebook, student = names["assignment"], names["notebook"], names["student"]
        submitted, autograded = self._folders(student, assignment)
        root = find_root()
        try:
            upcoming = self._upcoming(submitted)
            with Gradebook(names["db_url"]) as gradebook:
                blueprint = read_blueprint(gradebook, assignment, notebook, root)
            for line in refuse_another_course(blueprint, Course(root).described(assignment), handed_in=True):
                self.log.warning("%s", line)
            graded = grade_standing_by(assignment, self.options, root, submitted, student, upcoming)
            with Gradebook(names["db_url"]) as gradebook:
                scores = score_notebook(nb, blueprint, graded, assignment)
                answers = AnswerRecord(autograded)
                record(gradebook, assignment, notebook, student, scores, changed=answers.changed(scores))
                answers.write(scores)
        except GraderError:
            self._withdraw(names, submitted / f"{notebook}.ipynb")
            raise
        except AutograderError as error:
            raise GraderError(error.message, error.where, error.remedy) from None
        return from_dict(nb), resources

    def _upcoming(self, submitted: Path) -> list[tuple[Path, str]]:
        """The submissions that this run of nbgrader will come to after this one, as far as that can be told."""
        converter = self.parent.parent
        later = [Path(path) for path in sorted(converter.assignments) if path > str(submitted)]
        new = [path for path in later if converter.force or not self._folders(path.parent.name, path.name)[1].exists()]
        return [(path, path.parent.name) for path in new]

    def _folders(self, student: str, assignment: str) -> tuple[Path, Path]:
        course = self.parent.parent.coursedir
        steps = (course.submitted_directory, course.autograded_directory)
        submitted, autograded = (Path(course.format_path(step, student, assignment)) for step in steps)
        return submitted, autograded

    def _withdraw(self, names: dict[str, str], path: Path) -> None:
        """Take back the zeros that nbgrader gives at once where a notebook of the released name is missing."""
        if not path.exists():
            with Gradebook(names["db_url"]) as gradebook:
                withdraw(gradebook, names["assignment"], names["notebook"], names["student"])


class ClearRubrics(ClearMarkScheme):
    """Takes the marking schemes out of feedback; text of the student's is not looked at."""

    display_data_priority = List(NbGraderPreprocessor.display_data_priority.default_args[0]).tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, cell_index: int) -> Converted:
        """Clear a cell if it is the course's."""
        if is_locked(cell) or cell.metadata.get("nbgrader", {}).get("task"):
            self._remove_mark_scheme_region(cell)
        return cell, resources
