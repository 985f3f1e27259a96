"""RealNVP: affine coupling layers and their stack."""

import math

import torch
from torch import Tensor, nn


def coupling_forward(x_b: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Scale and shift the coordinates that a coupling layer transforms.

        y_b = x_b * exp(s) + t

    Args:
        x_b: the coordinates to transform, shape ``(B, d)``.
        s: log-scales, shape ``(B, d)``.
        t: shifts, shape ``(B, d)``.

    Returns:
        ``(y_b, log_det)``: the transformed coordinates, shape ``(B, d)``, and the log-determinant of dy_b
        / dx_b for given s and t, shape ``(B,)``; dtype of ``x_b``, differentiable in all arguments.

    Source: Dinh et al. 2017, section 3.2 (14.17).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def coupling_inverse(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Undo `coupling_forward`.

    Args:
        y_b: transformed coordinates, shape ``(B, d)``.
        s: the log-scales that were used, shape ``(B, d)``.
        t: the shifts that were used, shape ``(B, d)``.

    Returns:
        x_b, shape ``(B, d)``, dtype of ``y_b``; differentiable in all arguments.

    Source: Dinh et al. 2017, section 3.2 (14.17).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


class AffineCoupling(nn.Module):
    """One coupling layer: a part of the coordinates decides how the others are scaled and shifted.

        y_a = x_a,    y_b = x_b * exp(s(x_a)) + t(x_a)

    s and t are computed by a network with at least one hidden layer and a nonlinearity. The order of the
    coordinates does not change. At initialisation the layer is the identity, for every input, and still
    able to learn. In train mode as in eval mode every sample is transformed by itself, and both directions
    are differentiable in the input and in the parameters.

    Source: Dinh et al. 2017, sections 3.2 and 3.3 (14.17, 14.25).
    """

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Build the network.

        Args:
            dim: number of coordinates, at least 2; odd numbers are fine.
            hidden: width of the network.
            flip: False: the first ``dim // 2`` coordinates are x_a. True: they are x_b, and the others are
                x_a.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Transform a batch.

        Args:
            x: shape ``(B, dim)``.

        Returns:
            ``(y, log_det)``: y of shape ``(B, dim)`` and log|det dy / dx| of shape ``(B,)``.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Undo `forward`.

        Args:
            y: shape ``(B, dim)``.

        Returns:
            ``(x, log_det)``: x of shape ``(B, dim)`` and log|det dx / dy|, the log-determinant of this
            inverse map, of shape ``(B,)``.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


class RealNVP(nn.Module):
    """A density model: a stack of coupling layers between data x and standard normal z.

    Every coordinate is transformed by some layer, so the coordinates must take turns. At initialisation
    the density is that of the standard normal. In train mode as in eval mode every sample is treated by
    itself; forward, inverse and log_prob are differentiable in the input and in the parameters.

    Source: Dinh et al. 2017 (14.25).
    """

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """Build the layers.

        Args:
            dim: number of coordinates, at least 2; odd numbers are fine.
            num_layers: number of coupling layers.
            hidden: width of their networks.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """From data to the latent space.

        Args:
            x: data, shape ``(B, dim)``.

        Returns:
            ``(z, log_det)``: z of shape ``(B, dim)`` and log|det dz / dx| of the whole stack, of shape
            ``(B,)``.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def inverse(self, z: Tensor) -> Tensor:
        """From the latent space to data: undo `forward`.

        Args:
            z: shape ``(B, dim)``.

        Returns:
            x, shape ``(B, dim)``.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def log_prob(self, x: Tensor) -> Tensor:
        """The log-density of the model, with all constants.

        Args:
            x: data, shape ``(B, dim)``.

        Returns:
            Nats, shape ``(B,)``; differentiable in the parameters.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw from the model: standard normal z, taken back to x.

        Args:
            num_samples: N.
            generator: source of all random numbers; with it the result is reproducible and the global
                random state
                is left alone. None draws from the global state.

        Returns:
            Samples, shape ``(N, dim)``.
        """
        # YOUR CODE HERE
        raise NotImplementedError()
