"""Cutting solutions out of references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import GraderError
from autograder.release.stubs import BEGIN, END, PLACEHOLDER, cut_solutions, solution_lines

SOURCE = f'''"""Module."""
{BEGIN}
SECRET = 3
{END}


def f(x):
    """Say."""
    {BEGIN}
    y = x + SECRET

    return y
    {END}


class C:
    """Say."""

    def m(self):
        """Say."""
        {BEGIN}
        if True:
            return 1
        {END}
'''


def test_what_stays() -> None:
    """Signatures and docstrings; a placeholder at the markers' indentation, raising inside functions only."""
    assert (
        cut_solutions(SOURCE, "m.py")
        == f'''"""Module."""
{PLACEHOLDER}


def f(x):
    """Say."""
    {PLACEHOLDER}
    raise NotImplementedError()


class C:
    """Say."""

    def m(self):
        """Say."""
        {PLACEHOLDER}
        raise NotImplementedError()
'''
    )


def test_the_lines_of_solutions() -> None:
    """Every line that must not reach a student, stripped, without empty ones."""
    assert solution_lines(SOURCE) == ["SECRET = 3", "y = x + SECRET", "return y", "if True:", "return 1"]


def test_a_file_without_solutions_stays_as_it_is() -> None:
    """Up to the final newline."""
    assert cut_solutions("x = 1", "m.py") == "x = 1\n"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (f"{BEGIN}\nx = 1\n", 1, "never ends"),
        (f"x = 1\n{END}\n", 2, "never began"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", 2, "inside another"),
        (f"def f():\n    {BEGIN}\n    pass\n  {END}\n", 4, "indented differently"),
        ("### BEGIN SOLUTIONS\nx = 1\n", 1, "misspelt"),
        ("### begin solution\nx = 1\n", 1, "misspelt"),
        ("## END SOLUTION\n", 1, "misspelt"),
        ("x = 1  ### BEGIN SOLUTION\n", 1, "misspelt"),
        ("#BEGIN_SOLUTION\n", 1, "misspelt"),
        (f"{BEGIN}\n# Start solution\n{END}\n", 2, "misspelt"),
    ],
)
def test_wrong_markers_are_refused_with_their_line(source: str, line: int, message: str) -> None:
    """A misspelt marker would show the solution to everybody."""
    with pytest.raises(GraderError, match=message) as caught:
        cut_solutions(source, "losses.py")
    assert caught.value.where == f"losses.py:{line}"


@pytest.mark.parametrize("source", [f"if x:\n{BEGIN}\n    y = 1\n{END}\n", f"x = (\n{BEGIN}\n1)\n{END}\n"])
def test_a_stub_that_does_not_compile_is_refused(source: str) -> None:
    """Students could not even import it."""
    with pytest.raises(GraderError, match="would not compile"):
        cut_solutions(source, "losses.py")


LINES = st.lists(st.from_regex(r"value_[a-z]{3} = [1-9][0-9]{2}", fullmatch=True), max_size=4)


@given(st.lists(st.tuples(st.booleans(), LINES)))
def test_no_line_of_a_solution_stays(blocks: list[tuple[bool, list[str]]]) -> None:
    """For any arrangement of public and secret blocks; public lines stay in order."""
    text: list[str] = []
    public: list[str] = []
    secret: set[str] = set()
    for hidden, lines in blocks:
        if hidden:
            marked = [f"secret_{line}" for line in lines]
            text += [BEGIN, *marked, END]
            secret.update(marked)
        else:
            text += lines
            public += lines
    kept = [line for line in cut_solutions("\n".join(text), "m.py").splitlines() if line and line != PLACEHOLDER]
    assert kept == public
    assert not secret & set(kept)
