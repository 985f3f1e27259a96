"""Messages for tests of the wire: values that may cross, and bytes that nobody honest has sent."""

from __future__ import annotations

import struct

import msgpack
import torch
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import codec
from autograder.wire.codec import Handle
from autograder.wire.tensors import TORCH_DTYPES

TENSOR, ARRAY, SCALAR, TUPLE, HANDLE, DTYPE, CALLBACK, BIGINT, COMPLEX = range(1, 10)


def extension(code: int, payload: bytes) -> bytes:
    """Pack an extension of the wire."""
    return msgpack.packb(msgpack.ExtType(code, payload))


def tensor_of(code: int, shape: list[int], nbytes: int) -> bytes:
    """Pack a tensor of zeros whose header may lie."""
    sizes = struct.pack(f"<{len(shape)}Q", *shape)
    return extension(TENSOR, bytes((code, 0, len(shape))) + sizes + bytes(nbytes))


def array_of(kind: int, code: int, shape: list[int], raw: int | bytes) -> bytes:
    """Pack an array or a scalar whose header may lie; of zeros where ``raw`` is their number."""
    sizes = struct.pack(f"<{len(shape)}Q", *shape)
    return extension(kind, bytes((code, len(shape))) + bytes(6) + sizes + (bytes(raw) if isinstance(raw, int) else raw))


def header(code: int, *fields: object) -> bytes:
    """An extension with a packed list in it."""
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb(list(fields))))


tensors = st.builds(
    lambda dtype, shape, seed: (
        (torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 9).abs().to(dtype)
    ),
    st.sampled_from(TORCH_DTYPES),
    st.lists(st.integers(0, 4), max_size=4),
    st.integers(0, 2**20),
)
arrays = st.sampled_from(sorted(codec.NUMPY_DTYPES)).flatmap(lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0)))
scalars = st.sampled_from(sorted(codec.NUMPY_DTYPES)).flatmap(lambda name: hnp.arrays(name, ()).map(lambda array: array[()]))
numbers = st.integers() | st.floats() | st.complex_numbers() | st.integers(-(10**800), 10**800) | st.booleans()
leaves = st.one_of(
    st.none(), numbers, st.text(), st.binary(), tensors, arrays, scalars, st.sampled_from(TORCH_DTYPES),
    st.builds(Handle, st.integers(0, 2**40), st.text(max_size=16)),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(-(2**60), 2**60), inner, max_size=4)
    ),
    max_leaves=12,
)


