"""Given networks that take images of the size that they were trained on, and no others.

They are convolutions, which would take any size; what is computed from a question, and what a sample is compared with, would
then fit nothing else of the run.
"""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor, nn

from autograder.training.run import TrainingRun

MOST_HELD = 512
"""Images whose answers may be there to be differentiated at one time; each takes 0.4 MB until its answer is gone."""
MOST_AT_ONCE = 1000
"""Images of one question; the largest of a right sampler has 200, of the grader's own as many as a request may hold."""


def own_size_only(network: nn.Module, run: TrainingRun) -> nn.Module:
    """The same network, which from now on raises :class:`ValueError` for anything but images of the size of the recipes'.

    So it does for more images than are learnt from at once: a loss that asks again and again, or for as many in one question,
    would fill the grader's memory.
    """
    shape = (1, run.ours.SIDE, run.ours.SIDE)
    held: list[weakref.ref[Tensor]] = []

    def refuse_others(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        found = tuple(inputs[0].shape)
        if found[1:] != shape:
            raise ValueError(f"the network takes images of shape (B, {', '.join(map(str, shape))}), got {found}")
        if len(inputs[0]) > MOST_AT_ONCE:
            raise ValueError(f"the network takes {MOST_AT_ONCE} images at a time, got {len(inputs[0])}")
        there = [one for one in map(_alive, held) if one is not None]
        held[:] = map(weakref.ref, there)
        if torch.is_grad_enabled() and sum(map(len, there)) + len(inputs[0]) > MOST_HELD:
            raise ValueError(f"the network was asked about more than {MOST_HELD} images that are not learnt from yet")

    def note(_: nn.Module, inputs: tuple[Any, ...], answer: Tensor) -> None:
        if answer.requires_grad:
            held.append(weakref.ref(answer))

    network.register_forward_pre_hook(refuse_others)
    network.register_forward_hook(note)
    return network


def _alive(one: weakref.ref[Tensor]) -> Tensor | None:
    return one()
