"""Wrong beliefs about MADE as a model: its logits, its likelihood and its samples."""

import itertools

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

VECTORS = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)))
CERTAIN_MODELS = 4


def set_parameters(model: object, scale: float, seed: int = 7) -> bool:
    """Random numbers in the order of the parameters, whatever their names; False if there are none."""
    named = model.built(VECTORS).parameters_by_name()  # type: ignore[attr-defined]
    generator = torch.Generator().manual_seed(seed)
    values = {name: torch.randn(value.shape, generator=generator) * scale for name, value in named.items()}
    model.set_parameters(values)  # type: ignore[attr-defined]
    return bool(values)


def consistency(model: object) -> dict[str, bool | None]:
    """Facts about a model with random parameters, None where another fact makes them an accident of the architecture."""
    logits, log_prob = model(VECTORS), model.log_prob(VECTORS)  # type: ignore[operator, attr-defined]
    base, flipped = logits[:1], logits[[8, 4, 2, 1]]
    blur = 1e-5 * (1 + logits.abs().max())
    changed = (flipped - base).abs() > blur
    cube = logits.reshape(2, 2, 4, 4)
    mixed = (cube[1, 1] - cube[1, 0] - cube[0, 1] + cube[0, 0])[:, 2:]
    terms = torch.nn.functional.logsigmoid(torch.where(VECTORS > 0, logits, -logits))
    facts = {
        "sees itself": changed.diagonal().any(),
        "sees later": changed.tril(-1).any(),
        "sees last": changed[3].any(),
        "sees earlier": changed.triu(1).any(),
        "first is constant": not changed[:, 0].any(),
        "linear": mixed.abs().max() < blur,
        "probabilities": logits.min() >= 0 and logits.max() <= 1,
        "logits of both signs": logits.min() < 0,
    }
    orderly = not (facts["sees itself"] or facts["sees later"])
    likelihood = {
        "own likelihood": torch.allclose(log_prob, terms.sum(1), atol=1e-3)
        if log_prob.shape == (16,)
        else False,
        "mean": torch.allclose(log_prob, terms.mean(1), atol=1e-3) if log_prob.shape == (16,) else False,
        "normalised": abs(float(log_prob.exp().sum()) - 1) < 1e-3 if orderly else None,
        "all positive": log_prob.min() >= 0,
    }
    facts |= dict.fromkeys(likelihood) if facts["probabilities"] else likelihood
    return {name: None if value is None else bool(value) for name, value in facts.items()}


@probe("MADE")
def observe_made(candidate: Candidate, record: Record) -> None:
    """Facts that do not depend on the architecture, samples of a certain and of an uncertain model."""
    candidate.seed(3)
    model = candidate.MADE(4, [30, 30])
    registered = set_parameters(model, 1.0)
    record.value("parameters", registered)
    if not registered:
        return
    record.value("log_prob shape", list(model.log_prob(VECTORS).shape))
    facts = consistency(model)
    record.value("facts", facts)
    set_parameters(model, 0.1)
    first = model.sample.observe(200, generator=candidate.generator(1))
    again = model.sample(200, generator=candidate.generator(1))
    record.value("sample", [list(first.value.shape), bool(((first.value == 0) | (first.value == 1)).all())])
    record.value("reproducible", [torch.equal(first.value, again), first.rng_used])
    values = first.value.float()
    others = [model.sample(200, generator=candidate.generator(seed)).float() for seed in (2, 3, 4)]
    record.value("dtype", str(first.value.dtype))
    record.value("alike", [bool((values == values[:1]).all()), all(torch.equal(values, other) for other in others)])
    varied = (values.std(dim=0) > 0.2).tolist()
    agreement = (values == values[:, :1]).float().mean(0)
    record.value("varied", varied)
    record.value("pixels agree", bool((agreement > 0.8).all()) if all(varied) else None)
    if not facts["probabilities"]:
        record_certain_samples(model, record, bool(facts["sees itself"] or facts["sees later"]))


def record_certain_samples(model: object, record: Record, disorderly: bool) -> None:
    """What a model draws that is sure of every pixel; of several models, as two ways may agree in one by chance."""
    ways = {"one by one": (True, 1), "at once": (False, 1), "turned round": (True, -1)}
    fits = dict.fromkeys(ways, True)
    for seed in range(7, 7 + CERTAIN_MODELS):
        set_parameters(model, 1e4, seed)
        certain, logits = model.sample(1), model(VECTORS)  # type: ignore[attr-defined, operator]
        for name, (seeing, sign) in ways.items():
            fits[name] &= torch.equal(certain, most_probable(sign * logits, seeing))
    for name, fit in fits.items():
        record.value(f"certain sample, {name}", None if disorderly and name == "at once" else fit)


def most_probable(logits: Tensor, seeing: bool) -> Tensor:
    """The likelier value of every pixel, each ``seeing`` the earlier ones or zeros; rows follow `VECTORS`."""
    x = torch.zeros(1, 4)
    for i in range(4):
        row = int(x[0] @ torch.tensor([8.0, 4.0, 2.0, 1.0])) if seeing else 0
        x[0, i] = (logits[row, i] > 0).float()
    return x


misconception(
    "MADE", name="nonlinearity_left_out", belief="masked layers need no nonlinearity between them",
    replace=("nn.ReLU()", "nn.Identity()"),
    hint="The effect of one pixel never depends on another in your network. What do two linear layers without anything "
    "between them amount to?",
)  # fmt: skip

misconception(
    "MADE", name="ordinary_layers_used", belief="ordinary layers learn not to look ahead",
    replace=("MaskedLinear(size_in, size_out, mask)", "nn.Linear(size_in, size_out)"),
    hint="The logit of a pixel changes when the pixel itself does. Which layers does your network consist of?",
)  # fmt: skip

