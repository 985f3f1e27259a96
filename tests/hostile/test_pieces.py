"""Answers that lean on other answers: lent references, values of one's own, and exercises that agree with each other."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Arena, reference_files, submission

_FLAT_VAE = """
class {name}(nn.Module):
    def __init__(self, *sizes, **options):
        super().__init__()
        self.latent = {latent}
        self.size = None
        self.scale = nn.Parameter(torch.ones(1))
    def encode(self, x):
        self.shape = tuple(x.shape[1:])
        return {mu}, {logvar}
    def decode(self, z):
        return {image}
    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(mu), mu, logvar
    def sample(self, num_samples, generator=None):
        return self.decode(torch.zeros(num_samples, self.latent))
"""
_ZERO = {
    "mu": "torch.zeros(len(x), self.latent)",
    "logvar": "torch.zeros(len(x), self.latent)",
    "image": "torch.zeros(len(z), *getattr(self, 'shape', (1, 32, 32)))",
}
_MEANS = {
    "mu": "x.flatten(1).mean(1, keepdim=True).expand(-1, self.latent) * self.scale",
    "logvar": "x.flatten(1).std(1, keepdim=True).expand(-1, self.latent) * self.scale",
    "image": "z.mean(1).view(-1, 1, 1, 1).expand(-1, *getattr(self, 'shape', (1, 32, 32))) * self.scale",
}


@pytest.mark.parametrize("parts", [_ZERO, _MEANS], ids=["zeros", "means"])
@pytest.mark.parametrize("name", ["VAE", "MLPVAE"])
def test_a_network_that_agrees_with_itself_is_not_enough(
    arena: Arena, tmp_path: Path, name: str, parts: dict[str, str]
) -> None:
    """Encoder, decoder, forward and sample are constants or averages, in perfect agreement."""
    latent = "options.get('latent_dim', sizes[0] if sizes else 16)" if name == "VAE" else "options.get('latent_dim', 2)"
    files = reference_files(arena, "vae")
    source = files["model.py"]
    assert isinstance(source, bytes)
    files["model.py"] = source.decode() + _FLAT_VAE.format(name=name, latent=latent, **parts)
    result = arena.grade("vae", submission(tmp_path / "flat", files), f"model.{name}").result
    passed = [check.name for check in result.exercises[0].checks if check.status == "passed"]
    assert (result.status, result.score) == ("graded", 0.0), passed


_FLAT_DIFFUSION = """
class GaussianDiffusion(nn.Module):
    def __init__(self, betas):
        super().__init__()
        self.register_buffer("betas", betas)
    def q_posterior(self, x_start, x_t, t):
        return {mean}, {variance}, {variance}
    def p_mean_variance(self, denoise_fn, x_t, t, y=None):
        noise = denoise_fn(x_t, t, y)
        return self.q_posterior(x_t - noise, x_t, t)
    def p_sample(self, denoise_fn, x_t, t, y=None, noise=None):
        mean, variance, _ = self.p_mean_variance(denoise_fn, x_t, t, y)
        noise = torch.randn_like(x_t) if noise is None else noise
        keep = (t > 0).view(-1, *[1] * (x_t.ndim - 1)).to(x_t.dtype)
        return mean + keep * variance.sqrt() * noise
    def p_sample_loop(self, denoise_fn, shape, y=None, generator=None):
        x = torch.randn(shape, generator=generator)
        for step in reversed(range(len(self.betas))):
            t = torch.full((shape[0],), step, dtype=torch.int64)
            x = self.p_sample(denoise_fn, x, t, y, torch.randn(shape, generator=generator))
        return x
