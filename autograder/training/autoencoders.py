"""A student's autoencoder, taken apart: one process encodes, and another, which has seen no image, decodes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from autograder.training.beside import Worker, checked_parts, checked_tensor
from autograder.training.run import TrainingRun


class TakenApart:
    """The two halves of a trained autoencoder, each in a worker of its own; see :func:`taken_apart`."""

    def __init__(
        self, halves: tuple[Worker, Worker], handles: tuple[object, object], shape: tuple[int, ...], latent: int, device: str
    ) -> None:
        self._encoder, self._decoder = halves
        self._sees, self._draws = handles
        self._shape, self._latent, self._device = shape, latent, device
        self._decoded: list[Tensor] = []

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Means and logarithms of variances ``(n, latent)`` of images ``(n, C, H, W)``, where the images are.

        Raises:
            Unusable: what comes back has another type or shape.
        """
        moments = checked_parts(self._encoder.call("encoded", self._sees, images, self._device), 2, "encode")
        mu, logvar = (checked_tensor(moment, (len(images), self._latent), "encode").to(images) for moment in moments)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Images ``(n, C, H, W)`` of codes ``(n, latent)``, where the codes are.

        Raises:
            Unusable: what comes back has another type or shape.
        """
        image = checked_tensor(self._decoder.call("decoded", self._draws, z, self._device), (len(z), *self._shape), "decode")
        self._decoded.append(image.to(z))
        return self._decoded[-1]

    @property
    def decoded(self) -> Tensor:
        """All images that were decoded so far, ``(n, C, H, W)``."""
        return torch.cat(self._decoded)


@contextlib.contextmanager
def taken_apart(
    run: TrainingRun, name: str, options: Mapping[str, object], state: Mapping[str, Tensor], shape: tuple[int, ...], latent: int
) -> Iterator[TakenApart]:
    """Yield the halves of the student's network with trained parameters.

    Args:
        run: whose recipes have ``your_network``, ``encoded`` and ``decoded``.
        name: of the network's class in the student's ``model``.
        options: for its constructor.
        state: its parameters, as :func:`checked_state` returns them.
        shape: of an image, ``(C, H, W)``.
        latent: how many numbers a code has.
    """
    with run.worker() as encoder, run.worker() as decoder:
        handles = tuple(half.call("your_network", name, dict(options), state, run.device) for half in (encoder, decoder))
        yield TakenApart((encoder, decoder), (handles[0], handles[1]), shape, latent, run.device)
