"""Visible checks of consistency.py."""

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check


@check("c_skip", points=0.75, title="one at t_min, a half at t_min + sigma_data")
def test_c_skip_known_values(candidate: Candidate) -> None:
    """With t - t_min = 0, 0.5 and 1 the weights are 0.25 / 0.25, 0.25 / 0.5 and 0.25 / 1.25."""
    assert_close(candidate.c_skip(torch.tensor([0.002, 0.502, 1.002])), torch.tensor([1.0, 0.5, 0.2]))


@check("c_out", points=0.75, title="zero at t_min, and two simple times")
def test_c_out_known_values(candidate: Candidate) -> None:
    """With sigma_data = 3 and t_min = 1 the weights at t = 1 and t = 4 are 0 and 3 * 3 / 5."""
    weights = candidate.c_out(torch.tensor([1.0, 4.0]), sigma_data=3.0, t_min=1.0)
    assert_close(weights, torch.tensor([0.0, 1.8]))


@check("consistency_function", points=1, title="a network that always says 2")
def test_consistency_function_known_value(candidate: Candidate) -> None:
    """With sigma_data = 3, t_min = 1 and t = 4, c_skip = 9 / 18 and c_out = 9 / 5: 0.5 x + 3.6."""

    def network(x: Tensor, t: Tensor) -> Tensor:
        return torch.full_like(x, 2.0)

    x, t = torch.tensor([[1.0, -2.0]]), torch.tensor([4.0])
    result = candidate.consistency_function(network, x, t, sigma_data=3.0, t_min=1.0)
    assert_close(result, torch.tensor([[4.1, 2.6]]))


@check("consistency_function", points=0.5, title="is the identity at t_min", kind="law")
def test_consistency_function_boundary(candidate: Candidate) -> None:
    """At t = t_min images come back as they are, whatever the network says."""

    def network(x: Tensor, t: Tensor) -> Tensor:
        return 100 * torch.cos(x)

    x = torch.linspace(-2, 2, 24).reshape(2, 3, 2, 2)
    result = candidate.consistency_function(network, x, torch.full((2,), 0.002))
    assert_close(result, x, atol=1e-4)


@check("distillation_loss", points=1, title="two simple networks")
def test_distillation_loss_known_value(candidate: Candidate) -> None:
    """The student says x + t_hi = (2, 4), the target is 2 (x - t_hi + t_lo) + t_lo = (1.5, 3)."""

    def student(x: Tensor, t: Tensor) -> Tensor:
        return x + t.reshape(-1, 1)

    def ema_student(x: Tensor, t: Tensor) -> Tensor:
        return 2 * x + t.reshape(-1, 1)

    def teacher_step(x: Tensor, t_hi: Tensor, t_lo: Tensor) -> Tensor:
        return x - (t_hi - t_lo).reshape(-1, 1)

    x, t_hi, t_lo = torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0])
    loss = candidate.distillation_loss(student, ema_student, teacher_step, x, t_hi, t_lo)
    assert_close(loss, 0.625, what="the loss")


@check("distillation_loss", points=0.5, title="who is asked, and when", kind="law")
def test_distillation_loss_calls(candidate: Candidate) -> None:
    """The student sees x at t_hi, the teacher steps from t_hi to t_lo, the averaged student sees where that leads."""
    seen = {}

    def student(x: Tensor, t: Tensor) -> Tensor:
        seen["student"] = (x, t)
        return torch.zeros_like(x)

    def ema_student(x: Tensor, t: Tensor) -> Tensor:
        seen["averaged student"] = (x, t)
        return torch.ones_like(x)

    def teacher_step(x: Tensor, t_hi: Tensor, t_lo: Tensor) -> Tensor:
        seen["teacher"] = (x, t_hi, t_lo)
        return -x

    x, t_hi, t_lo = torch.ones(2, 1, 2, 2), torch.tensor([2.0, 3.0]), torch.tensor([1.0, 1.5])
    loss = candidate.distillation_loss(student, ema_student, teacher_step, x, t_hi, t_lo)
    expected = {"student": (x, t_hi), "averaged student": (-x, t_lo), "teacher": (x, t_hi, t_lo)}
    for name, arguments in expected.items():
        assert_true(name in seen, f"the {name} was not asked")
        assert_close(seen[name], arguments, what=f"what the {name} was shown")
    assert_close(loss, 1.0, what="the loss")


@check("one_step_sample", points=1, title="maps what the network saw to a sample")
def test_one_step_sample_maps_noise(candidate: Candidate) -> None:
    """The result is c_skip x + c_out network(x, t) at t_max = 2, for the x that the network was shown."""
    seen = []

    def network(x: Tensor, t: Tensor) -> Tensor:
        seen.append(x)
        return 0.5 * x + 1

    sample = candidate.one_step_sample(network, (3, 2), t_max=2.0)
    assert_true(len(seen) == 1, "the network was not called exactly once")
    skip, out = 0.25 / (1.998**2 + 0.25), 0.5 * 1.998 / 4.25**0.5
    assert_close(sample, skip * seen[0] + out * (0.5 * seen[0] + 1), what="the sample")


@check("one_step_sample", points=0.5, title="asks the network at t_max, for the whole batch", kind="law")
def test_one_step_sample_time(candidate: Candidate) -> None:
    """The network sees data of the given shape, and t is filled with 80, once per sample."""
    seen = []

    def network(x: Tensor, t: Tensor) -> Tensor:
        seen.append((tuple(x.shape), t))
        return torch.zeros_like(x)

    sample = candidate.one_step_sample(network, (2, 1, 3, 3))
    assert_shape(sample, (2, 1, 3, 3))
    assert_true(len(seen) == 1 and seen[0][0] == (2, 1, 3, 3), "the network did not see the whole batch once")
    assert_close(seen[0][1], torch.tensor([80.0, 80.0]), what="t")