F64, F32, BOOL = 0, 1, 9
ARRAY_BOOL, ARRAY_F64 = (sorted(codec.NUMPY_DTYPES).index(name) for name in ("bool", "float64"))
RULES = {
    "nothing": b"",
    "cut short": codec.encode([1, "abc", torch.ones(3)])[:-1],
    "trailing bytes": codec.encode(1) + b"\x00",
    "two messages": codec.encode([1]) * 2,
    "reserved byte": b"\xc1",
    "invalid text": b"\xa2\xff\xfe",
    "surrogates": b"\xa3\xed\xa0\x80",
    "depth of lists": b"\x91" * 40 + b"\xc0",
    "depth of a hundred thousand": b"\x91" * 100_000 + b"\xc0",
    "depth of maps": b"\x81\x00" * 40 + b"\xc0",
    "too many items": b"\xdd" + struct.pack(">I", 1_100_000) + b"\xc0" * 1_100_000,
    "too many lists": b"\xdd" + struct.pack(">I", 600_000) + b"\x90" * 600_000,
    "announced items that are not there": b"\xdd\xff\xff\xff\xff",
    "announced pairs that are not there": b"\xdf\xff\xff\xff\xff",
    "announced bytes that are not there": b"\xc6\xff\xff\xff\xff",
    "announced extension that is not there": b"\xc9\xff\xff\xff\xff\x01",
    "keys that are lists": b"\x81\x90\x01",
    "keys that are floats": msgpack.packb({1.5: 1}),
    "keys that are bytes": msgpack.packb({b"a": 1}),
    "keys that are None": msgpack.packb({None: 1}),
    "keys that are true": msgpack.packb({True: 1}),
    "keys that are tuples": codec.encode({(1, 2): 3}),
    "keys that are tensors": b"\x81" + codec.encode(torch.ones(1)) + b"\x01",
    "timestamp": msgpack.packb(msgpack.Timestamp(1, 2)),
    "timestamp in a list": msgpack.packb([msgpack.Timestamp(1, 2)]),
    "timestamp in a map": msgpack.packb({"a": msgpack.Timestamp(1, 2)}),
    "timestamp in a tuple": msgpack.packb(msgpack.ExtType(TUPLE, msgpack.packb([msgpack.Timestamp(1, 2)]))),
    "unknown extension": msgpack.packb(msgpack.ExtType(77, b"")),
    "negative extension": b"\xc7\x01\xf0\x00",
    "callback": msgpack.packb(msgpack.ExtType(CALLBACK, msgpack.packb([0, "f"]))),
    "dtype out of range": msgpack.packb(msgpack.ExtType(DTYPE, bytes([len(TORCH_DTYPES)]))),
    "dtype of two bytes": msgpack.packb(msgpack.ExtType(DTYPE, b"\x00\x00")),
    "tuple of no list": msgpack.packb(msgpack.ExtType(TUPLE, msgpack.packb(5))),
    "tuple of a map": msgpack.packb(msgpack.ExtType(TUPLE, msgpack.packb({1: 2}))),
    "handle with a wrong number": header(HANDLE, "a", "b"),
    "handle with a wrong name": header(HANDLE, 1, 2),
    "handle that is true": header(HANDLE, True, "b"),
    "handle with a long name": header(HANDLE, 1, "x" * 300),
    "handle of three": header(HANDLE, 1, "a", 2),
    "handle with a list in its header": header(HANDLE, 1, ["a"]),
    "handle with a map in its header": header(HANDLE, 1, {1: 1}),
    "handle with an extension in its header": header(HANDLE, msgpack.ExtType(DTYPE, b"\x00"), "a"),
    "bigint of letters": msgpack.packb(msgpack.ExtType(BIGINT, b"12a")),
    "bigint too long": msgpack.packb(msgpack.ExtType(BIGINT, b"1" * 1001)),
    "complex of integers": header(COMPLEX, 1, 2),
    "complex of one": header(COMPLEX, 1.0),
    "tensor of nothing": extension(TENSOR, b""),
    "tensor with half a header": extension(TENSOR, bytes((F64, 0))),
    "tensor with half its sizes": extension(TENSOR, bytes((F64, 0, 2)) + bytes(8)),
    "tensor that is msgpack": header(TENSOR, F64, [1], False, b"\x00" * 8),
    "tensor of an unknown dtype": tensor_of(99, [1], 8),
    "tensor with a mark of two": extension(TENSOR, bytes((F64, 2, 0)) + bytes(8)),
    "tensor with too few bytes": tensor_of(F64, [2], 8),
    "tensor with too many bytes": tensor_of(F64, [1], 16),
    "tensor without its bytes": tensor_of(F64, [1], 0),
    "scalar tensor of two": tensor_of(F64, [], 16),
    "tensor of rank seventeen": tensor_of(F64, [1] * 17, 8),
    "tensor whose size overflows": tensor_of(F64, [2**40, 2**40, 0], 0),
    "tensor whose size wraps around": tensor_of(F64, [2**32, 2**32], 0),
    "tensor whose bytes wrap around": tensor_of(F64, [2**61], 0),
    "tensor of the largest size": tensor_of(F64, [2**64 - 1], 8),
    "empty tensor of great extent": tensor_of(F64, [0, 2**20, 2**20], 0),
    "tensor of booleans that are 255": extension(TENSOR, bytes((BOOL, 0, 1)) + (2).to_bytes(8, "little") + b"\x01\xff"),
    "tensor of booleans with one between": extension(TENSOR, bytes((BOOL, 0, 1)) + (3).to_bytes(8, "little") + b"\x00\x02\x01"),
    "array of nothing": extension(ARRAY, b""),
    "array with half a header": extension(ARRAY, bytes(7)),
    "array with half its sizes": extension(ARRAY, bytes((ARRAY_F64, 2)) + bytes(6 + 8)),
    "array that is msgpack": header(ARRAY, "float64", [1], b"\x00" * 8),
    "array of an unknown dtype": array_of(ARRAY, 99, [1], 8),
    "array of rank seventeen": array_of(ARRAY, ARRAY_F64, [1] * 17, 8),
    "array with too few bytes": array_of(ARRAY, ARRAY_F64, [3], 8),
    "array with too many bytes": array_of(ARRAY, ARRAY_F64, [1], 16),
    "array without its bytes": array_of(ARRAY, ARRAY_F64, [1], 0),
    "array whose size overflows": array_of(ARRAY, ARRAY_F64, [2**40, 2**40, 0], 0),
    "array whose size wraps around": array_of(ARRAY, ARRAY_F64, [2**32, 2**32], 0),
    "array of the largest size": array_of(ARRAY, ARRAY_F64, [2**64 - 1], 8),
    "empty array of great extent": array_of(ARRAY, ARRAY_F64, [0, 2**20, 2**20], 0),
    "array of booleans that are 255": array_of(ARRAY, ARRAY_BOOL, [2], b"\x01\xff"),
    "array of booleans with one between": array_of(ARRAY, ARRAY_BOOL, [3], b"\x00\x02\x01"),
    "scalar with a shape": array_of(SCALAR, ARRAY_F64, [1], 8),
    "scalar of two": array_of(SCALAR, ARRAY_F64, [], 16),
    "scalar of an unknown dtype": array_of(SCALAR, 99, [], 8),
}  # fmt: skip
