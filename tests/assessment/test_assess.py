"""Assessment: a mistake is charged once, where it was made, locally and behind walls alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from tiny_course import pieces, right_answers, whole
from tiny_course_files import PIECES

from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.exercise_results import exercise_result
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment
from autograder.diagnosis.catalogue import catalogue
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.subjects import IsolatedSubmission, LoadedModules, Subject

Assess = Callable[[dict[str, bytes]], dict[str, Assessed]]

FULL = {"double": 4.0, "shift": 4.0, "jitter": 2.0, "total": 5.0, "Scale": 2.0}


@pytest.fixture(params=["local", "isolated"])
def assessed(request: pytest.FixtureRequest, tiny: Assignment) -> Assess:
    """Return a function that assesses files in this process, or in locked workers."""

    def run(files: dict[str, bytes]) -> dict[str, Assessed]:
        subject: Subject = LoadedModules(tiny, files)
        if request.param == "isolated":
            sandbox: ZygoteHost = request.getfixturevalue("warm_sandbox")
            subject = IsolatedSubmission(tiny, files, sandbox)
        found = assess(tiny, tiny.exercises, subject, RunOptions(), catalogue(tiny))
        return {one.exercise.name: one for one in found}

    return run


def scores(found: dict[str, Assessed]) -> dict[str, float]:
    """Points by exercise."""
    return {name: one.score for name, one in found.items()}


def statuses(found: dict[str, Assessed], name: str) -> dict[str, str]:
    """Statuses of one exercise's checks."""
    return {outcome.check.name: outcome.status for outcome in found[name].outcomes}


def test_right_answers_get_everything(assessed: Assess) -> None:
    """No diagnosis, no note."""
    found = assessed(right_answers())
    assert scores(found) == FULL
    assert not any(one.diagnosis or one.note for one in found.values())


def test_a_wrong_piece_costs_its_own_points_only(assessed: Assess) -> None:
    """What builds on it, directly or not, is checked again with a correct version, which the note says."""
    found = assessed(right_answers(pieces=pieces(double="3 * x")))
    assert scores(found) == {**FULL, "double": 1.0 if found["double"].score else 0.0}
    assert found["double"].score == 0.0
    assert "correct version of double" in found["shift"].note
    assert "double" in found["total"].note
    assert not found["jitter"].note


def test_a_wrong_random_piece_is_replaced_by_one_that_draws_from_the_same_seed(assessed: Assess) -> None:
    """The substitute continues the candidate's own random state, call by call."""
    found = assessed(right_answers(pieces=pieces(jitter="0 * x")))
    assert scores(found) == {**FULL, "jitter": 0.0}


def test_what_the_grader_drew_before_does_not_matter(assessed: Assess) -> None:
    """A substitute's numbers come from the candidate's state, not from the grader's."""
    noisy = whole(total="shift(jitter(x) + torch.rand(1)).sum(-1)")
    files = right_answers(pieces=pieces(jitter="0 * x"), whole=noisy)
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        results.append([exercise_result(one) for one in assessed(files).values()])
    assert results[0] == results[1]


def test_a_missing_piece_is_charged_once(assessed: Assess) -> None:
    """A function that was never written."""
    without = PIECES.replace("def shift", "def other")
    found = assessed(right_answers(pieces=without))
    assert scores(found) == {**FULL, "shift": 0.0}
    assert set(statuses(found, "shift").values()) == {"missing"}


def test_raising_pieces_are_charged_once(assessed: Assess) -> None:
    """Pieces that raise."""
    found = assessed(right_answers(pieces=pieces(double="int(x)", shift="int(x)")))
    assert scores(found) == {**FULL, "double": 0.0, "shift": 0.0}
    assert "error" in statuses(found, "double").values()


def test_a_piece_in_a_file_with_a_syntax_error_is_charged_once(assessed: Assess) -> None:
    """The whole file is lost, the file that imports it is not."""
    found = assessed(right_answers(pieces="def double(x:\n"))
    assert scores(found) == {**FULL, "double": 0.0, "shift": 0.0, "jitter": 0.0}
    assert set(statuses(found, "double").values()) == {"error"}


def test_a_missing_file_is_charged_once(assessed: Assess) -> None:
    """The same with a file that was not handed in."""
    files = right_answers()
    del files["pieces.py"]
    found = assessed(files)
    assert scores(found) == {**FULL, "double": 0.0, "shift": 0.0, "jitter": 0.0}


def test_a_mistake_of_ones_own_is_charged_beside_a_wrong_piece(assessed: Assess) -> None:
    """The correct piece does not mend what is wrong around it."""
    files = right_answers(pieces=pieces(double="3 * x", shift="double(x) - by"), whole=whole(total="shift(x).sum(0)"))
    found = assessed(files)
    assert scores(found) == {**FULL, "double": 0.0, "shift": 0.0, "total": 0.0}


