"""Every rule of decoding: bytes that break it are refused with one kind of error."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc

import msgpack
import pytest
import torch
from wire_messages import HANDLE, RULES, extension

from autograder.wire import codec
from autograder.wire.codec import EncodeError, WireError


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
    """Nested lists in a handle's header are refused at the second list, before they cost memory."""
    tree = b"\x90"
    for _ in range(20):
        tree = b"\x92" + tree * 2
    with pytest.raises(WireError, match="bad header"):
        codec.decode(extension(HANDLE, tree))


def test_a_type_may_have_a_long_name_in_any_script() -> None:
    """A class's name is cut to 64 characters, each of up to four bytes."""
    handle = codec.Handle(3, "𝔊" * 64)
    assert codec.decode(codec.encode([handle])) == [handle]


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