misconception(
    "MADE", name="output_layer_not_masked", belief="the last layer may be an ordinary one",
    replace=(
        "self.network = nn.Sequential(*layers[:-1])",
        "self.network = nn.Sequential(*layers[:-2], nn.Linear(sizes[-2], num_inputs))",
    ),
    hint="Some logits change with their own pixel or with later ones, though none with the last pixel of all. Which units may "
    "an output see, and is it the output that the docstring gives this number?",
)  # fmt: skip

misconception(
    "MADE", name="probabilities_returned_by_forward", belief="forward returns probabilities",
    replace=[
        ("return self.network(x)", "return self.network(x).sigmoid()"),
        ("bernoulli_log_prob(self(x), x)", "bernoulli_log_prob(self.network(x), x)"),
        ("self(x)[:, i].sigmoid()", "self(x)[:, i]"),
    ],
    hint="All outputs of your network lie between 0 and 1. Does forward return probabilities or logits, and what do the "
    "functions that receive them expect?",
)  # fmt: skip

misconception(
    "MADE", name="log_prob_averaged", belief="log_prob is averaged over the pixels, like a loss",
    replace=("bernoulli_log_prob(self(x), x)", "bernoulli_log_prob(self(x), x) / self.num_inputs"),
    hint="The probabilities of all binary vectors add up to far more than one. Do you add up or average the conditionals?",
)  # fmt: skip

misconception(
    "MADE", name="log_prob_negated", belief="log_prob is the loss to be minimised",
    replace=("return bernoulli", "return -bernoulli"),
    hint="Your log-probabilities are positive. Can the logarithm of a probability be?",
)  # fmt: skip


misconception(
    "MADE", name="sampled_in_one_pass", belief="one pass gives all pixels",
    replace=(
        "x[:, i] = torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)",
        "return torch.bernoulli(self(x).sigmoid(), generator=generator)",
    ),
    hint="Your samples never depend on the pixels drawn before. What does the network see of the pixels before i when you draw "
    "pixel i?",
)  # fmt: skip

misconception(
    "MADE", name="pixels_thresholded", belief="a pixel is on when its probability exceeds one half",
    replace=("torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)", "(self(x)[:, i] > 0).float()"),
    hint="All your samples are equal. Does sampling mean taking the more probable value?",
)  # fmt: skip

misconception(
    "MADE", name="probabilities_returned_as_samples", belief="samples are the probabilities of the pixels",
    replace=("torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)", "self(x)[:, i].sigmoid()"),
    hint="Your samples contain values between 0 and 1. What is still to be done once the probability of a pixel is known?",
)  # fmt: skip

misconception(
    "MADE", name="first_pixel_never_drawn", belief="the first pixel has nothing to depend on, so it needs no draw",
    replace=("range(self.num_inputs)", "range(1, self.num_inputs)"),
    hint="The first pixel of all your samples is off. Does a pixel without predecessors have no probability, or one that is a "
    "constant?",
)  # fmt: skip

misconception(
    "MADE", name="generator_ignored", belief="seeding is the caller's business", replace=(", generator=generator", ""),
    hint="With equal generators your samples differ. Which of your draws do not know about the generator?",
)  # fmt: skip


misconception(
    "MADE", name="logits_rectified", belief="every layer is followed by its nonlinearity",
    replace=("nn.Sequential(*layers[:-1])", "nn.Sequential(*layers)"),
    hint="None of your logits is negative, so no pixel is ever more likely off than on. What should follow the last layer?",
)  # fmt: skip

misconception(
    "MADE", name="normalised_across_units", belief="layer normalisation treats every sample alone, so it does no harm",
    replace=[
        (
            "layers += [MaskedLinear(size_in, size_out, mask), nn.ReLU()]",
            "layers += [MaskedLinear(size_in, size_out, mask), nn.LayerNorm(size_out), nn.ReLU()]",
        ),
        ("layers[:-1]", "layers[:-2]"),
    ],
    hint="The first logit is a constant, as it should be, yet others change with their own pixel or later ones: your masks are "
    "right, and something between the layers mixes units of different degrees. Which operation lets one unit depend on all "
    "others of its layer?",
)  # fmt: skip

misconception(
    "MADE", name="layers_not_registered", belief="layers in a Python list or dict belong to the module",
    replace=[
        ("self.network = nn.Sequential(*layers[:-1])", "self.layers = [nn.Sequential(*layers[:-1])]"),
        ("self.network(x)", "self.layers[0](x)"),
    ],
    hint="Your model has no parameters that an optimiser, .to() or the state dict could find. Which containers tell a module "
    "about the layers in them?",
)  # fmt: skip

misconception(
    "MADE", name="probability_turned_round", belief="a pixel is on when the random number exceeds p",
    replace=("torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)",
             "1 - torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)"),
    hint="Pixels that your model calls almost certainly on are off in your samples. How often is a uniform number below p?",
)  # fmt: skip

misconception(
    "MADE", name="one_draw_for_all_pixels", belief="one uniform number per sample is enough",
    replace=[
        ("        for i in range(self.num_inputs):",
         "        u = torch.rand(num_samples, generator=generator)\n        for i in range(self.num_inputs):"),
        ("torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)", "(u < self(x)[:, i].sigmoid()).float()"),
    ],
    hint="For a model of nearly fair, independent pixels, almost all pixels of a sample of yours are equal. How many "
    "independent random numbers does a sample of D pixels need?",
)  # fmt: skip
