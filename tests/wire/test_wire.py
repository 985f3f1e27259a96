"""The wire: what goes in comes out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from wire_messages import tensors, values

from autograder.wire import codec
from autograder.wire.codec import CallbackRef, EncodeError, WireError


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
