"""The engine of training tasks on a task of milliseconds: in this process and behind walls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training.trained_course import FIT, load_course

from autograder.course.assignment import Assignment
from autograder.errors import DataMissing
from autograder.reports.score_bars import score_bar
from autograder.results.schema import ExerciseResult
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.training.beside import Unusable, checked_parts, checked_state
from autograder.training.grade import Trained, TrainingOptions, run_task, train_modules, train_submission
from autograder.training.outcome import result_of
from autograder.training.run import Part, TrainingRun
from autograder.training.task import Task
from autograder.training.worlds import DataSource

OPTIONS = TrainingOptions("a run", DataSource())
BODY = FIT.split('"""Return the weight after some steps of size 0.1."""')[0] + '"""Steps."""\n'


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assignment, Task]:
    """The course and its task."""
    return load_course(tmp_path_factory.mktemp("lines"))


Train = Callable[..., Trained]


@pytest.fixture(params=["local", pytest.param("isolated", marks=pytest.mark.processes)])
def train(request: pytest.FixtureRequest, lines: tuple[Assignment, Task]) -> Train:
    """Trains a source of ``fit.py``."""
    assignment, task = lines

    def run(source: str, faulty: tuple[str, ...] = ()) -> Trained:
        files = {"fit.py": source.encode()}
        if request.param == "local":
            return train_modules(assignment, task, files, OPTIONS)
        sandbox: ZygoteHost = request.getfixturevalue("warm_sandbox")
        (trained,) = train_submission(assignment, [task], files, sandbox, faulty, OPTIONS)
        return trained

    return run


TAKES_OVER = """
import sys, torch
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "") == "autograder.toys":
        module.train = lambda *args, **options: {answer}
"""
"""Puts a function of the submission in the place of the recipe."""


def scores(result: ExerciseResult) -> dict[str, tuple[str, float]]:
    """Status and points by score."""
    return {check.name: (check.status, check.score) for check in result.checks}


def descending(body: str) -> str:
    """A ``fit.py`` whose ``descend`` has that body."""
    return BODY + "".join(f"    {line}\n" for line in body.splitlines())


def test_a_right_answer_earns_everything(train: Train) -> None:
    """And its values, claims and figures are kept."""
    trained = train(FIT)
    assert trained.result.status == "passed"
    assert trained.result.score == trained.result.max_score == 10
    assert trained.run is not None
    assert trained.run.curves == {"history": {"loss": [1.0, 0.5]}}
    assert trained.run.figures["line"]() == b"<svg/>"


def test_credit_is_linear_and_the_mistake_is_named(train: Train) -> None:
    """A step in the wrong direction ends far away; few steps end half-way."""
    wrong = train(descending("return weight + 0.1 * gradient(weight, x, y)")).result
    assert scores(wrong)["error"] == ("failed", 0.0)
    assert scores(wrong)["length"] == ("passed", 2.5)
    assert [one.misconception for one in wrong.diagnosis] == ["wrong_way"]
    early = train(descending("for _ in range(10):\n    weight = weight - 0.1 * gradient(weight, x, y)\nreturn weight")).result
    assert 0 < scores(early)["error"][1] < 7.5
    assert early.status == "partial"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("raise ValueError('the hidden slope is ' + str(y / x))", "error"),
        ("raise NotImplementedError", "missing"),
        ("return 'a word'", "failed"),
        ("return weight.repeat(5)", "failed"),
        ("return weight * float('nan')", "failed"),
    ],
)
def test_what_ends_a_part_costs_that_part_and_tells_nothing(train: Train, body: str, status: str) -> None:
    """Errors and forms are said in words of the grader's own."""
    result = train(descending(body)).result
    assert scores(result)["error"] == (status, 0.0)
    assert scores(result)["length"] == ("passed", 2.5)
    (message,) = (check.message for check in result.checks if check.name == "error")
    assert message
    assert "slope" not in message
    assert "a word" not in message


@pytest.mark.parametrize("steps", ["steps", "101 * steps"])  # the latter asks for more than a check may
def test_a_mistake_is_charged_where_it_was_made(lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost, steps: str) -> None:
    """A wrong gradient loses its own points; the training borrows the reference's, and says so."""
    assignment, task = lines
    wrong = FIT.replace("range(steps)", f"range({steps})").replace("return (2 *", "return -(2 *")
    for faulty, expected in (((), 2.5), (("fit.gradient",), 10.0)):
        (trained,) = train_submission(assignment, [task], {"fit.py": wrong.encode()}, warm_sandbox, faulty, OPTIONS)
        assert trained.result.score == expected
        assert ("a correct version of gradient" in trained.result.note) == bool(faulty)


