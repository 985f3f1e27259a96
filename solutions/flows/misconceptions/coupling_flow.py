"""Wrong beliefs about RealNVP as a density model, with the behaviour they lead to."""

import math

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

X = torch.tensor([[0.8, -1.9, 2.4], [3.1, 0.2, -0.7], [-1.3, 1.1, 0.5], [0.4, -0.6, -2.2]])
CONSTANT = 1.5 * math.log(2 * math.pi)


def set_parameters(flow: object) -> bool:
    """Random numbers in the order of the parameters, whatever their names; whether there are any."""
    generator = torch.Generator().manual_seed(9)
    named = flow.built(X).parameters_by_name()  # type: ignore[attr-defined]
    values = {name: torch.randn(value.shape, generator=generator) * 0.4 for name, value in named.items()}
    flow.set_parameters(values)  # type: ignore[attr-defined]
    return bool(values)


def close(one: Tensor, other: Tensor) -> bool:
    """Equal up to rounding, shape included."""
    return one.shape == other.shape and torch.allclose(one, other, rtol=2e-3, atol=2e-3)


def log_det_by_autograd(flow: object, x: Tensor) -> Tensor:
    """log|det| of the Jacobian of z."""
    rows = []
    for i in range(x.shape[1]):
        cotangent = torch.zeros_like(x)
        cotangent[:, i] = 1
        (gradient,) = flow.grad(x, wrt=(0,), cotangent=cotangent, select=0)  # type: ignore[attr-defined]
        rows.append(gradient)
    return torch.linalg.slogdet(torch.stack(rows, dim=1)).logabsdet


def ways_to_log_prob(z: Tensor, log_det: Tensor) -> dict[str, Tensor]:
    """The formula and what it is mistaken for."""
    squares = 0.5 * z.square()
    return {
        "right": -squares.sum(1) - CONSTANT + log_det,
        "subtracted": -squares.sum(1) - CONSTANT - log_det,
        "without volume": -squares.sum(1) - CONSTANT,
        "without constant": -squares.sum(1) + log_det,
        "averaged": -squares.mean(1) - CONSTANT / 3 + log_det,
        "negated": squares.sum(1) + CONSTANT - log_det,
        "constant once": -squares.sum(1) - CONSTANT / 3 + log_det,
        "squares doubled": -2 * squares.sum(1) - CONSTANT + log_det,
    }


def size(candidate: Candidate, num_layers: int = 4, hidden: int = 8) -> int:
    """The number of parameters of a stack."""
    flow = candidate.RealNVP(3, num_layers=num_layers, hidden=hidden)
    return sum(value.numel() for value in flow.built(X).parameters_by_name().values())


@probe("RealNVP")
def observe_real_nvp(candidate: Candidate, record: Record) -> None:
    """Facts about a random stack, and where its samples come from."""
    candidate.seed(4)
    fresh = candidate.RealNVP(3, num_layers=4, hidden=8)
    record.value("fresh", close(fresh.log_prob(X), ways_to_log_prob(X, torch.zeros(4))["right"]))
    flow = candidate.RealNVP(3, num_layers=4, hidden=8)
    registered = set_parameters(flow)
    record.value("parameters", registered)
    if not registered:
        return
    sizes = size(candidate), size(candidate, hidden=16), size(candidate, num_layers=5)
    is_fixed = [sizes[0] == other for other in sizes[1:]]
    record.value("has the same size whatever hidden, or num_layers, is", is_fixed)
    if any(is_fixed):  # of a stack of another size, random parameters say something else
        return
    z, log_det = flow(X)
    truth = log_det_by_autograd(flow, X)
    record.value("log_det", [close(log_det, truth), close(log_det, -truth), list(log_det.shape)])
    unchanged = (z.unsqueeze(2) - X.unsqueeze(1)).abs().amax(dim=0) < 1e-4
    record.value("coordinates that pass through", unchanged.any(dim=0).tolist())
    log_prob = flow.log_prob(X)
    ways = ways_to_log_prob(z, log_det) | {"of x": ways_to_log_prob(X, log_det)["right"]}
    # Together with the shape, or together with a single layer: a plain False is what many mistakes have in common.
    record.value("log_prob", {"shape": list(log_prob.shape)} | {name: close(log_prob, value) for name, value in ways.items()})
    single = candidate.RealNVP(3, num_layers=1, hidden=8)
    set_parameters(single)
    leads_back = close(flow.inverse(z), X)
    record.value("inverse", [leads_back, close(single.inverse(single(X)[0]), X)])
    through, back = single(X)[0], single.inverse(X)
    record.value("a single layer does nothing", [close(through, X), close(back, X)])
    (slope,) = flow.log_prob.grad(X, wrt=(0,))
    (of_z,) = flow.grad(X, wrt=(0,), cotangent=-z, select=0)
    record.value("log_prob has the gradient of z alone", close(slope, of_z))
    _observe_samples(candidate, record, flow, leads_back)


