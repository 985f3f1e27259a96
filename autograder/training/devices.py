"""Where networks train: the CPU, or a GPU where there is one that works."""

from __future__ import annotations

from typing import Literal

import torch

from autograder.errors import UsageError

Wanted = Literal["auto", "cpu", "cuda"]


def device_for(wanted: Wanted) -> str:
    """Return ``"cpu"`` or ``"cuda"``; raises :class:`UsageError` where a GPU is asked for and none works.

    ``auto`` tries one kernel: a GPU that is there and does not work (an old driver, no memory left) is none.
    """
    if wanted == "cpu":
        return "cpu"
    reason = _why_no_gpu()
    if reason is None:
        return "cuda"
    if wanted == "cuda":
        raise UsageError(f"no GPU can be used here: {reason}", "--device", "leave the option out to train on the CPU")
    return "cpu"


def _why_no_gpu() -> str | None:
    if not torch.cuda.is_available():
        return "torch finds none, or is built without CUDA"
    try:
        torch.ones(8, device="cuda").sum().item()
    except RuntimeError as error:
        return str(error).splitlines()[0][:160]
    return None