"""


@pytest.mark.parametrize(
    ("mean", "variance", "most"),
    [
        ("torch.zeros_like(x_t)", "torch.zeros_like(x_t)", 0.0),
        ("torch.ones_like(x_t)", "torch.ones_like(x_t)", 0.0),
        ("x_t", "torch.zeros_like(x_t)", 4.0),
        ("x_start", "torch.full_like(x_t, 0.5)", 4.5),  # all that sampler and loop are worth
    ],
    ids=["zeros", "ones", "echo", "start"],
)
def test_a_sampler_that_agrees_with_itself_earns_its_own_part_at_most(
    arena: Arena, tmp_path: Path, mean: str, variance: str, most: float
) -> None:
    """The posterior is nonsense; sampler and loop are right given the nonsense, and only the last has a real step."""
    files = reference_files(arena, "diffusion")
    source = files["process.py"]
    assert isinstance(source, bytes)
    files["process.py"] = source.decode() + _FLAT_DIFFUSION.format(mean=mean, variance=variance)
    result = arena.grade("diffusion", submission(tmp_path / "flat", files), "process.GaussianDiffusion").result
    passed = [check.name for check in result.exercises[0].checks if check.status == "passed"]
    assert result.status == "graded"
    assert result.score <= most, passed
    assert result.score < 0.75 * result.max_score, passed


_LOSSES = "reconstruction_loss gaussian_kl negative_elbo gaussian_kl_between train"
_ORACLES = {
    "piece returned": "return gaussian_kl(mu, logvar)",
    "piece for every part": "k = gaussian_kl(mu, logvar).mean(); return k, k, k",
    "piece asked about everything": "out = [f(a, b) for f in (gaussian_kl, reconstruction_loss) for a in (x_hat, x, mu) "
    "for b in (x, logvar)]; return tuple(o.sum() for o in out[:3])",
    "piece kept and answered later": "KEPT.append(gaussian_kl(mu, logvar)); return KEPT[0].mean(), KEPT[0].sum(), KEPT[-1].sum()",
}


@pytest.mark.parametrize("body", _ORACLES.values(), ids=_ORACLES.keys())
def test_a_lent_reference_earns_nothing_for_what_builds_on_it(arena: Arena, tmp_path: Path, body: str) -> None:
    """The pieces are wrong, so the right ones are lent; the exercise that uses them is still wrong."""
    files = reference_files(arena, "vae")
    source = files["losses.py"]
    assert isinstance(source, bytes)
    files["losses.py"] = source.decode() + textwrap.dedent(f"""
        KEPT = []
        def gaussian_kl(mu, logvar):
            return KEPT[-1] if KEPT else torch.zeros(len(mu))
        def reconstruction_loss(x_hat, x):
            return KEPT[-1] if KEPT else torch.zeros(())
        def negative_elbo(x_hat, x, mu, logvar, beta=1.0):
            {body}
    """)
    result = arena.grade("vae", submission(tmp_path / "oracle", files), _LOSSES).result
    scores = {exercise.id.rpartition(".")[2]: exercise.score for exercise in result.exercises}
    assert result.status == "graded"
    assert scores["negative_elbo"] == scores["gaussian_kl"] == scores["reconstruction_loss"] == 0.0
    assert scores["gaussian_kl_between"] > 0
    assert scores["train"] > 0, "a mistake is charged once"


@pytest.mark.parametrize(
    "call",
    [
        "ddim_timesteps(2**33, 2**33)",
        "ddim_timesteps(10**12, 10**12)",
        "ddim_timesteps(10, 2**62)",
        "ddim_timesteps(torch.zeros(2**19, 1), torch.zeros(1, 2**19))",
        "ddim_timesteps('x' * 10**6, [[]] * 10**5)",
        "[ddim_timesteps(10**6, 10**6) for _ in range(10**6)]",
    ],
)
def test_a_lent_reference_cannot_be_made_to_exhaust_the_grader(
    arena: Arena, tmp_path: Path, call: str, unharmed: Callable[[str, str], None]
) -> None:
    """The reference runs in the grader, with arguments of the submission's choice."""
    files = reference_files(arena, "diffusion")
    source = files["ddim.py"]
    assert isinstance(source, bytes)
    files["ddim.py"] = source.decode() + textwrap.dedent(f"""
        def ddim_timesteps(num_timesteps, num_steps):
            return torch.zeros(3)
        def ddim_sample_loop(denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None):
            {call}
            return torch.zeros(shape)
    """)
    result = arena.grade(
        "diffusion", submission(tmp_path / "greedy", files), "ddim_timesteps ddim_sample_loop", seconds=0.8
    ).result
    scores = {exercise.id.rpartition(".")[2]: exercise.score for exercise in result.exercises}
    assert result.status == "graded", result.message
    assert scores["ddim_sample_loop"] == scores["ddim_timesteps"] == 0.0
    unharmed("diffusion", "ddim.ddim_sample_loop")


