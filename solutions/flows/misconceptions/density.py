"""Wrong beliefs about the change of variables, with the behaviour they lead to."""


import math

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[0.8, -1.9, 2.4], [3.1, 0.2, -0.7], [-1.3, 1.1, 0.5], [0.4, -0.6, -2.2]])
A = torch.tensor([2.1, 0.6, 1.7])
MIRRORED = torch.tensor([-2.1, 0.6, -1.7])
B = torch.tensor([0.4, -1.2, 0.9])
LOG_Q0 = torch.tensor([-1.4, -3.7, -0.2])
LOG_DETS = torch.tensor([[0.6, -1.1, 0.3], [1.7, 0.4, -0.8], [-0.5, 0.9, 1.2]])
LONG_DETS = torch.tensor([[0.6, -1.1], [1.7, 0.4], [-0.5, 0.9], [0.2, -1.3]])

# -- affine_log_prob ---------------------------------------------------------------------------------------


@probe("affine_log_prob")
def observe_affine_log_prob(candidate: Candidate, record: Record) -> None:
    """Positive scales, negative ones, one dimension, unit scales, double precision, gradients."""
    record("positive", candidate.affine_log_prob, X, A, B, batch=4)
    record("negative", candidate.affine_log_prob, X, MIRRORED, B, batch=4)
    record("one dimension", candidate.affine_log_prob, X[:, :1], A[:1], B[:1], batch=4)
    record("centred", candidate.affine_log_prob, X, A, torch.zeros(3), batch=4)
    record("unit", candidate.affine_log_prob, X[:2], torch.ones(3), B, batch=2)
    record("double", candidate.affine_log_prob, X.double(), A.double(), B.double(), batch=4)
    record.grad("gradient", candidate.affine_log_prob, X, A, B, wrt=(0, 1, 2))


misconception(
    "affine_log_prob", name="determinant_subtracted", belief="the density is divided by the determinant",
    replace=("- a.abs().log()).sum(dim=-1)", ").sum(dim=-1) - a.prod().abs()"),
    hint="The determinant itself is subtracted in your result. What becomes of a divisor when one takes logarithms?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="log_scale_added", belief="stretching raises the density", replace=("- a.abs()", "+ a.abs()"),
    hint="The wider your distribution, the larger its density. Must the total probability not stay the same when space is "
    "stretched?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="volume_change_forgotten", belief="the density moves along with the point",
    replace=(" - a.abs().log()", ""),
    hint="Your density does not integrate to one unless the scales are 1. What happens to a small volume around z on its way "
    "to x?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="absolute_value_forgotten", belief="scales are positive", replace=("a.abs().log()", "a.log()"),
    hint="For negative scales you get something that is not a number. Does a mirror image have less volume?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="map_applied_to_x", belief="z is found by applying the map to x",
    replace=("(x - b) / a", "a * x + b"),
    hint="Your density is largest far away from b. Does the given map lead from z to x or from x to z?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="scale_taken_for_the_variance", belief="a is a variance",
    replace=[("(x - b) / a", "(x - b) / a.abs().sqrt()"), ("- a.abs().log()", "- 0.5 * a.abs().log()")],
    hint="Your density is too wide or too narrow unless |a| is 1. If z has variance 1, which variance has a * z?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="normalising_constant_forgotten", belief="the constant of the normal density does not matter",
    replace=(" - 0.5 * math.log(2 * math.pi)", ""),
    hint="Your log-density is off by the same amount everywhere, in proportion to the number of dimensions. What does the "
    "density of the standard normal amount to at zero?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="averaged_over_the_dimensions", belief="the log-density is averaged over the dimensions",
    replace=("sum(", "mean("),
    hint="Your log-density is too small in size by the number of dimensions. What happens to densities of independent "
    "dimensions, and what to their logarithms?",
)  # fmt: skip

misconception(
    "affine_log_prob", name="shift_undone_last", belief="the shift is added before scaling",
    replace=("(x - b) / a", "x / a - b"),
    hint="Your density is right for b = 0 only. Is b applied before the scaling or after it, and what must be undone first?",
)  # fmt: skip


# -- flow_log_prob -----------------------------------------------------------------------------------------


@probe("flow_log_prob")
def observe_flow_log_prob(candidate: Candidate, record: Record) -> None:
    """As many steps as samples, densities on both sides of one, more steps, one step, double precision, gradients."""
    record("square", candidate.flow_log_prob, LOG_Q0, LOG_DETS, batch=3)
    record("more steps", candidate.flow_log_prob, LOG_Q0[:2], LONG_DETS, batch=2)
    record("one step", candidate.flow_log_prob, LOG_Q0, LOG_DETS[:1], batch=3)
    record("dense and thin", candidate.flow_log_prob, 2 + LOG_Q0, LOG_DETS, batch=3)
    record("double", candidate.flow_log_prob, LOG_Q0.double(), LOG_DETS.double(), batch=3)
    record.grad("gradient", candidate.flow_log_prob, LOG_Q0, LOG_DETS, wrt=(0, 1))


