"""The protocol between grader and worker: every operation that may be asked for, its fields, and what is answered.

An operation travels as a plain dict, its name under ``op`` beside its fields (:meth:`Request.to_wire`), several of them in
one frame. A reply is ``["ok", value]`` or ``["error", type, message, traceback, reason]``. Which values an honest worker
may answer with is said by :meth:`Request.admits`, beside the fields, because it has to fit them; the grader asks it in
one place, :func:`autograder.sessions.replies.checked_replies`, before anything reads a reply. What a student's function
returned is admitted as it is: to judge it is the checks' business.

A worker carries operations out in :mod:`autograder.runtime.operations` and :mod:`autograder.runtime.torch_operations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from autograder.wire.types import Handle

MAX_TEXT = 2000
"""Characters of a text that ends up in results: of an error, its traceback, a complaint about a file."""
MAX_COMPLAINTS = 20

Wire = dict[str, Any]
"""An operation as it travels."""
Target = list[Any]
"""What is to be called, as :func:`in_module`, :func:`in_recipes` and :func:`on_object` write it."""


def in_module(module: str, name: str) -> Target:
    """The target ``name`` of a module; a list, since a tuple would be a message of its own inside the message."""
    return ["module", module, name]


def in_recipes(name: str) -> Target:
    """The target ``name`` of a training task's recipes, which are loaded in the place of toys."""
    return ["recipes", None, name]


def on_object(handle: Handle, name: str) -> Target:
    """The target ``name`` of an object that stayed in the worker; ``__call__`` is the object itself."""
    return ["handle", handle.number, name]


def in_lane(operation: Wire, lane: int) -> Wire:
    """The operation with the number of the random state that it uses, which other lanes do not disturb."""
    return {**operation, "lane": lane}


class Request:
    """An operation that a grader may ask of a worker."""

    op: ClassVar[str]

    def to_wire(self) -> Wire:
        """The plain dict that travels."""
        return {"op": self.op, **self.__dict__}

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        """Whether an honest worker may answer ``asked`` with ``value``."""
        return True


class _Silent(Request):
    """An operation whose answer is None."""

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        return value is None


class _Making(Request):
    """An operation whose answer is the handle of what was made."""

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        return type(value) is Handle


@dataclass(frozen=True)
class Load(_Silent):
    """Take a submission's files and seed the generators; nothing of them runs yet. Answer: None."""

    op = "load"
    files: Mapping[str, bytes]
    expected: Sequence[str]
    """The modules of the assignment: only these are the submission's to import."""
    definitions_only: bool = False
    """Whether statements at the top level that are no definitions are skipped."""
    compiled: Mapping[str, bytes] | None = None
    """Module -> its code, marshalled, where the grader has compiled it."""
    seed: int = 0
    toys: bytes = b""
    """The assignment's own small modules, compiled; they are loaded before anything of the submission."""


@dataclass(frozen=True)
class Import(Request):
    """Run one module and undo what it did to global generators. Answer: its complaints, short texts."""

    op = "import"
    module: str
    seed: int = 0

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        """Complaints stand in the result, beside every exercise of the file; an honest worker has cut them already."""
        return type(value) is list and len(value) <= MAX_COMPLAINTS and all(map(is_short_text, value))


@dataclass(frozen=True)
class Substitute(_Silent):
    """Put a function or class of the grader's in the place of one of the submission's, wherever it is used. Answer: None."""

    op = "substitute"
    module: str
    name: str
    callback: Any
    """A function, which is lent to a worker as a callback; of a class, what makes its objects and runs their methods."""
    layout: Mapping[str, Any] | None = None
    """Of a class: ``base``, its ancestor in ``torch.nn``, and the names of its ``methods``."""


@dataclass(frozen=True)
class Seed(_Silent):
    """Seed the global generators, directly before the operation that follows. Answer: None."""

    op = "seed"
    seed: int


@dataclass(frozen=True)
class Answer(Request):
    """Call a function without arguments and evaluate its short answer. Answer: plain data of any kind."""

    op = "answer"
    target: Target
    quantities: Mapping[str, float]


