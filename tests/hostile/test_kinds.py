"""Kinds of attack by somebody who has read the source: two answers, coarse numbers, memory, time, channels in texts.

Each is shown to bite where its wall is open, and to gain nothing where it stands.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import closeness, grading, sitting
from autograder.budget import LEAST, Budget
from autograder.reports.graded import Graded

from .attack import PRELUDE
from .conftest import Arena, reference_files, submission, the_exercise

MEGABYTE = 2**10
"""In the units of /proc, which are kilobytes."""


def attacked(arena: Arena, folder: Path, assignment: str, module: str, source: str) -> Path:
    """The reference with something appended to one file."""
    files = reference_files(arena, assignment)
    right = files[f"{module}.py"]
    assert isinstance(right, bytes)
    return submission(folder, {**files, f"{module}.py": right.decode() + source})


def hidden_points(graded: Graded) -> float:
    """What the hidden checks of the only exercise earned."""
    return sum(check.score for check in the_exercise(graded).checks if check.visibility == "hidden")


# -- two answers -------------------------------------------------------------------------------------------

TWO_ANSWERS = """
import sys as _sys
_right = kl_isotropic
def kl_isotropic():
    return _right() if (("to" + "rch") in _sys.modules) is {full} else -12345.0
"""


def both_ways(arena: Arena, folder: Path) -> list[float]:
    """Hidden points of an answer that is right in one kind of worker only, for both kinds."""
    found = []
    for full in (True, False):
        path = attacked(arena, folder / str(full), "vae", "concepts", TWO_ANSWERS.format(full=full))
        found.append(hidden_points(arena.grade("vae", path, "concepts.kl_isotropic")))
    return found


def test_one_answer_is_one_answer(arena: Arena, tmp_path: Path) -> None:
    """Whichever worker it is right in: not in both."""
    assert min(both_ways(arena, tmp_path)) == 0


def test_two_answers_bite_where_a_wrong_one_is_asked_for_again(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The witness: a judge that believes a light worker only if it is right."""
    monkeypatch.setattr(sitting, "COULD_NOT_RUN", sitting.COULD_NOT_RUN | {"failed"})
    assert min(both_ways(arena, tmp_path)) > 0


# -- coarse numbers ----------------------------------------------------------------------------------------

NEVER_CLIPPED = """
import math
def cosine_beta_schedule(num_timesteps, s=0.008):
    u = torch.arange(num_timesteps + 1, dtype=torch.float64) / num_timesteps
    bar = torch.cos((u + s) / (1 + s) * math.pi / 2) ** 2
    return (1 - bar[1:] / bar[:-1]).to(torch.{dtype})
"""


def coarse_score(arena: Arena, folder: Path, dtype: str) -> float:
    """Points of a schedule that is never clipped."""
    path = attacked(arena, folder / dtype, "diffusion", "schedule", NEVER_CLIPPED.format(dtype=dtype))
    return the_exercise(arena.grade("diffusion", path, "schedule.cosine_beta_schedule")).score


@pytest.mark.parametrize("dtype", ["float64", "bfloat16", "float16"])
def test_rounding_earns_nothing(dtype: str, arena: Arena, tmp_path: Path) -> None:
    """A wrong schedule stays wrong in half precision."""
    assert coarse_score(arena, tmp_path, dtype) == 0


