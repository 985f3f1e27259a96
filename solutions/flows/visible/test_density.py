"""Visible checks of density.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, check

LOG_NORMAL_AT_ZERO = -0.5 * math.log(2 * math.pi)


@check("affine_log_prob", points=1.25, title="x = 2 z at z = 0.5")
def test_affine_log_prob_known_value(candidate: Candidate) -> None:
    """log N(0.5; 0, 1) - log 2 = -1.7371."""
    log_prob = candidate.affine_log_prob(torch.tensor([[1.0]]), torch.tensor([2.0]), torch.tensor([0.0]))
    assert_close(log_prob, torch.tensor([LOG_NORMAL_AT_ZERO - 0.125 - math.log(2)]))


@check("affine_log_prob", points=0.75, title="two dimensions, one of them mirrored")
def test_affine_log_prob_two_dimensions(candidate: Candidate) -> None:
    """With a = (-0.5, 4) and b = (1, -2) the point (1, -2) has z = 0 and the point (0.5, 2) has z = (1, 1)."""
    x, a, b = torch.tensor([[1.0, -2.0], [0.5, 2.0]]), torch.tensor([-0.5, 4.0]), torch.tensor([1.0, -2.0])
    at_mode = 2 * LOG_NORMAL_AT_ZERO - math.log(2)
    assert_close(candidate.affine_log_prob(x, a, b), torch.tensor([at_mode, at_mode - 1]))


@check("flow_log_prob", points=1, title="two samples, three steps")
def test_flow_log_prob_known_value(candidate: Candidate) -> None:
    """-1 - (0.5 + 0.25 + 0.125) = -1.875, and -2 - (1 - 3 + 0) = 0."""
    log_dets = torch.tensor([[0.5, 1.0], [0.25, -3.0], [0.125, 0.0]])
    assert_close(candidate.flow_log_prob(torch.tensor([-1.0, -2.0]), log_dets), torch.tensor([-1.875, 0.0]))


@check("flow_log_prob", points=0.75, title="a standard normal stretched by 2 three times")
def test_flow_log_prob_stretched_normal(candidate: Candidate) -> None:
    """At the mode the density of 8 z is an eighth of that of z."""
    log_prob = candidate.flow_log_prob(torch.tensor([LOG_NORMAL_AT_ZERO]), torch.full((3, 1), math.log(2)))
    assert_close(log_prob, torch.tensor([LOG_NORMAL_AT_ZERO - math.log(8)]))


@check("numerical_log_det", points=1.25, title="a linear map with determinant -6")
def test_numerical_log_det_linear(candidate: Candidate) -> None:
    """The Jacobian of a linear map is its matrix, everywhere; log|-6| = 1.7918."""
    f = candidate.toy("LinearMap", matrix=torch.tensor([[1.0, 4.0], [2.0, 2.0]]))
    x = torch.tensor([[0.0, 0.0], [1.0, -3.0], [5.0, 2.0]])
    assert_close(candidate.numerical_log_det(f, x), torch.full((3,), math.log(6)))


@check("numerical_log_det", points=0.75, title="polar coordinates stretch by the radius")
def test_numerical_log_det_polar(candidate: Candidate) -> None:
    """(r, angle) -> (r cos(angle), r sin(angle)) has determinant r, whatever the angle."""
    x = torch.tensor([[2.0, 0.3], [0.5, -1.0], [1.0, 2.0]])
    log_det = candidate.numerical_log_det(candidate.toy("PolarMap"), x)
    assert_close(log_det, torch.tensor([math.log(2), -math.log(2), 0.0]))
