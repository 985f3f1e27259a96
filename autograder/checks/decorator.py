"""The decorator that puts points on a pytest function and makes it a check.

A check is an ordinary test function with a ``candidate`` argument::

    @check("gaussian_kl", points=1.5, title="equals the KL divergence of torch.distributions")
    @given(case=gaussian_parameters())
    def test_gaussian_kl_matches_torch_distributions(candidate, case):
        \"\"\"The value differs from the KL divergence between the two distributions.\"\"\"
        assert_close(candidate.gaussian_kl(case.mu, case.logvar), oracle(case))

Its docstring is the sentence a student reads when it fails. Property checks run 50 examples, drawn by
Hypothesis from the grader's seed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

from autograder.checks.info import CheckInfo, CheckKind, check_name

EXAMPLES = 50
"""Examples of a property check."""

settings.register_profile(
    "autograder",
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    print_blob=False,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("autograder")

Function = TypeVar("Function", bound=Callable[..., object])


def check(
    exercise: str,
    points: float,
    title: str,
    kind: CheckKind = "value",
    timeout: float | None = None,
    methods: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Mark a test function as a check of ``exercise`` worth ``points``.

    ``title`` completes the sentence "the function …" and says what holds. ``kind="value"`` marks checks that only an
    essentially right computation passes: an exercise none of whose value checks passed scores nothing. ``methods`` of a class
    are those that alone are to blame when it fails: where two classes have them in common, they are charged in one.
    """
    if not points > 0:
        raise ValueError(f"the check of {exercise} must be worth something, not {points}")

    def mark(function: Function) -> Function:
        name = check_name(function.__name__, exercise)
        info = CheckInfo(exercise, points, title, kind, timeout, inspect.getdoc(function) or title, name, methods=methods)
        function.autograder_check = info  # type: ignore[attr-defined]
        return function

    return mark
