"""The wire between the grader and a worker: plain data in length-prefixed msgpack frames.

Only values cross: numbers, strings, ``None``, lists, tuples, dicts, tensors and arrays as ``(dtype, shape,
bytes)``, and integer handles for objects that stay in the worker. Nothing that is decoded can run code.

The grader decodes bytes that hostile code may have written, so :func:`decode` counts items while they are
built, checks every length against the bytes that carry it, and raises :class:`WireError` for anything that a
well-behaved worker could not have sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import torch

from autograder.wire.arrays import ARRAY, SCALAR, decode_array, encode_array
from autograder.wire.headers import fields, refuse
from autograder.wire.tensors import DTYPE, TENSOR, decode_dtype, decode_tensor, encode_dtype, encode_tensor
from autograder.wire.types import (
    MAX_ARRAYS,
    MAX_DEPTH,
    MAX_FRAME,
    MAX_INT_DIGITS,
    MAX_ITEMS,
    MAX_PAYLOAD,
    MAX_RANK,
    NUMPY_DTYPES,
    CallbackRef,
    EncodeError,
    Handle,
    WireError,
)

__all__ = [
    "MAX_ARRAYS",
    "MAX_DEPTH",
    "MAX_FRAME",
    "MAX_INT_DIGITS",
    "MAX_ITEMS",
    "MAX_PAYLOAD",
    "MAX_RANK",
    "NUMPY_DTYPES",
    "CallbackRef",
    "EncodeError",
    "Handle",
    "WireError",
    "decode",
    "encode",
]

_TUPLE, _HANDLE, _CALLBACK, _BIGINT, _COMPLEX = 4, 5, 7, 8, 9

Lend = Callable[[Callable[..., Any]], CallbackRef]
"""Gives a function that stays here a number by which the other side can call it."""


def encode(value: object, limit: int = MAX_FRAME, lend: Lend | None = None) -> bytes:
    """Pack plain data; raises :class:`EncodeError` for what cannot cross or exceeds ``limit`` bytes.

    With ``lend`` a function crosses as the reference that it gets.
    """
    try:
        packed = _Encoder(limit, lend).pack(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise EncodeError(f"cannot send {type(value).__name__}: {error}") from None
    if len(packed) > limit:
        raise EncodeError(f"the value takes {len(packed):,} bytes; at most {limit:,} can be sent")
    return packed


class _Encoder:
    """One encoding pass and what it may still send."""

    def __init__(self, limit: int, lend: Lend | None) -> None:
        self.budget = [limit]
        self.lend = lend

    def pack(self, value: object) -> bytes:
        packed: bytes = msgpack.packb(value, default=self.special, strict_types=True)
        return packed

    def special(self, item: object) -> msgpack.ExtType:
        kind = type(item)
        if kind is torch.Tensor:
            return encode_tensor(item, self.budget)  # type: ignore[arg-type]
        if kind is tuple:
            return msgpack.ExtType(_TUPLE, self.pack(list(item)))  # type: ignore[call-overload]
        if kind is np.ndarray:
            return encode_array(item, ARRAY, self.budget)  # type: ignore[arg-type]
        if isinstance(item, np.generic):
            return encode_array(np.asarray(item), SCALAR, self.budget)
        if kind is torch.dtype:
            return encode_dtype(item)  # type: ignore[arg-type]
        if kind is Handle:
            return msgpack.ExtType(_HANDLE, msgpack.packb([item.number, item.type_name]))  # type: ignore[attr-defined]
        if kind is int:
            return msgpack.ExtType(_BIGINT, _decimal(item))  # type: ignore[arg-type]
        if kind is complex:
            return msgpack.ExtType(_COMPLEX, msgpack.packb([item.real, item.imag]))  # type: ignore[attr-defined]
        if kind is not CallbackRef and self.lend is not None and callable(item):
            item, kind = self.lend(item), CallbackRef
        if kind is CallbackRef:
            return msgpack.ExtType(_CALLBACK, msgpack.packb([item.number, item.name]))  # type: ignore[attr-defined]
        raise TypeError(f"{kind.__name__} is not plain data")


def _decimal(number: int) -> bytes:
    if number.bit_length() > MAX_INT_DIGITS * 3:
        raise ValueError("the integer is too long")
    return str(number).encode()


def decode(data: bytes, *, trusted: bool = False) -> Any:
    """Unpack one frame into fresh plain values.

    Raises :class:`WireError` and nothing else for malformed input. ``trusted`` keeps the ``requires_grad`` marks
    and callback references, which only the grader may send.
    """
    decoder = _Decoder(trusted)
    try:
        value = decoder.unpack(data, 0)
        if type(value) is msgpack.Timestamp:
            raise WireError("timestamps are not plain data")
        _check_depth(value, 0)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError, RuntimeError, KeyError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None
    except msgpack.exceptions.UnpackException as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None
    return value


_CONTAINERS = frozenset((list, tuple, dict))


def _check_depth(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    kind = type(value)
    if kind is dict:
        value = value.values()  # type: ignore[attr-defined]
    elif kind not in _CONTAINERS:
        return
    for item in value:  # type: ignore[attr-defined]
        if type(item) in _CONTAINERS:
            _check_depth(item, depth + 1)


class _Decoder:
    """One decoding pass with its running counts."""

    def __init__(self, trusted: bool) -> None:
        self.trusted = trusted
        self.items = 0
        self.arrays = 0
        self.payload = 0

    def unpack(self, data: bytes, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        return msgpack.unpackb(
            data,
            strict_map_key=False,
            list_hook=self._count_list,
            object_pairs_hook=self._count_pairs,
            ext_hook=lambda code, payload: self._special(code, payload, depth + 1),
            max_ext_len=MAX_FRAME, max_bin_len=MAX_FRAME, max_str_len=MAX_FRAME,
            max_array_len=MAX_ITEMS, max_map_len=MAX_ITEMS, timestamp=0,
        )  # fmt: skip

    def _count(self, number: int) -> None:
        self.items += number + 1
        if self.items > MAX_ITEMS:
            raise WireError("too many items")

    def _count_list(self, items: list[Any]) -> list[Any]:
        self._count(len(items))
        if msgpack.Timestamp in map(type, items):
            raise WireError("timestamps are not plain data")
        return items

    def _count_pairs(self, pairs: list[Any]) -> dict[Any, Any]:
        self._count(len(pairs))
        for key, value in pairs:
            if type(key) not in (str, int):
                raise WireError("dictionary keys must be strings or integers")
            if type(value) is msgpack.Timestamp:
                raise WireError("timestamps are not plain data")
        return dict(pairs)

    def _special(self, code: int, payload: bytes, depth: int) -> Any:
        self.arrays += 1
        if self.arrays > MAX_ARRAYS:
            raise WireError("too many arrays or tuples")
        # Tuples carry messages of their own: each level is one more copy of everything below it.
        self.payload += len(payload)
        if self.payload > MAX_PAYLOAD:
            raise WireError("too many bytes on all levels together")
        if code == TENSOR:
            return decode_tensor(payload, self.trusted)
        if code in (ARRAY, SCALAR):
            return decode_array(payload, code)
        if code == DTYPE:
            return decode_dtype(payload)
        if code == _TUPLE:
            items = self.unpack(payload, depth)
            return tuple(items) if type(items) is list else refuse("a tuple must carry a list")
        if code == _HANDLE:
            return Handle(*_pair(payload))
        if code == _BIGINT and len(payload) <= MAX_INT_DIGITS:
            return int(payload)
        if code == _COMPLEX:
            return complex(*_floats(payload))
        if code == _CALLBACK and self.trusted:
            return CallbackRef(*_pair(payload))
        return refuse(f"unknown extension {code}")


def _pair(payload: bytes) -> tuple[int, str]:
    number, name = fields(payload, 2)
    if type(number) is not int or type(name) is not str:
        raise WireError("bad handle")
    return number, name


def _floats(payload: bytes) -> tuple[float, float]:
    real, imag = fields(payload, 2)
    if type(real) is not float or type(imag) is not float:
        raise WireError("bad complex number")
    return real, imag
