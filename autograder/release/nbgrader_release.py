"""How nbgrader cuts the students' notebooks."""

from __future__ import annotations

from typing import Any


def configure_release(config: Any) -> None:
    """Set up ``nbgrader generate_assignment`` in a traitlets configuration.

    The steps are nbgrader's own, with two changes: a solution region outside functions leaves no ``raise`` behind, as in the
    stubs, and the last step takes out what would differ from machine to machine. Rubrics stand in locked cells that
    are no tasks, which nbgrader has to be told.
    """
    from nbgrader import preprocessors

    from autograder.release.preprocessors import ClearSolutions, Settle

    own = {preprocessors.ClearSolutions: ClearSolutions}
    config.GenerateAssignment.preprocessors = [own.get(step, step) for step in _stock_steps()] + [Settle]
    config.ClearMarkScheme.enforce_metadata = False


def _stock_steps() -> list[type]:
    from nbgrader.converters import GenerateAssignment

    return list(GenerateAssignment.class_traits()["preprocessors"].default())
