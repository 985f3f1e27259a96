"""The pieces of an exercise as they stand before anybody has written them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.authoring.imports import Wanted


@dataclass(frozen=True)
class Piece:
    """What goes into one file."""

    path: str
    """Below the assignment's folder."""
    head: str
    """The docstring of a file that has still to be made."""
    imports: Sequence[Wanted]
    body: str


@dataclass(frozen=True)
class _Library:
    """How a course writes arrays."""

    kind: str
    small: str
    drawn: str
    typed: tuple[Wanted, ...]
    made: tuple[Wanted, ...]
    draws: Wanted


_TORCH = _Library(
    kind="Tensor",
    small="torch.tensor([1.0, 2.0])",
    drawn="normal((3, 4), 1)",
    typed=(("torch", "Tensor"),),
    made=(("torch", ""),),
    draws=("autograder.checks.strategies", "normal"),
)
_NUMPY = _Library(
    kind="np.ndarray",
    small="np.array([1.0, 2.0])",
    drawn="numpy_generator(1).normal(size=(3, 4))",
    typed=(("numpy as np", ""),),
    made=(("numpy as np", ""),),
    draws=("autograder.checks.strategies", "numpy_generator"),
)

_REFERENCE = '''def {name}(x: {kind}) -> {kind}:
    """TODO {key}: say what it returns, in one line.

    Args:
        x: TODO {key}: its shape, dtype and range.

    Returns:
        TODO {key}: shape and dtype, and what happens at the edges.
    """
    ### BEGIN SOLUTION
    raise NotImplementedError("TODO {key}: write the right answer")
    ### END SOLUTION
'''

_VISIBLE = '''@check(
    "{name}",
    points=1.0,
    title="TODO {key}: name this case in a few words",
)
def test_{name}_known_value(candidate: Candidate) -> None:
    """TODO {key}: say what should come out, as the student reads it."""
    # TODO {key}: a value computed by hand
    expected = {small}
    assert_close(candidate.{name}({small}), expected)
'''

_HIDDEN = '''@check(
    "{name}",
    points=1.0,
    title="TODO {key}: name the law in a few words",
)
def test_{name}_everywhere(candidate: Candidate) -> None:
    """TODO {key}: say which law is broken, without numbers."""
    x = {drawn}
    # TODO {key}: compute it in another way than the reference
    expected = x
    assert_close(candidate.{name}(x), expected)
'''

_MISCONCEPTION = '''@probe("{name}")
def observe_{name}(candidate: Candidate, record: Record) -> None:
    """TODO {key}: choose inputs that tell the mistakes apart."""
    record("generic", candidate.{name}, {small})


@misconception(
    "{name}",
    belief="TODO {key}: what somebody believes who writes this",
    hint="TODO {key}: which question leads away from it?",
)
def {name}_left_alone(x: {kind}) -> {kind}:
    """TODO {key}: name this variant after the mistake, and write three more."""
    return x
'''


def pieces(module: str, name: str, *, uses_torch: bool) -> list[Piece]:
    """Return the Python pieces of the exercise ``module.name``, in the order in which one writes them."""
    library = _TORCH if uses_torch else _NUMPY
    words = {"name": name, "key": f"{module}.{name}"}
    words |= {"kind": library.kind, "small": library.small, "drawn": library.drawn}
    checks: list[Wanted] = [("autograder.checks", one) for one in ("Candidate", "assert_close", "check")]
    knowing: list[Wanted] = [("autograder.diagnosis", one) for one in ("Record", "misconception", "probe")]
    todo = f"TODO {module}.{name}:"
    plan: list[tuple[str, str, Sequence[Wanted], str]] = [
        (f"{module}.py", f"{todo} say what this file is about.", library.typed, _REFERENCE),
        (f"visible/test_{module}.py", f"Visible checks of {module}.py.", [*library.made, *checks], _VISIBLE),
        (f"hidden/test_{module}.py", f"Hidden checks of {module}.py.", [*checks, library.draws], _HIDDEN),
        (
            f"misconceptions/{module}.py",
            f"Wrong beliefs about {module}.py, with the behaviour they lead to.",
            [*library.made, *(library.typed if uses_torch else ()), ("autograder.checks", "Candidate"), *knowing],
            _MISCONCEPTION,
        ),
    ]
    return [Piece(path, f'"""{head}"""\n', imports, body.format(**words)) for path, head, imports, body in plan]
