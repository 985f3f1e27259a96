"""Wrong beliefs about DDIM's timesteps and about sigma."""

from autograder.diagnosis import misconception

SPACED = "torch.arange(num_steps - 1, -1, -1) * num_timesteps // num_steps"
VARIANCE = "eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)"
UNGUARDED = (".clamp(min=0)", "")

# -- ddim_timesteps ----------------------------------------------------------------------------------------

misconception(
    "ddim_timesteps", name="both_ends_included_and_rounded_down", belief="the list leads from T - 1 to 0",
    replace=(SPACED, "torch.linspace(0, num_timesteps - 1, num_steps, dtype=torch.float64).long().flip(0)"),
    hint="Your list begins with T - 1. Which first timestep does the formula give for k = S - 1?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="counted_by_a_whole_stride", belief="every (T // S)-th timestep makes S of them",
    replace=(SPACED, "torch.arange(0, num_timesteps, num_timesteps // num_steps).flip(0)"),
    hint="When S does not divide T, you visit more than S timesteps. What must be rounded: the stride or each timestep?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="ends_of_the_intervals", belief="each step stands for the end of its part of the schedule",
    replace=(SPACED, "(torch.arange(num_steps, 0, -1) * num_timesteps // num_steps - 1)"),
    hint="Your list begins with T - 1 and ends above 0. Which timestep does the formula give for k = 0?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="rounded_up", belief="fractions are rounded up",
    replace=(SPACED, "-(-torch.arange(num_steps - 1, -1, -1) * num_timesteps // num_steps)"),
    hint="Wherever S does not divide k T, your timestep is one too large. What does floor do with 5.5?",
)  # fmt: skip

misconception(
    "ddim_timesteps", name="one_step_too_many", belief="S steps have S + 1 ends",
    replace=("num_steps - 1, -1, -1", "num_steps, -1, -1"),
    hint="Your list has one timestep too many, and the first of them is T. Which timesteps has the schedule?",
)  # fmt: skip

# -- ddim_step ---------------------------------------------------------------------------------------------

misconception(
    "ddim_step", name="fresh_noise_left_out", belief="DDIM adds no noise",
    replace=("x_prev + variance.sqrt() * noise", "x_prev"),
    hint="With eta > 0 you take variance off the old noise and add no fresh one. Which term of x_prev is missing?",
)  # fmt: skip

misconception(
    "ddim_step", name="sigma_without_the_noise_levels", belief="sigma is the noise of a forward step",
    replace=[(VARIANCE, "eta**2 * (1 - alpha_bar_t / alpha_bar_prev)"), UNGUARDED],
    hint="Your sigma is that of a step forward. By which quotient of noise levels is the step back less noisy?",
)  # fmt: skip

misconception(
    "ddim_step", name="sigma_without_the_step", belief="sigma is the quotient of the noise levels",
    replace=[(VARIANCE, "eta**2 * (1 - alpha_bar_prev) / (1 - alpha_bar_t)"), UNGUARDED],
    hint="Your sigma does not vanish when the two noise levels are the same. Which second root does its formula have?",
)  # fmt: skip

misconception(
    "ddim_step", name="variance_taken_for_sigma", belief="sigma is the product without its roots",
    replace=(VARIANCE, "(eta * (1 - alpha_bar_prev) / (1 - alpha_bar_t) * (1 - alpha_bar_t / alpha_bar_prev)) ** 2"),
    hint="With eta = 1 your sigma is the variance of the posterior. Which power of it is the standard deviation?",
)  # fmt: skip

# -- ddim_sample_loop --------------------------------------------------------------------------------------

START = "x = torch.randn(shape, generator=generator, device=device)"

misconception(
    "ddim_sample_loop", name="started_from_zeros", belief="sampling begins with an empty image",
    replace=(START, "x = torch.zeros(shape, device=device)"),
    hint="Your loop starts from zeros. Which distribution does x_T have?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="started_from_uniform_noise", belief="any noise will do",
    replace=(START, "x = torch.rand(shape, generator=generator, device=device)"),
    hint="The first x of your loop has a spread of about 0.3. Which distribution does x_T have?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="generator_ignored", belief="seeding is the caller's business",
    replace=[(START, "x = torch.randn(shape, device=device)"),
             ("noise = torch.randn(shape, generator=generator, device=device)", "noise = torch.randn(shape, device=device)")],
    hint="Your loop draws from the global random state although it is given a generator. Which of its draws do not know about "
    "the generator?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="network_told_numbers_of_steps_so_far", belief="the network counts the sampler's steps",
    replace=[
        ("for step, level, next_level in zip(timesteps,", "for step, level, next_level in zip(torch.arange(len(timesteps)),"),
    ],
    hint="The network is told 0, 1, 2, ...: the numbers of the steps so far. Which timesteps was it trained with?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="own_list_with_both_ends", belief="any evenly spaced list will do",
    replace=(
        "ddim_timesteps(len(alphas_cumprod), num_steps)", "torch.linspace(len(alphas_cumprod) - 1, 0, num_steps).long()",
    ),
    hint="Your loop begins with timestep T - 1 whatever the number of steps. Which list does the docstring name?",
)  # fmt: skip