def test_a_run_repeats_itself(train: Train) -> None:
    """Bit by bit, and another key draws other points."""
    first, second = (train(FIT).run for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.values == second.values


def test_a_lost_worker_is_said(lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost) -> None:
    """The process ends: that part is not measured, the other is."""
    assignment, task = lines
    source = "import os\n" + descending("os._exit(3)")
    (trained,) = train_submission(assignment, [task], {"fit.py": source.encode()}, warm_sandbox, (), OPTIONS)
    assert scores(trained.result)["error"][0] in ("crashed", "error")
    assert scores(trained.result)["length"] == ("passed", 2.5)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("for _ in range(30):\n    print('x' * 10**6)\nreturn weight", "crashed", "printed more than 16 MB"),
        ("import torch\nreturn weight + torch.empty(10**15)", "error", "asked for more memory"),
        ("raise MemoryError", "error", "asked for more memory"),
        ("(0 * weight).backward()", "error", "has no gradient"),
        ("import torch\ntorch.optim.SGD([])", "error", "no parameters"),
        ("import torch\ntorch.ones(3, requires_grad=True).exp().backward()", "error", "more than one number"),
    ],
)
def test_what_there_is_too_much_or_nothing_of_is_said(
    lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost, body: str, status: str, said: str
) -> None:
    """In words of the grader's own; the other part is measured."""
    assignment, task = lines
    (trained,) = train_submission(assignment, [task], {"fit.py": descending(body).encode()}, warm_sandbox, (), OPTIONS)
    assert scores(trained.result) == {"error": (status, 0.0), "length": ("passed", 2.5)}
    (message,) = (check.message for check in trained.result.checks if check.name == "error")
    assert message is not None
    assert said in message


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"fit.py": descending("raise NotImplementedError")}, "has not been written yet: descend (fit.py, line 15)."),
        ({}, "has not been written yet: there is no fit.py."),
        ({"fit.py": descending("raise ValueError('so')")}, "raise ValueError('so')"),
    ],
)
def test_students_are_told_in_full_what_is_missing(lines: tuple[Assignment, Task], files: dict[str, str], said: str) -> None:
    """On their own machine: which function, in which line."""
    assignment, task = lines
    sources = {name: text.encode() for name, text in files.items()}
    trained = train_modules(assignment, task, sources, replace(OPTIONS, in_full=True))
    (message,) = (check.message for check in trained.result.checks if check.name == "error")
    assert message is not None
    assert message.endswith(said)


@pytest.mark.parametrize("names", [("error", "length"), ("a name of no score",)])
def test_a_score_that_was_not_measured_says_why(lines: tuple[Assignment, Task], names: tuple[str, ...]) -> None:
    """Also where the part that ended was not named after it; another score's reason is not its own."""
    _, task = lines
    run = TrainingRun(task, lambda: pytest.fail("no worker"), DataSource(), "a run", values={"length": 20.0})
    run.parts = [Part(("length",), "timeout", "the other one's"), Part(names, "crashed", "its own reason")]
    (check,) = (check for check in result_of(task, run).checks if check.name == "error")
    assert (check.status, check.message) == ("crashed", "Not measured: its own reason.")


