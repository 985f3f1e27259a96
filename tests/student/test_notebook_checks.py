"""Check cells: cut from the visible checks, run on what the notebook defines."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_course import load_course
from tiny_course_files import PIECES, VISIBLE_PIECES, WHOLE

from autograder.course.assignment import Assignment
from autograder.errors import GraderError
from autograder.release.check_cells import check_cell, points_cell
from autograder.student.limits import TimedSession
from autograder.student.notebook_checks import VisibleChecksFailed, require_visible_checks

Namespace = dict[str, Any]


def cell(assignment: Assignment, key: str) -> str:
    """The source of an exercise's check cell."""
    source = check_cell(assignment, assignment.exercise(key))
    assert source is not None
    return source


def solved() -> Namespace:
    """A notebook's namespace with the right answers in it."""
    namespace: Namespace = {}
    exec(PIECES, namespace)
    exec(WHOLE.replace("from pieces import jitter, shift", ""), namespace)
    return namespace


def run(source: str, namespace: Namespace) -> None:
    """Run a cell."""
    exec(compile(source, "cell", "exec", dont_inherit=True), namespace)


def test_right_answers_pass(tiny: Assignment, capsys: pytest.CaptureFixture[str]) -> None:
    """With a tick for every check; the graded cell agrees."""
    for exercise in tiny.exercises:
        run(cell(tiny, exercise.key), namespace := solved())
        assert "✓" in capsys.readouterr().out
        run(points_cell(exercise, "1 point", checked=True), namespace)


def test_small_modules_lie_beside_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A visible check may use them where `toys.py` was handed out with the notebook; without it that is said."""
    monkeypatch.chdir(tmp_path)
    assignment = load_course(tmp_path)
    visible = assignment.folder / "visible" / "test_pieces.py"
    visible.write_text(visible.read_text().replace("table = torch", 'candidate.toy("Toy")\n    table = torch'))
    source = cell(assignment, "pieces.double")
    run(source, solved())
    assert "toys.py" in capsys.readouterr().out
    (tmp_path / "toys.py").write_text("class Toy: ...\n")
    run(source, solved())
    assert "✓" in capsys.readouterr().out


def test_the_present_definitions_are_looked_at(tiny: Assignment, capsys: pytest.CaptureFixture[str]) -> None:
    """Also by functions that build on what was run again; then the cell passes."""
    namespace = solved()
    exec("def double(x):\n    return 3 * x", namespace)
    run(cell(tiny, "pieces.shift"), namespace)
    out = capsys.readouterr().out
    assert "shift: 1 of 1 visible checks failed (gives known values)" in out
    with pytest.raises(VisibleChecksFailed, match=r"shift: 1 of 1 .* \(gives known values\)") as failure:
        require_visible_checks("pieces.shift")
    assert "got 9, expected 7" in out
    assert "x = tensor([1., 2.])" in out
    assert failure.value._render_traceback_() == [str(failure.value)]
    exec("def double(x):\n    return 2 * x", namespace)
    run(cell(tiny, "pieces.shift"), namespace)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def double(x):\n    raise NotImplementedError()", "not implemented yet"),
        ("", "not implemented yet"),
        ("def duoble(x):\n    return 2 * x", "the notebook has no double (did you mean duoble?)"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    tiny: Assignment, code: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stub, no definition at all, a misspelt one: the cell goes on, and only the graded one raises."""
    namespace: Namespace = {}
    exec(code, namespace)
    run(cell(tiny, "pieces.double"), namespace)
    assert capsys.readouterr().out == f"pieces.double: {told}\n"
    with pytest.raises(AssertionError) as raised:
        require_visible_checks("pieces.double")
    assert str(raised.value) == f"pieces.double: {told}"


def test_an_endless_loop_is_stopped_and_told(
    tiny: Assignment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that catches everything; the checks after it are not run."""
    monkeypatch.setattr("autograder.student.check_work.TimedSession", _hasty(0.2))
    namespace = solved()
    exec("def double(x):\n    while True:\n        try:\n            while True: pass\n        except: pass", namespace)
    run(cell(tiny, "pieces.double"), namespace)
    assert "does it come to an end?" in capsys.readouterr().out


def _hasty(seconds: float) -> type[TimedSession]:
    class Hasty(TimedSession):
        def limit(self, _: float) -> None:
            super().limit(seconds)

    return Hasty


def test_noise_costs_nothing_and_leaves_nothing(tiny: Assignment) -> None:
    """Prints and warnings are no failure, random numbers go on as before, and the checks' own names stay away."""
    namespace = solved()
    exec("import warnings\ndef double(x):\n    print('x')\n    warnings.warn('y')\n    return 2 * x", namespace)
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    before = (torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate())
    names = set(namespace)
    with warnings.catch_warnings(record=True):
        run(cell(tiny, "pieces.double"), namespace)
        run(cell(tiny, "pieces.jitter"), namespace)
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1:] == (np.random.get_state()[1].tolist(), random.getstate())
    assert set(namespace) - names <= {"visible_checks", "_visible", "__warningregistry__"}


def test_a_cell_holds_what_its_checks_need_and_no_more(tiny: Assignment) -> None:
    """The checks of other exercises, their helpers and imports stay out."""
    source = cell(tiny, "pieces.jitter")
    assert "test_jitter_shape" in source
    assert "double" not in source
    assert "assert_close" not in source
    assert source.splitlines()[0].startswith("# Visible checks of pieces.jitter")


def test_helpers_come_along(tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions and constants, through other helpers, in their order."""
    path = tiny.folder / "visible" / "test_pieces.py"
    helpers = 'SIZE = 2\nUNUSED = 3\n\n\ndef size():\n    """Size."""\n    return SIZE\n\n\n'
    changed = VISIBLE_PIECES.replace('@check("jitter"', helpers + '@check("jitter"')
    changed = changed.replace("torch.ones(2, 3)", "torch.ones(size(), 3)")
    path.write_text(changed)
    try:
        source = cell(tiny, "pieces.jitter")
        assert source.index("SIZE = 2") < source.index("def size():") < source.index("def test_jitter_shape")
        assert "UNUSED" not in source
        run(source, solved())
        path.write_text(changed.replace("SIZE = 2", 'SIZE = len("""a\nb""") - 1'))
        with pytest.raises(GraderError, match="text over several lines"):
            cell(tiny, "pieces.jitter")
    finally:
        path.write_text(VISIBLE_PIECES)


def test_checks_that_were_not_run_do_not_count_as_passed() -> None:
    """The graded cell says what to do."""
    with pytest.raises(AssertionError, match="run the cell"):
        require_visible_checks("nobody.ran_this")
