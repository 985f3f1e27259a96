"""What a worker does with a submission as a whole: load it, run its modules, evaluate its short answers.

:mod:`autograder.runtime.torch_operations` adds calls, gradients and objects.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.runtime.failures import Absent, NotDefined, describe_error
from autograder.runtime.global_state import Modes, RandomLanes, seed_everything, untouched_state
from autograder.runtime.import_hook import SubmissionFinder
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.quiet import quiet_stdin
from autograder.runtime.short_answers import numeric
from autograder.runtime.stand_ins.toys import load_toys
from autograder.runtime.statements import Stopped
from autograder.wire.protocol import MAX_COMPLAINTS, MAX_TEXT
from autograder.wire.types import NUMPY_DTYPES, Handle, dtype_name

_PLAIN = (int, float, str, bool, bytes, complex, type(None))


class Operations:
    """Holds one submission's modules and what they returned that is not data.

    ``toys`` holds the assignment's small modules, which a worker gets with the submission's files.
    """

    def __init__(
        self, *, fresh_process: bool = False, space: ModuleSpace | None = None, toys: types.ModuleType | None = None
    ) -> None:
        self.fresh_process = fresh_process
        self.space = space
        self._toys = toys
        self._objects: list[object] = []
        self._lanes = RandomLanes()
        self._ready: set[str] = set()
        # Bound before anything of the submission runs: what it patches in this class later is not called.
        self._operations = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(type(self)) if name.startswith("_do_")
        }

    def perform(self, request: Mapping[str, Any]) -> list[Any]:
        """Carry out one request of :mod:`autograder.wire.protocol`.

        Returns ``["ok", value]`` or ``["error", type, message, traceback, reason]``.
        """
        modes = Modes.now()
        try:
            if "lane" in request:  # go on with its random state
                self._lanes.enter(request["lane"])
            with quiet_stdin():
                return ["ok", self._operations[request["op"]](request)]
        except Stopped:
            raise
        except BaseException as error:
            return describe_error(error)
        finally:
            modes.restore()  # what one call switches and leaves so is charged where calls are observed, not everywhere

    def _do_load(self, request: Mapping[str, Any]) -> None:
        """Take the files and the assignment's toys; nothing of the submission runs until a module is asked for."""
        self._toys = load_toys(request.get("toys", b""))
        self.space = ModuleSpace(
            request["files"], request["expected"], "", request["definitions_only"], request.get("compiled")
        )
        sys.meta_path.insert(0, SubmissionFinder(self.space))
        seed_everything(request.get("seed", 0))

    def _do_import(self, request: Mapping[str, Any]) -> list[str]:
        """Run one module, undo what it did to global generators and settings, return its complaints."""
        assert self.space is not None
        try:
            self._module(request["module"])
        finally:
            if self.fresh_process:
                seed_everything(request.get("seed", 0))
        return [complaint[:MAX_TEXT] for complaint in self.space.complaints[:MAX_COMPLAINTS]]

    def _do_answer(self, request: Mapping[str, Any]) -> Any:
        """Evaluate a short answer at given quantities."""
        return self._give(numeric(self._resolve(request["target"])(), request["quantities"]))

    def _do_seed(self, request: Mapping[str, Any]) -> None:
        seed_everything(request["seed"])

    def _module(self, name: str) -> types.ModuleType:
        """Return a module; its first use runs it, whoever asks, without a trace in torch's and NumPy's global state."""
        assert self.space is not None
        if name in self._ready:
            return self.space.module(name)
        with untouched_state():
            module = self.space.module(name)
        self._ready.add(name)
        return module

    def _resolve(self, target: list[Any]) -> Callable[..., Any]:
        _, owner, name = target
        module = self._module(owner)
        if not hasattr(module, name):
            if skipped := self.space.why_undefined(module, name) if self.space is not None else "":
                raise NotDefined(f"{name} is not defined, because the statement that defines it failed: {skipped}")
            raise Absent(f"{owner} has no {name}")
        found: Callable[..., Any] = getattr(module, name)
        return found

    def _give(self, value: Any) -> Any:
        """Turn a result into plain data; what is not data is kept here and known by its number."""
        kind = type(value)
        if kind in _PLAIN or kind is Handle:
            return value
        if isinstance(value, np.generic):
            return value if dtype_name(value.dtype) in NUMPY_DTYPES else self._keep(value)
        if isinstance(value, np.ndarray):
            return np.array(value, copy=True, subok=False) if dtype_name(value.dtype) in NUMPY_DTYPES else self._keep(value)
        if isinstance(value, tuple):
            return tuple(self._give(item) for item in tuple.__iter__(value))
        if isinstance(value, list):
            return [self._give(item) for item in list.__iter__(value)]
        if isinstance(value, Mapping) and all(type(key) in (str, int) for key in value):
            return {key: self._give(value[key]) for key in value}
        for plain in (bool, int, float, str):
            if isinstance(value, plain):
                return plain(value)
        return self._keep(value)

    def _keep(self, value: object) -> Handle:
        for number, known in enumerate(self._objects):
            if known is value:
                return Handle(number, type(value).__name__[:64])
        self._objects.append(value)
        return Handle(len(self._objects) - 1, type(value).__name__[:64])
