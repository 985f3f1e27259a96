"""Wrong beliefs about MADE as a model: its logits, its likelihood and its samples."""

import itertools

import torch
from torch import Tensor, nn

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

made = reference("autoregressive", "made")

VECTORS = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))


def set_parameters(model: object, scale: float) -> None:
    """Random numbers in the order of the parameters, whatever their names."""
    named = model.parameters_by_name()  # type: ignore[attr-defined]
    generator = torch.Generator().manual_seed(7)
    values = {name: torch.randn(value.shape, generator=generator) * scale for name, value in named.items()}
    model.set_parameters(values)  # type: ignore[attr-defined]


def consistency(model: object) -> dict[str, bool]:
    """Facts about a model with random parameters that hold for every architecture."""
    logits, log_prob = model(VECTORS), model.log_prob(VECTORS)  # type: ignore[operator, attr-defined]
    base, flipped = logits[:1], logits[[8, 4, 2, 1]]
    changed = (flipped - base).abs() > 1e-5
    cube = logits.reshape(2, 2, 4, 4)
    mixed = (cube[1, 1] - cube[1, 0] - cube[0, 1] + cube[0, 0])[:, 2:]
    terms = torch.nn.functional.logsigmoid(torch.where(VECTORS > 0, logits, -logits))
    facts = {
        "sees itself": changed.diagonal().any(),
        "sees later": changed.tril(-1).any(),
        "sees last": changed[3].any(),
        "sees earlier": changed.triu(1).any(),
        "linear": mixed.abs().max() < 1e-4,
        "probabilities": logits.min() >= 0 and logits.max() <= 1,
        "own likelihood": torch.allclose(log_prob, terms.sum(1), atol=1e-3)
        if log_prob.shape == (16,)
        else False,
        "mean": torch.allclose(log_prob, terms.mean(1), atol=1e-3) if log_prob.shape == (16,) else False,
        "normalised": abs(float(log_prob.exp().sum()) - 1) < 1e-3,
        "all positive": log_prob.min() >= 0,
    }
    return {name: bool(value) for name, value in facts.items()}


@probe("MADE")
def observe_made(candidate: Candidate, record: Record) -> None:
    """Facts that do not depend on the architecture, samples of a certain and of an uncertain model."""
    candidate.seed(3)
    model = candidate.MADE(4, [30, 30])
    set_parameters(model, 1.0)
    record.value("log_prob shape", list(model.log_prob(VECTORS).shape))
    record.value("facts", consistency(model))
    set_parameters(model, 0.1)
    first = model.sample.observe(200, generator=candidate.generator(1))
    again = model.sample(200, generator=candidate.generator(1))
    record.value("sample", [list(first.value.shape), bool(((first.value == 0) | (first.value == 1)).all())])
    record.value("reproducible", [torch.equal(first.value, again), first.rng_used])
    record.value("varied", (first.value.std(dim=0) > 0.2).tolist())
    set_parameters(model, 1e4)
    certain, logits = model.sample(1), model(VECTORS)
    for name, seeing in {"one by one": True, "at once": False}.items():
        record.value(f"certain sample, {name}", torch.equal(certain, most_probable(logits, seeing)))


def most_probable(logits: Tensor, seeing: bool) -> Tensor:
    """The likelier value of every pixel, each ``seeing`` the earlier ones or zeros; rows follow `VECTORS`."""
    x = torch.zeros(1, 4)
    for i in range(4):
        row = int(x[0] @ torch.tensor([8.0, 4.0, 2.0, 1.0])) if seeing else 0
        x[0, i] = (logits[row, i] > 0).float()
    return x


