"""A picture of what was expected beside what a student's code returned, where a picture helps.

The pictures are SVG of a few kilobytes that follow the reader's light or dark preference. They show expected
values and therefore belong to visible checks only.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from autograder.plaintext import one_line
from autograder.reports.raster import Array, Pixels, data_uri, grey, png, sequential, signed
from autograder.reports.svg_frame import PANEL, WIDTH, caption, document, number_text
from autograder.reports.svg_lines import line_plot

SHORTEST_LINE = 8
SMALLEST_IMAGE = 8
_SMALLEST_MAP = 12
_MOST_CELLS = 64
_MOST_IMAGES = 8
_MOST_VALUES = 2**22

Kind = str | None


def comparison_figure(expected: object, got: object, title: str) -> bytes | None:
    """Draw expected against got: lines for ``(N,)``, heat maps for ``(N, M)``, image strips for ``(B, C, H, W)``.

    Args:
        expected: the right value; tensor or array.
        got: what the student's code returned; anything.
        title: one line above the picture; escaped here.

    Returns:
        an SVG document; None where a picture would not help (scalars, few or complex numbers, nothing finite,
        a result of another kind than expected).
    """
    right, theirs = _array(expected), _array(got)
    if right is None or theirs is None or _kind(right) is None or _kind(right) != _kind(theirs):
        return None
    if not (np.isfinite(right).any() and np.isfinite(theirs).any()):
        return None
    draw = {"line": line_plot, "map": _heat_maps, "images": _image_strips}[str(_kind(right))]
    body, height = draw(right, theirs)
    return document(body, height, one_line(title, 90), _described(right, theirs)).encode("utf-8")


def _array(value: Any) -> Array | None:
    """Tensor or array as float64, without importing torch; None for anything else."""
    try:
        if hasattr(value, "detach") and hasattr(value, "is_complex"):
            if value.is_complex() or value.numel() > _MOST_VALUES:
                return None
            value = value.detach().cpu().double().numpy()
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "buif" or value.size > _MOST_VALUES:
            return None
        return value.astype(np.float64)
    except (TypeError, ValueError, RuntimeError, NotImplementedError):
        return None  # sparse, quantised or without data: no picture, never a failure


def _kind(array: Array) -> Kind:
    shape = array.shape
    if array.ndim == 1 and shape[0] >= SHORTEST_LINE:
        return "line"
    if array.ndim == 2 and min(shape) >= 2 and array.size >= _SMALLEST_MAP:
        return "map"
    is_image = array.ndim == 4 and shape[0] >= 1 and shape[1] in (1, 3) and min(shape[2:]) >= SMALLEST_IMAGE
    return "images" if is_image else None


def _described(expected: Array, got: Array) -> str:
    words = f"Expected values of shape {expected.shape} beside the values returned, of shape {got.shape}."
    if expected.shape == got.shape:
        words += f" Largest difference {number_text(_reach(_difference(expected, got)))}."
    return words


def _heat_maps(expected: Array, got: Array) -> tuple[str, int]:
    low, high = _limits(expected, got)
    scale = f"{number_text(low)} (dark) to {number_text(high)} (light)"
    panels = [
        ("expected", sequential(_thinned(expected), low, high), _shape_text(expected)),
        ("yours", sequential(_thinned(got), low, high), _shape_text(got)),
    ]
    if expected.shape == got.shape:
        difference = _difference(expected, got)
        panels.append(_difference_panel(difference, _thinned(difference)))
    return _beside(panels, f"colours: {scale}" + _outside(got, low, high))


def _beside(panels: list[tuple[str, Pixels, str]], note: str) -> tuple[str, int]:
    """Panels in a row, each scaled to the panel width, with its name above and its size below."""
    gap = (WIDTH - 3 * PANEL) // 2
    tallest = max(_drawn_height(pixels) for _, pixels, _ in panels)
    parts = []
    for column, (name, pixels, below) in enumerate(panels):
        left = column * (PANEL + gap)
        parts.append(caption(left, 12, name, "name"))
        parts.append(_picture(pixels, left, 20, PANEL, _drawn_height(pixels)))
        parts.append(caption(left, 36 + _drawn_height(pixels), below, "small"))
    parts.append(caption(0, tallest + 56, note, "small"))
    return "".join(parts), tallest + 62


def _image_strips(expected: Array, got: Array) -> tuple[str, int]:
    low, high = _image_limits(expected)
    rows = [("expected", _strip(expected, lambda image: grey(image, low, high)), _shape_text(expected))]
    rows.append(("yours", _strip(got, lambda image: grey(image, low, high)), _shape_text(got)))
    if expected.shape == got.shape:
        difference = _difference(expected, got)
        reach = _reach(difference)
        strip = _strip(difference, lambda image: signed(_strongest(image), reach))
        rows.append(("difference", strip, f"largest {number_text(reach)}"))
    note = f"black {number_text(low)}, white {number_text(high)}" + _outside(got, low, high)
    return _below(rows, note)


def _below(rows: list[tuple[str, Pixels, str]], note: str) -> tuple[str, int]:
    """Strips under each other, names on the left."""
    label, top, parts = 78, 4, []
    for name, pixels, small in rows:
        scale = min(44 / pixels.shape[0], (WIDTH - label) / pixels.shape[1])
        width, height = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
        parts.append(caption(0, top + 14, name, "name") + caption(0, top + 30, small, "small"))
        parts.append(_picture(pixels, label, top, width, height))
        top += max(height, 38) + 8
    parts.append(caption(0, top + 14, note, "small"))
    return "".join(parts), top + 20


def _strip(images: Array, paint: Callable[[Array], Pixels]) -> Pixels:
    """The first images side by side with two empty columns between them."""
    tiles = []
    for image in images[:_MOST_IMAGES]:
        thinned = np.moveaxis(image[:, :: _step(image.shape[1]), :: _step(image.shape[2])], 0, 2)
        tile = paint(thinned[..., 0] if thinned.shape[2] == 1 else thinned)
        tiles += [tile, np.full((tile.shape[0], 2, 3), 128, dtype=np.uint8)]
    return np.concatenate(tiles[:-1], axis=1)


def _strongest(image: Array) -> Array:
    """Of several colour channels the one that differs most, with its sign."""
    if image.ndim == 2:
        return image
    sizes = np.where(np.isfinite(image), np.abs(image), np.inf)
    return np.take_along_axis(image, sizes.argmax(axis=2)[..., None], axis=2)[..., 0]


def _picture(pixels: Pixels, left: int, top: int, width: int, height: int) -> str:
    place = f'x="{left}" y="{top}" width="{width}" height="{height}"'
    source = escape(data_uri(png(pixels), "image/png"))
    return (
        f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" href="{source}"/>'
        f'<rect {place} class="frame"/>'
    )


def _difference_panel(difference: Array, thinned: Array) -> tuple[str, Pixels, str]:
    reach = _reach(difference)
    return "difference", signed(thinned, reach), f"largest {number_text(reach)}"


def _difference(expected: Array, got: Array) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        difference = got - expected
    return np.where(expected == got, 0.0, difference)  # equal infinities differ by nothing


def _limits(expected: Array, got: Array) -> tuple[float, float]:
    """The scale is that of the expected values, so a result that is far off cannot wash them out."""
    low, high = _extent(expected)
    if high > low:
        return low, high
    lower, higher = _extent(got)
    return min(low, lower), max(high, higher)


def _image_limits(expected: Array) -> tuple[float, float]:
    low, high = _extent(expected)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (-1.0, 1.0) if low >= -1 and high <= 1 else (low, high)


def _extent(array: Array) -> tuple[float, float]:
    finite = array[np.isfinite(array)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _reach(difference: Array) -> float:
    low, high = _extent(difference)
    return max(-low, high, 0.0)


def _outside(got: Array, low: float, high: float) -> str:
    bad = int((~np.isfinite(got)).sum())
    margin = 1e-6 * max(abs(low), abs(high))
    beyond = int(((got < low - margin) | (got > high + margin))[np.isfinite(got)].sum())
    words = f"; {beyond} of your values lie beyond" if beyond else ""
    return words + (f"; {bad} not finite (magenta)" if bad else "")


def _thinned(array: Array) -> Array:
    return array[:: _step(array.shape[0]), :: _step(array.shape[1])]


def _step(length: int) -> int:
    return -(-length // _MOST_CELLS)


def _drawn_height(pixels: Pixels) -> int:
    return max(24, min(PANEL, round(PANEL * pixels.shape[0] / pixels.shape[1])))


def _shape_text(array: Array) -> str:
    return "×".join(str(length) for length in array.shape)
