"""Modules in pieces, for one namespace."""

from __future__ import annotations

import pytest

from autograder.errors import GraderError
from autograder.release.module_parts import take_apart

SOURCE = '''"""Conventions."""

from __future__ import annotations

import math

import torch
from other import first
from other import second as renamed
from torch import Tensor

# One type.
Numbers = float | Tensor


# About f.
def f(x: Numbers) -> Numbers:
    """Twice."""
    ### BEGIN SOLUTION
    return _twice(x)
    ### END SOLUTION


### BEGIN SOLUTION
def _twice(x):
    return 2 * x
### END SOLUTION


def _given(x):
    return x


class G:
    """A class."""
'''


def test_setup_and_exercises_are_told_apart() -> None:
    """Imports, types and given helpers are set up; helpers of a solution stand with the exercise before them."""
    parts = take_apart(SOURCE, ["f", "G"], ["other", "this"], "this.py")
    assert parts.docstring == "Conventions."
    for kept in ("from __future__ import annotations", "import math", "# One type.\nNumbers =", "def _given(x):"):
        assert kept in parts.setup
    assert "_twice" not in parts.setup
    assert "first" not in parts.setup
    assert parts.sources["f"].startswith("# About f.\ndef f(x: Numbers)")
    helper = "### BEGIN SOLUTION\ndef _twice(x):\n    return 2 * x\n### END SOLUTION"
    assert parts.sources["f"].endswith(f"    ### END SOLUTION\n\n\n{helper}")
    assert parts.sources["G"] == 'class G:\n    """A class."""'
    assert parts.bindings["Tensor"] == "from torch import Tensor"


def test_renamed_imports_follow_later_definitions() -> None:
    """The other name means whatever the notebook defines when it is called."""
    namespace: dict[str, object] = {}
    exec("def second(x):\n    return 1", namespace)
    source = "from other import second as renamed\ndef f():\n    return renamed(0)"
    exec(take_apart(source, ["f"], ["other"], "").setup, namespace)
    assert namespace["renamed"](0) == 1  # type: ignore[operator]
    exec("def second(x):\n    return 2", namespace)
    assert namespace["renamed"](0) == 2  # type: ignore[operator]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import other\ndef f(): ...", "no such module"),
        ("def g(): ...", "does not define f"),
        ("### BEGIN SOLUTION\na = 1\n### END SOLUTION", "does not define f"),
        (
            "def f(): ...\n\n\ndef g():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
            "g has a solution, .*outline",
        ),
        (
            "class G:\n    def f(self):\n        ### BEGIN SOLUTION\n        return 1\n        ### END SOLUTION",
            "G has a solution",
        ),
    ],
)
def test_what_a_notebook_cannot_have_is_refused(source: str, message: str) -> None:
    """With the file."""
    with pytest.raises(GraderError, match=message) as failure:
        take_apart(source, ["f"], ["other"], "this.py")
    assert "this.py" in str(failure.value)
