"""Wrong beliefs about how much smaller latents are, with the behaviour they lead to."""

import math

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe


@probe("compute_ratio")
def observe_compute_ratio(candidate: Candidate, record: Record) -> None:
    """The textbook's case, a ratio that is not whole, a vector, a video."""
    for pixels, latent in (
        ((3, 256, 256), (4, 32, 32)), ((3, 10, 7), (5, 2, 9)), ((1, 28, 28), (16,)), ((3, 8, 16, 16), (4, 4, 4)),
    ):  # fmt: skip
        record(f"{pixels} {latent}", candidate.compute_ratio, pixels, latent)


@misconception(
    "compute_ratio",
    belief="the reduction is latent over pixels",
    hint="Your ratio is below 1 although the latent is smaller. How many times more numbers has the image?",
)
def ratio_inverted(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Swap numerator and denominator."""
    return math.prod(latent_shape) / math.prod(pixel_shape)


@misconception(
    "compute_ratio",
    belief="a ratio of counts is a whole number",
    hint="Your ratio is right only where it is whole. Which kind of division did you use?",
)
def ratio_floored(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Floor."""
    return math.prod(pixel_shape) // math.prod(latent_shape)


@misconception(
    "compute_ratio",
    belief="only positions count",
    hint="For the textbook's example you get 64 instead of 48. Have image and latent the same number of "
    "channels?",
)
def channels_left_out(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Ignore the first axis."""
    return math.prod(pixel_shape[1:]) / math.prod(latent_shape[1:])


@misconception(
    "compute_ratio",
    belief="the downsampling factor of the sides is the reduction",
    hint="For the textbook's example you get 8 instead of 48. How many dimensions does the encoder shrink?",
)
def side_length_only(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Compare the last axis."""
    return pixel_shape[-1] / latent_shape[-1]


@misconception(
    "compute_ratio",
    belief="the number of elements is the sum of the axes",
    hint="Your ratio compares sums of the axes. How many numbers are there in a tensor of shape (2, 3)?",
)
def axes_added(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Sum instead of multiplying."""
    return sum(pixel_shape) / sum(latent_shape)


@misconception(
    "compute_ratio",
    belief="compute grows with the square of the number of elements",
    hint="The root of your ratio would be right. Which comparison does the docstring ask for: of numbers of "
    "elements, or of pairs of them?",
)
def ratio_of_pairs(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Square, as for attention."""
    return (math.prod(pixel_shape) / math.prod(latent_shape)) ** 2
