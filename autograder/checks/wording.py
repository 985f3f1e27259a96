"""The words of a failed comparison."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_PLURAL_VERBS = {"is": "are", "has": "have", "differs": "differ", "contains": "contain"}
_ADDITION = re.compile(r" (?:of|at|after|that|for|by|with|in|from|when|through|before|per|over)\b")


def saying(what: str, verb: str) -> str:
    """Return ``what`` and its verb, which is given in the singular: "the samples" *have*, "the loss" *has*."""
    noun = _ADDITION.split(what, maxsplit=1)[0].split(" ")[-1]
    several = len(noun) > 2 and noun.endswith("s") and not noun.endswith(("ss", "us", "is", "bias"))
    return f"{what} {_PLURAL_VERBS[verb] if several else verb}"


def place(mask: np.ndarray) -> str:
    """Return where the first True is, in words to be appended to a sentence; nothing for a scalar."""
    if mask.ndim == 0:
        return ""
    return " at [" + ", ".join(str(int(i)) for i in np.argwhere(mask)[0]) + "]"


def number_in_words(value: Any) -> str:
    """Return a number with six digits."""
    return f"{complex(value):.6g}" if np.iscomplexobj(value) else f"{float(value):.6g}"


def shape_in_words(shape: tuple[int, ...]) -> str:
    """Return a shape as plain numbers."""
    return "() (a scalar)" if shape == () else str(tuple(int(size) for size in shape))
