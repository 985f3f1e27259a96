"""What a worker can do without torch: load a submission and evaluate its short answers.

A process that has never imported torch is forked in a tenth of the time, and its worker costs half as much in all.
:mod:`autograder.runtime.torch_operations` adds everything that takes tensors.
"""

from __future__ import annotations

import random
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.runtime.failures import Absent, describe_error
from autograder.runtime.import_hook import SubmissionFinder
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.quiet import quiet_stdin
from autograder.runtime.short_answers import numeric
from autograder.wire.protocol import MAX_COMPLAINTS, MAX_TEXT
from autograder.wire.types import NUMPY_DTYPES, Handle, dtype_name

_PLAIN = (int, float, str, bool, bytes, complex, type(None))


class Operations:
    """Holds one submission's modules and what they returned that is not data."""

    def __init__(self, *, fresh_process: bool = False, space: ModuleSpace | None = None) -> None:
        self.fresh_process = fresh_process
        self.space = space
        self._objects: list[object] = []
        # Bound before anything of the submission runs: what it patches in this class later is not called.
        self._operations = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(type(self)) if name.startswith("_do_")
        }

    def perform(self, request: Mapping[str, Any]) -> list:
        """Carry out one request of :mod:`autograder.wire.protocol`.

        Returns ``["ok", value]`` or ``["error", type, message, traceback, reason]``.
        """
        try:
            self._prepare(request)
            with quiet_stdin():
                return ["ok", self._operations[request["op"]](request)]
        except BaseException as error:
            return describe_error(error)

    def _prepare(self, request: Mapping[str, Any]) -> None:
        """What has to happen before a request is carried out."""

    def _do_load(self, request: Mapping[str, Any]) -> None:
        """Take the files; nothing runs until a module is asked for."""
        self.space = ModuleSpace(
            request["files"], request["expected"], "", request["definitions_only"], request.get("compiled")
        )
        sys.meta_path.insert(0, SubmissionFinder(self.space))
        self._seed(request.get("seed", 0))

    def _do_import(self, request: Mapping[str, Any]) -> list[str]:
        """Run one module, undo what it did to global generators and settings, return its complaints."""
        assert self.space is not None
        try:
            self._module(request["module"])
        finally:
            if self.fresh_process:
                self._seed(request.get("seed", 0))
        return [complaint[:MAX_TEXT] for complaint in self.space.complaints[:MAX_COMPLAINTS]]

    def _do_answer(self, request: Mapping[str, Any]) -> Any:
        """Evaluate a short answer at given quantities."""
        return self._give(numeric(self._resolve(request["target"])(), request["quantities"]))

    def _do_seed(self, request: Mapping[str, Any]) -> None:
        self._seed(request["seed"])

    def _seed(self, seed: int) -> None:
        seed_python(seed)

    def _module(self, name: str) -> types.ModuleType:
        assert self.space is not None
        return self.space.module(name)

    def _resolve(self, target: list) -> Callable[..., Any]:
        _, owner, name = target
        module = self._module(owner)
        if not hasattr(module, name):
            raise Absent(f"{owner} has no {name}")
        return getattr(module, name)

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


def seed_python(seed: int) -> None:
    """Seed NumPy's and Python's global generators."""
    np.random.seed(seed % 2**32)
    random.seed(seed)
