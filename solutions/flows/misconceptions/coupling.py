"""Wrong beliefs about scaling and shifting in a coupling layer, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[0.8, -1.9], [3.1, 0.2], [-1.3, 1.1]])
S = torch.tensor([[0.5, -0.9], [-1.4, 0.3], [0.7, 1.2]])
T = torch.tensor([[1.6, 0.4], [-0.8, 2.3], [0.9, -1.7]])
WIDE = [torch.linspace(-2, 2, 8).mul(k).sin().reshape(2, 4) for k in (1, 3, 5)]

# -- coupling_forward --------------------------------------------------------------------------------------


@probe("coupling_forward")
def observe_coupling_forward(candidate: Candidate, record: Record) -> None:
    """Two widths, no shift, double precision, gradients."""
    record("pairs", candidate.coupling_forward, X, S, T, batch=3)
    record("wide", candidate.coupling_forward, *WIDE, batch=2)
    record("no shift", candidate.coupling_forward, X, S, torch.zeros(3, 2), batch=3)
    record(
        "many",
        candidate.coupling_forward,
        torch.ones(1, 200),
        torch.full((1, 200), -6.0),
        torch.zeros(1, 200),
    )
    record("double", candidate.coupling_forward, X.double(), S.double(), T.double(), batch=3)
    record.grad("gradient of y_b", candidate.coupling_forward, X, S, T, wrt=(0, 1, 2), select=0)
    record.grad("gradient of log_det", candidate.coupling_forward, X, S, T, wrt=(1,), select=1)


misconception(
    "coupling_forward", name="scale_without_exponential", belief="s is the scale itself",
    replace=[("s.exp()", "s"), ("s.sum(", "s.abs().log().sum(")],
    hint="With s = 0 your layer should leave x_b alone, but it wipes it out. What is s the logarithm of?",
)  # fmt: skip

misconception(
    "coupling_forward", name="shifted_before_scaling", belief="the shift is scaled too",
    replace=("x_b * s.exp() + t", "(x_b + t) * s.exp()"),
    hint="Your layer is right without a shift. In which order are the coordinates scaled and shifted?",
)  # fmt: skip

misconception(
    "coupling_forward", name="scales_added_up", belief="the determinant adds up the scales", replace=("s.sum(", "s.exp().sum("),
    hint="With s = 0 the volume stays the same: which value must log_det have then? What is the logarithm of a product of "
    "exponentials?",
)  # fmt: skip

misconception(
    "coupling_forward", name="log_scales_averaged", belief="the log-determinant is the mean of s",
    replace=("s.sum(", "s.mean("),
    hint="Your log_det does not grow with the number of coordinates. How does the volume change if each of ten coordinates is "
    "doubled?",
)  # fmt: skip

misconception(
    "coupling_forward", name="log_det_of_the_inverse", belief="densities fall where volumes grow, so the sign is negative",
    replace=("s.sum(", "-s.sum("),
    hint="Your log_det is negative where the layer stretches. Is it this function's business to turn volumes into densities?",
)  # fmt: skip

misconception(
    "coupling_forward", name="log_scales_not_summed", belief="log_det has one entry per coordinate",
    replace=("s.sum(dim=-1)", "s"),
    hint="One number per coordinate comes back. How many determinants does the Jacobian of a sample have?",
)  # fmt: skip

misconception(
    "coupling_forward", name="log_scales_summed_over_the_batch", belief="log_det is one number per batch",
    replace=("dim=-1", ""),
    hint="A batch goes in and a single log-determinant comes out. Does every sample have the same Jacobian?",
)  # fmt: skip

misconception(
    "coupling_forward", name="log_scale_halved", belief="s is a log-variance, as in a VAE",
    replace=[("s.exp()", "(0.5 * s).exp()"), ("s.sum(", "0.5 * s.sum(")],
    hint="Your coordinates are scaled by the square root of what they should be. Is s the logarithm of a factor or of its "
    "square?",
)  # fmt: skip

misconception(
    "coupling_forward", name="product_then_logarithm",
    belief="the logarithm of the product of the scales is as good as the sum of s",
    replace=("s.sum(dim=-1)", "s.exp().prod(dim=-1).log()"),
    hint="With many coordinates your log_det becomes infinite. What happens to a product of many small scales before its "
    "logarithm is taken?",
)  # fmt: skip


# -- coupling_inverse --------------------------------------------------------------------------------------


@probe("coupling_inverse")
def observe_coupling_inverse(candidate: Candidate, record: Record) -> None:
    """Two widths, no shift, no scale, double precision, gradients."""
    record("pairs", candidate.coupling_inverse, X, S, T, batch=3)
    record("wide", candidate.coupling_inverse, *WIDE, batch=2)
    record("no shift", candidate.coupling_inverse, X, S, torch.zeros(3, 2), batch=3)
    record("no scale", candidate.coupling_inverse, X, torch.zeros(3, 2), T, batch=3)
    record("double", candidate.coupling_inverse, X.double(), S.double(), T.double(), batch=3)
    record.grad("gradient", candidate.coupling_inverse, X, S, T, wrt=(0, 1, 2))


misconception(
    "coupling_inverse", name="unscaled_before_unshifting", belief="operations are undone in the order in which they were done",
    replace=("(y_b - t) * torch.exp(-s)", "y_b * torch.exp(-s) - t"),
    hint="Your inverse is right without a shift. Which of the two operations was done last, and which must be undone first?",
)  # fmt: skip

misconception(
    "coupling_inverse", name="scaled_again", belief="only the shift has to be undone",
    replace=("torch.exp(-s)", "torch.exp(s)"),
    hint="Scaling forth and back makes your coordinates larger and larger. What is the inverse of multiplying by exp(s)?",
)  # fmt: skip

misconception(
    "coupling_inverse", name="shift_added_again", belief="the inverse negates s and nothing else",
    replace=("y_b - t", "y_b + t"),
    hint="Without scaling, your result is shifted in the same direction twice. What undoes adding t?",
)  # fmt: skip

misconception(
    "coupling_inverse", name="divided_by_the_log_scale", belief="s is the scale itself", replace=("* torch.exp(-s)", "/ s"),
    hint="With s = 0 you divide by zero. What is s the logarithm of?",
)  # fmt: skip

misconception(
    "coupling_inverse", name="forward_repeated", belief="a coupling layer inverts itself",
    replace=("(y_b - t) * torch.exp(-s)", "y_b * torch.exp(s) + t"),
    hint="Applied after the forward transformation, yours transforms a second time. Which operations undo those of the "
    "forward pass?",
)  # fmt: skip

misconception(
    "coupling_inverse", name="log_det_returned_too", belief="the inverse returns what the forward pass returns",
    replace=("torch.exp(-s)", "torch.exp(-s), -s.sum(dim=-1)"),
    hint="Two things come back where one is expected. What does the docstring say about the result?",
)  # fmt: skip
