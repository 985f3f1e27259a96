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
Pair = tuple[Tensor, Tensor]


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
        record.value(f"labels, eta {eta}", [y is not None for _, _, y in seen])
        record.value(f"spread of the first x, eta {eta}", round(float(seen[0][0].std())))
        states = [*(x for x, _, _ in seen), looped.value]
        sizes = [
            _size(x, bent(x, t, y), index, after, eta)
            for index, ((x, t, y), after) in enumerate(zip(seen, states[1:], strict=True))
        ]
        # Rounded to quarters: right noise is 1 up to a few percent, whatever was drawn.
        record.value(f"size of added noise, eta {eta}", [round(4 * size) / 4 for size in sizes])


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


def right_pairs(alphas_cumprod: Tensor, num_steps: int) -> list[tuple[int, Tensor, Tensor]]:
    """Timestep, its alpha_bar, and the next one, ending with clean data."""
    steps = ddim.ddim_timesteps(len(alphas_cumprod), num_steps).tolist()
    levels = [alphas_cumprod[step] for step in steps]
    return list(zip(steps, levels, [*levels[1:], torch.ones_like(levels[0])], strict=True))


@misconception(
    "ddim_sample_loop",
    belief="the next noise level is that of timestep t - 1",
    hint="With fewer steps than timesteps your x does not get clean. To which noise level must a step go if the "
    "network is asked at the next timestep of the list?",
)
def next_level_of_the_full_schedule(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Step to alpha_bar at t - 1."""
    clean = torch.ones_like(alphas_cumprod[0])
    pairs = [
        (step, now, alphas_cumprod[step - 1] if step else clean)
        for step, now, _ in right_pairs(alphas_cumprod, num_steps)
    ]
    return looped(denoise_fn, shape, pairs, eta, y, generator)


@misconception(
    "ddim_sample_loop",
    belief="the network is told the number of the step",
    hint="The network is asked at t = S - 1, ..., 0. On which scale was it trained?",
)
def network_told_step_numbers(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Count steps instead of timesteps."""
    pairs = right_pairs(alphas_cumprod, num_steps)
    numbered = [(num_steps - 1 - index, now, then) for index, (_, now, then) in enumerate(pairs)]
    return looped(denoise_fn, shape, numbered, eta, y, generator)


@misconception(
    "ddim_sample_loop",
    belief="the loop ends at the first noise level",
    hint="Your samples keep the noise of timestep 0. To which alpha_bar does the last step go?",
)
def last_step_left_out(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Stop when there is no next timestep."""
    return looped(denoise_fn, shape, right_pairs(alphas_cumprod, num_steps)[:-1], eta, y, generator)


@misconception(
    "ddim_sample_loop",
    belief="after timestep 0 the noise level stays",
    hint="Your last step changes nothing: it goes from a noise level to itself. To which alpha_bar should it go?",
)
def last_step_stays_at_its_level(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """End at alpha_bar of timestep 0."""
    pairs = right_pairs(alphas_cumprod, num_steps)
    step, now, _ = pairs[-1]
    return looped(denoise_fn, shape, [*pairs[:-1], (step, now, now)], eta, y, generator)


@misconception(
    "ddim_sample_loop",
    belief="eta belongs to the step only",
    hint="Your loop gives deterministic samples whatever eta is. How does a step learn about it?",
)
def eta_not_passed_on(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Leave eta at its default."""
    return looped(denoise_fn, shape, right_pairs(alphas_cumprod, num_steps), 0.0, y, generator)


@misconception(
    "ddim_sample_loop",
    belief="the step draws its noise by itself",
    hint="With eta > 0 and equal generators your samples differ. Does the step know your generator?",
)
def noise_of_steps_without_generator(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Let ddim_step draw from the global state."""
    x = torch.randn(shape, generator=generator)
    for step, now, then in right_pairs(alphas_cumprod, num_steps):
        x = ddim.ddim_step(x, denoise_fn(x, torch.full((shape[0],), step), y), now, then, eta)
    return x


@misconception(
    "ddim_sample_loop",
    belief="labels matter in training only",
    hint="The network never sees the labels while sampling. What is the argument y for?",
)
def labels_left_out(
    denoise_fn: Denoiser,
    shape: tuple[int, ...],
    alphas_cumprod: Tensor,
    num_steps: int,
    eta: float = 0.0,
    y: Tensor | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Call the network without y."""
    return looped(denoise_fn, shape, right_pairs(alphas_cumprod, num_steps), eta, None, generator)
