"""A class of the grader's in the place of one of the submission's: parameters live here, methods are evaluated there.

An object of it is an ordinary module beside student code: its parameters and buffers can be moved, loaded, copied and
trained. What its methods compute is asked of the grader, which gets the parameters with every call, so that gradients
reach them through the callback as they reach any other argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

Lent = Callable[..., Any]
"""Called with the random state, ``"make"`` or ``"call"``, and what belongs to that; the state afterwards comes last."""


def class_stand_in(name: str, lent: Lent, base: str, methods: list[str]) -> type[nn.Module]:
    """Return a module class whose ``methods`` are evaluated by ``lent``.

    ``base`` names the class of ``torch.nn`` that the original is derived from: ``isinstance`` goes on telling the truth.
    """
    members: dict[str, Any] = {method: _method(lent, method) for method in methods}
    members["__init__"] = _constructor(lent)
    return type(name, (getattr(nn, base),), members)


def _constructor(lent: Lent) -> Callable[..., None]:
    def __init__(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        nn.Module.__init__(self)
        with torch.no_grad():
            number, parameters, buffers, attributes, state = lent(torch.get_rng_state(), "make", args, kwargs)
        torch.set_rng_state(state.clone())
        object.__setattr__(self, "_lent_number", number)
        for key, value in attributes.items():
            setattr(self, key, value)
        _register(self, parameters, lambda owner, leaf, value: owner.register_parameter(leaf, nn.Parameter(value.clone())))
        _register(self, buffers, lambda owner, leaf, value: owner.register_buffer(leaf, value.clone()))

    return __init__


def _register(
    module: nn.Module, values: Mapping[str, torch.Tensor], put: Callable[[nn.Module, str, torch.Tensor], None]
) -> None:
    """Register values under dotted names, in plain modules where the original had layers."""
    for dotted, value in values.items():
        *path, leaf = dotted.split(".")
        owner = module
        for part in path:
            if part not in dict(owner.named_children()):
                owner.add_module(part, nn.Module())
            owner = owner.get_submodule(part)
        put(owner, leaf, value)


def _method(lent: Lent, name: str) -> Callable[..., Any]:
    def method(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        values = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        details = [self._lent_number, name, values, self.training]
        *outputs, state = lent(torch.get_rng_state(), "call", details, args, kwargs)
        torch.set_rng_state(state.clone())
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    method.__name__ = name
    return method
