"""Wrong beliefs about the weights of a consistency function, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

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


misconception(
    "c_skip", name="skip_counted_from_zero", belief="time is counted from zero", replace=("(t - t_min)", "t"),
    hint="At t_min your weight is not exactly 1, so that the consistency function is not the identity there. From which time "
    "on does the formula count?",
)  # fmt: skip

misconception(
    "c_skip", name="skip_grows_with_noise", belief="the skip weight is the share of noise",
    replace=("return sigma_data**2", "return 1 - sigma_data**2"),
    hint="Your weight is 0 at t_min and grows with t. How much of an almost clean input should be kept?",
)  # fmt: skip

misconception(
    "c_skip", name="root_of_the_skip", belief="a weight is a root of a share of variance",
    replace=(
        "return sigma_data**2 / ((t - t_min) ** 2 + sigma_data**2)",
        "return (sigma_data**2 / ((t - t_min) ** 2 + sigma_data**2)).sqrt()",
    ),
    hint="The square of your weight would be right. Does the formula contain a root?",
)  # fmt: skip

misconception(
    "c_skip", name="sigma_data_not_squared", belief="sigma_data is already a variance",
    replace=[("return sigma_data**2", "return sigma_data"), ("+ sigma_data**2", "+ sigma_data")],
    hint="With sigma_data = 1 you are right, otherwise not. Is sigma_data a variance or a standard deviation, and what is "
    "squared in the formula?",
)  # fmt: skip

misconception(
    "c_skip", name="difference_of_squares", belief="the difference of squares stands in the denominator",
    replace=("(t - t_min) ** 2", "t**2 - t_min**2"),
    hint="Your weight is right at t_min and if t_min is zero. What comes first: the difference or the square?",
)  # fmt: skip

misconception(
    "c_skip", name="time_not_squared", belief="the weight falls like one over the time",
    replace=("(t - t_min) ** 2", "(t - t_min)"),
    hint="At large times your weight is much too large: it falls like 1 / t. With which power does the variance of the noise "
    "grow?",
)  # fmt: skip

misconception(
    "c_skip", name="skip_for_default_data", belief="sigma_data is always 0.5",
    replace=[("return sigma_data**2", "return 0.5**2"), ("+ sigma_data**2", "+ 0.5**2")],
    hint="With the default settings you are right, with others not. What is the argument sigma_data for?",
)  # fmt: skip


# -- c_out -------------------------------------------------------------------------------------------------


@probe("c_out")
def observe_c_out(candidate: Candidate, record: Record) -> None:
    """Default and other settings, t_min visible and not, the derivative."""
    record("default", candidate.c_out, TIMES)
    record("wide", candidate.c_out, SOME, 1.4, 0.5)
    record("from zero", candidate.c_out, SOME[:2], 0.8, 0.0)
    record("double", candidate.c_out, SOME.double(), 0.6, 0.1)
    record.grad("gradient", candidate.c_out, SOME, 0.8, 0.2, wrt=(0,))


misconception(
    "c_out", name="out_counted_from_zero", belief="time is counted from zero", replace=("(t - t_min)", "t"),
    hint="At t_min your weight is not 0, so that the network has a say where it should have none. What must the numerator be "
    "at t_min?",
)  # fmt: skip

misconception(
    "c_out", name="shifted_in_the_denominator_too", belief="t - t_min replaces t everywhere",
    replace=("t**2", "(t - t_min) ** 2"),
    hint="At t_min you are right, and at very large times. Compare the denominators of c_skip and c_out: is the same time "
    "squared in both?",
)  # fmt: skip

misconception(
    "c_out", name="root_left_out", belief="the denominator is that of c_skip", replace=(".sqrt()", ""),
    hint="At large times your weight falls to zero instead of approaching sigma_data. What is different about the denominator "
    "of c_out?",
)  # fmt: skip

misconception(
    "c_out", name="complement_of_the_skip", belief="the two weights add up to one",
    replace=("sigma_data * (t - t_min) / (sigma_data**2 + t**2).sqrt()", "1 - c_skip(t, sigma_data, t_min)"),
    hint="At large times your weight approaches 1. Why should the weights of input and network add up to 1, and what is the "
    "size of data that the network must reach?",
)  # fmt: skip

misconception(
    "c_out", name="sigma_data_left_out", belief="the network's output already has the size of data",
    replace=("sigma_data * (t", "(t"),
    hint="At large times your weight approaches 1, whatever sigma_data is. Which factor brings an output of unit size to the "
    "size of the data?",
)  # fmt: skip

misconception(
    "c_out", name="deviations_added", belief="the root of a sum is the sum of the roots",
    replace=("(sigma_data**2 + t**2).sqrt()", "(sigma_data + t)"),
    hint="Your weight is too small by a factor that is largest where t and sigma_data are equal. How are two standard "
    "deviations added?",
)  # fmt: skip
