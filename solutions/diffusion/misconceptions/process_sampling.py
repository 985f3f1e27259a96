"""Wrong beliefs about GaussianDiffusion: its model mean, its steps and its loop, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.diagnosis import misconception, reference

process = reference("diffusion", "process")
extract = reference("diffusion", "schedule").extract

Triple = tuple[Tensor, Tensor, Tensor]
Denoiser = Callable[..., Tensor]


# -- p_mean_variance ---------------------------------------------------------------------------------------


@misconception(
    "GaussianDiffusion",
    belief="x_0 must be clipped to the range of pixels",
    hint="Your model mean is right only while the implied x_0 stays in [-1, 1]. Does the docstring ask for "
    "clipping?",
)
class implied_start_clipped(process.GaussianDiffusion):
    """Clip x_0, as many samplers do."""

    def p_mean_variance(self, denoise_fn: Denoiser, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> Triple:
        """Clip before the posterior."""
        noise = denoise_fn(x_t, t, y)
        start = process.predict_start_from_noise(x_t, t, noise, self.alphas_cumprod.to(x_t.dtype))
        return self.q_posterior(start.clamp(-1, 1), x_t, t)


@misconception(
    "GaussianDiffusion",
    belief="the network predicts the clean image",
    hint="Your samples are made as if the network's output were an image. What does denoise_fn predict, and how "
    "does x_0 follow?",
)
class noise_taken_for_the_image(process.GaussianDiffusion):
    """Feed the network's output to the posterior."""

    def p_mean_variance(self, denoise_fn: Denoiser, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> Triple:
        """Skip the step from noise to x_0."""
        return self.q_posterior(denoise_fn(x_t, t, y), x_t, t)


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


@misconception(
    "GaussianDiffusion",
    belief="labels matter in training only",
    hint="The network never sees the labels while sampling. Through which calls must y travel?",
)
class labels_not_passed_on(process.GaussianDiffusion):
    """Call the network without y."""

    def p_mean_variance(self, denoise_fn: Denoiser, x_t: Tensor, t: Tensor, y: Tensor | None = None) -> Triple:
        """Forget y."""
        return super().p_mean_variance(denoise_fn, x_t, t)


# -- p_sample ----------------------------------------------------------------------------------------------


class OtherNoise(process.GaussianDiffusion):
    """A step that adds noise in its own way."""

    def p_sample(
        self,
        denoise_fn: Denoiser,
        x_t: Tensor,
        t: Tensor,
        y: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Mean plus whatever `scale` makes of the noise."""
        mean, variance, _ = self.p_mean_variance(denoise_fn, x_t, t, y)
        noise = torch.randn_like(x_t) if noise is None else noise
        return mean + self.scale(variance, t) * self.choose(noise)

    def scale(self, variance: Tensor, t: Tensor) -> Tensor:
        """The factor in front of the noise."""
        return variance.sqrt()

    def choose(self, noise: Tensor) -> Tensor:
        """The noise to add."""
        return noise


@misconception(
    "GaussianDiffusion",
    belief="noise is scaled by the variance",
    hint="Your steps add too little noise. Standard normal noise times which power of the variance has that "
    "variance?",
)
class noise_scaled_by_the_variance(OtherNoise):
    """Forget the root."""

    def scale(self, variance: Tensor, t: Tensor) -> Tensor:
        """No root."""
        return variance


@misconception(
    "GaussianDiffusion",
    belief="every step adds noise, the last one too",
    hint="Your finished images are still grainy. Which step is the last, and should it add noise?",
)
class noise_in_the_last_step(OtherNoise):
    """Use beta_0 at t = 0."""

    def scale(self, variance: Tensor, t: Tensor) -> Tensor:
        """Give t = 0 the noise of the first forward step."""
        first = (t == 0).reshape(variance.shape)
        return torch.where(first, self.betas[0].to(variance.dtype), variance).sqrt()


@misconception(
    "GaussianDiffusion",
    belief="a batch is at one timestep",
    hint="When one sample of a batch is at t = 0, others lose their noise as well. Is the condition checked for "
    "each sample?",
)
class last_step_judged_for_the_batch(OtherNoise):
    """No noise for anybody as soon as somebody is at t = 0."""

    def scale(self, variance: Tensor, t: Tensor) -> Tensor:
        """One condition for the whole batch."""
        return variance.sqrt() * float((t > 0).all())


@misconception(
    "GaussianDiffusion",
    belief="a step always draws its own noise",
    hint="Given the same noise, your step gives different samples. When should it draw?",
)
class given_noise_ignored(OtherNoise):
    """Draw in any case."""

    def choose(self, noise: Tensor) -> Tensor:
        """Draw anew."""
        return torch.randn_like(noise)


# -- p_sample_loop -----------------------------------------------------------------------------------------


class OtherLoop(process.GaussianDiffusion):
    """A loop over its own timesteps."""

    def steps(self) -> list[int]:
        """The timesteps in the order of the loop."""
        return list(range(len(self.betas)))[::-1]

    def times(self, step: int, batch: int) -> Tensor:
        """What the network is told."""
        return torch.full((batch,), step)

    def draw(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        """The noise of one step."""
        return torch.randn(shape, generator=generator)

    def p_sample_loop(
        self,
        denoise_fn: Denoiser,
        shape: tuple[int, ...],
        y: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """From noise through `steps`."""
        x = torch.randn(shape, generator=generator)
        for step in self.steps():
            x = self.p_sample(denoise_fn, x, self.times(step, shape[0]), y, self.draw(shape, generator))
        return x


@misconception(
    "GaussianDiffusion",
    belief="the loop ends at t = 1",
    hint="Your samples keep a little noise: the network is never asked about one of the timesteps. Which one?",
)
class loop_stops_before_zero(OtherLoop):
    """range(T - 1, 0, -1)."""

    def steps(self) -> list[int]:
        """Leave out 0."""
        return list(range(len(self.betas) - 1, 0, -1))


@misconception(
    "GaussianDiffusion",
    belief="timesteps are visited as they are counted",
    hint="Your loop asks the network about the cleanest images first, while x is pure noise. In which direction "
    "does time run?",
)
class loop_runs_forward(OtherLoop):
    """range(T)."""

    def steps(self) -> list[int]:
        """Ascending."""
        return list(range(len(self.betas)))


@misconception(
    "GaussianDiffusion",
    belief="after the first noise, sampling is deterministic",
    hint="Your loop draws x_T and nothing else. What does a step of ancestral sampling add to the mean?",
)
class loop_without_fresh_noise(OtherLoop):
    """Means only."""

    def draw(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        """No noise."""
        return torch.zeros(shape)


@misconception(
    "GaussianDiffusion",
    belief="the generator is for x_T only",
    hint="With equal generators your samples still differ. Which of your draws do not know about the generator?",
)
class generator_used_for_the_start_only(OtherLoop):
    """Draw the noise of the steps from the global state."""

    def draw(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        """Forget the generator."""
        return torch.randn(shape)


@misconception(
    "GaussianDiffusion",
    belief="one timestep stands for the whole batch",
    hint="The network is told one timestep although it is given a batch. Which shape does t have in the docstring?",
)
class timestep_not_repeated(OtherLoop):
    """t of shape (1,)."""

    def times(self, step: int, batch: int) -> Tensor:
        """One entry."""
        return torch.tensor([step])
