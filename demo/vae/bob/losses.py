"""Objectives of the variational autoencoder: divergences, likelihoods and bounds, all in nats.

Shapes: `(B, ...)` is a batch of B samples with one to four trailing dimensions. Every function keeps the
dtype and device of its inputs, is differentiable in all of its tensor arguments, leaves them unmodified
and draws nothing.
"""

import math

import torch
from torch import Tensor


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    r"""Divergence of a diagonal Gaussian from the standard normal prior, one number per sample.

    $$\mathrm{KL}\big(N(\mu, \mathrm{diag}(\sigma^2)) \,\|\, N(0, I)\big)
      = \tfrac12 \sum_i \big[\mu_i^2 + \sigma_i^2 - \log \sigma_i^2 - 1\big],
      \qquad \log\sigma_i^2 = \text{logvar}_i$$

    Args:
        mu: `(B, ...)` floating point, the means.
        logvar: `(B, ...)`, same shape and dtype: logarithms of the *variances*, anywhere in [-20, 20].

    Returns:
        `(B,)`, same dtype: the divergence in nats, summed over all non-batch dimensions. Finite and
        accurate over the whole range of `logvar`.

    Source:
        Kingma and Welling, *Auto-Encoding Variational Bayes* (2014), appendix B. D2.1, H2.

    >>> gaussian_kl(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2))
    tensor([12.5000])
    """
    sigma = logvar.exp()
    per_coordinate = 0.5 * (mu**2 + sigma**2 - torch.log(sigma**2) - 1)
    return per_coordinate.flatten(1).sum(dim=1)


def gaussian_kl_between(mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor) -> Tensor:
    r"""Divergence of one diagonal Gaussian from another, one number per sample.

    $$\mathrm{KL}(N_1 \,\|\, N_2) = \tfrac12 \sum_i \Big[\log\frac{\sigma_{2i}^2}{\sigma_{1i}^2}
      + \frac{\sigma_{1i}^2 + (\mu_{1i} - \mu_{2i})^2}{\sigma_{2i}^2} - 1\Big]$$

    For equal variances it reduces to the squared distance of the means divided by twice the variance (14.19).

    Args:
        mu1: `(B, ...)` floating point, means of the first Gaussian, over which the expectation is taken.
        logvar1: `(B, ...)`, its log-variances, in [-20, 20].
        mu2: `(B, ...)`, means of the second Gaussian.
        logvar2: `(B, ...)`, its log-variances, in [-20, 20].

    Returns:
        `(B,)`, same dtype: the divergence in nats, summed over all non-batch dimensions.

    Source:
        14.12, 14.19.

    >>> gaussian_kl_between(torch.ones(1, 2), torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2))
    tensor([1.])
    """
    spread = (logvar1 - logvar2).exp() + logvar2 - logvar1 - 1
    distance = (mu1 - mu2).square() * (-logvar2).exp()
    return 0.5 * (spread + distance).flatten(1).sum(dim=1)


def gaussian_log_likelihood(x: Tensor, mean: Tensor) -> Tensor:
    r"""Log-density of a sample under a Gaussian with unit covariance, the decoder's likelihood.

    $$\log N(x; m, I) = -\tfrac12 \|x - m\|^2 - \tfrac{D}{2} \log 2\pi$$

    where D counts the elements of one sample. The constant belongs to the result.

    Args:
        x: `(B, ...)` floating point, the data.
        mean: `(B, ...)`, same shape and dtype: the decoder's output, any real values.

    Returns:
        `(B,)`, same dtype: log-densities in nats, summed over all non-batch dimensions; finite however
        far x lies from the mean.

    Source:
        H4.

    >>> gaussian_log_likelihood(torch.zeros(1, 2), torch.zeros(1, 2))
    tensor([-1.8379])
    """
    squared_distance = (x - mean).flatten(1).square()
    return -0.5 * (squared_distance + math.log(2 * math.pi)).sum(dim=1)


def reconstruction_loss(x_hat: Tensor, x: Tensor) -> Tensor:
    r"""Squared error of the reconstructions: summed over each sample, averaged over the batch.

    $$\frac1B \sum_b \sum_i (\hat x_{bi} - x_{bi})^2$$

    There is no factor 1/2 and no constant.

    Args:
        x_hat: `(B, ...)` floating point, the reconstructions.
        x: `(B, ...)`, same shape and dtype: the data.

    Returns:
        A scalar of the same dtype.

    Source:
        H4.

    >>> reconstruction_loss(torch.ones(2, 1, 2, 2), torch.zeros(2, 1, 2, 2))
    tensor(4.)
    """
    return (x_hat - x).square().flatten(1).sum(dim=1).mean()


def negative_elbo(
    x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Compute the training objective of a (beta-)VAE together with its two parts.

    $$\text{loss} = \text{reconstruction} + \beta \cdot \text{kl}$$

    Build it from `reconstruction_loss` and `gaussian_kl`.

    Args:
        x_hat: `(B, ...)` floating point, the reconstructions.
        x: `(B, ...)`, same shape: the data.
        mu: `(B, ...)`, the posterior means; the trailing dimensions differ from those of `x`.
        logvar: `(B, ...)`, the posterior log-variances, shaped like `mu`.
        beta: weight of the divergence, >= 0.

    Returns:
        `(loss, reconstruction, kl)`, three scalars; `kl` is the divergence averaged over the batch and
        is *not* multiplied by beta. Gradients are needed of `loss`.

    Source:
        H4, 14.11, 14.22; Higgins et al., *beta-VAE* (2017).

    >>> image, code = torch.zeros(2, 1, 2, 2), torch.ones(2, 3)
    >>> negative_elbo(image + 1, image, code, 0 * code, beta=10.0)
    (tensor(19.), tensor(4.), tensor(1.5000))
    """
    reconstruction = reconstruction_loss(x_hat, x)
    kl = gaussian_kl(mu, logvar).mean()
    return reconstruction + beta * kl, reconstruction, kl


def importance_weighted_bound(log_joint: Tensor, log_q: Tensor) -> Tensor:
    r"""Lower bound on log p(x) from K weighted posterior samples; K = 1 is the ELBO.

    $$\log \frac1K \sum_{k=1}^K \frac{p(x, z_k)}{q(z_k \mid x)}, \qquad z_k \sim q(z \mid x)$$

    Args:
        log_joint: `(K, B)` floating point, log p(x_b, z_kb).
        log_q: `(K, B)`, same dtype: log q(z_kb | x_b). The differences of the two, the log-weights,
            may be as low as -1e4.

    Returns:
        `(B,)`, same dtype: the bound in nats, one per data point, finite for all such log-weights.

    Source:
        Burda, Grosse and Salakhutdinov, *Importance Weighted Autoencoders* (2016), eq. 8. 14.2, 14.11.

    >>> importance_weighted_bound(torch.tensor([[-1.0], [-3.0]]), torch.tensor([[-1.0], [-3.0]]))
    tensor([0.])
    """
    log_weights = log_joint - log_q
    return torch.logsumexp(log_weights, dim=0) - math.log(log_weights.shape[0])
