"""What a worker can be asked to do with what a submission wrote: call it, differentiate it, look at it.

The same class serves requests inside a locked worker and, without any walls, in a student's own ``pytest`` run
or in the audit of the reference. Requests and replies are plain data; objects that are not data stay here and
are known outside by number.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

import torch

from autograder.runtime.failures import Absent
from autograder.runtime.general_position import settle_module, trainable
from autograder.runtime.global_state import Modes, move_on, random_state, same_state, seed_everything, untouched_state
from autograder.runtime.makers import build_drawn, build_loader, build_object, build_optimizer
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.operations import Operations
from autograder.runtime.stand_ins.callbacks import DrawingCallback, Invoke, RemoteCallback
from autograder.runtime.stand_ins.classes import class_stand_in
from autograder.runtime.stand_ins.toys import FILE
from autograder.wire.codec import CallbackRef, Handle
from autograder.wire.tensors import TORCH_DTYPES

_autograd_grad = torch.autograd.grad


class TorchOperations(Operations):
    """Holds one submission's modules and the objects that the grader made from them.

    ``invoke(kind, *details)`` evaluates a grader's function and returns its value.
    """

    def __init__(
        self,
        invoke: Invoke,
        *,
        fresh_process: bool = False,
        space: ModuleSpace | None = None,
        toys: types.ModuleType | None = None,
    ) -> None:
        super().__init__(fresh_process=fresh_process, space=space, toys=toys)
        self.invoke = invoke
        self._shared: list[tuple[list[Any], torch.nn.Module]] = []

    def _do_substitute(self, request: Mapping[str, Any]) -> None:
        """Put a function or class of the grader's in the place of one of the submission's, wherever that is used."""
        assert self.space is not None
        name, layout = request["name"], request.get("layout")
        replacement = self._take(request["callback"])
        if layout is not None:
            replacement = class_stand_in(name, replacement, layout["base"], layout["methods"])
        elif isinstance(replacement, RemoteCallback):
            replacement = DrawingCallback(replacement)
        with untouched_state():
            module = self.space.stand_in(request["module"])
        original = getattr(module, name, None)
        setattr(module, name, replacement)
        for other in self.space.loaded():
            for key, value in list(vars(other).items()):
                if value is original and original is not None:
                    setattr(other, key, replacement)

    # -- calls ---------------------------------------------------------------------------------------------

    def _do_call(self, request: Mapping[str, Any]) -> Any:
        target = self._resolve(request["target"])
        args, kwargs = self._take(request["args"]), self._take(request["kwargs"])
        return self._give(target(*args, **kwargs))

    def _do_observe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Call, and report what else changed: the arguments, the global random state or a global switch of torch."""
        target = self._resolve(request["target"])
        args, kwargs = self._take(request["args"]), self._take(request["kwargs"])
        move_on()
        before, modes = random_state(), Modes.now()
        value = target(*args, **kwargs)
        switched = modes.restore()
        return {
            "value": self._give(value),
            "args": self._give(args),
            "kwargs": self._give(kwargs),
            "rng_used": switched or not same_state(before, random_state()),
            "switched": switched,
            "requires_grad": any(tensor.requires_grad for tensor in _tensors(value)),
        }

    def _do_grad(self, request: Mapping[str, Any]) -> Any:
        """Gradient of sum(cotangent * output) with respect to chosen arguments, and to an object's parameters."""
        target = self._resolve(request["target"])
        args, kwargs = list(self._take(request["args"])), self._take(request["kwargs"])
        inputs = [_leaf(args if isinstance(key, int) else kwargs, key) for key in request["wrt"]]
        output = target(*args, **kwargs)
        for key in request["select"]:
            output = output[key] if not isinstance(key, str) or isinstance(output, Mapping) else getattr(output, key)
        named = self._parameters(request["target"]) if request["parameters"] else {}
        gradients = _gradient(output, [*inputs, *named.values()], request["cotangent"])
        ours = tuple(gradients[: len(inputs)])
        if not request["parameters"]:
            return ours
        return ours, dict(zip(named, gradients[len(inputs) :], strict=True))

    def _parameters(self, target: list[Any]) -> dict[str, torch.nn.Parameter]:
        owner = self._objects[target[1]] if target[0] == "handle" else None
        return trainable(owner) if isinstance(owner, torch.nn.Module) else {}

    def _resolve(self, target: list[Any]) -> Callable[..., Any]:
        kind, owner, name = target
        if kind == "recipes":
            return functools.partial(getattr(self._toys, name), StudentModules(self._module))
        if kind != "handle":
            return super()._resolve(target)
        thing: Any = self._objects[owner]
        found: Callable[..., Any] = thing if name == "__call__" else _attribute(thing, name)
        return found

    # -- objects -------------------------------------------------------------------------------------------

    def _do_attribute(self, request: Mapping[str, Any]) -> Any:
        return self._give(_attribute(self._objects[request["number"]], request["name"]))

    def _do_named(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Trainable parameters, buffers or gradients of a module by name."""
        module = self._objects[request["number"]]
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"{type(module).__name__} is not a torch.nn.Module")
        if request["what"] == "shapes":
            return {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
        parameters = trainable(module)
        named: Mapping[str, torch.Tensor | None] = parameters
        if request["what"] == "buffers":
            named = dict(module.named_buffers())
        elif request["what"] == "gradients":
            named = {name: parameter.grad for name, parameter in parameters.items()}
        return {name: self._give(value) for name, value in named.items()}

    def _do_set_parameters(self, request: Mapping[str, Any]) -> None:
        module = self._objects[request["number"]]
        assert isinstance(module, torch.nn.Module)
        named = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        with torch.no_grad():
            for name, value in request["values"].items():
                named[name].copy_(value)

    def _do_settle(self, request: Mapping[str, Any]) -> Handle:
        """Make a module in general position, here, which saves sending its parameters; a shared one only once."""
        made = [request["target"], request["options"], request["seed"], request["scale"]]
        known = [module for key, module in self._shared if key == made] if request["shared"] else []
        module = known[0] if known else self._settled_module(request)
        if request["shared"] and not known:
            self._shared.append((made, module))
        seed_everything(request["seed"])
        return self._keep(module)

    def _settled_module(self, request: Mapping[str, Any]) -> torch.nn.Module:
        seed_everything(request["seed"])
        module = self._resolve(request["target"])(**self._take(request["options"]))
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"{type(module).__name__} is not a torch.nn.Module")
        settle_module(module, request["example"], request["seed"], request["scale"])
        return module

    def _do_load_state_of(self, request: Mapping[str, Any]) -> None:
        """Load one module's state dict into another."""
        module, source = self._objects[request["number"]], self._take(request["source"])
        module.load_state_dict(source.state_dict())  # type: ignore[attr-defined]

    def _do_make(self, request: Mapping[str, Any]) -> Handle:
        """Build one of the grader's own helpers: a generator, a loader, an optimiser, a toy module."""
        args, kwargs = self._take(request["args"]), self._take(request["kwargs"])
        makers: dict[str, Callable[..., object]] = {
            "drawn": build_drawn,
            "generator": lambda seed: torch.Generator().manual_seed(seed),
            "loader": build_loader,
            "object": build_object,
            "optimizer": build_optimizer,
            "toy": self._build_toy,
        }
        return self._keep(makers[request["what"]](*args, **kwargs))

    def _build_toy(self, name: str, **options: Any) -> object:
        """Make one of the assignment's small modules by the name of its class."""
        if not hasattr(self._toys, name):
            raise LookupError(f"no toy called {name} in the assignment's {FILE}, which belongs beside its checks")
        return getattr(self._toys, name)(**options)

    # -- values in and out ---------------------------------------------------------------------------------

    def _take(self, value: Any) -> Any:
        """Replace handles and callback references by what they stand for."""
        kind = type(value)
        if kind is Handle:
            return self._objects[value.number]
        if kind is CallbackRef:
            return RemoteCallback(self.invoke, value, self._give)
        if kind in (list, tuple):
            return kind(self._take(item) for item in value)
        if kind is dict:
            return {key: self._take(item) for key, item in value.items()}
        return value

    def _give(self, value: Any) -> Any:
        """Turn a result into plain data; what is not data is kept here and known by its number."""
        if isinstance(value, torch.Tensor):
            return plain_tensor(value)
        return value if type(value) is torch.dtype else super()._give(value)


class StudentModules:
    """What a recipe knows as ``student``: the submission's modules as attributes, each loaded when it is first used."""

    def __init__(self, module: Callable[[str], types.ModuleType]) -> None:
        self._module = module

    def __getattr__(self, name: str) -> types.ModuleType:
        """Return a module of the submission."""
        return self._module(name)


def plain_tensor(value: torch.Tensor) -> torch.Tensor:
    """Return an ordinary detached copy of a tensor of any subclass.

    The size is looked at before the copy, because an expanded view can pretend to gigabytes.
    """
    if value.layout is not torch.strided or value.is_meta or value.dtype not in TORCH_DTYPES:
        raise TypeError("a sparse, quantized or meta tensor was returned, whose values cannot be looked at")
    if value.numel() * value.element_size() > 32 * 2**20:
        raise ValueError("the tensor is too large to be returned")
    return value.as_subclass(torch.Tensor).detach().clone()


def _attribute(thing: object, dotted: str) -> Any:
    for name in dotted.split("."):
        if not hasattr(thing, name):
            raise Absent(f"{type(thing).__name__} has no {dotted}")
        thing = getattr(thing, name)
    return thing


def _leaf(container: Any, key: int | str) -> torch.Tensor:
    leaf: torch.Tensor = container[key].detach().clone().requires_grad_()
    container[key] = leaf
    return leaf


def _gradient(output: Any, inputs: list[torch.Tensor], cotangent: Any) -> list[torch.Tensor | None]:
    if not isinstance(output, torch.Tensor):
        raise TypeError(f"expected a tensor to differentiate, got {type(output).__name__}")
    if not output.requires_grad or not inputs:
        return [None] * len(inputs)
    # Of a sum, not with ``grad_outputs``: that is the same gradient, but its first use imports SymPy, 500 modules.
    with torch.inference_mode(False), torch.enable_grad():  # whatever the call has left switched
        total = output.sum() if cotangent is None else (output * cotangent.expand_as(output)).sum()
    gradients = _autograd_grad(total.real, inputs, allow_unused=True)
    return [None if gradient is None else plain_tensor(gradient) for gradient in gradients]


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]
    return []
