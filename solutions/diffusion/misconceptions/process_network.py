"""Wrong beliefs about what the noise predictor is told, and what its answer is compared with."""

from autograder.diagnosis import misconception

misconception(
    "denoising_loss", name="timesteps_shifted_by_one", belief="the network counts timesteps from one",
    replace=("noise, alphas_cumprod), t)", "noise, alphas_cumprod), t + 1)"),
    hint="Your network is told the timestep after that of its image. Does t = 0 mean the first entry of the schedule to both?",
)  # fmt: skip

misconception(
    "denoising_loss", name="timesteps_as_fractions", belief="networks want numbers between 0 and 1",
    replace=("noise, alphas_cumprod), t)", "noise, alphas_cumprod), t / len(alphas_cumprod))"),
    hint="Your network is told fractions of T. What does the docstring say about t on its way to denoise_fn?",
)  # fmt: skip

misconception(
    "denoising_loss", name="first_timestep_for_all", belief="a batch is at one timestep",
    replace=("noise, alphas_cumprod), t)", "noise, alphas_cumprod), t[:1].expand_as(t))"),
    hint="Your network is told the first sample's timestep for all samples. Must all samples of a batch be at the same one?",
)  # fmt: skip

misconception(
    "denoising_loss", name="loss_per_sample", belief="the caller averages over the batch",
    replace=(".mean()", ".flatten(1).mean(dim=1)"),
    hint="One loss per sample comes back. Who averages over the batch, this function or its caller?",
)  # fmt: skip

misconception(
    "denoising_loss", name="errors_not_squared", belief="the mean error is the loss", replace=(".square()", ""),
    hint="Your loss may be negative, and errors of opposite sign cancel. What is done to an error before the mean is taken?",
)  # fmt: skip

misconception(
    "denoising_loss", name="smooth_absolute_errors", belief="a Huber loss is as good",
    replace=("(noise - predicted).square().mean()", "torch.nn.functional.smooth_l1_loss(predicted, noise)"),
    hint="Small errors count half in your loss, and large ones grow without a square. Is a Huber loss asked for?",
)  # fmt: skip

misconception(
    "denoising_loss", name="compared_with_the_noisy_data", belief="the network's output is an image like its input",
    replace=("(noise - predicted)", "(q_sample(x_start, t, noise, alphas_cumprod) - predicted)"),
    hint="With the perfect noise predictor your loss is not zero: you compare with x_t. What does the network predict?",
)  # fmt: skip

misconception(
    "predict_start_from_noise", name="weights_of_the_forward_process", belief="the way back has the weights of the way forth",
    replace=(
        "(x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()",
        "alpha_bar.sqrt() * x_t - (1 - alpha_bar).sqrt() * noise",
    ),
    hint="Your weights are those of q_sample, one with its sign changed. Solve the equation of q_sample for x_0: by what must "
    "be divided?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="implied_start_without_dividing_the_noise", belief="sqrt(1 - alpha_bar) is the weight of the "
    "noise",
    replace=(
        "predict_start_from_noise(x_t, t, noise, self.alphas_cumprod.to(x_t.dtype))",
        "x_t / extract(self.alphas_cumprod, t, x_t.shape).to(x_t.dtype).sqrt() "
        "- (1 - extract(self.alphas_cumprod, t, x_t.shape).to(x_t.dtype)).sqrt() * noise",
    ),
    hint="In the image that your model mean implies, x_t is divided by sqrt(alpha_bar_t) and the noise is not. How does x_0 "
    "follow from x_t?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="implied_start_from_another_alpha", belief="alpha_t is good enough for alpha_bar_t",
    replace=("predict_start_from_noise(x_t, t, noise, self.alphas_cumprod.to(x_t.dtype))",
             "predict_start_from_noise(x_t, t, noise, (1 - self.betas).to(x_t.dtype))"),
    hint="The image that your model mean implies is that of a single step's alpha_t. Which alpha leads from x_0 to x_t at "
    "once?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="implied_start_from_the_step_before", belief="x_{t-1} is wanted, so its alpha_bar counts",
    replace=(
        "noise, self.alphas_cumprod.to(x_t.dtype)",
        "noise, torch.cat([self.alphas_cumprod.new_ones(1), self.alphas_cumprod[:-1]]).to(x_t.dtype)",
    ),
    hint="The image that your model mean implies is made with alpha_bar of the step before. Which step do x_t and its noise "
    "belong to?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="previous_alpha_bar_repeated", belief="before the first step alpha_bar is that of the first",
    replace=("alpha_bar.new_ones(1)", "alpha_bar[:1]"),
    hint="At t = 0 your posterior has the variance of the forward step instead of 0. How much of the signal is there before "
    "any noise?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="alpha_bar_of_the_step_after", belief="shifted is shifted",
    replace=("torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])", "torch.cat([alpha_bar[1:], alpha_bar.new_zeros(1)])"),
    hint="Where alpha_bar of step t - 1 belongs, you have that of step t + 1. Which way does the shift go, and what comes in?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="start_weighted_at_the_same_step", belief="all roots are taken at step t",
    replace=("betas * alpha_bar_prev.sqrt()", "betas * alpha_bar.sqrt()"),
    hint="The weight of x_0 in your posterior mean is too small. At which timestep does the docstring take its alpha_bar?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="x_t_weighted_with_alpha_bar", belief="the root before x_t is that of alpha_bar",
    replace=("(1 - betas).sqrt() *", "alpha_bar.sqrt() *"),
    hint="The weight of x_t in your posterior mean is too small at late timesteps. Is its root that of alpha_t or of "
    "alpha_bar_t?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="previous_alpha_bar_of_zero", belief="before the first step there is nothing",
    replace=("alpha_bar.new_ones(1)", "alpha_bar.new_zeros(1)"),
    hint="At t = 0 your posterior mean is not x_0. Which alpha_bar have clean data, before the first step?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="deviation_returned_for_the_variance", belief="the second result is a standard deviation",
    replace=("weight_of_x_t * x_t, variance, log", "weight_of_x_t * x_t, variance.sqrt(), log"),
    hint="The square of your second result would be right. Is a variance asked for, or a standard deviation?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="started_from_uniform_noise", belief="any noise will do",
    replace=("x = torch.randn(shape, generator=generator, device=device)", "x = torch.rand(shape, generator=generator)"),
    hint="The first x of your loop has a spread of about 0.3. Which distribution does x_T have?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="uniform_noise_in_a_step", belief="any random number is noise",
    replace=("torch.randn_like(x_t)", "torch.rand_like(x_t)"),
    hint="What p_sample adds to the mean is never negative when it draws by itself. Which distribution should the noise have, "
    "and which function draws from it?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="timesteps_as_int32", belief="one kind of whole number is as good as another",
    replace=("dtype=torch.int64, device=device", "dtype=torch.int32, device=device"),
    hint="The timesteps of your loop are int32. Which dtype does the docstring give those that denoise_fn gets?",
)  # fmt: skip
