"""Wrong beliefs about numerical log-determinants, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[0.8, -1.9, 2.4], [3.1, 0.2, -0.7], [-1.3, 1.1, 0.5]])


@probe("numerical_log_det")
def observe_numerical_log_det(candidate: Candidate, record: Record) -> None:
    """A linear map, a mirrored one, nonlinear ones, a very small determinant, one dimension, double precision."""
    linear = candidate.toy(
        "LinearMap", matrix=torch.tensor([[1.4, 0.7, -0.2], [0.5, 2.2, 0.3], [-0.6, 0.1, 0.9]])
    )
    record("linear", candidate.numerical_log_det, linear, X)
    polar = torch.tensor([[0.7, 1.0], [3.0, -0.4]], dtype=torch.float64)
    record("polar", candidate.numerical_log_det, candidate.toy("PolarMap"), polar)
    record("mirrored", candidate.numerical_log_det, candidate.toy("PolarMap", flipped=True), polar)
    record("chained", candidate.numerical_log_det, candidate.toy("ChainedMap"), X.double())
    tiny = candidate.toy("LinearMap", matrix=1e-30 * torch.eye(12, dtype=torch.float64))
    record("tiny", candidate.numerical_log_det, tiny, torch.ones(2, 12, dtype=torch.float64))
    curve = candidate.numerical_log_det(candidate.toy("ChainedMap"), X[:, :1])
    record.value("one dimension", curve)


Map = Callable[[Tensor], Tensor]


misconception(
    "numerical_log_det", name="logarithm_of_the_trace", belief="the trace measures the change of volume",
    replace=(
        "torch.linalg.slogdet(jacobians).logabsdet", "jacobians.diagonal(dim1=-2, dim2=-1).sum(dim=-1).abs().log()",
    ),
    hint="Your result is the logarithm of the Jacobian's trace. Which number says by how much a linear map scales volumes?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="absolute_value_of_the_determinant_forgotten", belief="the determinant is positive",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "torch.logdet(jacobians)"),
    hint="For maps that mirror space you get something that is not a number. Which part of the determinant tells how volumes "
    "change?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="determinant_returned", belief="the determinant itself is asked for",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "torch.linalg.det(jacobians).abs()"),
    hint="The identity should give zero. Do you return the determinant or its logarithm?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="diagonal_only", belief="only the diagonal of the Jacobian matters",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "jacobians.diagonal(dim1=1, dim2=2).abs().log().sum(1)"),
    hint="You are right for triangular Jacobians only. What do the entries off the diagonal do to the determinant in general?",
)  # fmt: skip


@misconception(
    "numerical_log_det",
    belief="one backward pass gives the Jacobian",
    hint="Your version makes a single backward pass from the sum of the outputs. Which numbers are added "
    "up in the gradient of a sum?",
)
def gradient_of_the_sum(f: Map, x: Tensor) -> Tensor:
    """Take the gradient of the summed outputs for the diagonal."""
    rows = []
    for point in x:
        leaf = point.detach().clone().requires_grad_()
        rows.append(torch.autograd.grad(f(leaf).sum(), leaf)[0])
    return torch.stack(rows).abs().log().sum(1)


@misconception(
    "numerical_log_det",
    belief="finite differences are as good as derivatives",
    hint="Your values are right to a few digits only, and worse in single precision. Which tool gives "
    "derivatives without a step size?",
)
def finite_differences(f: Map, x: Tensor) -> Tensor:
    """One-sided differences."""
    step = 1e-4
    columns = [[(f(point + step * e) - f(point)) / step for e in torch.eye(len(point)).to(x)] for point in x]
    return torch.linalg.slogdet(torch.stack([torch.stack(column, dim=1) for column in columns])).logabsdet


misconception(
    "numerical_log_det", name="determinant_then_logarithm", belief="the logarithm of the determinant is as good as slogdet",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "torch.linalg.det(jacobians).abs().log()"),
    hint="In many dimensions you get infinities. What happens to a product of many small numbers before its logarithm is "
    "taken, and which function avoids that product?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="averaged_over_the_points", belief="the log-determinant is one number per batch",
    replace=(".logabsdet", ".logabsdet.mean()"),
    hint="Several points go in and one number comes out. Is the stretching the same everywhere?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="log_det_of_the_inverse", belief="the inverse map's determinant is asked for",
    replace=("return torch", "return -torch"),
    hint="All your values have the wrong sign. Does f stretch where your value is positive?",
)  # fmt: skip


@misconception(
    "numerical_log_det", belief="slogdet returns the logarithm first",
    hint="Your result is 1 or -1. In which order does slogdet return its two results?",
)  # fmt: skip
def sign_returned(f: Map, x: Tensor) -> Tensor:
    """The first result of slogdet."""
    return torch.stack([torch.linalg.slogdet(torch.autograd.functional.jacobian(f, point))[0] for point in x])


misconception(
    "numerical_log_det", name="logarithm_of_a_signed_determinant", belief="determinants are positive, and of moderate size",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "torch.linalg.det(jacobians).log()"),
    hint="For maps that mirror space you get something that is not a number, and in many dimensions infinities. Which part of "
    "the determinant tells how volumes change, and which function gives its logarithm without the determinant?",
)  # fmt: skip

misconception(
    "numerical_log_det", name="trace_returned", belief="the change of volume is the sum of the diagonal",
    replace=("torch.linalg.slogdet(jacobians).logabsdet", "jacobians.diagonal(dim1=1, dim2=2).sum(1)"),
    hint="The identity should give zero, and yours gives the number of dimensions. Is it the trace of the Jacobian that says "
    "how volumes change?",
)  # fmt: skip
