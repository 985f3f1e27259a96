"""Whole submissions by which the grader was once beaten: each is the stand-in of a kind.

Every one is built from the reference here, and runs under every profile that has a wall against it. What each achieved
before its wall stood is in its docstring; its witness opens that wall again.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.checks import closeness, tolerance
from autograder.results.graded import Graded
from autograder.sandbox import profiles
from autograder.sessions import bounds, callback_graph, remote, subjects
from autograder.wire import codec

from .conftest import Arena, peak_of, reference_files, submission
from .told import everything_told
from .witness.shown import showing_all

MEGABYTES = 1024
"""What a submission may make the grader hold beyond its peak for an honest one."""
OF_ONE_FRAME = 512
"""The same for a single frame of the largest size."""
PROFILES = ("S3", "S2", "S1")


LARGE = pytest.mark.parametrize("walls", ["S3"], indirect=True)
"""For submissions that take long and whose wall is in the grader, whatever the profile."""


@pytest.fixture(scope="module", params=PROFILES)
def walls(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """Graders under each profile that this machine offers."""
    if profiles.available_profile() < request.param:
        pytest.skip(f"this machine offers less than {request.param}")
    if request.param == "S3":
        yield request.getfixturevalue("arena")
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(profiles.MAXIMUM, request.param)
        patch.setattr(subjects, "LOAD_LIMIT", 1.0)
        arena = Arena("best")
        with showing_all() as arena.showing:
            yield arena
        arena.close()


def handed_in(arena: Arena, assignment: str, folder: Path, **appended: str) -> Path:
    """The reference with statements at the end of some files, written to `folder`."""
    files = dict(reference_files(arena, assignment))
    for module, statements in appended.items():
        source = files[f"{module}.py"]
        assert isinstance(source, bytes)
        files[f"{module}.py"] = source.decode() + textwrap.dedent(statements)
    return submission(folder, files)


def score_of(graded: Graded) -> float:
    """The points of a submission, which must have been graded."""
    assert graded.result.status == "graded", graded.result.message
    return graded.result.score


_FACTOR = """
_right, _first = gaussian_kl, []
def gaussian_kl(mu, logvar):
    if not _first: _first.append(1 + abs(float(mu.flatten()[0])))
    return _right(mu, logvar) * _first[0]
"""


@LARGE
def test_a_factor_of_ones_own_is_not_told(walls: Arena, tmp_path: Path) -> None:
    """A hint used to print four digits of a factor that the submission chose: a number that it had seen."""
    path = handed_in(walls, "vae", tmp_path / "mallory", losses=_FACTOR)
    runs = [walls.grade("vae", path, "losses.gaussian_kl", seed=seed) for seed in (1, 2)]
    told = [everything_told(graded, tmp_path / f"told{number}") for number, graded in enumerate(runs)]
    assert told[0] == told[1]
    (exercise,) = runs[0].result.exercises
    assert exercise.score < exercise.max_score
    hints = " ".join(one.hint for one in exercise.diagnosis)
    assert "constant factor" in hints, "the witness: the hint in question is given"
    assert not any(character.isdigit() for character in hints)


_TUPLES = """
import msgpack, struct, sys, time
frame = sys._getframe()
while frame is not None and frame.f_code.co_name != "answer_with": frame = frame.f_back
line, data = frame.f_locals["self"], bytes(60 * 2**20)
for _ in range(31): data = msgpack.packb([msgpack.ExtType({tuple}, data)])
data = msgpack.packb([line._sequence, "reply", [["ok", msgpack.ExtType({tuple}, data)]]])
line._connection.sendall(struct.pack(">I", len(data)) + data)
time.sleep(3)
"""


def _peaks(
    arena: Arena, assignment: str, exercise: str, path: Path, folder: Path, seconds: float = 6.0
) -> tuple[int, int, Graded]:
    """Megabytes that the reference takes and that a submission takes, and its result."""
    plain = submission(folder / "plain", reference_files(arena, assignment))
    arena.grade(assignment, plain, exercise)
    honest = peak_of(lambda: arena.grade(assignment, plain, exercise))[1]
    graded, peak = peak_of(lambda: arena.grade(assignment, path, exercise, seconds))
    return honest, peak, graded


@LARGE
def test_tuples_in_tuples_cost_no_memory(walls: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer of 60 MB, 32 levels deep, sent while the file was loaded: each level was one more copy."""
    monkeypatch.setattr(subjects, "LOAD_LIMIT", 20.0)
    path = handed_in(walls, "vae", tmp_path / "mallory", losses=_TUPLES.format(tuple=codec._TUPLE))
    honest, peak, graded = _peaks(walls, "vae", "losses.gaussian_kl", path, tmp_path)
    assert peak <= honest + OF_ONE_FRAME
    assert graded.result.status == "graded"


