"""Wrong beliefs about DDIM's sampling loop, with the behaviour they lead to."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

ddim = reference("diffusion", "ddim")

ALPHA_BARS = torch.tensor([0.97, 0.9, 0.8, 0.66, 0.5, 0.34, 0.2, 0.1])
COUNT = 3

Denoiser = Callable[..., Tensor]


def bent(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """A noise predictor that depends on everything it should."""
    steps = torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    labels = 0 if y is None else y.reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    return torch.sin(x + 0.4 * steps) + 0.3 * x + 0.5 * labels


@probe("ddim_sample_loop")
def observe_ddim_sample_loop(candidate: Candidate, record: Record) -> None:
    """A deterministic and a noisy loop, watched; only what does not depend on the order of the draws is kept."""
    labels = torch.arange(100) % 3
    for eta in (0.0, 1.0):
        seen = []

        def watched(x: Tensor, t: Tensor, y: Tensor | None = None, seen: list = seen) -> Tensor:
            seen.append((x.detach().clone(), torch.as_tensor(t).clone(), y))
            return bent(x, t, y)

        looped = candidate.ddim_sample_loop.observe(
            watched, (100, 5), ALPHA_BARS, COUNT, eta, labels, candidate.generator(5)
        )
        record.value(f"global randomness, eta {eta}", looped.rng_used)
        record.value(f"timesteps, eta {eta}", [t.flatten().tolist() for _, t, _ in seen])
        record.value(f"timesteps are floats, eta {eta}", any(t.is_floating_point() for _, t, _ in seen))
        record.value(f"labels, eta {eta}", [y is not None for _, _, y in seen])
        start = seen[0][0]
        # One fact with the signs: of numbers that all samples share the spread may be any.
        signs = bool((start < 0).any() and (start > 0).any())
        record.value(f"spread and signs of the first x, eta {eta}", [round(2 * float(start.std())) / 2, signs])
        reach = torch.as_tensor(looped.value).abs()
        record.value(f"samples beyond 1, and at 1, eta {eta}", [bool((reach > 1).any()), bool((reach == 1).any())])
        states = [*(x for x, _, _ in seen), looped.value]
        sizes = [
            _size(x, bent(x, t, y), index, after, eta)
            for index, ((x, t, y), after) in enumerate(zip(seen, states[1:], strict=True))
        ]
        record.value(f"start follows the generator, eta {eta}", _start_follows(candidate, eta))
        record.value(f"noise of every seed, eta {eta}", _noise_of_every_seed(candidate, eta))
        # Rounded to quarters: right noise is 1 up to a few percent, whatever was drawn.
        record.value(f"size of added noise, eta {eta}", [round(4 * size) / 4 for size in sizes])


def _first_two(candidate: Candidate, eta: float, seed: int) -> list[Tensor]:
    """The first two x of a loop with a generator of this seed."""
    seen: list[Tensor] = []

    def watched(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        seen.append(x.detach().clone())
        return bent(x, t, y)

    candidate.ddim_sample_loop(watched, (3, 5), ALPHA_BARS, COUNT, eta, None, candidate.generator(seed))
    return seen[:2]


def _start_follows(candidate: Candidate, eta: float) -> bool:
    """Whether equal generators give the same first x."""
    return torch.equal(_first_two(candidate, eta, 6)[0], _first_two(candidate, eta, 6)[0])


def _noise_of_every_seed(candidate: Candidate, eta: float) -> bool:
    """Whether the first step adds the same noise with two generators of different seeds, where it adds any."""
    now, then = ALPHA_BARS[ddim.ddim_timesteps(len(ALPHA_BARS), COUNT)][:2]
    t = torch.full((3,), int(ddim.ddim_timesteps(len(ALPHA_BARS), COUNT)[0]))
    pairs = [_first_two(candidate, eta, seed) for seed in (5, 6)]
    added = [after - ddim.ddim_step(x, bent(x, t, None), now, then, eta, torch.zeros_like(x)) for x, after in pairs]
    return torch.allclose(*added, atol=1e-3) and bool(added[0].abs().max() > 1e-3)


def _size(x: Tensor, eps: Tensor, index: int, after: Tensor, eta: float) -> float:
    """How far a step is from the right mean, in units of the right sigma where there is one."""
    steps = ddim.ddim_timesteps(len(ALPHA_BARS), COUNT)
    levels = [*ALPHA_BARS[steps], torch.tensor(1.0)]
    now, then = levels[min(index, COUNT - 1)], levels[min(index + 1, COUNT)]
    mean = ddim.ddim_step(x, eps, now, then, eta, torch.zeros_like(x))
    sigma = float(ddim.ddim_step(x, eps, now, then, eta, torch.ones_like(x)).sub(mean).mean())
    return float((after - mean).square().mean().sqrt()) / (sigma if sigma > 1e-3 else 1.0)


def looped(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    pairs: list[tuple[int, Tensor, Tensor]],
    eta: float,
    y: Tensor | None,
    generator: torch.Generator | None,
) -> Tensor:
    """The loop over given (timestep, alpha_bar, next alpha_bar)."""
    x = torch.randn(shape, generator=generator)
    for step, now, then in pairs:
        eps = denoise_fn(x, torch.full((shape[0],), step), y)
        x = ddim.ddim_step(x, eps, now, then, eta, torch.randn(shape, generator=generator))
    return x


misconception(
    "ddim_sample_loop", name="next_level_of_the_full_schedule", belief="the next noise level is that of timestep t - 1",
    replace=("torch.cat([levels[1:], levels.new_ones(1)])", "torch.cat([levels.new_ones(1), alphas_cumprod])[timesteps]"),
    hint="With fewer steps than timesteps your x does not get clean. To which noise level must a step go if the network is "
    "asked at the next timestep of the list?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="network_told_step_numbers", belief="the network is told the number of the step",
    replace=(
        "for step, level, next_level in zip(timesteps, levels",
        "for step, level, next_level in zip(torch.arange(num_steps - 1, -1, -1), levels",
    ),
    hint="The network is asked at t = S - 1, ..., 0. On which scale was it trained?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="last_step_left_out", belief="the loop ends at the first noise level",
    replace=("zip(timesteps, levels, next_levels, strict=True)", "zip(timesteps[:-1], levels, next_levels, strict=False)"),
    hint="Your samples keep the noise of timestep 0. To which alpha_bar does the last step go?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="last_step_stays_at_its_level", belief="after timestep 0 the noise level stays",
    replace=("levels.new_ones(1)", "levels[-1:]"),
    hint="Your last step changes nothing: it goes from a noise level to itself. To which alpha_bar should it go?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="eta_not_passed_on", belief="eta belongs to the step only",
    replace=("next_level, eta, noise", "next_level, 0.0, noise"),
    hint="Your loop gives deterministic samples whatever eta is. How does a step learn about it?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="generator_seeded_in_every_step", belief="a seed in every step makes it reproducible",
    replace=(
        "noise = torch.randn(shape, gen",
        "_ = generator and generator.manual_seed(int(step))\n        noise = torch.randn(shape, gen",
    ),
    hint="With generators of different seeds your steps add the same noise. Who chooses the seed of a generator that you are "
    "given?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="noise_of_steps_without_generator", belief="the step draws its noise by itself",
    replace=[("eta, noise)", "eta)"), ("noise = torch.randn(shape, generator=generator, device=device)", "pass")],
    hint="With eta > 0 and equal generators your samples differ. Does the step know your generator?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="labels_left_out", belief="labels matter in training only",
    replace=("step.repeat(shape[0]), y)", "step.repeat(shape[0]), None)"),
    hint="The network never sees the labels while sampling. What is the argument y for?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="timesteps_as_floats", belief="time is a real number",
    replace=("step.repeat(shape[0])", "step.repeat(shape[0]).float()"),
    hint="The timesteps of your loop are floats. Which dtype does the docstring give them, and can a float be an index?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="steps_from_early_to_late", belief="sampling counts timesteps up",
    replace=("num_steps).to(device)", "num_steps).to(device).flip(0)"),
    hint="Your loop asks the network about the cleanest images first, while x is pure noise. In which direction does time run?",
)  # fmt: skip

misconception(
    "ddim_sample_loop", name="samples_clamped", belief="samples are images between -1 and 1",
    replace=("    return x", "    return x.clamp(-1, 1)"),
    hint="Your samples never leave [-1, 1]. Does the docstring say anything about their range?",
)  # fmt: skip
