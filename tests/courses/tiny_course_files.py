"""The files of the tiny course: two modules, their checks, and what students believe wrongly."""

from __future__ import annotations

OUTLINE = """# Tiny sums

Two files.

## pieces.py

- `pieces.double` [S1]: twice the input
- `pieces.shift` [S2, S3] uses `pieces.double`: twice the input plus a constant
- `pieces.jitter` [S4]: the input plus noise

## whole.py

- `whole.total` [S5] uses `pieces.shift`, `pieces.jitter`: the noisy sum
- `whole.Scale` [S6]: a module with one weight
"""

PIECES = '''"""Pieces."""

import torch
from torch import Tensor


def double(x: Tensor) -> Tensor:
    """Return 2 x."""
    ### BEGIN SOLUTION
    doubled_with_a_secret_name = 2 * x
    return doubled_with_a_secret_name
    ### END SOLUTION


def shift(x: Tensor, by: float = 1.0) -> Tensor:
    """Return double(x) + by."""
    ### BEGIN SOLUTION
    return double(x) + by
    ### END SOLUTION


def jitter(x: Tensor) -> Tensor:
    """Return x plus standard normal noise from the global generator."""
    ### BEGIN SOLUTION
    return x + torch.randn_like(x)
    ### END SOLUTION
'''

WHOLE = '''"""The whole."""

import torch
from torch import Tensor, nn

from pieces import jitter, shift


def total(x: Tensor, noisy: bool = False) -> Tensor:
    """Return the sum of shift(x), or of shift(jitter(x)), over the last dimension."""
    ### BEGIN SOLUTION
    return shift(jitter(x) if noisy else x).sum(-1)
    ### END SOLUTION


class Scale(nn.Module):
    """Multiplies by a learned number that starts at `start`."""

    def __init__(self, start: float) -> None:
        """Set up the weight."""
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.tensor(start))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return weight * x."""
        ### BEGIN SOLUTION
        return self.weight * x
        ### END SOLUTION
'''

VISIBLE_PIECES = '''"""Visible checks of pieces.py."""

import torch
from autograder.checks import assert_close, check


@check("double", points=1, title="gives known values")
def test_double_known_values(candidate):
    """double([1, -2]) is not [2, -4], or a table of 24 numbers is not doubled."""
    table = torch.arange(24.0).reshape(4, 6)
    assert_close(candidate.double(table), 2 * table)
    assert_close(candidate.double(torch.tensor([1.0, -2.0])), torch.tensor([2.0, -4.0]))


@check("shift", points=1, title="gives known values")
def test_shift_known_values(candidate):
    """shift([1, 2], by=3) is not [5, 7]."""
    assert_close(candidate.shift(torch.tensor([1.0, 2.0]), by=3.0), torch.tensor([5.0, 7.0]))


@check("jitter", points=1, title="keeps the shape", kind="shape")
def test_jitter_shape(candidate):
    """The result has another shape than the input."""
    assert candidate.jitter(torch.ones(2, 3)).shape == (2, 3)
'''

HIDDEN_PIECES = '''"""Hidden checks of pieces.py."""

import torch
from hypothesis import given
from autograder.checks import assert_close, assert_true, check
from autograder.checks.strategies import batches


@check("double", points=2, title="is linear")
@given(case=batches())
def test_double_everywhere(candidate, case):
    """The value is not twice the input."""
    assert_close(candidate.double(case.x), 2 * case.x)


@check("double", points=1, title="leaves its input alone", kind="purity")
def test_double_purity(candidate):
    """The argument has changed."""
    seen = candidate.double.observe(torch.ones(3))
    assert_close(seen.args[0], torch.ones(3))


@check("shift", points=2, title="adds the constant after doubling")
@given(case=batches())
def test_shift_everywhere(candidate, case):
    """The value differs from twice the input plus the constant."""
    assert_close(candidate.shift(case.x, 0.5), 2 * case.x + 0.5)


@check("shift", points=1, title="has the gradient two", kind="gradient")
def test_shift_gradient(candidate):
    """The gradient is missing or wrong."""
    (gradient,) = candidate.shift.grad(torch.ones(3), wrt=(0,))
    assert_close(gradient, torch.full((3,), 2.0))


@check("jitter", points=1, title="draws standard normal noise")
def test_jitter_noise(candidate):
    """The noise is not standard normal."""
    candidate.seed(11)
    noise = candidate.jitter(torch.zeros(4000))
    assert_true(abs(float(noise.mean())) < 0.1, "the mean is not 0")
    assert_true(abs(float(noise.std()) - 1) < 0.1, "the deviation is not 1")
'''