def test_a_wrong_piece_does_not_excuse_code_that_never_used_it(assessed: Assess) -> None:
    """`total` with a formula of its own is judged by that formula."""
    own = whole(total="(2 * (jitter(x) if noisy else x) + 1).sum(-1)")
    assert scores(assessed(right_answers(pieces=pieces(shift="x"), whole=own))) == {**FULL, "shift": 0.0}


def test_a_renamed_import_is_replaced_too(assessed: Assess) -> None:
    """``from pieces import shift as move`` and ``import pieces as p``."""
    renamed = whole(total="move(p.jitter(x) if noisy else x).sum(-1)")
    imports = "import pieces as p\nfrom pieces import shift as move"
    renamed = renamed.replace("from pieces import jitter, shift", imports)
    files = right_answers(pieces=pieces(double="3 * x"), whole=renamed)
    assert scores(assessed(files))["total"] == 5.0


def test_nothing_without_a_value_check(assessed: Assess) -> None:
    """Zeros of the right shape, left unmodified, earn nothing; the result says why."""
    found = assessed(right_answers(pieces=pieces(double="0 * x")))
    assert statuses(found, "double")["purity"] == "passed"
    assert found["double"].score == 0.0
    result = exercise_result(found["double"])
    assert result.status == "failed"
    assert "none of the checks of its values passed" in result.note


def test_partial_points(assessed: Assess) -> None:
    """Right values, but the argument is overwritten."""
    found = assessed(right_answers(pieces=pieces(double="x.mul_(2)")))
    assert found["double"].score == 3.0
    assert exercise_result(found["double"]).status == "partial"
    assert found["double"].diagnosis[0].misconception == "input_modified_in_place"


def test_the_misconception_is_named(assessed: Assess) -> None:
    """Exactly, with the instructor's hint."""
    (first, *others) = assessed(right_answers(pieces=pieces(double="x ** 2")))["double"].diagnosis
    assert (first.misconception, first.confidence, first.hint) == ("squared", "exact", "What do you get for x = 3?")
    assert not others


def test_nothing_is_diagnosed_where_nothing_runs(assessed: Assess) -> None:
    """A stub has no misconception."""
    stub = PIECES.replace("return doubled_with_a_secret_name", "raise NotImplementedError()")
    found = assessed(right_answers(pieces=stub))
    assert not found["double"].diagnosis
    assert exercise_result(found["double"]).status == "missing"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "complex64", "int64", "bool", "uint8"])
def test_results_of_any_dtype_are_judged(assessed: Assess, dtype: str) -> None:
    """They are wrong, which is no reason for the grader to stumble."""
    found = assessed(right_answers(pieces=pieces(double=f"(2 * x).to(torch.{dtype})")))
    assert found["double"].score == 0.0
    assert set(statuses(found, "double").values()) <= {"failed", "passed"}


WRECKS = {
    "none": "None",
    "string": "'2'",
    "dict": "{'a': x}",
    "list": "[x, x]",
    "nested": "([[x]],)",
    "itself": "double",
    "class": "torch.nn.Linear",
    "generator": "(value for value in x)",
    "nan": "x * float('nan')",
    "empty": "x[:0]",
    "one more dimension": "(2 * x)[None]",
    "number": "2.0",
    "huge number": "10 ** 400",
    "array": "(2 * x).numpy()",
    "strings": "__import__('numpy').array(['a'])",
    "sparse": "(2 * x).to_sparse()",
    "meta": "(2 * x).to('meta')",
    "quantized": "torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8)",
    "expanded": "torch.ones(1).expand(10 ** 12)",
    "large": "torch.ones(3000, 3000)",
    "raises": "1 / 0",
    "exits": "exit(3)",
    "interrupted": "(_ for _ in ()).throw(KeyboardInterrupt())",
    "group": "(_ for _ in ()).throw(ExceptionGroup('a', [ValueError()]))",
    "warns": "__import__('warnings').warn('x')",
}


@pytest.mark.parametrize("wreck", WRECKS)
def test_wrong_values_of_any_kind_cost_the_exercise_and_no_more(assessed: Assess, wreck: str) -> None:
    """No value that a function returns makes the grader fail."""
    found = assessed(right_answers(pieces=pieces(double=WRECKS[wreck], shift="2 * x + by")))
    assert scores(found) == {**FULL, "double": 0.0}


def test_local_and_isolated_outcomes_agree(tiny: Assignment, warm_sandbox: ZygoteHost) -> None:
    """The same statuses, messages and diagnoses from both kinds of session, for many kinds of wrong answers."""
    for number, double in enumerate(["2 * x", "3 * x", "x.mul_(2)", "2 * x.detach()", "2 * x.mean()", "None", "1 / 0"]):
        files = right_answers(pieces=pieces(double=double, jitter="0 * x" if number % 2 else "x + torch.randn_like(x)"))
        subjects: list[Subject] = [LoadedModules(tiny, files), IsolatedSubmission(tiny, files, warm_sandbox)]
        here, there = (
            [exercise_result(one) for one in assess(tiny, tiny.exercises, subject, RunOptions(), catalogue(tiny))]
            for subject in subjects
        )
        assert here == there, double
