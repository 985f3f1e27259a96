"""Variational autoencoders: a convolutional one for 32 x 32 images and a fully connected one.

The decoder's output is the mean of a Gaussian with unit covariance: any real number. Modules may contain
normalisation and dropout layers; in eval mode `encode` and `decode` are deterministic, treat every sample of a batch
by itself and leave the random state alone. All parameters are registered: they are in the state dict.
"""

import math

import torch
from torch import Tensor, nn


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    r"""Draw from a diagonal Gaussian such that gradients reach its mean and log-variance.

    $$z = \mu + \sigma \odot \epsilon, \qquad \epsilon \sim N(0, I),
      \quad \sigma = \exp(\tfrac12\,\text{logvar})$$

    Args:
        mu: `(B, ...)` floating point, the means.
        logvar: `(B, ...)`, same shape and dtype: logarithms of the variances, in [-20, 20].
        eps: `(B, ...)` standard normal noise. When None, it is drawn from PyTorch's global random state,
            independently for every element; when given, nothing is drawn.

    Returns:
        `(B, ...)`, same shape and dtype as `mu`, differentiable in `mu` and `logvar`.

    Source:
        Kingma and Welling, *Auto-Encoding Variational Bayes* (2014), section 2.4. D2.1.

    >>> reparameterize(torch.tensor([[1.0]]), torch.tensor([[0.0]]), torch.tensor([[2.0]]))
    tensor([[3.]])
    """
    if eps is None:
        eps = torch.randn_like(mu)
    return mu + (0.5 * logvar).exp() * eps


