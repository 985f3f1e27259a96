"""Wrong beliefs about how much smaller latents are, with the behaviour they lead to."""


from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe


@probe("compute_ratio")
def observe_compute_ratio(candidate: Candidate, record: Record) -> None:
    """The textbook's case, a ratio that is not whole, a vector, a video."""
    for pixels, latent in (
        ((3, 256, 256), (4, 32, 32)), ((3, 10, 7), (5, 2, 9)), ((1, 28, 28), (16,)), ((3, 8, 16, 16), (4, 4, 4)),
        ((3, 7, 9), (2, 5, 7)),
    ):  # fmt: skip
        record(f"{pixels} {latent}", candidate.compute_ratio, pixels, latent)


misconception(
    "compute_ratio", name="ratio_inverted", belief="the reduction is latent over pixels",
    replace=("math.prod(pixel_shape) / math.prod(latent_shape)", "math.prod(latent_shape) / math.prod(pixel_shape)"),
    hint="Your ratio is below 1 although the latent is smaller. How many times more numbers has the image?",
)  # fmt: skip

misconception(
    "compute_ratio", name="ratio_floored", belief="a ratio of counts is a whole number", replace=("/ math", "// math"),
    hint="Your ratio is right only where it is whole. Which kind of division did you use?",
)  # fmt: skip

misconception(
    "compute_ratio", name="ratio_rounded", belief="a ratio of counts is a whole number",
    replace=("return math.prod(pixel_shape) / math.prod(latent_shape)",
             "return float(round(math.prod(pixel_shape) / math.prod(latent_shape)))"),
    hint="Your ratio is right only where it is whole, and the nearest whole number elsewhere. Is that asked for?",
)  # fmt: skip

misconception(
    "compute_ratio", name="channels_left_out", belief="only positions count",
    replace=[
        ("math.prod(pixel_shape)", "math.prod(pixel_shape[1:])"),
        ("math.prod(latent_shape)", "math.prod(latent_shape[1:])"),
    ],
    hint="For the textbook's example you get 64 instead of 48. Have image and latent the same number of channels?",
)  # fmt: skip

misconception(
    "compute_ratio", name="side_length_only", belief="the downsampling factor of the sides is the reduction",
    replace=[("math.prod(pixel_shape)", "pixel_shape[-1]"), ("math.prod(latent_shape)", "latent_shape[-1]")],
    hint="For the textbook's example you get 8 instead of 48. How many dimensions does the encoder shrink?",
)  # fmt: skip

misconception(
    "compute_ratio", name="axes_added", belief="the number of elements is the sum of the axes",
    replace=[("math.prod(pixel_shape)", "sum(pixel_shape)"), ("math.prod(latent_shape)", "sum(latent_shape)")],
    hint="Your ratio compares sums of the axes. How many numbers are there in a tensor of shape (2, 3)?",
)  # fmt: skip

misconception(
    "compute_ratio", name="ratio_of_pairs", belief="compute grows with the square of the number of elements",
    replace=(
        "return math.prod(pixel_shape) / math.prod(latent_shape)",
        "return (math.prod(pixel_shape) / math.prod(latent_shape)) ** 2",
    ),
    hint="The root of your ratio would be right. Which comparison does the docstring ask for: of numbers of elements, or of "
    "pairs of them?",
)  # fmt: skip
