"""The wire: what goes in comes out, and nothing but WireError comes of bytes that nobody honest has sent."""

from __future__ import annotations

import contextlib
import math
import random
import struct
import tracemalloc
from typing import Any

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.wire import codec
from autograder.wire.codec import CallbackRef, EncodeError, Handle, WireError
from autograder.wire.tensors import TORCH_DTYPES

MUTATIONS = 24_000
TENSOR, ARRAY, SCALAR, TUPLE, HANDLE, DTYPE, CALLBACK, BIGINT, COMPLEX = range(1, 10)


def extension(code: int, payload: bytes) -> bytes:
    """Pack an extension of the wire."""
    return msgpack.packb(msgpack.ExtType(code, payload))


def tensor_of(code: int, shape: list[int], nbytes: int) -> bytes:
    """Pack a tensor of zeros whose header may lie."""
    sizes = struct.pack(f"<{len(shape)}Q", *shape)
    return extension(TENSOR, bytes((code, 0, len(shape))) + sizes + bytes(nbytes))


def header(code: int, *fields: object) -> bytes:
    """An extension with a packed list in it."""
    return msgpack.packb(msgpack.ExtType(code, msgpack.packb(list(fields))))


def same(one: Any, other: Any) -> bool:
    """Equal in type, structure and every bit; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        wide = torch.complex128 if one.is_complex() else torch.float64
        return torch.equal(one.to(wide).nan_to_num(7.5), other.to(wide).nan_to_num(7.5))
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and np.shape(one) == np.shape(other) and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    return one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


# -- round trips -------------------------------------------------------------------------------------------

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


@settings(max_examples=300)
@given(value=values)
def test_what_goes_in_comes_out(value: object) -> None:
    """Types, structure, dtypes, shapes, bits."""
    assert same(codec.decode(codec.encode(value)), value)


@settings(max_examples=60)
@given(value=tensors)
def test_tensors_come_out_fresh(value: torch.Tensor) -> None:
    """Contiguous, with memory of their own, without history, and writable."""
    got = codec.decode(codec.encode(value))
    assert got.is_contiguous()
    assert not got.requires_grad
    got.zero_()
    assert same(codec.decode(codec.encode(value)), value)


def test_views_conjugates_and_orders_are_flattened() -> None:
    """Only the values cross, whatever lies in memory."""
    base = torch.arange(12.0).reshape(3, 4)
    complex_ = torch.complex(base, -base)
    for value in (base.T, base[:, ::2], base[1].expand(5, 4), complex_.conj(), complex_.conj().imag, base[None, :, None]):
        assert same(codec.decode(codec.encode(value)), value.resolve_conj().resolve_neg().contiguous())
    arrays = (np.arange(6.0).reshape(2, 3).T, np.arange(6.0)[::-2], np.arange(4, dtype=">f8"), np.asfortranarray(np.eye(3)))
    for array in arrays:
        assert np.array_equal(codec.decode(codec.encode(array)), array)


def test_marks_of_the_grader_are_kept_by_workers_only() -> None:
    """`requires_grad` and callbacks go from the grader to the worker, never back."""
    leaf = torch.ones(2, requires_grad=True)
    assert codec.decode(codec.encode(leaf), trusted=True).requires_grad
    assert not codec.decode(codec.encode(leaf)).requires_grad
    callback = codec.encode([CallbackRef(3, "f")])
    assert codec.decode(callback, trusted=True) == [CallbackRef(3, "f")]
    with pytest.raises(WireError, match="unknown extension"):
        codec.decode(callback)


@pytest.mark.parametrize(
    "value",
    [
        object(), {1, 2}, [object()], {"a": object()}, np.array(["a"]), np.array([None]), lambda: 1,
        np.datetime64("2020-01-01"), torch.zeros(3).to_sparse(), torch.empty(2, device="meta"), 10**2000,
        torch.quantize_per_tensor(torch.zeros(3), 0.1, 0, torch.qint8), torch.zeros(()).expand(2**40),
        type("S", (str,), {})("a"), type("F", (float,), {})(1.0), type("L", (list,), {})(), type("D", (dict,), {})(),
        torch.zeros(3).as_subclass(type("T", (torch.Tensor,), {})), torch.nn.Parameter(torch.zeros(2)), torch.qint8,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_plain_data_does_not_cross(value: object) -> None:
    """Exact types only: a subclass could bring behaviour along."""
    with pytest.raises(EncodeError):
        codec.encode(value)


def test_encoding_has_a_limit_before_it_copies() -> None:
    """Size is looked at before memory is taken."""
    with pytest.raises(EncodeError):
        codec.encode([torch.zeros(1000)] * 10, limit=30_000)
    with pytest.raises(EncodeError):
        codec.encode("x" * 1000, limit=100)
    loop: list = []
    loop.append(loop)
    with pytest.raises(EncodeError):
        codec.encode(loop)


# -- every rule of decoding --------------------------------------------------------------------------------

F64, F32, BOOL = 0, 1, 9
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
    "handle with a long name": header(HANDLE, 1, "x" * 100),
    "handle of three": header(HANDLE, 1, "a", 2),
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
    "array of four fields": header(ARRAY, "float64", [1], b"\x00" * 8, 1),
    "array that is a map": extension(ARRAY, msgpack.packb({"a": 1})),
    "array that is a number": extension(ARRAY, b"\x01"),
    "array with text for bytes": header(ARRAY, "float64", [1], "12345678"),
    "array with two negative sizes": header(ARRAY, "float64", [-1, -1], b"\x00" * 8),
    "array with a size that is true": header(ARRAY, "float64", [True], b"\x00" * 8),
    "array with a size that is a float": header(ARRAY, "float64", [1.0], b"\x00" * 8),
    "array with a shape that is a number": header(ARRAY, "float64", 1, b"\x00" * 8),
    "array of rank seventeen": header(ARRAY, "float64", [1] * 17, b"\x00" * 8),
    "array whose size overflows": header(ARRAY, "float64", [2**40, 2**40, 0], b""),
    "empty array of great extent": header(ARRAY, "float64", [0, 2**20, 2**20], b""),
    "array with nested lists in its header": header(ARRAY, "float64", [[1]], b"\x00" * 8),
    "array with a map in its header": header(ARRAY, "float64", {1: 1}, b"\x00" * 8),
    "array with an extension in its header": header(ARRAY, msgpack.ExtType(DTYPE, b"\x00"), [1], b"\x00" * 8),
    "array of objects": header(ARRAY, "object", [1], b"\x00" * 8),
    "array of text": header(ARRAY, "U2", [1], b"\x00" * 8),
    "array of records": header(ARRAY, "f8,f8", [1], b"\x00" * 16),
    "array of dates": header(ARRAY, "datetime64[s]", [1], b"\x00" * 8),
    "array of a numeric dtype": header(ARRAY, 1, [1], b"\x00" * 8),
    "array of booleans that are 255": header(ARRAY, "bool", [1], b"\xff"),
    "array with too few bytes": header(ARRAY, "float64", [3], b"\x00" * 8),
    "array with a negative size": header(ARRAY, "float64", [-1], b"\x00" * 8),
    "scalar with a shape": header(SCALAR, "float64", [1], b"\x00" * 8),
    "scalar of objects": header(SCALAR, "object", [], b"\x00" * 8),
}  # fmt: skip


@pytest.mark.parametrize("data", RULES.values(), ids=RULES.keys())
def test_each_rule(data: bytes) -> None:
    """One violation, one refusal."""
    with pytest.raises(WireError):
        codec.decode(data)


def test_nesting_through_tuples_is_counted() -> None:
    """Each tuple is a message of its own inside an extension."""
    value: object = 1
    for _ in range(40):
        value = (value,)
    with contextlib.suppress(EncodeError), pytest.raises(WireError, match="deep"):
        codec.decode(codec.encode(value))


def test_arrays_and_tuples_are_counted() -> None:
    """Each costs the grader far more than its bytes."""
    one = codec.encode(torch.zeros(0))
    count = codec.MAX_ARRAYS + 1
    with pytest.raises(WireError, match="too many"):
        codec.decode(b"\xdd" + struct.pack(">I", count) + one * count)


def test_items_are_counted_across_tuples() -> None:
    """Splitting a million items over many tuples does not help."""
    part = codec.encode((0,) * 60_000)
    with pytest.raises(WireError, match="too many items"):
        codec.decode(b"\xdd" + struct.pack(">I", 20) + part * 20)


def test_headers_cannot_be_made_to_swell() -> None:
    """Nested lists in an array's header are refused at the third list, before they cost memory."""
    tree = b"\x90"
    for _ in range(5):
        tree = b"\xdc\x00\x10" + tree * 16
    payload = b"\xdc\x00\x10" + tree * 16
    with pytest.raises(WireError, match="bad header"):
        codec.decode(extension(ARRAY, payload))


