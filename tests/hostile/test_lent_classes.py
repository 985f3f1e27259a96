"""Attacks on the reference's classes, which are lent in the place of faulty ones: oracles, forged questions, floods."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.results.graded import Graded
from autograder.sessions import lent

from .conftest import Arena, peak_of, reference_files, submission
from .told import everything_told

_NETWORKS = "made.MaskedLinear made.MADE"
MEGABYTES = 1024
"""What a submission may make the grader hold beyond its peak for an honest one."""

_WRONG_PIECE = """
class MaskedLinear(nn.Linear):
    def __init__(self, in_features, out_features, mask):
        super().__init__(in_features, out_features)
        self.register_buffer("mask", mask)
    def forward(self, x):
        return F.linear(x, self.weight, self.bias)
"""
_RIGHT_MADE = """
class MADE(nn.Module):
    def __init__(self, num_inputs, hidden_sizes):
        super().__init__()
        self.num_inputs = num_inputs
        sizes = [num_inputs, *hidden_sizes, num_inputs]
        masks = made_masks(num_inputs, hidden_sizes)
        self.layers = nn.ModuleList(MaskedLinear(a, b, m) for m, a, b in zip(masks, sizes, sizes[1:]))
    def forward(self, x):
        {forward}
        for layer in self.layers[:-1]: x = layer(x).relu()
        return self.layers[-1](x)
    def log_prob(self, x):
        return bernoulli_log_prob(self(x), x)
    def sample(self, num_samples, generator=None):
        x = torch.zeros(num_samples, self.num_inputs)
        with torch.no_grad():
            for i in range(self.num_inputs):
                x[:, i] = torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)
        return x
"""


def _graded(arena: Arena, folder: Path, made: str, seconds: float = 6.0, seed: int = 0) -> Graded:
    """The layer wrong, so that the reference's is lent, and a network of the attacker's."""
    files = reference_files(arena, "autoregressive")
    source = files["made.py"]
    assert isinstance(source, bytes)
    files["made.py"] = source.decode() + _WRONG_PIECE + textwrap.dedent(made)
    graded = arena.grade("autoregressive", submission(folder / "mallory", files), _NETWORKS, seconds, seed)
    assert graded.result.status == "graded", graded.result.message
    return graded


def _scores(graded: Graded) -> dict[str, tuple[float, float]]:
    return {one.id.rpartition(".")[2]: (one.score, one.max_score) for one in graded.result.exercises}


def test_the_class_is_lent(arena: Arena, tmp_path: Path) -> None:
    """The witness of all that follows: a right network of wrong layers has its points, which only a lent class can give."""
    scores = _scores(_graded(arena, tmp_path / "unlucky", _RIGHT_MADE.format(forward="")))
    assert scores["MADE"][0] == scores["MADE"][1]
    assert scores["MaskedLinear"][0] < scores["MaskedLinear"][1]


_ORACLES = {
    "the class itself": "MADE = MaskedLinear",
    "a class derived from a lent one": "class MADE(MaskedLinear): pass",
    "the layers without what is between them": _RIGHT_MADE.format(forward="return self.layers[-1](self.layers[0](x))"),
    "the layers in another order": _RIGHT_MADE.format(forward="return x + self.layers[0](x)[:, :1]"),
    "answers kept": "KEPT = []\n" + _RIGHT_MADE.format(forward="KEPT.append(self.layers[0](x)[:, :1] + 0 * x); return KEPT[0]"),
}


@pytest.mark.parametrize("made", _ORACLES.values(), ids=_ORACLES.keys())
def test_a_lent_class_earns_nothing_for_what_builds_on_it(arena: Arena, tmp_path: Path, made: str) -> None:
    """The layers are right when they are lent; what is made of them is still wrong."""
    scores = _scores(_graded(arena, tmp_path / "oracle", made))
    assert scores["MADE"][0] < scores["MADE"][1]


_CARRIED = """
import builtins
_own = MaskedLinear.forward
def _recalled(self, x):
    for seen, y in [*builtins.__dict__.get("STORE", []), *globals().get("KEPT", [])]:
        if seen.shape == x.shape and y.shape[1] == self.out_features: return y
    return _own(self, x)