def test_tuples_in_tuples_would_cost_memory(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Witness: without the budget of bytes over all levels, and without a ceiling, the grader holds much more."""
    monkeypatch.setattr(subjects, "LOAD_LIMIT", 20.0)
    monkeypatch.setattr(codec, "MAX_PAYLOAD", 2**40)
    monkeypatch.setattr(bounds, "_lower", lambda megabytes: None)
    path = handed_in(arena, "vae", tmp_path / "mallory", losses=_TUPLES.format(tuple=codec._TUPLE))
    honest, peak, _ = _peaks(arena, "vae", "losses.gaussian_kl", path, tmp_path)
    assert peak > honest + OF_ONE_FRAME


_SLOW = """
import sys, time
_right = gaussian_kl
def gaussian_kl(mu, logvar):
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "answer_with": frame = frame.f_back
    time.sleep({seconds} / max(1, len(frame.f_locals["operations"])))
    return _right(mu, logvar)
"""


@LARGE
def test_what_is_slow_and_never_late_has_a_budget(walls: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check was just in time, and there was no end of checks: what all workers had is bounded as a whole."""
    spent = []
    budget = remote.Budget.spend
    monkeypatch.setattr(remote.Budget, "spend", lambda self, seconds: spent.append(seconds) or budget(self, seconds))
    path = handed_in(walls, "vae", tmp_path / "mallory", losses=_SLOW.format(seconds=1.7))
    graded = walls.grade("vae", path, "losses.gaussian_kl", 2.0)
    assert graded.result.status == "graded"
    assert sum(spent) > 5, "the witness: it is slow"
    assert sum(spent) < 60


_PINNED = """
def ddim_sample_loop(denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None):
    x, size, asked = torch.zeros(shape), 2**19, 0
    while size >= 2**9 and asked < 4800:
        big = torch.zeros(max(1, size // max(1, x[0].numel())), *x.shape[1:]).requires_grad_()
        try:
            denoise_fn(big, torch.zeros(len(big), dtype=torch.int64)); asked += 1
        except Exception:
            size //= 4
    return x
"""


@LARGE
def test_nodes_of_lost_workers_are_freed(walls: Arena, tmp_path: Path) -> None:
    """Every worker made the grader keep 2 GB of a graph, and lost workers kept theirs."""
    path = handed_in(walls, "diffusion", tmp_path / "mallory", ddim=_PINNED)
    honest, peak, graded = _peaks(walls, "diffusion", "ddim.ddim_sample_loop", path, tmp_path)
    assert score_of(graded) == 0
    assert peak <= honest + MEGABYTES


def test_nodes_would_be_kept(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Witness: without the limit of bytes and the ceiling one worker alone makes the grader keep several times as much."""
    kept = callback_graph.MAX_BYTES
    monkeypatch.setattr(callback_graph, "MAX_BYTES", 2**40)
    monkeypatch.setattr(bounds, "_lower", lambda megabytes: None)
    path = handed_in(arena, "diffusion", tmp_path / "mallory", ddim=_PINNED)
    honest, peak, _ = _peaks(arena, "diffusion", "ddim.ddim_sample_loop", path, tmp_path)
    assert peak > honest + 3 * kept // 2**20


_COSINE = """
def cosine_beta_schedule(num_timesteps, s=0.008):  # never clipped to 0.999
    t = torch.linspace(0, num_timesteps, num_timesteps + 1, dtype=torch.float64) / num_timesteps
    bar = torch.cos((t + s) / (1 + s) * torch.pi / 2) ** 2
    return (1 - bar[1:] / bar[:-1]).to(torch.{dtype})
"""


def _of_cosine(arena: Arena, folder: Path, dtype: str) -> float:
    """Points of the schedule whose only fault is the clip."""
    path = handed_in(arena, "diffusion", folder / dtype / "mallory", schedule=_COSINE.format(dtype=dtype))
    return score_of(arena.grade("diffusion", path, "schedule.cosine_beta_schedule"))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_coarse_dtype_buys_no_tolerance(walls: Arena, tmp_path: Path, dtype: str) -> None:
    """Cast to bfloat16 a wrong schedule earned 3 of 4 points: the dtype that a student chose widened the tolerance."""
    assert _of_cosine(walls, tmp_path, dtype) <= _of_cosine(walls, tmp_path, "float64") < 4


def test_a_coarse_dtype_would_buy_tolerance(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Witness: with the tolerance of the answer's own dtype it gains."""
    limits = closeness.limits_of
    before = _of_cosine(arena, tmp_path, "bfloat16")

    def by_the_answer(got: str, expected: object, wanted: np.ndarray, *rest: Any) -> tuple[float, float]:
        relative, absolute = limits(got, expected, wanted, *rest)
        return (0.02, max(absolute, 0.02 * tolerance._scale(wanted))) if got == "bfloat16" else (relative, absolute)

    monkeypatch.setattr(closeness, "limits_of", by_the_answer)
    assert _of_cosine(arena, tmp_path, "bfloat16") > before
