"""Given networks that take images of the size that they were trained on, and no others.

They are convolutions, which would take any size; what is computed from a question, and what a sample is compared with, would
then fit nothing else of the run.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from autograder.training.run import TrainingRun


def own_size_only(network: nn.Module, run: TrainingRun) -> nn.Module:
    """The same network, which from now on raises :class:`ValueError` for anything but images of the size of the recipes'."""
    shape = (1, run.ours.SIDE, run.ours.SIDE)

    def refuse_others(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        found = tuple(inputs[0].shape)
        if found[1:] != shape:
            raise ValueError(f"the network takes images of shape (B, {', '.join(map(str, shape))}), got {found}")

    network.register_forward_pre_hook(refuse_others)
    return network