KEPT = []
"""
_CARRYING = "y = self.layers[0](x); KEPT.append((x, y)); builtins.__dict__.setdefault('STORE', []).append((x, y))"


def test_a_lent_class_answers_nothing_for_itself(arena: Arena, tmp_path: Path) -> None:
    """What the reference's layer computes under the network's checks cannot be carried to the checks of the layer."""
    carrier = _CARRIED + _RIGHT_MADE.format(forward=_CARRYING)
    with_memory = _scores(_graded(arena, tmp_path / "carrier", carrier + "\nMaskedLinear.forward = _recalled\n"))
    without = _scores(_graded(arena, tmp_path / "plain", carrier))
    assert with_memory["MaskedLinear"][0] <= without["MaskedLinear"][0]


_FORGED = """
    import gc
    def _lent_of(thing):
        return next((cell.cell_contents for cell in thing.__init__.__closure__ or () if callable(cell.cell_contents) and not isinstance(cell.cell_contents, type)), None)
    ask, state = _lent_of(MaskedLinear), torch.get_rng_state()
    if ask is not None and not SAID:
        for number in (0, -1, True, 10**9, "0", None):
            for method in ("forward", "__init__", "__class__", "_made", "load_state_dict", "forward.__globals__", "__reduce__"):
                for values in ({}, {"__class__": torch.zeros(1)}, {"weight": torch.zeros(1)}, None):
                    try:
                        SAID.append(repr(ask(state, "call", [number, method, values, False], (x,), {})))
                    except Exception as error:
                        SAID.append(repr(error))
        for verb in ("_made", "__dict__", "make", "call", None):
            try:
                SAID.append(repr(ask(state, verb, (), {})))
            except Exception as error:
                SAID.append(repr(error))
        raise ValueError("TO" + "LD " + " ".join(SAID))
"""


def test_forged_questions_are_answered_with_nothing_that_is_told(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unharmed: Callable[[str, str], None]
) -> None:
    """Objects that were not made, methods that are not the class's own; what comes back reaches no text."""
    forward = textwrap.indent(textwrap.dedent(_FORGED), " " * 8).strip()
    asked: list[str] = []
    answer = lent.LentClass._answer
    monkeypatch.setattr(lent.LentClass, "_answer", lambda self, *details: asked.append(repr(details)) or answer(self, *details))
    source = "SAID = []\n" + _RIGHT_MADE.format(forward=forward)
    runs = [_graded(arena, tmp_path / f"forger{seed}", source, seed=seed) for seed in (1, 2)]
    assert any("__reduce__" in question for question in asked), "the witness: they are asked"
    told = [everything_told(graded, tmp_path / f"told{number}") for number, graded in enumerate(runs)]
    assert told[0] == told[1]

    assert not any("TOLD" in text for text in told[0].values())
    unharmed("autoregressive", "made.MADE")


_BIT = "torch.ones(1, 1, dtype=torch.bool)"
_FLOODS = {
    "many objects": f"[MaskedLinear(1, 1, {_BIT}) for _ in range(10**6)]",
    "a large object": f"MaskedLinear(10**5, 10**5, {_BIT})",
    "a larger object": f"MaskedLinear(2**62, 2**62, {_BIT})",
    "several large objects": f"[MaskedLinear(2000, 2000, {_BIT}) for _ in range(100)]",
    "a large batch": "self.layers[0](torch.zeros(1, 1).expand(10**8, self.num_inputs))",
    "many calls": "[self.layers[0](x) for _ in range(10**7)]",
    "a graph over many calls": "sum(self.layers[0](x.clone().requires_grad_()).sum() for _ in range(4000)).backward()",
    "sizes that are no sizes": "MaskedLinear('x' * 10**6, [[]] * 10**4, None)",
    "recursion": "MaskedLinear(lambda *a: MaskedLinear(2, 2, x), 2, lambda *a: x)",
}


@pytest.mark.parametrize("flood", _FLOODS.values(), ids=_FLOODS.keys())
def test_a_lent_class_cannot_be_made_to_exhaust_the_grader(
    arena: Arena, tmp_path: Path, flood: str, unharmed: Callable[[str, str], None]
) -> None:
    """Objects, their sizes, calls and what they keep are bounded; the attacker's exercise has no more than before."""
    plain = submission(tmp_path / "honest", reference_files(arena, "autoregressive"))
    if ("autoregressive", _NETWORKS) not in arena.honest:
        arena.honest["autoregressive", _NETWORKS] = peak_of(lambda: arena.grade("autoregressive", plain, _NETWORKS))[1]
    honest = arena.honest["autoregressive", _NETWORKS]
    attacked = _RIGHT_MADE.format(forward=flood)
    graded, peak = peak_of(lambda: _graded(arena, tmp_path / "greedy", attacked, 0.8))
    scores = _scores(graded)
    assert scores["MADE"][0] < scores["MADE"][1]
    assert peak <= honest + MEGABYTES
    assert arena.spent < 60
    unharmed("autoregressive", "made.MADE")


def test_many_objects_would_be_made(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Witness: without the count and the weight, as many objects as there is time for are made in the grader."""
    made: list[int] = []
    make = lent.LentClass._make
    monkeypatch.setattr(lent.LentClass, "_make", lambda self, *details: made.append(len(self._made)) or make(self, *details))
    flood = _RIGHT_MADE.format(forward=f"[MaskedLinear(1, 1, {_BIT}) for _ in range(40)]")
    monkeypatch.setattr(lent, "MAX_MADE", 10)
    _graded(arena, tmp_path / "bounded", flood)
    assert max(made) == 10
    made.clear()
    monkeypatch.setattr(lent, "MAX_MADE", 1000)
    _graded(arena, tmp_path / "unbounded", flood)
    assert max(made) > 39
