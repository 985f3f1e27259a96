"""Wrong beliefs about GaussianDiffusion: its model mean, its steps and its loop, with the behaviour they lead to."""

from collections.abc import Callable

from torch import Tensor

from autograder.diagnosis import misconception, reference

process = reference("diffusion", "process")
extract = reference("diffusion", "schedule").extract

Triple = tuple[Tensor, Tensor, Tensor]
Denoiser = Callable[..., Tensor]


# -- p_mean_variance ---------------------------------------------------------------------------------------


misconception(
    "GaussianDiffusion", name="implied_start_clipped", belief="x_0 must be clipped to the range of pixels",
    replace=("self.q_posterior(x_start, x_t, t)", "self.q_posterior(x_start.clamp(-1, 1), x_t, t)"),
    hint="Your model mean is right only while the implied x_0 stays in [-1, 1]. Does the docstring ask for clipping?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="noise_taken_for_the_image", belief="the network predicts the clean image",
    replace=("self.q_posterior(x_start, x_t, t)", "self.q_posterior(noise, x_t, t)"),
    hint="Your samples are made as if the network's output were an image. What does denoise_fn predict, and how does x_0 "
    "follow?",
)  # fmt: skip


@misconception(
    "GaussianDiffusion",
    belief="going back means subtracting the noise of the step",
    hint="Your model mean subtracts too much noise. How much of the noise inside x_t was added by step t, and how "
    "much earlier?",
)
class step_noise_subtracted(process.GaussianDiffusion):
    """Undo a single forward step: (x_t - sqrt(beta_t) eps) / sqrt(alpha_t)."""

    def p_mean_variance(self, denoise_fn: Denoiser, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> Triple:
        """Solve the forward step for x_{t-1}."""
        beta = extract(self.betas, t, x_t.shape).to(x_t.dtype)
        mean = (x_t - beta.sqrt() * denoise_fn(x_t, t, y)) / (1 - beta).sqrt()
        return (mean, *self.q_posterior(x_t, x_t, t)[1:])


misconception(
    "GaussianDiffusion", name="labels_not_passed_on", belief="labels matter in training only",
    replace=("denoise_fn(x_t, t, y)", "denoise_fn(x_t, t, None)"),
    hint="The network never sees the labels while sampling. Through which calls must y travel?",
)  # fmt: skip


# -- p_sample ----------------------------------------------------------------------------------------------


misconception(
    "GaussianDiffusion", name="noise_scaled_by_the_variance", belief="noise is scaled by the variance",
    replace=("variance.sqrt() * noise", "variance * noise"),
    hint="Your steps add too little noise. Standard normal noise times which power of the variance has that variance?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="noise_in_the_last_step", belief="every step adds noise, the last one too",
    replace=(
        "variance.sqrt()",
        "torch.where((t == 0).reshape(variance.shape), self.betas[0].to(variance.dtype), variance).sqrt()",
    ),
    hint="Your finished images are still grainy. Which step is the last, and should it add noise?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="last_step_judged_for_the_batch", belief="a batch is at one timestep",
    replace=("variance.sqrt() * noise", "variance.sqrt() * float((t > 0).all()) * noise"),
    hint="When one sample of a batch is at t = 0, others lose their noise as well. Is the condition checked for each sample?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="given_noise_ignored", belief="a step always draws its own noise",
    replace=("if noise is None:", "if True:"),
    hint="Given the same noise, your step gives different samples. When should it draw?",
)  # fmt: skip


# -- p_sample_loop -----------------------------------------------------------------------------------------


misconception(
    "GaussianDiffusion", name="loop_stops_before_zero", belief="the loop ends at t = 1",
    replace=("reversed(range(len(self.betas)))", "reversed(range(1, len(self.betas)))"),
    hint="Your samples keep a little noise: the network is never asked about one of the timesteps. Which one?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="loop_runs_forward", belief="timesteps are visited as they are counted",
    replace=("reversed(range(len(self.betas)))", "range(len(self.betas))"),
    hint="Your loop asks the network about the cleanest images first, while x is pure noise. In which direction does time run?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="loop_without_fresh_noise", belief="after the first noise, sampling is deterministic",
    replace=("noise = torch.randn(shape, generator=generator, device=device)", "noise = torch.zeros(shape)"),
    hint="Your loop draws x_T and nothing else. What does a step of ancestral sampling add to the mean?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="generator_used_for_the_start_only", belief="the generator is for x_T only",
    replace=("noise = torch.randn(shape, generator=generator, device=device)", "noise = torch.randn(shape)"),
    hint="With equal generators your samples still differ. Which of your draws do not know about the generator?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="generator_seeded_in_every_step", belief="a seed in every step makes it reproducible",
    replace=(
        "noise = torch.randn(shape, gen",
        "_ = generator and generator.manual_seed(step)\n            noise = torch.randn(shape, gen",
    ),
    hint="With generators of different seeds your steps add the same noise. Who chooses the seed of a generator that you are "
    "given?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="timestep_not_repeated", belief="one timestep stands for the whole batch",
    replace=("torch.full((shape[0],), step", "torch.full((1,), step"),
    hint="The network is told one timestep although it is given a batch. Which shape does t have in the docstring?",
)  # fmt: skip


misconception(
    "GaussianDiffusion", name="implied_start_with_the_wrong_sign", belief="noise is added on the way back",
    replace=("predict_start_from_noise(x_t, t, noise,", "predict_start_from_noise(x_t, t, -noise,"),
    hint="Your model mean is that of an image with the predicted noise added once more. How does x_0 follow from x_t?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="implied_start_not_rescaled", belief="taking off the noise leaves the image",
    replace=(
        "predict_start_from_noise(x_t, t, noise, self.alphas_cumprod.to(x_t.dtype))",
        "x_t - (1 - extract(self.alphas_cumprod, t, x_t.shape).to(x_t.dtype)).sqrt() * noise",
    ),
    hint="Your model mean is that of an image which is too dark. What did the forward process do to x_0 besides adding noise?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="labels_left_out_of_the_loop", belief="the loop is unconditional",
    replace=("self.p_sample(denoise_fn, x, t, y, noise)", "self.p_sample(denoise_fn, x, t, None, noise)"),
    hint="A single step uses the labels, the loop does not. Through which call are they lost?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="first_step_skipped", belief="the last index is T - 2",
    replace=("reversed(range(len(self.betas)))", "reversed(range(len(self.betas) - 1))"),
    hint="Your loop never asks the network about the noisiest timestep. With which t does x_T begin?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="one_noise_for_the_batch", belief="one draw per step serves all samples",
    replace=(
        "noise = torch.randn(shape, generator=generator, device=device)",
        "noise = torch.randn((1, *shape[1:]), generator=generator, device=device).expand(shape)",
    ),
    hint="In each step of your loop all samples get the same noise. How many independent draws does a batch need?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="timesteps_divided_for_the_network", belief="networks want inputs of size one",
    replace=("noise = denoise_fn(x_t, t, y)", "noise = denoise_fn(x_t, t / len(self.betas), y)"),
    hint="The network is asked at fractions instead of timesteps. In which form does the contract say that denoise_fn gets t?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="same_noise_in_every_step", belief="noise is drawn once",
    replace=(
        ("for step in reversed(", "kept = x.clone()\n        for step in reversed("),
        ("noise = torch.randn(shape, generator=generator, device=device)", "noise = kept"),
    ),
    hint="Every step of your loop adds the same noise. How many independent draws does a chain of T steps need?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="started_from_nothing", belief="sampling begins with an empty image",
    replace=("x = torch.randn(shape, generator=generator, device=device)", "x = torch.zeros(shape, device=device)"),
    hint="Your loop starts from zeros. Which distribution does x_T have?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="timesteps_as_floats", belief="time is a real number",
    replace=("dtype=torch.int64, device=device", "dtype=torch.float32, device=device"),
    hint="The timesteps of your loop are floats. Which dtype does the docstring give them, and can a float be an index?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="variance_and_logarithm_exchanged", belief="the logarithm comes first",
    replace=("weight_of_x_t * x_t, variance, log_variance", "weight_of_x_t * x_t, log_variance, variance"),
    hint="Your second and third results have changed places. Which of them may be negative?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="shaped_for_images_only", belief="data are images",
    replace=("extract(values, t, x_t.shape)", "values[t].reshape(-1, 1, 1, 1)"),
    hint="Your coefficients have four dimensions, whatever the data have. From where can you learn how many there should be?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="timestep_of_the_first_sample_for_all", belief="a batch is at one timestep",
    replace=("extract(values, t, x_t.shape)", "extract(values, t[:1].expand_as(t), x_t.shape)"),
    hint="Every sample gets the coefficients of the first one's timestep. Must all samples of a batch be at the same timestep?",
)  # fmt: skip