def _observe_samples(candidate: Candidate, record: Record, flow: object, leads_back: bool) -> None:
    """Which way samples went, and what noise they came from; the latter only where there is a way back from z."""
    seen = flow.sample.observe(600, generator=candidate.generator(1))  # type: ignore[attr-defined]
    again = flow.sample(600, generator=candidate.generator(1))  # type: ignore[attr-defined]
    record.value("reproducible", [torch.equal(seen.value, again), seen.rng_used])
    as_many = len(seen.value) == 600
    record.value("as many samples as asked for", as_many)
    record.value("different", bool((seen.value.std(0) > 1e-4).all()) if as_many else None)
    if not leads_back or not as_many:
        return
    latent = flow(seen.value)[0]  # type: ignore[operator]
    directions = {"z": latent, "inverse": flow.inverse(seen.value), "nothing": seen.value}  # type: ignore[attr-defined]
    record.value("in a cube", bool((latent > -1e-3).all() and (latent < 1.001).all()))
    centred, spread = bool(latent.mean(0).abs().max() < 0.25), latent.std(0)
    record.value("narrow", centred and bool(spread.max() < 0.9) and bool((latent.abs() > spread).any()))
    for name, z in directions.items():
        centred = bool(z.mean(0).abs().max() < 0.25)
        record.value(f"samples taken through {name}", centred and bool((z.std(0) - 1).abs().max() < 0.2))


misconception(
    "RealNVP", name="same_half_in_every_layer", belief="every layer may transform the same half",
    replace=(", flip=k % 2 == 1", ""),
    hint="The first coordinates reach z unchanged. How do all coordinates get their turn?",
)  # fmt: skip

misconception(
    "RealNVP", name="last_log_det_only", belief="the last layer's log-determinant is that of the stack",
    replace=("total = total + log_det", "total = log_det"),
    hint="Your log_det is right for a single layer only. What is the log-determinant of one map after another?",
)  # fmt: skip

misconception(
    "RealNVP", name="log_det_subtracted", belief="densities fall where a map stretches",
    replace=(".sum(dim=-1) + log_det", ".sum(dim=-1) - log_det"),
    hint="Your density does not integrate to one. Does log_det belong to the map from x to z or from z to x, and which sign "
    "follows?",
)  # fmt: skip

misconception(
    "RealNVP", name="log_det_left_out", belief="the density of x is that of its z",
    replace=(".sum(dim=-1) + log_det", ".sum(dim=-1)"),
    hint="Your log_prob ignores how much space is stretched on the way to z. Which term of the change of variables is missing?",
)  # fmt: skip

misconception(
    "RealNVP", name="normalising_constant_dropped", belief="constants may be dropped from a likelihood",
    replace=("z.square() + math.log(2 * math.pi)", "z.square()"),
    hint="A fresh model is not the standard normal: your log_prob is too large by the same amount everywhere. What makes the "
    "normal density integrate to one?",
)  # fmt: skip

misconception(
    "RealNVP", name="latent_density_averaged", belief="the latent log-density is averaged over the coordinates",
    replace=(".sum(dim=-1)", ".mean(dim=-1)"),
    hint="Your latent density is not that of independent coordinates. Are their log-densities added up or averaged?",
)  # fmt: skip

misconception(
    "RealNVP", name="log_prob_negated", belief="log_prob is the loss",
    replace=(
        "-0.5 * (z.square() + math.log(2 * math.pi)).sum(dim=-1) + log_det",
        "0.5 * (z.square() + math.log(2 * math.pi)).sum(dim=-1) - log_det",
    ),
    hint="Points far away have the largest log_prob in your version. Should a log-density grow or fall away from the data?",
)  # fmt: skip

misconception(
    "RealNVP", name="inverse_in_forward_order", belief="the inverse runs through the layers in the same order",
    replace=("reversed(self.layers)", "self.layers"),
    hint="Each of your layers is undone, but their order is not. Which layer must be undone first?",
)  # fmt: skip

misconception(
    "RealNVP", name="sampled_with_forward", belief="samples are made by forward",
    replace=(
        "return self.inverse(torch.randn(num_samples, self.dim, generator=generator, device=device))",
        "return self(torch.randn(num_samples, self.dim, generator=generator, device=device))[0]",
    ),
    hint="Your samples do not follow your density. Does forward lead from noise to data or from data to noise?",
)  # fmt: skip

misconception(
    "RealNVP", name="uniform_noise_sampled", belief="any noise will do", replace=("torch.randn", "torch.rand"),
    hint="Taken back to z, your samples are not standard normal: they fill a cube. Which distribution does log_prob assume "
    "for z?",
)  # fmt: skip

misconception(
    "RealNVP", name="generator_ignored", belief="seeding is the caller's business", replace=("generator=generator, ", ""),
    hint="With equal generators your samples differ. Does your draw know about the generator?",
)  # fmt: skip

misconception(
    "RealNVP", name="log_det_detached", belief="a log-determinant is a number to be reported",
    replace=("total = total + log_det", "total = total + log_det.detach()"),
    hint="log_prob is right, but its gradient is that of the squared z alone. Does the log-determinant stay in the graph?",
)  # fmt: skip

misconception(
    "RealNVP", name="layers_not_registered", belief="layers in a Python list belong to the module",
    replace=[
        ("nn.ModuleList(AffineCoupling(dim, hidden, flip=k % 2 == 1) for k in range(num_layers))",
         "[AffineCoupling(dim, hidden, flip=k % 2 == 1) for k in range(num_layers)]"),
        ("next(self.parameters()).device", "None"),
    ],
    hint="Your flow has no parameters that an optimiser, .to() or the state dict could find. Which containers tell a module "
    "about the layers in them?",
)  # fmt: skip
