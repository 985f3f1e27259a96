"""The candidate: a submission as check writers see it.

``candidate.gaussian_kl(mu, logvar)`` calls the student's function wherever it lives and returns plain values.
The same check runs against a locked worker, against the reference in this process, or in a student's own
``pytest`` run: only the session behind the candidate differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from autograder.checks import salt
from autograder.checks.calls import Call, Observation, Remote
from autograder.wire import protocol
from autograder.wire.codec import Handle


@dataclass
class RemoteFunction:
    """A function, class or method of the submission."""

    _remote: Remote
    _target: protocol.Target
    _name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it and return plain values; objects that are not data come back as :class:`RemoteObject`."""
        call = self._record(args, kwargs)
        call.value = self._wrap(self._remote.ask(protocol.Call(self._target, *_lowered(args, kwargs))))
        return call.value

    def answer(self, **quantities: float) -> Any:
        """Call it without arguments and evaluate its short answer at named quantities.

        The answer may be a value, a function of these quantities or a SymPy expression in symbols of their names.
        """
        call = self._record((), quantities)
        call.value = self._wrap(self._remote.ask(protocol.Answer(self._target, dict(quantities))))
        return call.value

    def observe(self, *args: Any, **kwargs: Any) -> Observation:
        """Call it and report the arguments afterwards and the use of global randomness."""
        call = self._record(args, kwargs)
        reply = self._remote.ask(protocol.Observe(self._target, *_lowered(args, kwargs)))
        call.value = self._wrap(reply["value"])
        return Observation(
            call.value, tuple(self._wrap(reply["args"])), self._wrap(reply["kwargs"]),
            reply["rng_used"], reply["requires_grad"], reply["switched"],
        )  # fmt: skip

    def grad(
        self,
        *args: Any,
        wrt: Sequence[int | str] = (0,),
        cotangent: Tensor | None = None,
        select: int | str | Sequence[int | str] | None = None,
        parameters: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Gradients of ``sum(cotangent * output)`` with respect to the arguments named by ``wrt``.

        ``select`` picks one of several outputs; ``cotangent`` is all ones when left out. An entry is ``None`` where
        the output does not depend on that argument. With ``parameters`` the result is ``(gradients, {name: gradient})``
        over the parameters of the object whose method this is.
        """
        self._record(args, kwargs)
        path = [] if select is None else [select] if isinstance(select, int | str) else list(select)
        return self._remote.ask(protocol.Grad(self._target, *_lowered(args, kwargs), list(wrt), path, cotangent, parameters))

    def settle(self, options: dict[str, Any], example: Tensor, seed: int, scale: float, shared: bool) -> RemoteObject:
        """Make a module and move its parameters into general position; see :meth:`Candidate.settled`."""
        call = self._record((), options)
        made = self._remote.ask(protocol.Settle(self._target, options, example, seed, scale, shared))
        module = RemoteObject(self._remote, made)
        call.value = module
        return module

    def _record(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        call = Call(self._name, args, kwargs)
        self._remote.latest = call
        self._remote.calls += 1
        if self._remote.history is not None:
            self._remote.history.append(call)
        return call

    def _wrap(self, value: Any) -> Any:
        return wrap(self._remote, value)


class RemoteObject:
    """An object that lives beside the student's code; its methods can be called like those of a local one."""

    def __init__(self, remote: Remote, handle: Handle) -> None:
        self._remote = remote
        self._handle = handle

    def __repr__(self) -> str:
        """The name of the object's type."""
        return f"<{self._handle.type_name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself (a module's ``forward``)."""
        return self.method("__call__")(*args, **kwargs)

    def __getattr__(self, name: str) -> RemoteFunction:
        """Return the method called ``name``."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self.method(name)

    def method(self, name: str) -> RemoteFunction:
        """Return a method by name; ``__call__`` is the object itself."""
        return RemoteFunction(self._remote, protocol.on_object(self._handle, name), f"{self._handle.type_name}.{name}")

    def observe(self, *args: Any, **kwargs: Any) -> Observation:
        """Like :meth:`RemoteFunction.observe`, for the object itself."""
        return self.method("__call__").observe(*args, **kwargs)

    def grad(self, *args: Any, **kwargs: Any) -> Any:
        """Like :meth:`RemoteFunction.grad`, for the object itself."""
        return self.method("__call__").grad(*args, **kwargs)

    def built(self, example: Tensor) -> RemoteObject:
        """The module itself, in eval mode and after a pass of ``example``, in which lazy layers make their parameters."""
        self.method("eval")()
        self(example)
        return self

    def attribute(self, dotted: str) -> Any:
        """Return a data attribute, for example ``"training"`` or ``"fc.weight"``."""
        return wrap(self._remote, self._remote.ask(protocol.Attribute(self._handle.number, dotted)))

    def parameters_by_name(self) -> dict[str, Tensor]:
        """Copies of the parameters that are trained; frozen and whole-numbered ones stay as the student made them."""
        return self._named("parameters")

    def buffers_by_name(self) -> dict[str, Tensor]:
        """Copies of the module's buffers."""
        return self._named("buffers")

    def gradients_by_name(self) -> dict[str, Tensor | None]:
        """The ``.grad`` of every parameter that is trained, ``None`` where there is none."""
        return self._named("gradients")

    def set_parameters(self, values: Mapping[str, Tensor]) -> None:
        """Copy values into parameters and buffers by name."""
        self._remote.ask(protocol.SetParameters(self._handle.number, dict(values)))

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of all parameters by name, frozen ones too."""
        return self._named("shapes")

    def load_state_of(self, other: RemoteObject) -> None:
        """Load the state dict of another module that lives beside this one."""
        self._remote.ask(protocol.LoadStateOf(self._handle.number, other._handle))

    def _named(self, what: str) -> dict[str, Any]:
        named: dict[str, Any] = self._remote.ask(protocol.Named(self._handle.number, what))
        return named


@dataclass
class Candidate:
    """One module of a submission, with the means to reach its siblings and to make what checks need."""

    _remote: Remote
    _module: str

    def __getattr__(self, name: str) -> RemoteFunction:
        """Return the student's function or class called ``name``."""
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self._remote, protocol.in_module(self._module, name), name)

    def module(self, name: str) -> Candidate:
        """Return the candidate for another file of the same submission."""
        return Candidate(self._remote, name)

    def seed(self, seed: int) -> None:
        """Seed the global random state beside the student's code."""
        self._remote.ask(protocol.Seed(salt.mix(seed)))

    def settled(
        self, name: str, options: Mapping[str, Any], example: Tensor, *, seed: int, scale: float = 1.0, shared: bool = False
    ) -> RemoteObject:
        """Make the module ``name(**options)``, in eval mode and with parameters in general position.

        See :func:`autograder.runtime.general_position.shake_parameters`; lazy layers get their parameters from a pass
        of ``example`` first. ``seed`` decides the noise, and the global random state afterwards. A ``shared``
        module is made once for all checks that ask for the same: for those that only look at it.
        """
        made = RemoteFunction(self._remote, protocol.in_module(self._module, name), name)
        return made.settle(dict(options), example, salt.mix(seed), scale, shared)

    def generator(self, seed: int) -> RemoteObject:
        """Make a ``torch.Generator`` to be passed as ``generator=``."""
        return self._make("generator", (salt.mix(seed),), {})

    def drawn(self, number: int) -> Tensor:
        """Draw ``number`` values from the global random state, which whoever seeded it may expect to find as it was left."""
        return self._make("drawn", (number,), {}).attribute("values")  # type: ignore[no-any-return]

    def loader(self, images: Tensor, labels: Tensor, batch_size: int) -> RemoteObject:
        """Make a data loader of ``(images, labels)`` in order."""
        return self._make("loader", (images, labels, batch_size), {})

    def object(self, **methods: Callable[..., Any]) -> RemoteObject:
        """Make an object whose methods are functions of the check; ``call`` makes it callable."""
        return self._make("object", (), methods)

    def optimizer(self, name: str, model: RemoteObject, **options: Any) -> RemoteObject:
        """Make ``torch.optim.<name>`` over the parameters of ``model``."""
        return self._make("optimizer", (name, model), options)

    def toy(self, name: str, **options: Any) -> RemoteObject:
        """Make one of the small modules of ``autograder.runtime.makers*``."""
        return self._make("toy", (name,), options)

    def _make(self, what: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> RemoteObject:
        return RemoteObject(self._remote, self._remote.ask(protocol.Make(what, *_lowered(args, kwargs))))


_PLAIN = frozenset((Tensor, np.ndarray, float, int, bool, str, type(None)))
"""What most arguments are, and what nothing is to be looked for in."""


def _lowered(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    # A list: a tuple would be a message of its own inside the message.
    return (
        [item if type(item) in _PLAIN else lower(item) for item in args],
        {key: item if type(item) in _PLAIN else lower(item) for key, item in kwargs.items()},
    )


def lower(value: Any) -> Any:
    """Replace remote objects by their handles, ready for the session."""
    kind = type(value)
    if kind is RemoteObject:
        return value._handle
    if kind in (list, tuple):
        return kind(lower(item) for item in value)
    if kind is dict:
        return {key: lower(item) for key, item in value.items()}
    return value


def wrap(remote: Remote, value: Any) -> Any:
    """Replace handles by remote objects."""
    kind = type(value)
    if kind is Handle:
        return RemoteObject(remote, value)
    if kind in (list, tuple):
        return kind(wrap(remote, item) for item in value)
    if kind is dict:
        return {key: wrap(remote, item) for key, item in value.items()}
    return value


def kind_of(value: object) -> str:
    """The name of a value's type, as a student would say it; of an object that stayed with the student, that of its class."""
    return "None" if value is None else value._handle.type_name if isinstance(value, RemoteObject) else type(value).__name__
