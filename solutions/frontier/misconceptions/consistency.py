"""Wrong beliefs about the weights of a consistency function, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

consistency = reference("frontier", "consistency")

TIMES = torch.tensor([0.002, 0.3, 1.1, 4.0])
SOME = torch.tensor([0.7, 1.5, 2.2])

# -- c_skip ------------------------------------------------------------------------------------------------


@probe("c_skip")
def observe_c_skip(candidate: Candidate, record: Record) -> None:
    """Default and other settings, t_min visible and not, the derivative."""
    record("default", candidate.c_skip, TIMES)
    record("wide", candidate.c_skip, SOME, 1.4, 0.5)
    record("from zero", candidate.c_skip, SOME[:2], 0.8, 0.0)
    record("double", candidate.c_skip, SOME.double(), 0.6, 0.1)
    record.grad("gradient", candidate.c_skip, SOME, 0.8, 0.2, wrt=(0,))


@misconception(
    "c_skip",
    belief="time is counted from zero",
    hint="At t_min your weight is not exactly 1, so that the consistency function is not the identity there. "
    "From which time on does the formula count?",
)
def skip_counted_from_zero(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Ignore t_min, as other parametrisations do."""
    return sigma_data**2 / (t**2 + sigma_data**2)


@misconception(
    "c_skip",
    belief="the skip weight is the share of noise",
    hint="Your weight is 0 at t_min and grows with t. How much of an almost clean input should be kept?",
)
def skip_grows_with_noise(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Take the complement."""
    return 1 - consistency.c_skip(t, sigma_data, t_min)


@misconception(
    "c_skip",
    belief="a weight is a root of a share of variance",
    hint="The square of your weight would be right. Does the formula contain a root?",
)
def root_of_the_skip(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Take a root."""
    return consistency.c_skip(t, sigma_data, t_min).sqrt()


@misconception(
    "c_skip",
    belief="sigma_data is already a variance",
    hint="With sigma_data = 1 you are right, otherwise not. Is sigma_data a variance or a standard "
    "deviation, and what is squared in the formula?",
)
def sigma_data_not_squared(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Forget the squares of sigma_data."""
    return sigma_data / ((t - t_min) ** 2 + sigma_data)


@misconception(
    "c_skip",
    belief="the difference of squares stands in the denominator",
    hint="Your weight is right at t_min and if t_min is zero. What comes first: the difference or the "
    "square?",
)
def difference_of_squares(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Square before subtracting."""
    return sigma_data**2 / (t**2 - t_min**2 + sigma_data**2)


@misconception(
    "c_skip",
    belief="the weight falls like one over the time",
    hint="At large times your weight is much too large: it falls like 1 / t. With which power does the "
    "variance of the noise grow?",
)
def time_not_squared(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Forget the square of the time."""
    return sigma_data**2 / ((t - t_min) + sigma_data**2)


@misconception(
    "c_skip",
    belief="sigma_data is always 0.5",
    hint="With the default settings you are right, with others not. What is the argument sigma_data for?",
)
def skip_for_default_data(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Ignore the argument."""
    return consistency.c_skip(t, 0.5, t_min)


# -- c_out -------------------------------------------------------------------------------------------------


@probe("c_out")
def observe_c_out(candidate: Candidate, record: Record) -> None:
    """Default and other settings, t_min visible and not, the derivative."""
    record("default", candidate.c_out, TIMES)
    record("wide", candidate.c_out, SOME, 1.4, 0.5)
    record("from zero", candidate.c_out, SOME[:2], 0.8, 0.0)
    record("double", candidate.c_out, SOME.double(), 0.6, 0.1)
    record.grad("gradient", candidate.c_out, SOME, 0.8, 0.2, wrt=(0,))


@misconception(
    "c_out",
    belief="time is counted from zero",
    hint="At t_min your weight is not 0, so that the network has a say where it should have none. What must "
    "the numerator be at t_min?",
)
def out_counted_from_zero(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Ignore t_min."""
    return sigma_data * t / (sigma_data**2 + t**2).sqrt()


@misconception(
    "c_out",
    belief="t - t_min replaces t everywhere",
    hint="At t_min you are right, and at very large times. Compare the denominators of c_skip and c_out: is "
    "the same time squared in both?",
)
def shifted_in_the_denominator_too(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Shift the time in the denominator."""
    return sigma_data * (t - t_min) / (sigma_data**2 + (t - t_min) ** 2).sqrt()


@misconception(
    "c_out",
    belief="the denominator is that of c_skip",
    hint="At large times your weight falls to zero instead of approaching sigma_data. What is different "
    "about the denominator of c_out?",
)
def root_left_out(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Forget the root."""
    return sigma_data * (t - t_min) / (sigma_data**2 + t**2)


@misconception(
    "c_out",
    belief="the two weights add up to one",
    hint="At large times your weight approaches 1. Why should the weights of input and network add up to 1, "
    "and what is the size of data that the network must reach?",
)
def complement_of_the_skip(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Use 1 - c_skip."""
    return 1 - consistency.c_skip(t, sigma_data, t_min)


@misconception(
    "c_out",
    belief="the network's output already has the size of data",
    hint="At large times your weight approaches 1, whatever sigma_data is. Which factor brings an output of "
    "unit size to the size of the data?",
)
def sigma_data_left_out(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Forget the factor."""
    return (t - t_min) / (sigma_data**2 + t**2).sqrt()


@misconception(
    "c_out",
    belief="the root of a sum is the sum of the roots",
    hint="Your weight is too small by a factor that is largest where t and sigma_data are equal. How are two "
    "standard deviations added?",
)
def deviations_added(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """Add without squares."""
    return sigma_data * (t - t_min) / (sigma_data + t)
