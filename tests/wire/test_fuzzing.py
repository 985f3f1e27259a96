"""Broken messages by the thousand: nothing but plain data or a WireError comes of them."""

from __future__ import annotations

import contextlib
import random
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_messages import RULES, values

from autograder.wire import codec
from autograder.wire.codec import Handle, WireError

MUTATIONS = 24_000


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