def test_rounding_bites_where_the_students_dtype_decides(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The witness: tolerances of the coarser of both dtypes."""

    def of_the_coarser(got: str, expected: object, wanted: object, name: str, rtol: object, atol: object) -> tuple:
        return (2e-2, 2e-2) if "float16" in got else honest(got, expected, wanted, name, rtol, atol)  # type: ignore[arg-type]

    honest = closeness._limits
    monkeypatch.setattr(closeness, "_limits", of_the_coarser)
    assert coarse_score(arena, tmp_path, "bfloat16") > 0


# -- claims ------------------------------------------------------------------------------------------------

FORGED = """
def _forged(self, request):
    function, given = self._resolve(request["target"]), [x.detach().clone() for x in request["args"]]
    found = []
    for which in request["wrt"]:
        gradient = torch.zeros_like(given[which])
        for place in range(gradient.numel()):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [x.clone() for x in given]
                moved[which].view(-1)[place] += step
                value = function(*moved)
                weights = torch.ones_like(value) if request["cotangent"] is None else request["cotangent"]
                ends.append(float((weights * value).sum()))
            gradient.view(-1)[place] = (ends[0] - ends[1]) / 2e-5
        found.append(gradient)
    return tuple(found)
{patch}
def gaussian_kl(mu, logvar):
    m, l = mu.detach().numpy(), logvar.detach().numpy()
    return torch.from_numpy(np.asarray(0.5 * (m**2 + np.exp(l) - 1 - l).reshape(len(m), -1).sum(1)))
"""
OF_THE_CLASS = "sys.modules['autograder.sandbox.workbench'].Workbench._do_grad = _forged"
OF_THE_BENCH = """
_bench = serving()[2]["bench"]
_bench._operations["grad"] = lambda request: _forged(_bench, request)
"""


def gradient_passes(arena: Arena, folder: Path, patch: str) -> bool:
    """Whether a function without a graph passes the check of its gradient."""
    path = attacked(arena, folder, "vae", "losses", PRELUDE + FORGED.format(patch=patch))
    checks = the_exercise(arena.grade("vae", path, "losses.gaussian_kl")).checks
    return next(check for check in checks if "gradient" in check.title and check.visibility == "hidden").status == "passed"


def test_a_forged_gradient_in_the_class_is_not_called(arena: Arena, tmp_path: Path) -> None:
    """A worker's operations are bound before student code runs."""
    assert not gradient_passes(arena, tmp_path, OF_THE_CLASS)


def test_a_forged_gradient_is_a_claim_that_is_believed(arena: Arena, tmp_path: Path) -> None:
    """The witness, and what the threat model leaves open: whoever digs for the worker's own table can lie."""
    assert gradient_passes(arena, tmp_path, OF_THE_BENCH)


# -- memory and time ---------------------------------------------------------------------------------------

NESTED = PRELUDE + """
import msgpack
_payload = msgpack.packb([bytes(55 * 2**20)])
for _ in range(30):
    _payload = msgpack.packb([msgpack.ExtType(4, _payload)])
_line, _sequence, _ = serving()
send(struct.pack(">I", len(_payload)) + _payload)
"""
PINNED = """
def ddim_sample_loop(denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, y=None, generator=None):
    size = 2**19
    for _ in range(4800):
        big = torch.zeros(max(1, size // max(1, math.prod(shape[1:]))), *shape[1:]).requires_grad_()
        try:
            denoise_fn(big, torch.zeros(len(big), dtype=torch.int64))
        except Exception:
            size = max(512, size // 4)
    return torch.zeros(shape)
"""


def peak() -> int:
    """The most memory since the last :func:`forget_peak`, in kilobytes."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def forget_peak() -> None:
    """Let the high-water mark begin anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


@pytest.mark.parametrize(
    ("assignment", "exercise", "source"),
    [("vae", "losses.gaussian_kl", NESTED), ("diffusion", "ddim.ddim_sample_loop", "\nimport math\n" + PINNED)],
    ids=["nested tuples while loading", "nodes of lost workers"],
)
def test_the_grader_holds_at_most_a_gigabyte_more(
    assignment: str, exercise: str, source: str, arena: Arena, tmp_path: Path
) -> None:
    """Than an honest submission makes it hold."""
    honest = submission(tmp_path / "honest", reference_files(arena, assignment))
    arena.grade(assignment, honest, exercise)
    forget_peak()
    arena.grade(assignment, honest, exercise)
    usual = peak()
    forget_peak()
    path = attacked(arena, tmp_path / "mallory", assignment, exercise.partition(".")[0], source)
    result = arena.grade(assignment, path, exercise).result
    assert result.status == "graded"
    assert peak() - usual < 1024 * MEGABYTE


SLOW = """
import time as _time
_right = gaussian_kl
def gaussian_kl(mu, logvar):
    _time.sleep(1.2)
    return _right(mu, logvar)
"""


def test_always_just_in_time_ends_with_the_budget(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call takes a second, none is late; the witness: with a budget that never ends it goes on for much longer."""
    kept: list[Budget] = []

    def small() -> Budget:
        kept.append(Budget(seconds=4.0))
        return kept[-1]

    monkeypatch.setattr(grading, "Budget", small)
    path = attacked(arena, tmp_path / "mallory", "vae", "losses", SLOW)
    arena.grade("vae", path, "losses.gaussian_kl", seconds=3.0)
    assert kept[0].tight
    # Beyond the budget: one part that had begun, and the least for each part after that.
    assert kept[0].spent < 4.0 + 3.0 + 8 * LEAST


# -- texts -------------------------------------------------------------------------------------------------

FACTOR = """
_right, _seen = gaussian_kl, []
def gaussian_kl(mu, logvar):
    if not _seen:
        _seen.append(1 + abs(float(mu.flatten()[0])))
    return _right(mu, logvar) * _seen[0]
"""


def test_a_hint_carries_no_number_of_the_submissions_choice(arena: Arena, tmp_path: Path) -> None:
    """A constant factor is named without its value, unless it is one of a few."""
    path = attacked(arena, tmp_path / "mallory", "vae", "losses", FACTOR)
    exercise = the_exercise(arena.grade("vae", path, "losses.gaussian_kl"))
    assert exercise.score == 0
    assert exercise.diagnosis
    assert not re.search(r"\d", " ".join(one.hint for one in exercise.diagnosis))