@misconception(
    "MADE",
    belief="masked layers need no nonlinearity between them",
    hint="The effect of one pixel never depends on another in your network. What do two linear layers "
    "without anything between them amount to?",
)
class nonlinearity_left_out(made.MADE):
    """Linear layers only."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """Remove the activations."""
        super().__init__(num_inputs, hidden_sizes)
        self.network = nn.Sequential(*(layer for layer in self.network if not isinstance(layer, nn.ReLU)))


@misconception(
    "MADE",
    belief="ordinary layers learn not to look ahead",
    hint="The logit of a pixel changes when the pixel itself does. Which layers does your network consist "
    "of?",
)
class ordinary_layers_used(made.MADE):
    """nn.Linear instead of MaskedLinear."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """Remove the masks."""
        super().__init__(num_inputs, hidden_sizes)
        for layer in self.network:
            if isinstance(layer, nn.Linear):
                layer.mask = torch.ones_like(layer.mask)


@misconception(
    "MADE",
    belief="the last layer may be an ordinary one",
    hint="Your hidden units respect their degrees, and still every output depends on almost every pixel. "
    "Which units may an output see?",
)
class output_layer_not_masked(made.MADE):
    """Mask all layers but the last."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """Remove the last mask."""
        super().__init__(num_inputs, hidden_sizes)
        self.network[-1].mask = torch.ones_like(self.network[-1].mask)


@misconception(
    "MADE",
    belief="forward returns probabilities",
    hint="All outputs of your network lie between 0 and 1. Does forward return probabilities or logits, "
    "and what do the functions that receive them expect?",
)
class probabilities_returned_by_forward(made.MADE):
    """A sigmoid at the end."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the sigmoid."""
        return self.network(x).sigmoid()

    def log_prob(self, x: Tensor) -> Tensor:
        """Correct for probabilities."""
        return made.bernoulli_log_prob(self.network(x), x)

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Correct for probabilities."""
        x = torch.zeros(num_samples, self.num_inputs)
        with torch.no_grad():
            for i in range(self.num_inputs):
                x[:, i] = torch.bernoulli(self(x)[:, i], generator=generator)
        return x


@misconception(
    "MADE",
    belief="log_prob is averaged over the pixels, like a loss",
    hint="The probabilities of all binary vectors add up to far more than one. Do you add up or average "
    "the conditionals?",
)
class log_prob_averaged(made.MADE):
    """Mean over pixels."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Divide by D."""
        return super().log_prob(x) / self.num_inputs


@misconception(
    "MADE",
    belief="log_prob is the loss to be minimised",
    hint="Your log-probabilities are positive. Can the logarithm of a probability be?",
)
class log_prob_negated(made.MADE):
    """Return the negative log-likelihood."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Flip the sign."""
        return -super().log_prob(x)


class OtherSample(made.MADE):
    """Sampling with one thing changed."""

    def order(self) -> list[int]:
        """The order of the pixels."""
        return list(range(self.num_inputs))

    def draw(self, probability: Tensor, generator: torch.Generator | None) -> Tensor:
        """From a probability to a pixel."""
        return torch.bernoulli(probability, generator=generator)

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Pixel by pixel."""
        x = torch.zeros(num_samples, self.num_inputs)
        with torch.no_grad():
            for i in self.order():
                x[:, i] = self.draw(self(x)[:, i].sigmoid(), generator)
        return x


@misconception(
    "MADE",
    belief="one pass gives all pixels",
    hint="Your samples never depend on the pixels drawn before. What does the network see in the only "
    "pass that you make?",
)
class sampled_in_one_pass(made.MADE):
    """Draw everything from the logits of an empty image."""

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """One pass."""
        with torch.no_grad():
            return torch.bernoulli(
                self(torch.zeros(num_samples, self.num_inputs)).sigmoid(), generator=generator
            )


@misconception(
    "MADE",
    belief="a pixel is on when its probability exceeds one half",
    hint="All your samples are equal. Does sampling mean taking the more probable value?",
)
class pixels_thresholded(OtherSample):
    """Round the probabilities."""

    def draw(self, probability: Tensor, generator: torch.Generator | None) -> Tensor:
        """No randomness."""
        return (probability > 0.5).float()


@misconception(
    "MADE",
    belief="samples are the probabilities of the pixels",
    hint="Your samples contain values between 0 and 1. What is still to be done once the probability of a "
    "pixel is known?",
)
class probabilities_returned_as_samples(OtherSample):
    """Grey pixels."""

    def draw(self, probability: Tensor, generator: torch.Generator | None) -> Tensor:
        """No draw."""
        return probability


@misconception(
    "MADE",
    belief="the first pixel has nothing to depend on, so it needs no draw",
    hint="The first pixel of all your samples is off. Does a pixel without predecessors have no "
    "probability, or one that is a constant?",
)
class first_pixel_never_drawn(OtherSample):
    """D - 1 passes."""

    def order(self) -> list[int]:
        """Begin with the second pixel."""
        return list(range(1, self.num_inputs))


@misconception(
    "MADE",
    belief="seeding is the caller's business",
    hint="With equal generators your samples differ. Which of your draws do not know about the generator?",
)
class generator_ignored(OtherSample):
    """Draw from the global state."""

    def draw(self, probability: Tensor, generator: torch.Generator | None) -> Tensor:
        """Forget the generator."""
        return torch.bernoulli(probability)
