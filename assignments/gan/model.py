"""A generator and a discriminator for images of 28 x 28 pixels with values between -1 and 1.

Architectures are free, normalisation and dropout layers are allowed. In eval mode both networks are
deterministic, treat every sample of a batch by itself and leave the random state alone. All parameters are
registered: they follow `.to(...)` and are in the state dict.
"""

from torch import Tensor, nn


class Generator(nn.Module):
    """Turns latent vectors into images.

    This architecture suffices: linear layers of 128 and 256 units, each followed by a leaky ReLU of slope
    0.2, a linear layer to 784 pixels and a hyperbolic tangent. Others are welcome.

    Source: 14.23.
    """

    def __init__(self, latent_dim: int = 64) -> None:
        """Build the layers.

        Args:
            latent_dim: number L of latent coordinates; every one of them is used.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, z: Tensor) -> Tensor:
        """Generate images.

        Args:
            z: latent vectors, shape ``(B, L)``, usually standard normal.

        Returns:
            Images, shape ``(B, 1, 28, 28)``. Pixels are in [-1, 1] and can come close to both ends: black
            and white.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


class Discriminator(nn.Module):
    """Tells real images from generated ones.

    This architecture suffices: flatten, linear layers of 256 and 128 units, each followed by a leaky ReLU
    of slope 0.2, and a linear layer to one number. Others are welcome.

    Source: 14.23.
    """

    def __init__(self) -> None:
        """Build the layers."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: Tensor) -> Tensor:
        """Judge images.

        Args:
            x: images, shape ``(B, 1, 28, 28)``.

        Returns:
            One logit per image, shape ``(B,)``, also for a batch of one: any real number, high for images
            that look real.
        """
        # YOUR CODE HERE
        raise NotImplementedError()
