"""Gradescope's results.json, entry by entry."""

from __future__ import annotations

import json

import pytest
from sample_results import SECRET, failed_check, passed_check, result

from autograder.exports.gradescope import gradescope_results, machine_points
from autograder.results.schema import CheckResult, ExerciseResult


def measured(value: float, zero: float, full: float, name: str = "bound", share: float = 1.0) -> CheckResult:
    """A score of a training task."""
    return CheckResult(
        name=name, title="reaches it", visibility="visible", score=0.0, max_score=20 * share, status="failed",
        value=value, zero=zero, full=full, share=share,
    )  # fmt: skip


def test_points_add_up() -> None:
    """Whatever is in a result: all points but those that people give, each once, and the mark."""
    graded = result()
    for one in graded.exercises:  # as a grader writes them
        one.max_score = sum(check.max_score for check in one.checks) if one.checks else one.max_score
        one.score = sum(check.score for check in one.checks) if one.checks else one.score
    graded.score, graded.max_score = (sum(getattr(one, key) for one in graded.exercises) for key in ("score", "max_score"))
    told = gradescope_results(graded)
    assert sum(test.get("max_score", 0) for test in told["tests"]) == pytest.approx(machine_points(graded))
    assert sum(test.get("score", 0) for test in told["tests"]) == pytest.approx(told["score"]) == graded.score
    written = sum(one.max_score for one in graded.exercises if one.kind == "written")
    assert machine_points(graded) == graded.max_score - written


def test_what_passes_beside_wrong_values_earns_nothing_here_either() -> None:
    """An entry shows what it counts."""
    graded = result()
    graded.exercises = [
        ExerciseResult(
            id="vae.losses.kl", kind="function", score=0.0, max_score=2.0, status="failed",
            checks=[passed_check(), failed_check()], note="no points, because none of the checks of its values passed",
        )
    ]  # fmt: skip
    told = gradescope_results(graded)["tests"]
    assert [test["score"] for test in told if "score" in test] == [0.0, 0.0]
    assert any("none of the checks of its values passed" in test["output"] for test in told)


@pytest.mark.parametrize("hidden", ["visible", "after_due_date", "after_published"])
def test_hidden_checks_can_be_shown_later(hidden: str) -> None:
    """Visible checks and hints are always shown."""
    told = gradescope_results(result(), hidden)  # type: ignore[arg-type]
    assert {test["visibility"] for test in told["tests"]} == {"visible", hidden}
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize("text", ["![x](http://evil/x.png)", "```\n# no\n```", "<img src=x>", "a````b\x1b[31m"])
def test_what_students_write_does_not_act(text: str) -> None:
    """It stands in a code block that it cannot end."""
    graded = result()
    check = failed_check().model_copy(update={"message": text, "example": {"x": text}})
    graded.exercises = [ExerciseResult(id="a.b.c", kind="function", score=0, max_score=1, status="failed", checks=[check])]
    graded.notes = [text]
    told = gradescope_results(graded)
    output = told["tests"][0]["output"]
    fence = output.split("\n")[0]
    assert set(fence) == {"`"}
    assert output.split("\n")[-1] == fence
    assert fence not in "\n".join(output.split("\n")[1:-1])
    assert "\x1b" not in json.dumps(told)


def test_training_makes_a_leaderboard() -> None:
    """The score with the largest share, the smaller first where less is better; what is too good is left out."""
    graded = result()
    scores = [measured(1.0, 0.0, 2.0, "other", 0.2), measured(98.5, 120.0, 90.0, "bound", 0.8)]
    graded.exercises = [
        ExerciseResult(id="vae.training.vae_mnist", kind="training", score=0, max_score=20, status="failed", checks=scores)
    ]
    assert gradescope_results(graded)["leaderboard"] == [{"name": "vae_mnist: bound", "value": 98.5, "order": "asc"}]
    graded.exercises[0].checks = [scores[1].model_copy(update={"too_good": True})]
    assert "leaderboard" not in gradescope_results(graded)
    graded.exercises[0].checkpoint = [scores[0]]
    assert gradescope_results(graded)["leaderboard"][0]["order"] == "desc"
