"""Wrong beliefs about where schedules begin, end and are cut off."""

from autograder.diagnosis import misconception

misconception(
    "linear_beta_schedule", name="first_beta_excluded", belief="the first step already lies behind beta_start",
    replace=(
        "torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64)",
        "torch.linspace(beta_start, beta_end, num_timesteps + 1, dtype=torch.float64)[1:]",
    ),
    hint="Your betas begin just behind beta_start. How many gaps lie between T values, if both ends belong to them?",
)  # fmt: skip

misconception(
    "linear_beta_schedule", name="geometric_instead_of_linear", belief="variances grow by a constant factor",
    replace=(
        "torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64)",
        "beta_start * (beta_end / beta_start) ** torch.linspace(0, 1, num_timesteps, dtype=torch.float64)",
    ),
    hint="Both ends are right, and from one beta to the next yours grow by a constant factor. What is constant in a linear "
    "schedule?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="clipped_from_both_sides", belief="betas are clipped to [0.0001, 0.9999]",
    replace=("clamp(max=0.999)", "clamp(0.0001, 0.9999)"),
    hint="Your smallest betas are cut off at 0.0001, and the largest at 0.9999. Which bounds does the docstring name?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="clipped_too_late", belief="betas are clipped at 0.9999",
    replace=("clamp(max=0.999)", "clamp(max=0.9999)"),
    hint="Your last beta is 0.9999. Which bound does the docstring name?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="alpha_bars_taken_for_alphas", belief="f is the share that each single step leaves",
    replace=("1 - signal[1:] / signal[:-1]", "1 - signal[1:] / signal[0]"),
    hint="Your betas add up what all steps so far have removed. f(u) / f(0) is alpha_bar: which quotient of two of its values "
    "is the alpha of a single step?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="alphas_returned", belief="the quotient of neighbouring alpha_bars is beta",
    replace=("1 - signal[1:] / signal[:-1]", "signal[1:] / signal[:-1]"),
    hint="Your values begin near 1. Is the quotient of neighbouring alpha_bars what a step leaves over, or what it takes away?",
)  # fmt: skip

misconception(
    "cosine_beta_schedule", name="differences_of_alpha_bar", belief="beta is what alpha_bar loses in a step",
    replace=("1 - signal[1:] / signal[:-1]", "signal[:-1] - signal[1:]"),
    hint="Your betas get smaller again towards the end. Is beta the loss of alpha_bar in a step, or its share of what is left?",
)  # fmt: skip
