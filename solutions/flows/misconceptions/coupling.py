"""Wrong beliefs about scaling and shifting in a coupling layer, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[0.8, -1.9], [3.1, 0.2], [-1.3, 1.1]])
S = torch.tensor([[0.5, -0.9], [-1.4, 0.3], [0.7, 1.2]])
T = torch.tensor([[1.6, 0.4], [-0.8, 2.3], [0.9, -1.7]])
WIDE = [torch.linspace(-2, 2, 8).mul(k).sin().reshape(2, 4) for k in (1, 3, 5)]
Pair = tuple[Tensor, Tensor]

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


@misconception(
    "coupling_forward",
    belief="s is the scale itself",
    hint="With s = 0 your layer should leave x_b alone, but it wipes it out. What is s the logarithm of?",
)
def scale_without_exponential(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Multiply by s."""
    return x_b * s + t, s.abs().log().sum(-1)


@misconception(
    "coupling_forward",
    belief="the shift is scaled too",
    hint="Your layer is right without a shift. In which order are the coordinates scaled and shifted?",
)
def shifted_before_scaling(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """(x_b + t) * exp(s)."""
    return (x_b + t) * s.exp(), s.sum(-1)


@misconception(
    "coupling_forward",
    belief="the determinant adds up the scales",
    hint="With s = 0 the volume stays the same: which value must log_det have then? What is the logarithm "
    "of a product of exponentials?",
)
def scales_added_up(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Sum of exp(s)."""
    return x_b * s.exp() + t, s.exp().sum(-1)


@misconception(
    "coupling_forward",
    belief="the log-determinant is the mean of s",
    hint="Your log_det does not grow with the number of coordinates. How does the volume change if each "
    "of ten coordinates is doubled?",
)
def log_scales_averaged(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Mean of s."""
    return x_b * s.exp() + t, s.mean(-1)


@misconception(
    "coupling_forward",
    belief="densities fall where volumes grow, so the sign is negative",
    hint="Your log_det is negative where the layer stretches. Is it this function's business to turn "
    "volumes into densities?",
)
def log_det_of_the_inverse(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Flip the sign."""
    return x_b * s.exp() + t, -s.sum(-1)


@misconception(
    "coupling_forward",
    belief="log_det has one entry per coordinate",
    hint="One number per coordinate comes back. How many determinants does the Jacobian of a sample have?",
)
def log_scales_not_summed(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Return s."""
    return x_b * s.exp() + t, s


@misconception(
    "coupling_forward",
    belief="log_det is one number per batch",
    hint="A batch goes in and a single log-determinant comes out. Does every sample have the same Jacobian?",
)
def log_scales_summed_over_the_batch(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Sum over everything."""
    return x_b * s.exp() + t, s.sum()


@misconception(
    "coupling_forward",
    belief="s is a log-variance, as in a VAE",
    hint="Your coordinates are scaled by the square root of what they should be. Is s the logarithm of a "
    "factor or of its square?",
)
def log_scale_halved(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """exp(s / 2)."""
    return x_b * (0.5 * s).exp() + t, 0.5 * s.sum(-1)


@misconception(
    "coupling_forward",
    belief="the logarithm of the product of the scales is as good as the sum of s",
    hint="With many coordinates your log_det becomes infinite. What happens to a product of many small "
    "scales before its logarithm is taken?",
)
def product_then_logarithm(x_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Underflow."""
    return x_b * s.exp() + t, s.exp().prod(-1).log()


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


@misconception(
    "coupling_inverse",
    belief="operations are undone in the order in which they were done",
    hint="Your inverse is right without a shift. Which of the two operations was done last, and which "
    "must be undone first?",
)
def unscaled_before_unshifting(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """y_b exp(-s) - t."""
    return y_b * torch.exp(-s) - t


@misconception(
    "coupling_inverse",
    belief="only the shift has to be undone",
    hint="Scaling forth and back makes your coordinates larger and larger. What is the inverse of "
    "multiplying by exp(s)?",
)
def scaled_again(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """(y_b - t) exp(s)."""
    return (y_b - t) * s.exp()


@misconception(
    "coupling_inverse",
    belief="the inverse negates s and nothing else",
    hint="Without scaling, your result is shifted in the same direction twice. What undoes adding t?",
)
def shift_added_again(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """(y_b + t) exp(-s)."""
    return (y_b + t) * torch.exp(-s)


@misconception(
    "coupling_inverse",
    belief="s is the scale itself",
    hint="With s = 0 you divide by zero. What is s the logarithm of?",
)
def divided_by_the_log_scale(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """(y_b - t) / s."""
    return (y_b - t) / s


@misconception(
    "coupling_inverse",
    belief="a coupling layer inverts itself",
    hint="Applied after the forward transformation, yours transforms a second time. Which operations undo "
    "those of the forward pass?",
)
def forward_repeated(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """y_b exp(s) + t."""
    return y_b * s.exp() + t


@misconception(
    "coupling_inverse",
    belief="the inverse returns what the forward pass returns",
    hint="Two things come back where one is expected. What does the docstring say about the result?",
)
def log_det_returned_too(y_b: Tensor, s: Tensor, t: Tensor) -> Pair:
    """Return a pair."""
    return (y_b - t) * torch.exp(-s), -s.sum(-1)
