"""Visible checks of multistep.py."""

import torch

from autograder.checks import Candidate, assert_close, assert_shape, check

ALPHA_BAR = torch.tensor([0.96, 0.64, 0.36])


@check("v_prediction_target", points=1, title="x_0 = 1, noise -0.5, alpha_bar 0.64")
def test_v_prediction_target_known_value(candidate: Candidate) -> None:
    """sqrt(0.64) * (-0.5) - sqrt(0.36) * 1 = -1."""
    x_start, noise = torch.tensor([[1.0, 0.0]]), torch.tensor([[-0.5, 2.0]])
    target = candidate.v_prediction_target(x_start, noise, torch.tensor([1]), ALPHA_BAR)
    assert_close(target, torch.tensor([[-1.0, 1.6]]))


@check("v_prediction_target", points=0.25, title="a batch of images at different timesteps", kind="shape")
def test_v_prediction_target_images(candidate: Candidate) -> None:
    """The target is shaped like the images, and each is made with the alpha_bar of its own timestep."""
    x_start, noise = torch.zeros(2, 3, 4, 4), torch.ones(2, 3, 4, 4)
    target = candidate.v_prediction_target(x_start, noise, torch.tensor([2, 1]), ALPHA_BAR)
    assert_shape(target, (2, 3, 4, 4), torch.float32)
    assert_close(target[:, 0, 0, 0], torch.tensor([0.6, 0.8]), what="the first pixel of each image")


@check("min_snr_weight", points=0.75, title="signal-to-noise ratios 24, 16/9 and 9/16")
def test_min_snr_weight_known_values(candidate: Candidate) -> None:
    """Only the first ratio exceeds gamma = 5: its weight is 5 / 24, the others are 1."""
    weights = candidate.min_snr_weight(torch.tensor([0, 1, 2]), ALPHA_BAR)
    assert_close(weights, torch.tensor([5 / 24, 1.0, 1.0]))