class Encoder(nn.Module):
    """Approximate posterior q(z | x) = N(mu(x), diag(exp(logvar(x)))) of 32 x 32 images.

    This architecture suffices (each convolution has kernel 3, padding 1 and is followed by a ReLU):
    32 channels at stride 1, then 64, 128 and 256 channels at stride 2, flatten, linear to `2 * latent_dim`.
    Others are welcome.

    Source:
        H4.
    """

    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        """Build the layers.

        Args:
            latent_dim: number L of latent coordinates.
            in_channels: number C of image channels.
        """
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 32, 3, stride=1, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, 128, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(128, 256, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.head = nn.Linear(256 * 4 * 4, 2 * latent_dim)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map images to the parameters of their posteriors.

        Args:
            x: `(B, C, 32, 32)` images.

        Returns:
            `(mu, logvar)`, each `(B, L)`. Both are unconstrained: either may be negative.
        """
        mu, logvar = self.head(self.features(x)).chunk(2, dim=1)
        return mu, logvar


class Decoder(nn.Module):
    """Mean of p(x | z) = N(mean(z), I) for 32 x 32 images.

    This architecture suffices: linear to 4 * 4 * 128, ReLU, reshape to `(128, 4, 4)`, three transposed convolutions
    (kernel 4, stride 2, padding 1; 128, 64 and 32 channels), each followed by a ReLU, and a final convolution
    (kernel 3, padding 1). Others are welcome.

    Source:
        H4.
    """

    def __init__(self, latent_dim: int = 16, out_channels: int = 1) -> None:
        """Build the layers.

        Args:
            latent_dim: number L of latent coordinates.
            out_channels: number C of image channels.
        """
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(latent_dim, 128 * 4 * 4),
            nn.ReLU(),
            nn.Unflatten(1, (128, 4, 4)),
            nn.ConvTranspose2d(128, 128, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, out_channels, 3, padding=1),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Map latents to image means.

        Args:
            z: `(B, L)` latents.

        Returns:
            `(B, C, 32, 32)`: means of a Gaussian, any real values.
        """
        return self.layers(z)


class VAE(nn.Module):
    """Convolutional variational autoencoder of 32 x 32 images, built from `Encoder` and `Decoder`.

    Source:
        H4, 14.21.
    """

    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        """Build encoder and decoder.

        Args:
            latent_dim: number L of latent coordinates.
            in_channels: number C of image channels, of input and output.
        """
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = Encoder(latent_dim, in_channels)
        self.decoder = Decoder(latent_dim, in_channels)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map images `(B, C, 32, 32)` to `(mu, logvar)`, each `(B, L)`. Nothing is drawn."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Map latents `(B, L)` to image means `(B, C, 32, 32)`, any real values."""
        return self.decoder(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one latent per image with `reparameterize`, decode it.

        The latent is drawn from the global random state in train and in eval mode alike.

        Args:
            x: `(B, C, 32, 32)` images.

        Returns:
            `(x_hat, mu, logvar)`: reconstructions shaped like `x` and the posterior's parameters, each
            `(B, L)`. Gradients of `x_hat` reach the encoder.
        """
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar)), mu, logvar

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Decode draws from the prior N(0, I).

        Args:
            num_samples: number N of images.
            generator: source of randomness; with it results are reproducible and the global random state is
                untouched, without it the global state is used.

        Returns:
            `(N, C, 32, 32)`: the decoded means; no pixel noise is added.
        """
        like = next(self.parameters())
        shape = (num_samples, self.latent_dim)
        return self.decode(torch.randn(shape, generator=generator, device=like.device, dtype=like.dtype))


class MLPVAE(nn.Module):
    """Fully connected variational autoencoder with the interface of `VAE`, for images of any shape.

    Encoder: flatten, linear to `hidden`, ReLU, linear to `2 * latent_dim`. Decoder: linear to `hidden`,
    ReLU, linear to the number of pixels, reshape. Deeper ones are welcome.

    Source:
        14.21, 14.30.
    """

    def __init__(
        self, latent_dim: int = 16, image_shape: tuple[int, ...] = (1, 28, 28), hidden: int = 400
    ) -> None:
        """Build the layers.

        Args:
            latent_dim: number L of latent coordinates.
            image_shape: `(C, H, W)` of one image; H and W may differ.
            hidden: width of the hidden layers.
        """
        super().__init__()
        self.latent_dim = latent_dim
        num_pixels = math.prod(image_shape)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(num_pixels, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent_dim)
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_pixels),
            nn.Unflatten(1, tuple(image_shape)),
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map images `(B, *image_shape)` to `(mu, logvar)`, each `(B, L)`. Nothing is drawn."""
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Map latents `(B, L)` to image means `(B, *image_shape)`, any real values."""
        return self.decoder(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one latent per image in train and in eval mode, decode it: `(x_hat, mu, logvar)`."""
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar)), mu, logvar

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Decode `num_samples` draws from the prior, as `VAE.sample` does: `(N, *image_shape)`."""
        like = next(self.parameters())
        shape = (num_samples, self.latent_dim)
        return self.decode(torch.randn(shape, generator=generator, device=like.device, dtype=like.dtype))


def interpolate(vae: nn.Module, x_a: Tensor, x_b: Tensor, steps: int = 10) -> Tensor:
    r"""Walk in a straight line from one image's latent mean to another's and decode every stop.

    $$z_k = (1 - w_k)\,\mu(x_a) + w_k\,\mu(x_b),
      \qquad w_k = k / (\text{steps} - 1), \quad k = 0, \dots, \text{steps} - 1$$

    Only `vae.encode` and `vae.decode` are used: `decode` gets a batch of latents `(N, L)` for any N.
    Nothing is drawn; mode and gradients are the caller's business.

    Args:
        vae: any object with `encode(x) -> (mu, logvar)` and `decode(z)`.
        x_a: `(B, C, H, W)`, the first images.
        x_b: `(B, C, H, W)`, the last ones, paired with `x_a` row by row.
        steps: number of images per pair, ends included, >= 2.

    Returns:
        `(B, steps, C, H, W)`: the decoded line of every pair, from `x_a`'s mean to `x_b`'s.

    Source:
        H4.
    """
    mu_a, _ = vae.encode(x_a)
    mu_b, _ = vae.encode(x_b)
    weights = torch.linspace(0, 1, steps, dtype=mu_a.dtype, device=mu_a.device).view(1, steps, 1)
    latents = (1 - weights) * mu_a.unsqueeze(1) + weights * mu_b.unsqueeze(1)
    images = vae.decode(latents.flatten(0, 1))
    return images.unflatten(0, (len(x_a), steps))
