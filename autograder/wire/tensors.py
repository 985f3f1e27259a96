"""Tensors on the wire: dtype, ``requires_grad``, rank, sizes, bytes; and dtypes by themselves."""

from __future__ import annotations

import struct

import msgpack
import torch

from autograder.wire.headers import check_sizes, refuse, spend
from autograder.wire.types import MAX_RANK, WireError

TORCH_DTYPES: tuple[torch.dtype, ...] = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    torch.complex64, torch.complex128,
)  # fmt: skip

TENSOR, DTYPE = 1, 6
"""Codes of their msgpack extensions."""
_HEAD = 3
_DTYPE_CODE = {dtype: code for code, dtype in enumerate(TORCH_DTYPES)}
_ITEMSIZE = tuple(torch.empty(0, dtype=dtype).element_size() for dtype in TORCH_DTYPES)


_RANKS = tuple(struct.Struct(f"<{rank}Q") for rank in range(MAX_RANK + 1))
"""The sizes of a tensor; before them come its dtype's code, its mark, its rank, a byte each."""


def encode_tensor(tensor: torch.Tensor, budget: list[int]) -> msgpack.ExtType:
    """Pack a plain tensor's values; TypeError for one that has no plain bytes, ValueError for one that is too large."""
    code = _DTYPE_CODE.get(tensor.dtype)
    if code is None or tensor.layout is not torch.strided or tensor.device.type == "meta" or tensor.dim() > MAX_RANK:
        raise TypeError(f"a tensor of dtype {tensor.dtype}, layout {tensor.layout}, device {tensor.device} is not plain data")
    spend(budget, tensor.numel() * tensor.element_size())
    plain = tensor.detach()
    if plain.is_conj() or plain.is_neg() or not plain.is_cpu or not plain.is_contiguous():
        plain = plain.resolve_conj().resolve_neg().cpu().contiguous()
    if plain.dtype is torch.bfloat16:
        plain = plain.view(torch.int16)
    rank = plain.dim()
    head = bytes((code, tensor.requires_grad, rank)) + _RANKS[rank].pack(*plain.shape)
    return msgpack.ExtType(TENSOR, head + plain.numpy().tobytes())


def decode_tensor(payload: bytes, trusted: bool) -> torch.Tensor:
    """Unpack a tensor; :class:`WireError` where header and bytes disagree. Only a trusted sender's marks are kept."""
    if len(payload) < _HEAD:
        raise WireError("bad tensor header")
    code, mark, rank = payload[:_HEAD]
    if code >= len(TORCH_DTYPES) or mark > 1 or rank > MAX_RANK:
        raise WireError("bad tensor header")
    start = _HEAD + 8 * rank
    if len(payload) < start:
        raise WireError("bad tensor header")
    shape = _RANKS[rank].unpack_from(payload, _HEAD)
    check_sizes(shape, len(payload) - start, _ITEMSIZE[code])
    dtype = TORCH_DTYPES[code]
    raw = bytearray(memoryview(payload)[start:])
    if dtype is torch.bool and raw.strip(b"\x00\x01"):
        raise WireError("booleans must be 0 or 1")
    tensor = torch.frombuffer(raw, dtype=dtype).view(shape) if raw else torch.empty(shape, dtype=dtype)
    return tensor.requires_grad_() if mark and trusted else tensor


def encode_dtype(dtype: torch.dtype) -> msgpack.ExtType:
    """Pack a dtype by its number; TypeError for one that does not cross."""
    if dtype not in _DTYPE_CODE:
        raise TypeError(f"{dtype} is not plain data")
    return msgpack.ExtType(DTYPE, bytes([_DTYPE_CODE[dtype]]))


def decode_dtype(payload: bytes) -> torch.dtype:
    """Unpack a dtype; :class:`WireError` for a number that has none."""
    if len(payload) != 1 or payload[0] >= len(TORCH_DTYPES):
        refuse("unknown dtype")
    return TORCH_DTYPES[payload[0]]