# -- fuzzing -----------------------------------------------------------------------------------------------


def seeds() -> list[bytes]:
    """Messages like those that cross, and the broken ones of above."""
    honest = [
        [1, "reply", [["ok", torch.randn(3, 2)], ["ok", (torch.ones(2, dtype=torch.bool), None)]]],
        [2, "reply", [["ok", {"value": np.eye(2), "args": (torch.zeros(2),), "kwargs": {}, "rng_used": False}]]],
        [3, "reply", [["error", "ValueError", "wrong", "", ""], ["ok", Handle(4, "VAE")]]],
        [4, "callback", [0, [({"$": 0}, {"$": 1}), {"y": 2.5}], [torch.zeros(2, 1), torch.zeros(2, dtype=torch.int64)], True]],
        [5, "vjp", [7, [torch.zeros(3, dtype=torch.bfloat16)]]],
        [6, "reply", [["ok", [1j, 10**30, np.float32(1), torch.float16, b"x", "text", -1, 2**63, 1.5, True]]]],
        (((1, 2), [3, {"a": (4, {})}]), torch.zeros(2, 0, 3), np.zeros(0)),
    ]
    return [*map(codec.encode, honest), *(data for data in RULES.values() if len(data) < 5000)]


def mutated(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A few random edits: flips, interesting bytes, cuts, repeats, splices, wrong lengths."""
    edited = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        place, kind = rng.randrange(len(edited) + 1), rng.randrange(7)
        if kind == 0 and edited:
            edited[place % len(edited)] ^= 1 << rng.randrange(8)
        elif kind == 1 and edited:
            telling = b"\x00\x01\x7f\x80\x90\x91\xa0\xc0\xc1\xc6\xc7\xc9\xd4\xd9\xdc\xdd\xde\xdf\xff"
            edited[place % len(edited)] = rng.choice(telling)
        elif kind == 2:
            del edited[place : place + rng.randrange(1, 9)]
        elif kind == 3:
            edited[place:place] = edited[place : place + rng.randrange(1, 17)]
        elif kind == 4:
            start = rng.randrange(len(other) + 1)
            edited[place : place + rng.randrange(9)] = other[start : start + rng.randrange(1, 33)]
        elif kind == 5:
            edited[place:place] = rng.randbytes(rng.randrange(1, 9))
        else:
            edited[place : place + 4] = struct.pack(">I", rng.choice((0, 1, 2**16, 2**31, 2**32 - 1)))
    return bytes(edited)


_PLAIN = (
    type(None), bool, int, float, complex, str, bytes, list, tuple, dict, torch.Tensor, np.ndarray, np.generic, Handle,
    torch.dtype,
)  # fmt: skip


def assert_plain(value: object) -> None:
    """Nothing but what the wire promises."""
    assert isinstance(value, _PLAIN)
    assert not isinstance(value, torch.Tensor) or (type(value) is torch.Tensor and value.grad_fn is None)
    if isinstance(value, list | tuple):
        for item in value:
            assert_plain(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            assert type(key) in (str, int)
            assert_plain(item)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages_give_plain_data_or_wire_errors(seed: int) -> None:
    """Thousands of broken messages: no other exception, no other value."""
    rng, corpus = random.Random(seed), seeds()
    refused = 0
    for _ in range(MUTATIONS // 4):
        data = mutated(rng.choice(corpus), rng.choice(corpus), rng)
        try:
            assert_plain(codec.decode(data))
        except WireError:
            refused += 1
    assert refused > MUTATIONS // 20


@settings(max_examples=500)
@given(data=st.binary(max_size=200))
def test_random_bytes_give_plain_data_or_wire_errors(data: bytes) -> None:
    """Bytes that Hypothesis finds interesting."""
    with contextlib.suppress(WireError):
        assert_plain(codec.decode(data))


@settings(max_examples=300)
@given(value=values, data=st.data())
def test_one_changed_byte_gives_plain_data_or_wire_errors(value: object, data: st.DataObject) -> None:
    """A single wrong byte in an honest message."""
    message = bytearray(codec.encode(value))
    message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        assert_plain(codec.decode(bytes(message)))


def test_tuples_in_tuples_share_one_budget() -> None:
    """Every level of a tuple holds a copy of everything below it: thirty around sixty megabytes were two gigabytes."""
    message = msgpack.packb([bytes(20 * 2**20)])
    for _ in range(20):
        message = msgpack.packb([msgpack.ExtType(4, message)])
    tracemalloc.start()
    try:
        with pytest.raises(codec.WireError, match="all levels"):
            codec.decode(message)
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()


def test_a_large_tensor_may_stand_in_a_tuple() -> None:
    """What an honest worker may send at most is within the budget."""
    tensor = torch.zeros(2**22)
    assert torch.equal(codec.decode(codec.encode((1, ("x", tensor))))[1][1], tensor)
