"""Wrong beliefs about GaussianDiffusion: its schedule and its posterior, with the behaviour they lead to."""

from itertools import pairwise

import torch
from torch import Tensor

from autograder.checks import Candidate, RemoteObject
from autograder.diagnosis import Record, misconception, probe

BETAS = torch.tensor([0.2, 0.1, 0.35, 0.15, 0.3], dtype=torch.float64)
ALPHA_BARS = (1 - BETAS).cumprod(0)
PREVIOUS = torch.cat([torch.ones(1, dtype=torch.float64), ALPHA_BARS[:-1]])
DEVIATIONS = (BETAS * (1 - PREVIOUS) / (1 - ALPHA_BARS)).sqrt()
X_START = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1], [-0.8, 0.9, 1.3], [0.5, -2.0, 0.1]])
X_T = torch.tensor([[0.4, -1.2, 0.9], [1.5, 0.1, -0.7], [-0.3, 0.8, 2.1], [1.1, 0.6, -1.4]])
T = torch.tensor([0, 3, 1, 4])
LABELS = torch.tensor([2, 0, 1, 3])


def bent(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """A noise predictor that depends on everything it should."""
    steps = torch.as_tensor(t).reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    labels = 0 if y is None else y.reshape(-1, *[1] * (x.ndim - 1)).to(x.dtype)
    return torch.sin(x + 0.4 * steps) + 0.3 * x + 0.5 * labels


@probe("GaussianDiffusion")
def observe_gaussian_diffusion(candidate: Candidate, record: Record) -> None:
    """Every method once, on mixed timesteps; of the loop, what does not depend on the order of the draws."""
    diffusion = candidate.GaussianDiffusion(BETAS)
    record.value("trainable", len(diffusion.parameters_by_name()) > 0)
    learned = len(diffusion.parameters_by_name()) > 0
    record.value("has buffers", None if learned else len(diffusion.buffers_by_name()) > 0)
    other = candidate.GaussianDiffusion(BETAS.flip(0))
    other.set_parameters(diffusion.buffers_by_name())
    results = [one.p_mean_variance(bent, X_T, T, LABELS)[0] for one in (diffusion, other)]
    record.value("follows its buffers", None if learned else bool(torch.allclose(*results, rtol=1e-4)))
    mean, variance, log_variance = diffusion.q_posterior(X_START, X_T, T)
    record.value("posterior mean", mean)
    record.value("posterior variance", variance + torch.zeros_like(X_T))
    spread = log_variance + torch.zeros_like(X_T)
    record.value("posterior log-variance", spread[1:])
    record.value("finite log-variance", bool(torch.isfinite(spread).all()))
    mean, variance, _ = diffusion.p_mean_variance(bent, X_T, T, LABELS)
    record.value("model mean", mean)
    record.value("model variance", variance + torch.zeros_like(X_T))
    record("step", diffusion.p_sample, bent, X_T, T, LABELS, X_START)
    record("step without labels", diffusion.p_sample, bent, X_T[1:], T[1:], noise=X_START[1:])
    _observe_loop(candidate, diffusion, record)
    x, t = X_T[-1:].expand(200, *X_T.shape[1:]), T[-1:].expand(200)
    drawn = diffusion.p_sample(bent, x, t) - diffusion.p_mean_variance(bent, x, t)[0]
    record.value("signs of what p_sample draws", [bool((drawn < -1e-3).any()), bool((drawn > 1e-3).any())])


def _observe_loop(candidate: Candidate, diffusion: RemoteObject, record: Record) -> None:
    """Watch the network in the loop: timesteps, labels, and the size of what each step adds."""
    seen, labels = [], torch.arange(100) % 3

    def watched(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        seen.append((x.detach().clone(), torch.as_tensor(t).clone(), y))
        return bent(x, t, y)

    looped = diffusion.p_sample_loop.observe(watched, (100, 5), y=labels, generator=candidate.generator(3))
    record.value("global randomness in the loop", looped.rng_used)
    record.value("dtype of samples", torch.zeros((), dtype=looped.value.dtype))
    record.value("timesteps", [t.flatten().tolist() for _, t, _ in seen])
    record.value("dtype of the timesteps", str(seen[0][1].dtype))
    record.value("labels", [y is not None for _, _, y in seen])
    states = [*(x for x, _, _ in seen), looped.value]
    record.value("noise of every seed", _noise_of_every_seed(candidate, diffusion))
    start = states[0]
    # One fact with the signs: of numbers that all samples share the spread may be any.
    signs = bool((start < 0).any() and (start > 0).any())
    record.value("spread and signs of the first x", [round(2 * float(start.std())) / 2, signs])
    again = [diffusion.p_sample_loop(bent, (3, 5), y=labels[:3], generator=candidate.generator(4)) for _ in range(2)]
    record.value("reproducible", torch.equal(*again))
    added = [_added(x, t, y, after) for (x, t, y), after in zip(seen, states[1:], strict=True)]
    sizes = [float(part.std()) for part in added]
    # Rounded to quarters: right noise is 1 up to a few percent, whatever was drawn.
    record.value("size of added noise", [round(4 * size) / 4 for size in sizes])
    products = [float((one * other).mean()) for one, other in pairwise(added)]
    record.value("noise repeats", any(abs(product) > 0.5 for product in products[:-1]))


def _noise_of_every_seed(candidate: Candidate, diffusion: RemoteObject) -> bool:
    """Whether the first step adds the same noise with two generators of different seeds."""
    added = []
    for seed in (5, 6):
        seen: list[Tensor] = []

        def watched(x: Tensor, t: Tensor, y: Tensor | None = None, seen: list[Tensor] = seen) -> Tensor:
            seen.append(x.detach().clone())
            return bent(x, t, y)

        diffusion.p_sample_loop(watched, (3, 5), generator=candidate.generator(seed))
        added.append(_added(seen[0], torch.full((3,), len(BETAS) - 1), None, seen[1]))
    return torch.allclose(*added, atol=1e-3) and bool(added[0].abs().max() > 1e-3)


def _added(x: Tensor, t: Tensor, y: Tensor | None, after: Tensor) -> Tensor:
    """The noise that a step added, in units of the right standard deviation (plain at t = 0)."""
    step = t.reshape(-1, 1).long().clamp(0, len(BETAS) - 1)
    mean = (x - BETAS[step] / (1 - ALPHA_BARS[step]).sqrt() * bent(x, t, y)) / (1 - BETAS[step]).sqrt()
    return (after - mean) / torch.where(step > 0, DEVIATIONS[step], torch.ones_like(DEVIATIONS[step]))


# -- the schedule and q_posterior --------------------------------------------------------------------------


misconception(
    "GaussianDiffusion", name="forward_variance_used", belief="one step back is as noisy as one step forward",
    replace=("variance = betas * (1 - alpha_bar_prev) / (1 - alpha_bar)", "variance = betas"),
    hint="Your variance is that of the forward step. Does knowing x_0 make x_{t-1} more certain, and what is left at t = 0?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="previous_step_not_shifted", belief="all coefficients are taken at the same step",
    replace=("torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])", "alpha_bar"),
    hint="At t = 0 your posterior mean is not x_0. At which timestep does the docstring take each alpha_bar?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="coefficients_exchanged", belief="the first coefficient goes with x_t",
    replace=(
        "return weight_of_start * x_start + weight_of_x_t * x_t",
        "return weight_of_x_t * x_start + weight_of_start * x_t",
    ),
    hint="Near t = 0 your posterior mean stays at x_t instead of moving to x_0. Which coefficient multiplies which image?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="roots_left_out_of_the_mean", belief="alphas enter the mean without roots",
    replace=[("alpha_bar_prev.sqrt()", "alpha_bar_prev"), ("(1 - betas).sqrt()", "(1 - betas)")],
    hint="Your posterior mean is too small. Two of its factors are amplitudes rather than shares of variance: which?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="log_variance_infinite", belief="the logarithm of a variance always exists",
    replace=("variance.clamp(min=1e-20).log()", "variance.log()"),
    hint="Your log-variance is infinite at one timestep. How large is the posterior variance there?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="log_of_the_deviation", belief="the third result is the standard deviation's logarithm",
    replace=("variance.clamp(min=1e-20).log()", "0.5 * variance.clamp(min=1e-20).log()"),
    hint="Your third result is half of what it should be. Is it the logarithm of a variance or of a standard deviation?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="schedule_is_trainable", belief="a module's numbers are its parameters",
    replace=('self.register_buffer("betas", betas)', "self.betas = nn.Parameter(betas.clone())"),
    hint="An optimiser that is given your module would train the noise schedule. How does a module keep numbers that move "
    "with it but are not learned?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="double_precision_leaks", belief="the data follow the precision of the schedule",
    replace=(".to(x_t.dtype)\n", ".double()\n"),
    hint="Single-precision images come back in double precision. Which tensors in your formula are float64, and what does "
    "multiplying by them do?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="kept_beside_the_buffers", belief="a tensor that is an attribute belongs to the module",
    replace=('self.register_buffer("alphas_cumprod", alpha_bar)', "self.alphas_cumprod = alpha_bar"),
    hint="A module of yours that is given the buffers of another still computes with a schedule of its own. Which tensors did "
    "you assign as plain attributes, and will they follow the module to another device?",
)  # fmt: skip

misconception(
    "GaussianDiffusion", name="nothing_is_a_buffer", belief="a module owns every tensor that is its attribute",
    replace=[
        ('self.register_buffer("betas", betas)', "self.betas = betas"),
        ('self.register_buffer("alphas_cumprod", alpha_bar)', "self.alphas_cumprod = alpha_bar"),
        ('self.register_buffer("weight_of_start", betas * alpha_bar_prev.sqrt() / (1 - alpha_bar))',
         "self.weight_of_start = betas * alpha_bar_prev.sqrt() / (1 - alpha_bar)"),
        ('self.register_buffer("weight_of_x_t", (1 - betas).sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar))',
         "self.weight_of_x_t = (1 - betas).sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar)"),
        ('self.register_buffer("posterior_variance", variance)', "self.posterior_variance = variance"),
        ('self.register_buffer("posterior_log_variance_clipped", variance.clamp(min=1e-20).log())',
         "self.posterior_log_variance_clipped = variance.clamp(min=1e-20).log()"),
    ],
    hint="Your module has no buffers: .to(device) leaves the schedule where it was, and the state dict does not have it. How "
    "does a module keep tensors that move with it but are not learned?",
)  # fmt: skip
