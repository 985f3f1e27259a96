"""The objectives of generative modelling, by hand.

Every function takes NumPy arrays or plain numbers and returns the same, leaves its inputs as they were and
draws no random numbers. Logarithms are natural: log-probabilities and losses are in nats. `(..., D)` stands
for any number of leading axes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating] | float


def log_likelihood(conditionals: NDArray[np.floating]) -> Numbers:
    r"""Log-probability of sequences from the conditionals that the chain rule multiplies.

    $$\log p(x) = \sum_{t=1}^{T} \log p(x_t \mid x_{<t})$$

    Args:
        conditionals: `(..., T)`, in (0, 1]: the probability of each symbol given those before it.

    Returns:
        `(...)`, in nats; the last axis is summed away. Sequences of T = 10 000 must not underflow.

    >>> round(float(log_likelihood(np.array([0.5, 0.25]))), 4)
    -2.0794
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def gaussian_kl(mu: NDArray[np.floating], logvar: NDArray[np.floating]) -> Numbers:
    r"""KL divergence of a diagonal Gaussian from the standard normal (Kingma and Welling 2014, appendix B).

    $$\mathrm{KL}(\mathcal N(\mu, \sigma^2) \,\|\, \mathcal N(0, I))
      = \tfrac12 \sum_{d=1}^{D} (\sigma_d^2 + \mu_d^2 - 1 - \log \sigma_d^2)$$

    Args:
        mu: `(..., D)`, means.
        logvar: `(..., D)`, the logarithm of the variances, $\log \sigma^2$, anywhere in [-20, 20].

    Returns:
        `(...)`, in nats, summed over the last axis.

    >>> float(gaussian_kl(np.array([0.0, 1.0]), np.array([0.0, 0.0])))
    0.5
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def reparameterize(mu: Numbers, sigma: Numbers, eps: Numbers) -> Numbers:
    r"""Turn standard normal noise into a sample of a Gaussian: $z = \mu + \sigma \epsilon$.

    Args:
        mu: mean, an array or a number.
        sigma: standard deviation (neither variance nor its logarithm), >= 0.
        eps: the noise to use; the function itself draws nothing.

    Returns:
        the sample, of the shape to which the three arguments broadcast.

    >>> reparameterize(1.0, 2.0, -0.25)
    0.5
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def elbo(log_likelihood: Numbers, kl: Numbers) -> Numbers:
    r"""Evidence lower bound from its two pieces, one value per element (Kingma and Welling 2014, equation 3).

    $$\mathrm{ELBO} = \mathbb E_{q(z \mid x)} \log p(x \mid z) - \mathrm{KL}(q(z \mid x) \,\|\, p(z))$$

    Args:
        log_likelihood: expected log-density of the data under the decoder, in nats; an array or a number.
            A density may exceed 1, so positive values occur.
        kl: KL divergence of the approximate posterior from the prior, in nats, of the same shape.

    Returns:
        the bound itself, which training maximises (not the loss), of the same shape.

    >>> elbo(-1.25, 0.25)
    -1.5
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def discriminator_loss(d_real: Numbers, d_fake: Numbers) -> float:
    r"""Discriminator loss of a GAN, to be minimised (Goodfellow et al. 2014, equation 1).

    $$L_D = -\Big(\operatorname{mean} \log D(x) + \operatorname{mean} \log(1 - D(G(z)))\Big)$$

    Args:
        d_real: probabilities of being real, in (0, 1), given to real samples; any shape, or a number.
        d_fake: the same for generated samples; the two batches may differ in size.

    Returns:
        a scalar, in nats; each mean is over its own batch.

    >>> round(float(discriminator_loss(0.8, 0.3)), 4)
    0.5798
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def generator_loss_saturating(d_fake: Numbers) -> float:
    r"""Generator's side of the minimax game, to be minimised: $\operatorname{mean} \log(1 - D(G(z)))$.

    Args:
        d_fake: probabilities in (0, 1) of being real, given to generated samples; any shape, or a number.

    Returns:
        a scalar, in nats, at most 0; flat where the discriminator wins (d near 0).

    >>> round(float(generator_loss_saturating(0.3)), 4)
    -0.3567
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def generator_loss_nonsaturating(d_fake: Numbers) -> float:
    r"""Generator loss used in practice, to be minimised: $-\operatorname{mean} \log D(G(z))$.

    Args:
        d_fake: probabilities in (0, 1) of being real, given to generated samples; any shape, or a number.

    Returns:
        a scalar, in nats, at least 0; steep where the discriminator wins (d near 0).

    >>> round(float(generator_loss_nonsaturating(0.3)), 4)
    1.204
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def affine_flow_log_prob(x: Numbers, a: float, b: float = 0.0) -> Numbers:
    r"""Log-density of $x = a z + b$ for $z \sim \mathcal N(0, 1)$, by the change of variables.

    $$\log p_X(x) = \log p_Z\!\left(f^{-1}(x)\right) + \log \left| \frac{d f^{-1}}{dx} \right|,
      \qquad f(z) = a z + b$$

    Args:
        x: points, an array of any shape or a number; each element is a point of its own.
        a: scale, a number other than 0; it may be negative.
        b: shift, a number.

    Returns:
        log-density of each element, in nats, of the shape of `x`.

    >>> round(float(affine_flow_log_prob(1.0, a=2.0)), 4)
    -1.7371
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def q_sample(x0: Numbers, alpha_bar: Numbers, eps: Numbers) -> Numbers:
    r"""Noise clean data in one shot (Ho et al. 2020, equation 4).

    $$x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon$$

    Args:
        x0: clean data, an array of any shape or a number.
        alpha_bar: share of the variance that is still signal, in [0, 1]; it broadcasts against `x0`, for
            instance `(B, 1)` for one value per sample of a `(B, D)` batch.
        eps: standard normal noise, shaped like `x0`.

    Returns:
        noised data, shaped like `x0`.

    >>> round(float(q_sample(1.0, 0.64, -0.5)), 4)
    0.5
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def denoising_mse(eps: Numbers, eps_pred: Numbers) -> float:
    """Mean squared error between the true and the predicted noise (Ho et al. 2020, equation 14).

    Args:
        eps: the noise that was added, an array of any shape or a number.
        eps_pred: the network's prediction, of the same shape.

    Returns:
        a scalar: the mean over all elements, whatever the axes mean.

    >>> round(float(denoising_mse(np.array([1.0, 0.0]), np.array([0.8, 0.2]))), 4)
    0.04
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def score_step(x: Numbers, eta: float) -> Numbers:
    r"""One deterministic step uphill in the log-density of the standard normal.

    $$x' = x + \eta\, \nabla_x \log p(x), \qquad p = \mathcal N(0, 1)$$

    Args:
        x: current points, an array of any shape or a number; each element is a point of its own.
        eta: step size, a number.

    Returns:
        the points after the step, of the shape of `x`.

    >>> score_step(2.0, 0.1)
    1.8
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def langevin_step(x: Numbers, score: Numbers, eta: float, noise: Numbers) -> Numbers:
    r"""One step of unadjusted Langevin dynamics (Song and Ermon 2019).

    $$x' = x + \eta\, s + \sqrt{2 \eta}\, \epsilon$$

    Args:
        x: current points, an array of any shape or a number.
        score: the score s at `x`, already evaluated: an array shaped like `x`, of any distribution.
        eta: step size, a number >= 0.
        noise: standard normal noise, shaped like `x`; the function itself draws nothing.

    Returns:
        the points after the step, of the shape of `x`.

    >>> float(langevin_step(2.0, -2.0, 0.125, -0.5))
    1.5
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def fid_mean_term(mu1: NDArray[np.floating], mu2: NDArray[np.floating]) -> float:
    r"""First term of the Fréchet distance: the squared Euclidean distance $\|\mu_1 - \mu_2\|_2^2$.

    Args:
        mu1: `(D,)`, mean features of one set of images.
        mu2: `(D,)`, those of the other.

    Returns:
        a scalar.

    >>> float(fid_mean_term(np.array([0.0, 1.0]), np.array([1.0, 3.0])))
    5.0
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def fid_diagonal(
    mu1: NDArray[np.floating],
    var1: NDArray[np.floating],
    mu2: NDArray[np.floating],
    var2: NDArray[np.floating],
) -> float:
    r"""Fréchet distance of two Gaussians with diagonal covariances (Heusel et al. 2017, equation 6).

    $$d^2 = \|\mu_1 - \mu_2\|_2^2
      + \operatorname{tr}\big(\Sigma_1 + \Sigma_2 - 2 (\Sigma_1 \Sigma_2)^{1/2}\big),
      \qquad \Sigma_i = \operatorname{diag}(v_i)$$

    Args:
        mu1: `(D,)`, mean of the first Gaussian; `mu2` that of the second.
        var1: `(D,)`, variances $v_1 \ge 0$ of the first Gaussian; `var2` those of the second.

    Returns:
        a scalar, the squared distance as FID reports it; 0 for equal Gaussians.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def sample_variance(samples: NDArray[np.floating]) -> NDArray[np.floating]:
    """Population variance of each coordinate over the samples: near 0 where a generator has collapsed.

    Args:
        samples: `(N, D)`, one sample per row.

    Returns:
        `(D,)`, the mean squared deviation from the mean of the N samples (divided by N).

    >>> sample_variance(np.array([[0.0, 1.0], [2.0, 5.0]]))
    array([1., 4.])
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def loss_by_timestep(losses: NDArray[np.floating], t: NDArray[np.integer], num_timesteps: int) -> NDArray[np.floating]:
    """Mean loss at each timestep, to find the noise levels at which a model is weak.

    Args:
        losses: `(N,)`, one loss per training example.
        t: integer `(N,)`, the timestep of each loss, 0 to `num_timesteps - 1`; the same timestep may
            occur any number of times, in any order.
        num_timesteps: T, the number of timesteps.

    Returns:
        `(T,)`: entry k is the mean of the losses measured at timestep k, NaN where there were none.

    >>> loss_by_timestep(np.array([1.0, 4.0, 2.0]), np.array([0, 2, 0]), num_timesteps=3)
    array([1.5, nan, 4. ])
    """
    # YOUR CODE HERE
    raise NotImplementedError()
