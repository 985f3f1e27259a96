"""Without the extra, whatever needs nbgrader says so in one line."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from importlib.machinery import ModuleSpec

import pytest

from autograder.errors import UsageError
from autograder.exports.gradebook_marks import marks_of_gradebook
from autograder.release.student_notebook import cut_releases


@pytest.mark.parametrize("needing", [lambda: cut_releases({}), lambda: marks_of_gradebook("sqlite:///none.db")])
def test_the_remedy_is_named(needing: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Releasing and reading a gradebook."""
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "nbgrader" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    with pytest.raises(UsageError, match="nbgrader is not installed") as caught:
        needing()
    assert "dgm-autograder[nbgrader]" in str(caught.value)
