"""What the package relies on in nbgrader's private names, one check for a row of `private_names.NAMES` or for two."""

from __future__ import annotations

import contextlib
import inspect
import logging
import tempfile
from pathlib import Path
from typing import Any


def autograde_app() -> None:
    """Started with a root, it has a course folder and a log."""
    from nbgrader.apps.autogradeapp import AutogradeApp

    with tempfile.TemporaryDirectory() as folder:
        app = AutogradeApp()
        with contextlib.chdir(folder):
            app.initialize([], root=folder)
        assert Path(app.coursedir.format_path("submitted", "kim", "vae")) == Path(folder).resolve() / "submitted/kim/vae"
        for name in ("db_url", "course_id", "ignore", "submitted_directory", "autograded_directory", "source_directory"):
            assert hasattr(app.coursedir, name), name
        assert callable(app.coursedir.get_existing_timestamp)


def autograde() -> None:
    """Prepares the folder of one student's submission."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import BaseConverter

    assert issubclass(Autograde, BaseConverter)
    assert list(inspect.signature(Autograde.init_destination).parameters) == ["self", "assignment_id", "student_id"]
    assert list(inspect.signature(BaseConverter.init_assignment).parameters) == ["self", "assignment_id", "student_id"]
    assert Autograde.class_traits()["exclude_overwriting"].default() == {}
    assert {"sanitize_preprocessors", "autograde_preprocessors", "exporter_class"} <= set(Autograde.class_traits())


def sanitizing() -> None:
    """True during the first conversion, false during the second; the exporter's parent is the converter."""
    from nbgrader.converters import Autograde

    source = inspect.getsource(Autograde)
    assert source.index("self._sanitizing = True") < source.index("self._sanitizing = False")
    assert "parent=self" in inspect.getsource(Autograde.__mro__[1])


def generate_assignment() -> None:
    """Its steps are the default of a trait, and the solutions are cleared by one of them."""
    from nbgrader import preprocessors
    from nbgrader.converters import GenerateAssignment

    assert preprocessors.ClearSolutions in GenerateAssignment.class_traits()["preprocessors"].default()


def course_directory() -> None:
    """Made from a configuration, in any folder."""
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    with tempfile.TemporaryDirectory() as folder:
        course = CourseDirectory(config=Config({"CourseDirectory": {"root": folder}}))
        assert course.root == folder


def collector() -> None:
    """Everything is copied by one method."""
    from nbgrader.exchange.default import ExchangeCollect

    assert list(inspect.signature(ExchangeCollect.do_copy).parameters)[:3] == ["self", "src", "dest"]
    assert "self.do_copy(" in inspect.getsource(ExchangeCollect)
    assert callable(ExchangeCollect.get_size)
    assert callable(ExchangeCollect.set_perms)


def feedback_release() -> None:
    """All pages by one method, which leaves out the students that it is told of."""
    from nbgrader.exchange.default import ExchangeReleaseFeedback

    source = inspect.getsource(ExchangeReleaseFeedback.copy_files)
    for part in ("student_id_exclude.split(',')", "self.src_path", "timestamp.txt", "submission_secret.txt"):
        assert part in source


def late_penalty() -> None:
    """Between nothing and the score."""
    from types import SimpleNamespace

    from nbgrader.preprocessors import AssignLatePenalties

    penalties = AssignLatePenalties()
    penalties.init_plugin()
    assert callable(penalties.plugin_inst.late_submission_penalty)
    penalties.log.setLevel(logging.CRITICAL)
    submission = SimpleNamespace(score=5.0)
    assert [penalties._check_late_penalty(submission, penalty) for penalty in (-1, 2, 7)] == [0, 2, 5.0]


def solution_region() -> None:
    """Replaces the lines between the markers, and says whether there were any."""
    from nbformat.v4 import new_code_cell
    from nbgrader.preprocessors import ClearSolutions

    cell = new_code_cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION")
    assert ClearSolutions()._replace_solution_region(cell, "python")
    assert "x = 1" not in cell.source
    assert "raise NotImplementedError()" in cell.source
    assert not ClearSolutions()._replace_solution_region(new_code_cell("x = 1"), "python")


def mark_scheme() -> None:
    """Takes out the lines between the markers."""
    from nbformat.v4 import new_markdown_cell
    from nbgrader.preprocessors import ClearMarkScheme

    cell = new_markdown_cell("before\n### BEGIN MARK SCHEME\nsecret\n### END MARK SCHEME\nafter")
    assert ClearMarkScheme()._remove_mark_scheme_region(cell)
    assert cell.source == "before\nafter"


def captured_log() -> None:
    """A failure is said, with its reason."""
    from types import SimpleNamespace

    from nbgrader.utils import capture_log

    def fail() -> None:
        raise RuntimeError("the reason")

    logger = logging.getLogger("captured")
    logger.propagate = False
    done = capture_log(SimpleNamespace(log=logger, start=fail))
    assert done["success"] is False
    assert "the reason" in done["error"]
    assert capture_log(SimpleNamespace(log=logger, start=lambda: None))["success"] is True


def found_files() -> None:
    """Paths of files, but for those whose names fit."""
    from nbgrader.utils import find_all_files

    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.csv", "b.ipynb"):
            (Path(folder) / name).touch()
        assert [Path(path).name for path in find_all_files(folder, ["*.ipynb"])] == ["a.csv"]


def locked_cells() -> None:
    """What is no answer is locked."""
    from nbformat.v4 import new_code_cell
    from nbgrader.utils import is_locked

    def cell(**metadata: Any) -> Any:
        return new_code_cell("x", metadata={"nbgrader": {"grade": False, "solution": False, "locked": False, **metadata}})

    assert not is_locked(cell(solution=True))
    assert is_locked(cell(grade=True))
    assert is_locked(cell(locked=True))
    assert not is_locked(new_code_cell("x"))
