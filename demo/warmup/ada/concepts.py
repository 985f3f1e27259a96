"""Short answers about the objectives.

Every function takes no arguments and returns its answer, a dict of words. Capitals and hyphens do not matter.
"""

from __future__ import annotations


def training_objectives() -> dict[str, str]:
    """Which objective is each of these models trained on? (T13)

    Returns a dict with the five keys below. Each value is one of four words:
    ``"likelihood"`` (the exact log-likelihood of the data is maximised), ``"elbo"`` (a lower bound on it, with a
    learned approximate posterior, is maximised), ``"adversarial"`` (a second network judges samples) or
    ``"denoising"`` (the squared error of a denoiser is minimised).

    - ``"autoregressive"``: a network that predicts every pixel from the pixels before it.
    - ``"flow"``: an invertible network, such as RealNVP.
    - ``"vae"``: a variational autoencoder.
    - ``"gan"``: a generative adversarial network.
    - ``"ddpm"``: a diffusion model with the simplified loss of Ho et al. (2020), all timesteps weighted alike.
    """
    return {
        "autoregressive": "likelihood",
        "flow": "likelihood",
        "vae": "elbo",
        "gan": "adversarial",
        "ddpm": "denoising",
    }


def reported_likelihoods() -> dict[str, str]:
    """Track likelihood only where it is meaningful: what can each model report about log p(x) of a test image? (T13)

    Returns a dict with the keys ``"autoregressive"``, ``"flow"``, ``"vae"``, ``"gan"`` and ``"ddpm"`` (the models of
    ``training_objectives``). Each value is one of three words:
    ``"exact"`` (the model computes log p(x) itself), ``"bound"`` (what it computes directly is a variational lower
    bound on log p(x)) or ``"none"`` (it has no expression for log p(x), not even for a bound). Count a DDPM as the
    Markov chain of its discrete timesteps, not as the differential equation that it approximates.
    """
    return {"autoregressive": "exact", "flow": "exact", "vae": "bound", "gan": "none", "ddpm": "bound"}
