"""Wrong answers as students give them, without any ill intent: their texts must not depend on hidden inputs either."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import Attack

_BETWEEN = {"exercise": "losses.gaussian_kl_between", "parameters": "mu1, logvar1, mu2, logvar2"}
_NOISY = {
    "assignment": "diffusion",
    "exercise": "ddim.ddim_step",
    "parameters": "x_t, eps, alpha_bar_t, alpha_bar_prev, eta=0.0, noise=None",
}

MISTAKES = [
    Attack("factor two forgotten", "return (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("mean for a sum", "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).mean(1)"),
    Attack("one number for the batch", "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()"),
    Attack("sum over the last axis only", "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(-1)"),
    Attack("standard deviation for the variance", "return 0.5 * (mu**2 + (0.5 * logvar).exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("sign of a term", "return 0.5 * (mu**2 - logvar.exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("graph cut", "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1).detach()"),
    Attack("single precision", "return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1).float()"),
    Attack("assertion on the shape", "assert mu.shape == (3, 2), f'odd shape {mu.shape} {mu}'\nreturn 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("refuses large values", "if mu.abs().max() > 0.1: raise ValueError(f'too large: {mu}')\nreturn 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("arguments changed in place", "mu.mul_(mu)\nreturn 0.5 * (mu + logvar.exp() - 1 - logvar).flatten(1).sum(1)"),
    Attack("not begun", "raise NotImplementedError"),
    Attack("the two exchanged", "return 0.5 * (logvar1 - logvar2 + (logvar2.exp() + (mu1 - mu2)**2) / logvar1.exp() - 1).flatten(1).sum(1)", **_BETWEEN),
    Attack("precision forgotten", "return 0.5 * (logvar2 - logvar1 + logvar1.exp() + (mu1 - mu2)**2 - 1).flatten(1).sum(1)", **_BETWEEN),
    Attack("noise ignored", "x0 = (x_t - (1 - alpha_bar_t).sqrt() * eps) / alpha_bar_t.sqrt()\nreturn alpha_bar_prev.sqrt() * x0", **_NOISY),
]  # fmt: skip
