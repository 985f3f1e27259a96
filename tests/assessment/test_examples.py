"""Property checks: drawn examples are replayed alike everywhere, and bodies run interleaved without noticing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.assessment.examples import derive_seed, draw_examples, is_property
from autograder.assessment.interleaving import run_interleaved
from autograder.checks.calls import Session
from autograder.checks.decorator import EXAMPLES
from autograder.checks.strategies import arrays, batches, gaussian_parameters, normal, probabilities, seeds, uniform

FIXTURES = frozenset({"candidate"})


@given(number=st.integers(), text=st.text(), ratio=st.floats(allow_nan=False))
def drawn(candidate: object, number: int, text: str, ratio: float) -> None:
    """A property whose body never runs while its examples are drawn."""
    raise AssertionError("must not run")


def test_examples_depend_on_the_seed_alone() -> None:
    """The same for the same seed, others for another one, as many as promised; the body does not run."""
    first, again, other = (draw_examples(drawn, seed, FIXTURES) for seed in (5, 5, 6))
    assert first == again
    assert first != other
    assert len(first) == EXAMPLES
    assert all(set(example) == {"number", "text", "ratio"} for example in first)


def test_drawing_leaves_the_function_as_it_was() -> None:
    """Its body and its seed."""
    inner = drawn.hypothesis.inner_test  # type: ignore[attr-defined]
    draw_examples(drawn, 3, FIXTURES)
    assert drawn.hypothesis.inner_test is inner  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="must not run"):
        drawn(candidate=None)


def test_an_interruption_while_drawing_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where Hypothesis has no engine yet, and stumbles over that."""

    def interrupted(function: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("hypothesis.core.function_digest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draw_examples(drawn, 3, FIXTURES)


PROGRAM = """
import hashlib, pickle, sys
{imports}
from hypothesis import given, strategies as st
from autograder import checks
from autograder.assessment.examples import draw_examples

@given(number=st.integers(), text=st.text(), ratio=st.floats(), size=st.integers(0, 10**6))
def drawn(candidate, number, text, ratio, size): ...

print(hashlib.sha256(repr(draw_examples(drawn, 5, frozenset({{"candidate"}}))).encode()).hexdigest())
"""


def test_examples_do_not_depend_on_what_is_imported(tmp_path: Any) -> None:
    """Hypothesis mixes in constants that it finds in imported local modules: not here."""
    (tmp_path / "local_numbers.py").write_text("A, B, C = 123456789, 987654.321, 'a local constant'\n" * 3)
    digests = set()
    for imports in ("", "import json, decimal, local_numbers"):
        (tmp_path / "draw.py").write_text(textwrap.dedent(PROGRAM.format(imports=imports)))
        command = [sys.executable, str(tmp_path / "draw.py")]
        digests.add(subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout)
    assert len(digests) == 1


def test_seeds_of_checks_differ() -> None:
    """By check and by run."""
    derived = {derive_seed(seed, key) for seed in range(3) for key in ("a", "b", "a:b")}
    assert len(derived) == 9
    assert all(0 <= seed < 2**56 for seed in derived)
    assert derive_seed(1, "a") == derive_seed(1, "a")


def test_properties_are_told_from_plain_checks() -> None:
    """By ``@given``."""
    assert is_property(drawn)
    assert not is_property(test_seeds_of_checks_differ)


class Recorder:
    """Answers every request with its own number and remembers the frames."""

    def __init__(self) -> None:
        self.frames: list[list[Any]] = []

    def batch(self, operations: list[dict[str, Any]]) -> list[list]:
        """Note a frame and echo."""
        self.frames.append([operation.get("name", operation["op"]) for operation in operations])
        return [["ok", operation.get("name")] for operation in operations]


def ask(session: Session, name: str) -> Any:
    """Send a request with a name."""
    return session.request({"op": "call", "name": name})[1]


def test_bodies_share_frames_and_get_their_own_answers() -> None:
    """The first calls of all travel together, then the second ones; bodies may be of different lengths."""
    recorder = Recorder()
    got: dict[int, list[str]] = {}

    def body(number: int, calls: int) -> Any:
        return lambda session: got.update({number: [ask(session, f"{number}.{call}") for call in range(calls)]})

    errors = run_interleaved([body(0, 2), body(1, 0), body(2, 3)], recorder.batch)
    assert errors == [None, None, None]
    assert got == {0: ["0.0", "0.1"], 1: [], 2: ["2.0", "2.1", "2.2"]}
    assert recorder.frames == [["0.0", "2.0"], ["0.1", "2.1"], ["2.2"]]


def test_one_failing_body_does_not_stop_the_others() -> None:
    """Each body's error is reported at its place."""
    finished = []

    def good(session: Session) -> None:
        ask(session, "a")
        ask(session, "b")
        finished.append(True)

    def bad(session: Session) -> None:
        ask(session, "c")
        raise ValueError("mine")

    errors = run_interleaved([good, bad, good], Recorder().batch)
    assert [type(error) for error in errors] == [type(None), ValueError, type(None)]
    assert len(finished) == 2


def test_a_seed_directly_precedes_its_own_call() -> None:
    """Whatever the other bodies do, and however many seeds are set in a row."""
    recorder = Recorder()

    def body(number: int) -> Any:
        def run(session: Session) -> None:
            session.request({"op": "seed", "seed": number, "name": f"seed {number}"})
            ask(session, f"call {number}")
            session.request({"op": "seed", "seed": number, "name": f"again {number}"})
            ask(session, f"more {number}")

        return run

    run_interleaved([body(0), body(1)], recorder.batch)
    assert recorder.frames == [["seed 0", "call 0", "seed 1", "call 1"], ["again 0", "more 0", "again 1", "more 1"]]


def test_gradient_mode_belongs_to_each_body() -> None:
    """One body's ``no_grad`` does not leak into another's computation, nor out of the run."""
    modes: dict[str, list[bool]] = {"quiet": [], "loud": []}

    def quiet(session: Session) -> None:
        with torch.no_grad():
            for _ in range(3):
                ask(session, "q")
                modes["quiet"].append(torch.is_grad_enabled())
        ask(session, "q")
        modes["quiet"].append(torch.is_grad_enabled())

    def loud(session: Session) -> None:
        for _ in range(3):
            ask(session, "l")
            modes["loud"].append(torch.is_grad_enabled())
        with torch.enable_grad():
            ask(session, "l")

    run_interleaved([quiet, loud, quiet, loud], Recorder().batch)
    assert sorted(modes["quiet"]) == [False] * 6 + [True] * 2
    assert modes["loud"] == [True] * 6
    assert torch.is_grad_enabled()


def test_a_lost_worker_concerns_all_and_leaves_the_mode_alone() -> None:
    """The error of the transport comes out; waiting bodies are dropped, also inside ``no_grad``."""

    def body(session: Session) -> None:
        with torch.no_grad():
            ask(session, "a")

    def broken(operations: list[dict[str, Any]]) -> list[list]:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        run_interleaved([body] * 3, broken)
    assert torch.is_grad_enabled()


def test_no_bodies() -> None:
    """Nothing to do is no error."""
    assert run_interleaved([], Recorder().batch) == []


@pytest.mark.parametrize("strategy", [batches(), gaussian_parameters(), arrays(), probabilities(), seeds()])
def test_strategies_redraw_equal_tensors(strategy: st.SearchStrategy) -> None:
    """What is drawn is determined by the seed, to the last bit."""

    @given(case=strategy)
    def check(candidate: object, case: object) -> None: ...

    first, again = (repr(draw_examples(check, 9, FIXTURES)) for _ in range(2))
    assert first == again
    assert len(set(first.split("case"))) > 10


def test_values_are_short_to_read_and_within_bounds() -> None:
    """Two decimals for normal values, limits kept for uniform ones, any dtype."""
    values = normal((50, 4), 3)
    assert torch.equal(values, torch.round(values, decimals=2))
    numbers = uniform((1000,), 3, 0.01, 0.99, torch.float32)
    assert float(numbers.min()) >= 0.01
    assert float(numbers.max()) <= 0.99
    assert normal((2,), 1, torch.float32).dtype is torch.float32
