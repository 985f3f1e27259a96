"""The comparison with other graders and the model of a large class: what is said follows from what was measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The benchmarks are programs, no package."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.syspath_prepend(str(BENCHMARKS / "peers"))
    monkeypatch.syspath_prepend(str(BENCHMARKS / "scale"))
    yield
    for name in set(sys.modules) - before:
        if str(BENCHMARKS) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


def test_every_attack_is_a_program_with_a_wrong_answer_and_no_honest_one_is() -> None:
    """A slip in the data would be a grader's merit: what does not compile earns nothing anywhere."""
    import numpy as np
    from attacks import ATTACKS, HONEST, RIGHT, Tried

    for one in [*ATTACKS, *HONEST]:
        compile(one.source("import numpy as np"), one.name, "exec")
        assert one.honest == one.body.endswith(RIGHT)
    names = [one.name for one in [*ATTACKS, *HONEST]]
    assert len(names) == len(set(names))
    space: dict[str, Any] = {}
    exec(Tried("right", RIGHT).source("import numpy as np"), space)
    assert space["gaussian_kl"](np.array([0.0, 1.0]), np.zeros(2)) == 0.5


FOUND = {
    "points": 10.0, "points_of_the_rest": 6.0, "attacks": ["a", "b", "c"], "honest": ["h"], "not_run": ["bomb"],
    "scores": {"one": {"a": 10.0, "b": 6.0, "c": None, "h": 10.0}, "other": {"a": 6.0, "h": 9.5}},
}  # fmt: skip


def test_an_attack_has_earned_what_is_more_than_the_rest() -> None:
    """No result is no gain; what has not been run is not counted."""
    import pages

    assert [pages.outcome(score, FOUND, honest=False) for score in (10.0, 6.0, 2.0, None)] == ["**+4**", "–", "−4", "no result"]
    assert [pages.outcome(score, FOUND, honest=True) for score in (10.0, 9.5)] == ["–", "−0.5"]
    assert pages.counts(FOUND, "one") == (1, 0)
    assert pages.counts(FOUND, "other") == (0, 1)
    table = pages._attacks(FOUND)
    assert "| b | – | not run |" in table
    assert "**1 of 3** | **0 of 1**" in table


def test_what_others_take_is_said_beside_every_class() -> None:
    """In the order of its size, with what both have taken for one submission."""
    import pages

    def row(seconds: float) -> dict[str, Any]:
        return {"submissions": 10, "walls": "", "wall_s": 1.0, "cpu_s": seconds, "scores_equal": True}

    ours = {"autograder": 0.5, "autograder, a class of 1000": 0.1, "autograder, a class of 100": 0.2}
    table = pages._speed({name: row(seconds) for name, seconds in ours.items()} | {"other": row(2.0)}).splitlines()
    assert "times ours in a class of 100 | CPU, times ours in a class of 1000" in table[0]
    assert table[2] == "| other | 10 |  | 1.00 | 2.00 | 4.0 | 10.0 | 20.0 | yes |"
    assert len({line.count("|") for line in table}) == 1


def test_the_model_is_bound_by_whichever_is_slower() -> None:
    """Few machines wait for their graders, many for the one that writes the results; shards never for it alone."""
    import scale_pages

    shards = {str(n): {"cpu_s": 4.0 * n + 10.0, "wall_s": 9.0, "merge_cpu_s": 1.0} for n in (1, 4)}
    each = dict.fromkeys([name for name, _ in scale_pages._EACH], 2.0)
    found = {
        "shards": shards, "submissions": 10, "results": {"each": each}, "date": "2026-01-01", "assignment": "warmup",
        "machine": {"cores": 2}, "load_before": 0.1, "tasks_with_a_result": {"1": {"cpu_ms_per_task": 8.0, "tasks_per_s": 9.0}},
    }  # fmt: skip
    costs = scale_pages.model(found)
    assert costs == pytest.approx(
        {"start": 4.0, "submission": 1.0, "save": 0.002, "read": 0.002, "draw": 0.002, "dispatch": 0.008}
    )
    few, many = scale_pages.times(costs, 1), scale_pages.times(costs, 1000)
    assert few["cluster"] == pytest.approx((4.0 + 100_000 / 8 + 200) / 3600)
    assert many["cluster"] == pytest.approx((1000 + 200) / 3600)
    assert (few["bound"], many["bound"]) == (False, True)
    assert many["shards"] < many["cluster"]
    assert "more than 100 graders" in scale_pages.page(found)
    assert "has not been measured: dispatch" in scale_pages.page({**found, "tasks_with_a_result": {}})
