"""What the package relies on in other libraries' private names, one check for a row of `private_names.NAMES` or for two."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import logging
import multiprocessing.util
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


def found(name: str) -> Any:
    """What a dotted name stands for: a module, or something in one."""
    parts = name.split(".")
    for number in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:number]))
        except ImportError:
            continue
        for part in parts[number:]:
            thing = getattr(thing, part)
        return thing
    raise ImportError(name)


def frame_of_the_caller() -> None:
    """The number counts callers."""
    assert sys._getframe(0).f_code.co_name == "frame_of_the_caller"
    assert "__file__" in sys._getframe(1).f_globals


def locks_of_loggers() -> None:
    """A collection of handlers that can be emptied."""
    handler = logging.StreamHandler()
    kept = found("logging._at_fork_reinit_lock_weakset")
    assert handler in kept or handler.lock in kept
    assert callable(kept.clear)


def processes_of_a_pool() -> None:
    """Processes by pid, none before the first job."""
    with ProcessPoolExecutor(1) as pool:
        assert not pool._processes
        pool.submit(abs, -1).result()
        assert [process.pid for process in pool._processes.values()] == list(pool._processes)
        assert all(callable(process.join) for process in pool._processes.values())


def folder_of_sockets() -> None:
    """What stands there is what `multiprocessing` uses."""
    config = multiprocessing.current_process()._config
    before = config.get("tempdir")
    config["tempdir"] = "/somewhere"
    try:
        assert multiprocessing.util.get_temp_dir() == "/somewhere"
    finally:
        config["tempdir"] = before


def function_modes() -> None:
    """Counted, and taken off one by one."""
    import torch
    from torch.overrides import BaseTorchFunctionMode

    before = torch._C._len_torch_function_stack()
    mode = BaseTorchFunctionMode()
    mode.__enter__()
    assert torch._C._len_torch_function_stack() == before + 1
    assert torch._C._pop_torch_function_stack() is mode
    assert torch._C._len_torch_function_stack() == before


def dispatch_modes() -> None:
    """Counted, and taken off one by one."""
    from torch.utils import _python_dispatch as dispatch

    before = dispatch._len_torch_dispatch_stack()
    mode = dispatch.TorchDispatchMode()
    mode.__enter__()
    assert dispatch._len_torch_dispatch_stack() == before + 1
    assert dispatch._pop_mode() is mode
    assert dispatch._len_torch_dispatch_stack() == before


def print_options() -> None:
    """What is read can be set."""
    import torch
    from torch._tensor_str import get_printoptions

    before = get_printoptions()
    try:
        torch.set_printoptions(precision=7, sci_mode=False, linewidth=33)
        assert {"precision": 7, "sci_mode": False, "linewidth": 33}.items() <= get_printoptions().items()
    finally:
        torch.set_printoptions(**before)
    assert get_printoptions() == before


def local_constants() -> None:
    """A function without arguments is asked, and its answer may be empty: then no number of this module is drawn."""
    import hypothesis
    from hypothesis import strategies as st
    from hypothesis.internal.conjecture import providers

    from autograder.assessment.examples import draw_examples

    assert type(providers._get_local_constants()) is providers.Constants
    asked = []
    original = providers._get_local_constants
    providers._get_local_constants = lambda: asked.append(1) or original()  # type: ignore[assignment,func-returns-value]
    try:
        settings = hypothesis.settings(database=None, max_examples=100, derandomize=True)
        settings(hypothesis.given(st.integers())(lambda number: None))()
        assert asked
        asked.clear()
        draw_examples(settings(hypothesis.given(number=st.integers())(lambda number: None)), 1, frozenset())
        assert not asked
    finally:
        providers._get_local_constants = original


def seed_of_a_test() -> None:
    """The attribute by which a seed is known, and which may be put back to nothing."""
    import hypothesis
    from hypothesis import strategies as st

    test: Any = hypothesis.given(st.integers())(lambda number: None)
    assert getattr(test, "_hypothesis_internal_use_seed", None) is None
    hypothesis.seed(5)(test)
    assert test._hypothesis_internal_use_seed == 5


def usage_errors() -> None:
    """Every kind of wrong usage is one, and can be written as a line."""
    import typer

    from autograder.cli import _UsageMistake

    assert issubclass(typer.BadParameter, _UsageMistake)
    assert not issubclass(typer.Exit, _UsageMistake)
    assert not issubclass(typer.Abort, _UsageMistake)
    assert _UsageMistake.__name__ == "ClickException"
    assert _UsageMistake("what").format_message() == "what"  # type: ignore[attr-defined]


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


def pictures() -> None:
    """A picture that is not there stops nbconvert, but not this package; formulas stay text."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    from autograder.gradebook.safe_html import markdown2html

    plain = IPythonRenderer(escape=False, attachments={})
    try:
        plain._embed_image_or_attachment("attachment:gone.png")
    except Exception as error:
        assert type(error).__name__ == "InvalidNotebook"  # noqa: PT017
    else:
        raise AssertionError("the override is not needed any more")
    assert "$a_1*b*$" in MarkdownWithMath(renderer=plain).render("$a_1*b*$")
    assert "words" in markdown2html({}, "![x](attachment:gone.png) words")


def fonts() -> None:
    """The cache that Matplotlib has emptied in every fork."""
    from matplotlib import font_manager

    assert callable(font_manager._get_font.cache_clear)  # type: ignore[attr-defined]