misconception(
    "flow_log_prob", name="log_dets_added", belief="log-determinants are added, as in log p(x) = log p(z) + log|det dz/dx|",
    replace=("log_q0 -", "log_q0 +"),
    hint="Stretching raises the density in your version. Are these determinants those of the maps from z_0 on, or of their "
    "inverses?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="last_step_only", belief="only the last step changes the density",
    replace=("log_dets.sum(dim=0)", "log_dets[-1]"),
    hint="All steps but the last have no influence on your result. Which of the maps on the way to the end stretch space?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="first_step_only", belief="only the first step changes the density",
    replace=("log_dets.sum(dim=0)", "log_dets[0]"),
    hint="All steps but the first have no influence on your result. Which of the maps on the way to the end stretch space?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="first_step_left_out", belief="the first determinant belongs to q_0",
    replace=("log_dets.sum(dim=0)", "log_dets[1:].sum(dim=0)"),
    hint="The first step has no influence on your result. To which map does entry 0 of log_dets belong?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="last_step_left_out", belief="there is one step less than there are points",
    replace=("log_dets.sum(dim=0)", "log_dets[:-1].sum(dim=0)"),
    hint="The last step has no influence on your result. How many maps lead from z_0 to z_S?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="density_after_every_step", belief="the density is followed step by step",
    replace=("log_dets.sum(dim=0)", "log_dets.cumsum(dim=0)"),
    hint="You return the log-density after each of the steps. Which of them is asked for?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="steps_averaged", belief="the change of volume is the average one", replace=("sum(", "mean("),
    hint="Applying the same step twice should change the density twice as much. Do volume changes add up or average out along "
    "the chain?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="log_dets_multiplied", belief="determinants of a composition multiply, so their logarithms do",
    replace=("sum(", "prod("),
    hint="One step without any change of volume makes the others disappear in your version. What does a product become under "
    "the logarithm?",
)  # fmt: skip


@misconception(
    "flow_log_prob",
    belief="the first dimension is the batch",
    hint="Your samples exchange their determinants. Which dimension of log_dets counts the steps?",
)
def summed_over_the_samples(log_q0: Tensor, log_dets: Tensor) -> Tensor:
    """Sum over the second dimension, and make it fit."""
    total = log_dets.sum(1)
    return log_q0 - total.repeat(len(log_q0))[: len(log_q0)]


misconception(
    "flow_log_prob", name="summed_over_everything", belief="the log-determinants of the whole batch belong to every sample",
    replace=("dim=0", ""),
    hint="The result of a sample changes with its neighbours. Over which dimensions do you add up the log-determinants?",
)  # fmt: skip

misconception(
    "flow_log_prob", name="logarithm_taken_again", belief="log_dets holds determinants",
    replace=("log_dets.sum", "log_dets.abs().log().sum"),
    hint="Steps that halve the volume give you something that is not a number, or an infinite density. Have the logarithms "
    "been taken already?",
)  # fmt: skip


@misconception(
    "affine_log_prob", belief="a normal density has one constant",
    hint="Your value is right for a single dimension. How often does each dimension's constant occur in a product of "
    "densities?",
)  # fmt: skip
def constant_of_one_dimension(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """log 2 pi once."""
    return (-0.5 * ((x - b) / a) ** 2 - a.abs().log()).sum(dim=1) - 0.5 * math.log(2 * math.pi)


@misconception(
    "affine_log_prob", belief="the volume changes by an average scale",
    hint="Your value is right for a single dimension. By how much does the volume change if each of two dimensions is doubled?",
)  # fmt: skip
def log_scales_averaged_over_the_dimensions(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The mean of the log-scales."""
    normal = -0.5 * ((x - b) / a) ** 2 - 0.5 * math.log(2 * math.pi)
    return normal.sum(dim=1) - a.abs().log().mean()


@misconception(
    "affine_log_prob", belief="scales are positive",
    hint="Where a scale is negative you use a tiny positive one instead. How much does a negative scale stretch?",
)  # fmt: skip
def negative_scales_cut_off(x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Scales of at least 1e-6."""
    scale = a.clamp_min(1e-6)
    return (-0.5 * ((x - b) / scale) ** 2 - scale.log() - 0.5 * math.log(2 * math.pi)).sum(dim=1)
