"""NumPy's arrays and scalars on the wire: dtype, rank, sizes, bytes; a header of few bytes, since most of them are small."""

from __future__ import annotations

import struct
from typing import Any

import msgpack
import numpy as np

from autograder.wire.headers import check_sizes, spend
from autograder.wire.types import MAX_RANK, NUMPY_DTYPES, WireError, dtype_name

ARRAY, SCALAR = 2, 3
"""Codes of their msgpack extensions."""
_DTYPES = tuple(np.dtype(name) for name in sorted(NUMPY_DTYPES))
_CODE = {dtype.name: code for code, dtype in enumerate(_DTYPES)}
_BOOL = np.dtype("bool")
_WORD = 8
"""Bytes of the dtype's code and the rank, with what is left free so that numbers stand where they are read fastest."""
_HEADS = tuple(struct.Struct(f"<BB6x{rank}Q") for rank in range(MAX_RANK + 1))


def encode_array(array: np.ndarray, kind: int, budget: list[int]) -> msgpack.ExtType:
    """Pack an array as a message of its ``kind``; TypeError for one that has no plain bytes, ValueError for a large one."""
    code = _CODE.get(dtype_name(array.dtype))
    if code is None or array.ndim > MAX_RANK:
        raise TypeError(f"an array of dtype {array.dtype} and rank {array.ndim} is not plain data")
    spend(budget, array.nbytes)
    native = array if array.dtype.isnative else array.astype(_DTYPES[code])
    return msgpack.ExtType(kind, _HEADS[array.ndim].pack(code, array.ndim, *array.shape) + native.tobytes())


def decode_array(payload: bytes, kind: int) -> Any:
    """Unpack an array, or a scalar, with memory of its own; :class:`WireError` where header and bytes disagree."""
    if len(payload) < _WORD:
        raise WireError("bad array header")
    code, rank = payload[0], payload[1]
    if code >= len(_DTYPES) or rank > MAX_RANK or (kind == SCALAR and rank) or len(payload) < _WORD * (rank + 1):
        raise WireError("bad array header")
    dtype = _DTYPES[code]
    _, _, *shape = _HEADS[rank].unpack_from(payload)
    raw = payload[_WORD * (rank + 1) :]
    check_sizes(shape, len(raw), dtype.itemsize)
    if dtype is _BOOL and raw.strip(b"\x00\x01"):
        raise WireError("booleans must be 0 or 1")
    array = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    return array[()] if kind == SCALAR else array
