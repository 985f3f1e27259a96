"""Arrays as small PNG pictures, with colour scales that stay readable in print and for the colour-blind."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# Dark to light, monotone in lightness; and blue over white to vermilion for signed values.
_SEQUENTIAL = ((20, 26, 58), (38, 74, 122), (34, 129, 142), (104, 181, 120), (222, 222, 100), (253, 246, 200))
_SIGNED = ((27, 82, 153), (120, 165, 214), (244, 243, 240), (232, 146, 106), (178, 51, 24))
NOT_FINITE = (226, 0, 160)
"""The colour of NaN and infinities; no scale contains it."""


def sequential(values: Array, low: float, high: float) -> Pixels:
    """Colours ``(H, W, 3)`` of values ``(H, W)`` on a scale from ``low`` (dark) to ``high`` (light)."""
    return _coloured(values, low, high, _SEQUENTIAL)


def signed(values: Array, reach: float) -> Pixels:
    """Colours ``(H, W, 3)`` of values ``(H, W)`` between ``-reach`` (blue), 0 (white) and ``reach`` (red)."""
    return _coloured(values, -reach, reach, _SIGNED)


def grey(values: Array, low: float, high: float) -> Pixels:
    """Pixels ``(H, W, 3)`` of an image ``(H, W)`` or ``(H, W, 3)`` whose black is ``low`` and white ``high``."""
    image = np.repeat(values[..., None], 3, axis=2) if values.ndim == 2 else values
    pixels = (255 * _unit(image, low, high)).astype(np.uint8)
    pixels[~np.isfinite(image).all(axis=2)] = NOT_FINITE
    return pixels


def png(pixels: Pixels) -> bytes:
    """An 8-bit RGB PNG file of ``(H, W, 3)`` pixels."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each row starts with filter type 0
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def data_uri(content: bytes, media_type: str) -> str:
    """The content as a ``data:`` address, which needs no second file."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def _coloured(values: Array, low: float, high: float, stops: tuple[tuple[int, int, int], ...]) -> Pixels:
    unit = _unit(values, low, high)
    places = np.linspace(0.0, 1.0, len(stops))
    table = np.asarray(stops, dtype=np.float64)
    pixels = np.stack([np.interp(unit, places, table[:, band]) for band in range(3)], axis=2).astype(np.uint8)
    pixels[~np.isfinite(values)] = NOT_FINITE
    return pixels


def _unit(values: Array, low: float, high: float) -> Array:
    finite = np.clip(np.where(np.isfinite(values), values, low), low, high)
    if not high > low:
        return np.full(finite.shape, 0.5)
    # Halves first: the distance of two large finite numbers may overflow.
    return (finite / 2 - low / 2) / (high / 2 - low / 2)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