def test_what_a_lent_reference_says_at_import_is_not_told(arena: Arena, tmp_path: Path) -> None:
    """A file that finds a lent function at import could ask it and complain with the answer."""
    files = reference_files(arena, "vae")
    losses, train = files["losses.py"], files["train.py"]
    assert isinstance(losses, bytes)
    assert isinstance(train, bytes)
    files["losses.py"] = losses.decode() + "\ndef negative_elbo(*a):\n    return torch.zeros(3)\n"
    files["train.py"] = train.decode() + textwrap.dedent("""
        import losses
        value = losses.negative_elbo(torch.ones(1, 2), torch.zeros(1, 2), torch.ones(1, 2), torch.ones(1, 2))
        if isinstance(value, tuple):
            raise ValueError("LEAKED " + str(value))
        def evaluate(model, loader, beta=1.0):
            return None
    """)
    result = arena.grade("vae", submission(tmp_path / "asks", files), "negative_elbo train evaluate").result
    assert result.status == "graded"
    assert "LEAKED" not in result.to_json()


def test_an_alias_of_a_lent_function_earns_nothing(arena: Arena, tmp_path: Path) -> None:
    """Lending replaces every name of a wrong function, so a name that is another exercise gets the reference of the wrong one."""
    files = reference_files(arena, "vae")
    source = files["losses.py"]
    assert isinstance(source, bytes)
    files["losses.py"] = (
        source.decode() + "\ngaussian_kl = negative_elbo = reconstruction_loss = lambda *a, **k: torch.zeros(())\n"
    )
    result = arena.grade("vae", submission(tmp_path / "alias", files), _LOSSES).result
    scores = {exercise.id.rpartition(".")[2]: exercise.score for exercise in result.exercises}
    assert scores["negative_elbo"] == scores["gaussian_kl"] == scores["reconstruction_loss"] == 0.0


_COMPLAINTS = """
class Long(str):
    def __getitem__(self, key): return "CANARY" * 10**6
class Many(list):
    def __getitem__(self, key): return [Long("a")] * 3
    def append(self, value): pass
import sys
frame = sys._getframe()
while frame is not None:
    if "self" in frame.f_locals and hasattr(frame.f_locals["self"], "complaints"):
        frame.f_locals["self"].complaints = Many(["x"])
    frame = frame.f_back
"""


def test_results_stay_small_whatever_a_file_says_while_it_is_loaded(arena: Arena, tmp_path: Path) -> None:
    """What loading says stands beside each of a file's exercises."""
    files = reference_files(arena, "vae")
    source = files["losses.py"]
    assert isinstance(source, bytes)
    files["losses.py"] = source.decode() + _COMPLAINTS
    result = arena.grade("vae", submission(tmp_path / "talker", files), _LOSSES).result
    assert result.status == "graded"
    assert len(result.to_json()) < 500_000


def test_a_check_that_broadcasts_two_results_is_bounded(
    arena: Arena, tmp_path: Path, unharmed: Callable[[str, str], None]
) -> None:
    """Results of shapes (N, 1) and (1, N) cost nothing until a check combines them."""
    files = reference_files(arena, "diffusion")
    source = files["process.py"]
    assert isinstance(source, bytes)
    body = "torch.zeros(400_000, 1), torch.zeros(1, 400_000), torch.zeros(1, 400_000)"
    wide = _FLAT_DIFFUSION.format(mean="torch.zeros(400_000, 1)", variance="torch.zeros(1, 400_000)")
    files["process.py"] = source.decode() + wide + f"\nGaussianDiffusion.p_mean_variance = lambda self, *a: ({body})\n"
    result = arena.grade("diffusion", submission(tmp_path / "wide", files), "process.GaussianDiffusion", 3.0).result
    assert result.status == "graded", result.message
    assert result.score < 0.5 * result.max_score
    unharmed("diffusion", "process.GaussianDiffusion")
