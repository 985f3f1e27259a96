"""Mistakes in networks that are built unlike the reference: their hints must not rest on accidents of an architecture."""

from __future__ import annotations

import pytest

from autograder.course.course import open_course
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.matching import diagnose
from autograder.sessions.subjects import LoadedModules

MADE = """
class MADE(nn.Module):
    def __init__(self, num_inputs, hidden_sizes):
        super().__init__()
        self.num_inputs, sizes = num_inputs, [num_inputs, *hidden_sizes, num_inputs]
        masks = made_masks(num_inputs, hidden_sizes)
        self.layers = nn.ModuleDict({str(k): MaskedLinear(*mask.shape[::-1], mask) for k, mask in enumerate(masks)})

    def forward(self, x):
        for name, layer in self.layers.items():
            x = layer(F.elu(x) if name != "0" else x)
        return x

    def log_prob(self, x):
        return bernoulli_log_prob(self(x), x)

    @torch.no_grad()
    def sample(self, num_samples, generator=None):
        u = torch.rand(num_samples, self.num_inputs, generator=generator)
        x = torch.zeros_like(u)
        for i in range(self.num_inputs):
            x[:, i] = (u[:, i] < self(x)[:, i].sigmoid()).float()
        return x
"""
MLPVAE = """
class MLPVAE(nn.Module):
    def __init__(self, latent_dim=16, image_shape=(1, 28, 28), hidden=400):
        super().__init__()
        self.latent_dim, self.shape, pixels = latent_dim, tuple(image_shape), math.prod(image_shape)
        self.trunk, self.heads = nn.Linear(pixels, hidden), nn.Linear(hidden, 2 * latent_dim)
        self.up, self.out = nn.Linear(latent_dim, hidden), nn.Linear(hidden, pixels)

    def encode(self, x):
        return self.heads(F.silu(self.trunk(x.flatten(1)))).tensor_split(2, dim=1)

    def decode(self, z):
        return self.out(F.silu(self.up(z))).view(-1, *self.shape)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar)), mu, logvar

    def sample(self, num_samples, generator=None):
        z = torch.randn(num_samples, self.latent_dim, generator=generator)
        return self.decode(z)
"""
ANSWERS = {
    "autoregressive made.MADE": MADE,
    "vae model.MLPVAE": MLPVAE,
}
CHANGES = {
    "autoregressive made.MADE": [
        ("", "", ""),
        ("MaskedLinear(*mask.shape[::-1], mask)", "nn.Linear(*mask.shape[::-1])", "ordinary_layers_used"),
        ("F.elu(x)", "F.elu(F.layer_norm(x, x.shape[1:]))", "normalised_across_units"),
        ("        return x\n\n    def log", "        return x.sigmoid()\n\n    def log", "probabilities_returned_by_forward"),
        ("nn.ModuleDict({", "dict({", "layers_not_registered"),
        ("F.elu(x)", "(2 * x)", "nonlinearity_left_out"),
        ("u[:, i] <", "u[:, i] >", "probability_turned_round"),
        ("u[:, i] <", "u[:, 0] <", "one_draw_for_all_pixels"),
        ("u[:, i] <", "0.5 <", "pixels_thresholded"),
        ("for i in range(self.num_inputs)", "for i in range(self.num_inputs - 1, -1, -1)", "sampled_in_one_pass"),
    ],
    "vae model.MLPVAE": [
        ("", "", ""),
        ("return self.decode(reparameterize(mu, logvar))", "return self.decode(reparameterize(mu, logvar)).clamp(0, 1)",
         "ReconstructionsClipped"),
        ("reparameterize(mu, logvar)", "reparameterize(mu, 2 * logvar)", "VarianceScalesTheNoise"),
        ("torch.randn(num", "torch.rand(num", "UniformPrior"),
        ("return self.decode(z)\n", "return self.decode(z) + torch.randn((num_samples, *self.shape), generator=generator)\n",
         "SamplesNoisy"),
        ("torch.randn(num_samples", "torch.randn(1", "OneSampleAlways"),
        (".view(-1, *self.shape)", ".view(-1, *self.shape[:2], self.shape[1])", "SquareImagesOnly"),
        ("math.prod(image_shape)", "784", "NumberOfPixelsFixed"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", ANSWERS)
def test_hints_of_networks_that_are_built_in_another_way(key: str) -> None:
    """Exactly one hint, the one that fits; none for the right answer."""
    name, _, exercise_key = key.partition(" ")
    assignment = open_course().assignment(name)
    exercise = assignment.exercise(exercise_key)
    file = f"{exercise.module}.py"
    head = "\nimport math\nimport torch.nn.functional as F\n"
    for old, new, expected in CHANGES[key]:
        assert old in ANSWERS[key]
        source = assignment.reference_files()[file] + (head + ANSWERS[key].replace(old, new, 1)).encode()
        session = LoadedModules(assignment, {**assignment.reference_files(), file: source}).open(exercise.module)
        told = [one.misconception for one in diagnose(catalogue(assignment), exercise, session)]
        assert told == ([expected] if expected else []), (old, new)
