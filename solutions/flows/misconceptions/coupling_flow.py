"""Wrong beliefs about RealNVP as a density model, with the behaviour they lead to."""

import math

import torch
from torch import Tensor, nn

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

coupling = reference("flows", "coupling")
RealNVP = coupling.RealNVP
Pair = tuple[Tensor, Tensor]

X = torch.tensor([[0.8, -1.9, 2.4], [3.1, 0.2, -0.7], [-1.3, 1.1, 0.5], [0.4, -0.6, -2.2]])
CONSTANT = 1.5 * math.log(2 * math.pi)


def set_parameters(flow: object) -> None:
    """Random numbers in the order of the parameters, whatever their names."""
    generator = torch.Generator().manual_seed(9)
    named = flow.parameters_by_name()  # type: ignore[attr-defined]
    values = {name: torch.randn(value.shape, generator=generator) * 0.4 for name, value in named.items()}
    flow.set_parameters(values)  # type: ignore[attr-defined]


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
    }


@probe("RealNVP")
def observe_real_nvp(candidate: Candidate, record: Record) -> None:
    """Facts about a random stack, and where its samples come from."""
    candidate.seed(4)
    fresh = candidate.RealNVP(3, num_layers=4, hidden=8)
    record.value("fresh", close(fresh.log_prob(X), ways_to_log_prob(X, torch.zeros(4))["right"]))
    flow = candidate.RealNVP(3, num_layers=4, hidden=8)
    set_parameters(flow)
    z, log_det = flow(X)
    truth = log_det_by_autograd(flow, X)
    record.value("log_det", [close(log_det, truth), close(log_det, -truth), list(log_det.shape)])
    unchanged = (z.unsqueeze(2) - X.unsqueeze(1)).abs().amax(dim=0) < 1e-4
    record.value("coordinates that pass through", unchanged.any(dim=0).tolist())
    log_prob = flow.log_prob(X)
    own = {name: close(log_prob, value) for name, value in ways_to_log_prob(z, log_det).items()}
    record.value("log_prob", own)
    record.value("inverse", close(flow.inverse(z), X))
    _observe_samples(candidate, record, flow)


def _observe_samples(candidate: Candidate, record: Record, flow: object) -> None:
    """Which way samples went, and what noise they came from."""
    seen = flow.sample.observe(600, generator=candidate.generator(1))  # type: ignore[attr-defined]
    again = flow.sample(600, generator=candidate.generator(1))  # type: ignore[attr-defined]
    record.value("reproducible", [torch.equal(seen.value, again), seen.rng_used])
    directions = {"z": flow(seen.value)[0], "inverse": flow.inverse(seen.value)}  # type: ignore[attr-defined, operator]
    for name, z in directions.items():
        centred = bool(z.mean(0).abs().max() < 0.25)
        record.value(f"samples taken through {name}", centred and bool((z.std(0) - 1).abs().max() < 0.2))


@misconception(
    "RealNVP",
    belief="every layer may transform the same half",
    hint="The first coordinates reach z unchanged. How do all coordinates get their turn?",
)
class same_half_in_every_layer(RealNVP):
    """Never flip."""

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """Layers without flip."""
        super().__init__(dim, num_layers, hidden)
        self.layers = nn.ModuleList(coupling.AffineCoupling(dim, hidden) for _ in range(num_layers))


@misconception(
    "RealNVP",
    belief="the last layer's log-determinant is that of the stack",
    hint="Your log_det is right for a single layer only. What is the log-determinant of one map after "
    "another?",
)
class last_log_det_only(RealNVP):
    """Overwrite instead of adding."""

    def forward(self, x: Tensor) -> Pair:
        """Keep the last one."""
        for layer in self.layers:
            x, log_det = layer(x)
        return x, log_det


@misconception(
    "RealNVP",
    belief="densities fall where a map stretches",
    hint="Your density does not integrate to one. Does log_det belong to the map from x to z or from z to "
    "x, and which sign follows?",
)
class log_det_subtracted(RealNVP):
    """log N(z) - log_det."""

    def log_prob(self, x: Tensor) -> Tensor:
        """The other sign."""
        return super().log_prob(x) - 2 * self(x)[1]


@misconception(
    "RealNVP",
    belief="the density of x is that of its z",
    hint="Your log_prob ignores how much space is stretched on the way to z. Which term of the change of "
    "variables is missing?",
)
class log_det_left_out(RealNVP):
    """log N(z)."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Forget the volume."""
        return super().log_prob(x) - self(x)[1]


@misconception(
    "RealNVP",
    belief="constants may be dropped from a likelihood",
    hint="A fresh model is not the standard normal: your log_prob is too large by the same amount "
    "everywhere. What makes the normal density integrate to one?",
)
class normalising_constant_dropped(RealNVP):
    """Squares and log-determinant only."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Take the constant off."""
        return super().log_prob(x) + 0.5 * self.dim * math.log(2 * math.pi)


@misconception(
    "RealNVP",
    belief="the latent log-density is averaged over the coordinates",
    hint="Your latent density is not that of independent coordinates. Are their log-densities added up or "
    "averaged?",
)
class latent_density_averaged(RealNVP):
    """Mean over dim."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Average the first part only."""
        _, log_det = self(x)
        return (super().log_prob(x) - log_det) / self.dim + log_det


@misconception(
    "RealNVP",
    belief="log_prob is the loss",
    hint="Points far away have the largest log_prob in your version. Should a log-density grow or fall "
    "away from the data?",
)
class log_prob_negated(RealNVP):
    """Return the negative log-likelihood."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Flip the sign."""
        return -super().log_prob(x)


@misconception(
    "RealNVP",
    belief="the inverse runs through the layers in the same order",
    hint="Each of your layers is undone, but their order is not. Which layer must be undone first?",
)
class inverse_in_forward_order(RealNVP):
    """First layer first."""

    def inverse(self, z: Tensor) -> Tensor:
        """Do not reverse."""
        for layer in self.layers:
            z, _ = layer.inverse(z)
        return z


@misconception(
    "RealNVP",
    belief="samples are made by forward",
    hint="Your samples do not follow your density. Does forward lead from noise to data or from data to "
    "noise?",
)
class sampled_with_forward(RealNVP):
    """Go the wrong way."""

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Forward."""
        with torch.no_grad():
            return self(torch.randn(num_samples, self.dim, generator=generator))[0]


@misconception(
    "RealNVP",
    belief="any noise will do",
    hint="Taken back to z, your samples are not standard normal: they fill a cube. Which distribution "
    "does log_prob assume for z?",
)
class uniform_noise_sampled(RealNVP):
    """rand instead of randn."""

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Uniform."""
        with torch.no_grad():
            return self.inverse(torch.rand(num_samples, self.dim, generator=generator))


@misconception(
    "RealNVP",
    belief="seeding is the caller's business",
    hint="With equal generators your samples differ. Does your draw know about the generator?",
)
class generator_ignored(RealNVP):
    """Draw from the global state."""

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Forget the generator."""
        with torch.no_grad():
            return self.inverse(torch.randn(num_samples, self.dim))