def test_a_data_set_on_disk_is_out_of_reach(
    lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that reads the answer from a file on this machine has it here, and nothing behind walls."""
    assignment, task = lines
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path))
    answer = train_modules(assignment, task, {"fit.py": FIT.encode()}, OPTIONS).run
    assert answer is not None
    slope = 1 + torch.rand((), generator=answer.generator("slope")).item()
    (tmp_path / "slope.txt").write_text(str(slope))
    source = descending(f"return torch.tensor(float(open({str(tmp_path / 'slope.txt')!r}).read()))") + "\nimport torch\n"
    here = train_modules(assignment, task, {"fit.py": source.encode()}, OPTIONS)
    assert scores(here.result)["error"] == ("passed", 7.5)
    (behind,) = train_submission(assignment, [task], {"fit.py": source.encode()}, warm_sandbox, (), OPTIONS)
    assert scores(behind.result)["error"] == ("error", 0.0)


def taken_over(lines: tuple[Assignment, Task], sandbox: ZygoteHost, answer: str) -> Trained:
    """What comes of a submission that puts an answer of its own in the place of the recipe's."""
    assignment, task = lines
    source = FIT + TAKES_OVER.format(answer=answer)
    (trained,) = train_submission(assignment, [task], {"fit.py": source.encode()}, sandbox, (), OPTIONS)
    return trained


STATES = ("{'weight': torch.zeros(()), 'more': torch.zeros(())}", "{'weight': torch.zeros(9)}", "[torch.ones(1)]", "None")


@pytest.mark.parametrize(
    "answer",
    [*(f"{{'state': {state}, 'history': {{'loss': [0.0]}}}}" for state in STATES), "'a word'", "7", "[]", "torch.ones(2)"],
)
def test_what_a_worker_returns_is_only_a_claim(lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost, answer: str) -> None:
    """A submission that takes over the recipe's process may send anything; it costs its own scores and stops nothing."""
    trained = taken_over(lines, warm_sandbox, answer)
    assert scores(trained.result) == {"error": ("failed", 0.0), "length": ("passed", 2.5)}
    assert trained.run is not None
    assert "error" not in trained.run.values


HISTORIES = (
    "None",
    "{'loss': [10**400, float('nan'), -1e308]}",
    "{'loss': 'text', 3: [1.0]}",
    "{str(n): [1.0] for n in range(50)}",
)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_taken_over_recipe_is_measured_for_what_it_is_worth(
    lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost, history: str
) -> None:
    """The takeover does bite: what is measured is its state, whatever history it tells."""
    trained = taken_over(lines, warm_sandbox, f"{{'state': {{'weight': torch.tensor(99.0)}}, 'history': {history}}}")
    assert trained.run is not None
    assert trained.run.values["error"] > 90


@pytest.mark.parametrize("value", [(1, 2), [1], [1, 2, 3], {}, None, "ab", torch.ones(2)])
def test_parts_are_counted_before_they_are_looked_at(value: object) -> None:
    """A list of that length and nothing else."""
    assert checked_parts([1, 2], 2, "the pair") == [1, 2]
    with pytest.raises(Unusable, match="the pair: 2 values"):
        checked_parts(value, 2, "the pair")


def test_a_value_beyond_honest_work_earns_nothing(lines: tuple[Assignment, Task]) -> None:
    """It is flagged, whatever credit its level would give."""
    _, task = lines
    run = TrainingRun(task, lambda: pytest.fail("no worker"), DataSource(), "a run", values={"error": -2.0, "length": 20.0})
    result = result_of(task, run)
    assert [check.too_good for check in result.checks] == [True, None]
    assert result.score == 2.5


def test_a_value_is_the_same_number_everywhere(lines: tuple[Assignment, Task]) -> None:
    """In the sentence and at its bar, where it is rounded from what the record keeps."""
    _, task = lines
    run = TrainingRun(task, lambda: pytest.fail("no worker"), DataSource(), "a run", values={"error": 0.300051, "length": 20.0})
    (check,) = (check for check in result_of(task, run).checks if check.name == "error")
    bar = score_bar(check)
    assert bar is not None
    assert check.message.startswith(f"{bar.value_text}:")


def test_a_task_without_data_is_skipped(lines: tuple[Assignment, Task], monkeypatch: pytest.MonkeyPatch) -> None:
    """That is nobody's fault, and no mark."""
    _, task = lines

    def measure(run: object) -> None:
        raise DataMissing("there are no pictures", "here", "draw some")

    trained = run_task(replace(task, measure=measure), lambda: pytest.fail("no worker"), OPTIONS)
    assert trained.result.status == "skipped"
    assert "no pictures" in trained.result.note


def test_points_of_a_state_dict_are_capped(tmp_path: Path) -> None:
    """Weights that hold a data set are refused before anything is measured."""
    with pytest.raises(Unusable, match="several times"):
        checked_state({"stored": torch.zeros(1001)}, 1000)
    with pytest.raises(Unusable, match="several times"):
        checked_state({"packed": torch.zeros(501, dtype=torch.int64)}, 1000)
    for odd in ({1: torch.zeros(1)}, {"hook": "text"}, {"hook": torch.zeros}, (), None):
        with pytest.raises(Unusable):
            checked_state(odd, 1000)