VISIBLE_WHOLE = '''"""Visible checks of whole.py."""

import torch
from autograder.checks import assert_close, check


@check("total", points=1, title="gives known values")
def test_total_known_values(candidate):
    """total([[1, 2]]) is not [8]."""
    assert_close(candidate.total(torch.tensor([[1.0, 2.0]])), torch.tensor([8.0]))


@check("Scale", points=1, title="multiplies by its start")
def test_scale_known_values(candidate):
    """Scale(3)([1, 2]) is not [3, 6]."""
    scale = candidate.Scale(3.0)
    assert_close(scale(torch.tensor([1.0, 2.0])), torch.tensor([3.0, 6.0]))
'''

HIDDEN_WHOLE = '''"""Hidden checks of whole.py."""

import torch
from hypothesis import given
from autograder.checks import assert_close, assert_true, check
from autograder.checks.strategies import batches


@check("total", points=2, title="sums the shifted values")
@given(case=batches(((2, 3), (4, 2)), (torch.float64,)))
def test_total_everywhere(candidate, case):
    """The value is not the sum over the last dimension."""
    assert_close(candidate.total(case.x), (2 * case.x + 1).sum(-1))


@check("total", points=1, title="is noisy on request", kind="random")
def test_total_noise(candidate):
    """The same seed gives other values, or another seed the same."""
    x = torch.zeros(3, 4)
    values = []
    for seed in (5, 5, 6):
        candidate.seed(seed)
        values.append(candidate.total(x, noisy=True))
    assert_close(values[1], values[0])
    assert_true(not torch.equal(values[0], values[2]), "another seed gives the same values")


@check("total", points=1, title="has the gradient two", kind="gradient")
def test_total_gradient(candidate):
    """The gradient is missing or wrong."""
    for noisy in (False, True):
        (gradient,) = candidate.total.grad(torch.ones(2, 3), noisy, wrt=(0,))
        assert_close(gradient, torch.full((2, 3), 2.0))


@check("Scale", points=1, title="has a gradient with respect to its weight", kind="gradient")
def test_scale_gradient(candidate):
    """No gradient reaches the weight."""
    scale = candidate.Scale(2.0)
    _, gradients = scale.grad(torch.tensor([1.0, 2.0]), wrt=(0,), parameters=True)
    assert_close(list(gradients.values()), [torch.tensor(3.0)])
'''

MISCONCEPTIONS = '''"""Wrong beliefs about pieces.py."""

import torch
from autograder.diagnosis import misconception, probe


@probe("double")
def observe_double(candidate, record):
    """Two shapes and a gradient."""
    record("row", candidate.double, torch.tensor([1.0, 2.0, 3.0]))
    record("matrix", candidate.double, torch.tensor([[1.0, -2.0], [0.5, 4.0]]))
    record.grad("gradient", candidate.double, torch.tensor([1.0, 2.0]))


@misconception("double", belief="doubling is squaring", hint="What do you get for x = 3?")
def squared(x):
    """Square."""
    return x * x


@misconception("double", belief="doubling adds two", hint="What do you get for x = 0?")
def two_added(x):
    """Add."""
    return x + 2
'''