@dataclass(frozen=True)
class Call(Request):
    """Call a function, class or method. Answer: what it returned, handles for what is not data."""

    op = "call"
    target: Target
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Observe(Call):
    """Call, and report what else changed. Answer: a dict with the value, the arguments afterwards, and three flags."""

    op = "observe"

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        """Every field is there, and the arguments are as many as were sent."""
        return (
            type(value) is dict
            and value.keys() == {"value", "args", "kwargs", "rng_used", "switched", "requires_grad"}
            and type(value["args"]) in (list, tuple)
            and len(value["args"]) == len(asked["args"])
            and type(value["kwargs"]) is dict
            and value["kwargs"].keys() == asked["kwargs"].keys()
            and {type(value[flag]) for flag in ("rng_used", "switched", "requires_grad")} == {bool}
        )


@dataclass(frozen=True)
class Grad(Call):
    """Gradients of ``sum(cotangent * output)``. Answer: a tuple, with ``parameters`` a pair of it and a dict by name."""

    op = "grad"
    wrt: Sequence[int | str]
    """The arguments to differentiate with respect to, by position or name."""
    select: Sequence[int | str] = ()
    """The way to one of several outputs."""
    cotangent: Any = None
    """A tensor, all ones when left out."""
    parameters: bool = False
    """Whether gradients of the parameters of the object whose method this is are wanted too."""

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        """One gradient for every argument asked for: a shorter answer would leave nothing to compare."""
        if not asked["parameters"]:
            return type(value) is tuple and len(value) == len(asked["wrt"]) and all(map(_is_gradient, value))
        if type(value) is not tuple or len(value) != 2 or type(value[1]) is not dict:
            return False
        ours, named = value
        return cls.admits({**asked, "parameters": False}, ours) and all(map(_is_gradient, named.values()))


@dataclass(frozen=True)
class Settle(_Making):
    """Make a module in general position, seeded before and after. Answer: its handle."""

    op = "settle"
    target: Target
    options: Mapping[str, Any]
    example: Any
    """A tensor to pass through once, for lazy layers."""
    seed: int
    scale: float = 1.0
    shared: bool = False
    """Whether one module serves all who ask for the same."""


@dataclass(frozen=True)
class Make(_Making):
    """Make one of the grader's helpers: ``generator``, ``loader``, ``object``, ``optimizer``, ``toy``. Answer: its handle."""

    op = "make"
    what: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Attribute(Request):
    """Look up a data attribute of an object by its dotted name. Answer: its value."""

    op = "attribute"
    number: int
    name: str


@dataclass(frozen=True)
class Named(Request):
    """Look up the ``parameters`` that are trained, their ``gradients``, all ``buffers``, or the ``shapes`` of all parameters.

    Answer: a dict by name.
    """

    op = "named"
    number: int
    what: str

    @classmethod
    def admits(cls, asked: Wire, value: object) -> bool:
        """By name, whatever stands there."""
        return type(value) is dict


@dataclass(frozen=True)
class SetParameters(_Silent):
    """Copy values into a module's parameters and buffers by name. Answer: None."""

    op = "set_parameters"
    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class LoadStateOf(_Silent):
    """Load the state dict of ``source`` into a module. Answer: None."""

    op = "load_state_of"
    number: int
    source: Handle


REQUESTS: dict[str, type[Request]] = {
    kind.op: kind
    for kind in (
        *(Load, Import, Substitute, Seed, Answer, Call, Observe, Grad),
        *(Settle, Make, Attribute, Named, SetParameters, LoadStateOf),
    )
}
"""Every operation by its name on the wire."""


def admitted(asked: Wire, value: object) -> bool:
    """Whether an honest worker may answer the operation ``asked`` with ``value``."""
    return REQUESTS[asked["op"]].admits(asked, value)


def is_short_text(value: object) -> bool:
    """Whether this is a text of at most :data:`MAX_TEXT` characters."""
    return type(value) is str and len(value) <= MAX_TEXT


def _is_gradient(value: object) -> bool:
    return value is None or isinstance(value, Tensor)
