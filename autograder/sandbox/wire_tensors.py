"""Tensors on the wire: ``(dtype, shape, requires_grad, bytes)``. Importing this module teaches the wire to carry them."""

from __future__ import annotations

import msgpack
import torch

from autograder.sandbox import wire
from autograder.sandbox.wire import WireError

TORCH_DTYPES: tuple[torch.dtype, ...] = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    torch.complex64, torch.complex128,
)  # fmt: skip

_TENSOR, _DTYPE = 1, 6
_DTYPE_CODE = {dtype: code for code, dtype in enumerate(TORCH_DTYPES)}
_ITEMSIZE = tuple(torch.empty(0, dtype=dtype).element_size() for dtype in TORCH_DTYPES)


def _encode_tensor(tensor: torch.Tensor, budget: list[int]) -> msgpack.ExtType:
    code = _DTYPE_CODE.get(tensor.dtype)
    if code is None or tensor.layout is not torch.strided or tensor.device.type == "meta":
        raise TypeError(f"a tensor of dtype {tensor.dtype}, layout {tensor.layout}, device {tensor.device} is not plain data")
    wire.spend(budget, tensor.numel() * tensor.element_size())
    plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    if plain.dtype is torch.bfloat16:
        plain = plain.view(torch.int16)
    payload = [code, list(tensor.shape), tensor.requires_grad, plain.numpy().tobytes()]
    return msgpack.ExtType(_TENSOR, msgpack.packb(payload))


def _decode_tensor(payload: bytes, trusted: bool) -> torch.Tensor:
    code, shape, requires_grad, raw = wire.fields(payload, 4)
    if type(code) is not int or not 0 <= code < len(TORCH_DTYPES) or type(requires_grad) is not bool:
        raise WireError("bad tensor header")
    wire.check_bytes(shape, raw, _ITEMSIZE[code])
    dtype = TORCH_DTYPES[code]
    if dtype is torch.bool and raw.strip(b"\x00\x01"):
        raise WireError("booleans must be 0 or 1")
    tensor = torch.frombuffer(bytearray(raw), dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    tensor = tensor.reshape(shape)
    return tensor.requires_grad_() if requires_grad and trusted else tensor


def _encode_dtype(dtype: torch.dtype, budget: list[int]) -> msgpack.ExtType:
    if dtype not in _DTYPE_CODE:
        raise TypeError(f"{dtype} is not plain data")
    return msgpack.ExtType(_DTYPE, bytes([_DTYPE_CODE[dtype]]))


def _decode_dtype(payload: bytes, trusted: bool) -> torch.dtype:
    if len(payload) != 1 or payload[0] >= len(TORCH_DTYPES):
        wire.refuse("unknown dtype")
    return TORCH_DTYPES[payload[0]]


wire.extend(
    {torch.Tensor: _encode_tensor, torch.dtype: _encode_dtype},
    {_TENSOR: _decode_tensor, _DTYPE: _decode_dtype},
)
