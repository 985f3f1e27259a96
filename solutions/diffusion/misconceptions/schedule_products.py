"""Wrong beliefs about products of alphas and about looking them up, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

BETAS = torch.tensor([0.1, 0.35, 0.2, 0.5], dtype=torch.float64)
VALUES = torch.tensor([0.5, -1.0, 2.0, 3.5, 7.0])


# -- alphas_cumprod ----------------------------------------------------------------------------------------


@probe("alphas_cumprod")
def observe_alphas_cumprod(candidate: Candidate, record: Record) -> None:
    """Unordered betas in both precisions, a single one, and gradients."""
    record("double", candidate.alphas_cumprod, BETAS)
    record("single", candidate.alphas_cumprod, BETAS.float())
    record("one step", candidate.alphas_cumprod, BETAS[:1])
    record.grad("gradient", candidate.alphas_cumprod, BETAS, wrt=(0,))


misconception(
    "alphas_cumprod", name="product_of_betas", belief="the betas are multiplied", replace=("1 - betas", "betas"),
    hint="Your values become tiny after a few steps, although each step removes little. Which factor is what a step leaves "
    "over?",
)  # fmt: skip

misconception(
    "alphas_cumprod", name="betas_subtracted", belief="small losses add up",
    replace=("torch.cumprod(1 - betas, dim=0)", "1 - torch.cumsum(betas, dim=0)"),
    hint="Your values are nearly right while the betas are small, then turn negative. Do losses of a share add, or do the "
    "shares that remain multiply?",
)  # fmt: skip

misconception(
    "alphas_cumprod", name="product_excludes_own_step", belief="entry t holds the product before step t",
    replace=(
        "torch.cumprod(1 - betas, dim=0)",
        "torch.cat([torch.ones_like(betas[:1]), torch.cumprod(1 - betas, dim=0)[:-1]])",
    ),
    hint="Your values are all there, one place too late, and the first is 1. Has x_0 of the schedule already been noised once?",
)  # fmt: skip

misconception(
    "alphas_cumprod", name="single_alphas", belief="alpha is what survives one step, so this is alpha",
    replace=("torch.cumprod(1 - betas, dim=0)", "1 - betas"),
    hint="Your values do not decrease steadily; they follow the single betas. What turns alpha_t into alpha_bar_t?",
)  # fmt: skip

misconception(
    "alphas_cumprod", name="amplitudes_multiplied", belief="amplitudes are what is multiplied",
    replace=("1 - betas", "(1 - betas).sqrt()"),
    hint="The square of your result would be right. Does alpha_bar measure what is left of the amplitude or of the variance?",
)  # fmt: skip

misconception(
    "alphas_cumprod", name="product_in_single_precision", belief="float32 is precise enough for a product",
    replace=("1 - betas", "1 - betas.float()"),
    hint="Your values are right to about seven digits, whatever precision comes in. Where does the dtype of betas get lost?",
)  # fmt: skip


# -- extract -----------------------------------------------------------------------------------------------


@probe("extract")
def observe_extract(candidate: Candidate, record: Record) -> None:
    """Vectors and images, with repeated and different timesteps, batch sizes that equal other sizes."""
    record("vectors", candidate.extract, VALUES, torch.tensor([3, 0, 3]), (3, 3))
    record("images", candidate.extract, VALUES, torch.tensor([4, 1]), (2, 3, 5, 5))
    record("volumes", candidate.extract, VALUES.double(), torch.tensor([2, 2, 0]), (3, 2, 3, 3, 3))
    record("sequences", candidate.extract, VALUES, torch.tensor([1]), (1, 4, 6))
    record.grad("gradient", candidate.extract, VALUES, torch.tensor([3, 0, 3]), (3, 2), wrt=(0,))


misconception(
    "extract", name="left_as_a_vector", belief="a vector of one number per sample broadcasts over the batch",
    replace=(".reshape(-1, *[1] * (len(shape) - 1))", ""),
    hint="Your result has shape (B,). With which dimension of the data does broadcasting align it: the first or the last?",
)  # fmt: skip

misconception(
    "extract", name="four_dimensions_always", belief="data are always images", replace=("*[1] * (len(shape) - 1)", "1, 1, 1"),
    hint="For images all is well; for other data the result has the wrong number of dimensions. From where can you learn how "
    "many there are?",
)  # fmt: skip

misconception(
    "extract", name="spread_over_the_data", belief="the coefficient must already have the shape of the data",
    replace=("(len(shape) - 1))", "(len(shape) - 1)).expand(shape)"),
    hint="Your numbers are right, but the result is as large as the data. What does broadcasting make unnecessary?",
)  # fmt: skip

misconception(
    "extract", name="timestep_of_the_first_sample", belief="all samples of a batch share one timestep",
    replace=("values[t]", "values[t[0]].repeat(shape[0])"),
    hint="Every sample gets the value that belongs to the first one. Must all samples of a batch be at the same timestep?",
)  # fmt: skip

misconception(
    "extract", name="timesteps_counted_from_one", belief="timesteps are counted from one",
    replace=("values[t]", "values[t - 1]"),
    hint="Every sample gets the value of the timestep before its own, and at t = 0 the last of the table. From which number "
    "are timesteps counted in this assignment?",
)  # fmt: skip

misconception(
    "extract", name="batch_dimension_last", belief="the coefficient belongs to the last dimension",
    replace=("-1, *[1] * (len(shape) - 1)", "*[1] * (len(shape) - 1), -1"),
    hint="Your result broadcasts along the last dimension of the data. Which dimension counts the samples?",
)  # fmt: skip

misconception(
    "extract", name="values_sorted_by_timestep", belief="t holds the places that are looked up, in order",
    replace=("values[t]", "values[t.sort().values]"),
    hint="Your values come back sorted by timestep. Which value does the first sample of the batch need?",
)  # fmt: skip


@misconception(
    "alphas_cumprod", belief="a product of 1 - beta is the exponential of the sum",
    hint="Your values are nearly right while the betas are small. Is exp(-beta) the same as 1 - beta?",
)  # fmt: skip
def exponential_of_the_sum(betas: torch.Tensor) -> torch.Tensor:
    """The limit of small steps."""
    return (-betas.cumsum(0)).exp()
