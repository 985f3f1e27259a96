"""Figures of training tasks: curves, grids of images, pairs, densities, bars; all as SVG of a few dozen kilobytes.

Matplotlib draws them. It takes a second to import, which next to a training is nothing.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from autograder.imports import import_matplotlib

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _LINES = "#4b4b52", ("#1b5299", "#b23318", "#22818e", "#8a6d1a", "#6a4c93", "#4b4b52")
_MOST_POINTS = 400


def curves(histories: Mapping[str, Sequence[float]], across: str = "step", labels: Mapping[str, str] | None = None) -> bytes:
    """A panel for each curve: its values over steps, or over units of several, as in ``25 steps``."""
    names = list(histories)[:6]
    unit = f"× {across}" if across[:1].isdigit() else across
    figure, axes = _panels(max(1, len(names)), 2.6, 1.9)
    for axis, name, colour in zip(axes, names, _LINES, strict=False):
        values = np.asarray(histories[name], dtype=np.float64)
        steps = np.linspace(0, len(values) - 1, min(len(values), _MOST_POINTS)).astype(int)
        axis.plot(steps, values[steps], color=colour, linewidth=1.2)
        # A student's name for a curve is a text, and no formula to be set.
        axis.set_title((labels or {}).get(name, name), fontsize=9, color=_INK, loc="left", parse_math=False)
        axis.set_xlabel(unit, fontsize=8, color=_INK)
        _bare(axis)
    return _svg(figure)


def image_grid(images: Tensor, columns: int = 10) -> bytes:
    """Images ``(n, C, H, W)`` in [0, 1] as rows of a grid."""
    pixels = _tiled(_pixels(images), columns)
    figure, (axis,) = _panels(1, 4.2, 4.2 * pixels.shape[0] / pixels.shape[1])
    _show(axis, pixels)
    return _svg(figure)


def image_pairs(above: Tensor, below: Tensor, columns: int = 10) -> bytes:
    """Images, and under each what became of it."""
    first, second = _pixels(above), _pixels(below)
    rows = [part for start in range(0, len(first), columns)
            for part in (first[start : start + columns], second[start : start + columns])]  # fmt: skip
    return image_rows(rows)


def image_rows(rows: Sequence[Tensor | np.ndarray], names: Sequence[str] = ()) -> bytes:
    """Rows of images, each with its name on the left."""
    strips = [_tiled(row if isinstance(row, np.ndarray) else _pixels(row), len(row)) for row in rows]
    widest = max(strip.shape[1] for strip in strips)
    figure, axes = _panels(1, 4.6, 4.6 * sum(strip.shape[0] for strip in strips) / widest)
    padded = [np.pad(strip, ((0, 0), (0, widest - strip.shape[1]), (0, 0)), constant_values=1.0) for strip in strips]
    _show(axes[0], np.concatenate(padded))
    height = strips[0].shape[0]
    for row, name in enumerate(names):
        axes[0].text(-4, (row + 0.5) * height, name, fontsize=8, color=_INK, ha="right", va="center")
    return _svg(figure)


def density(log_density: Tensor, points: Tensor, extent: tuple[float, float, float, float]) -> bytes:
    """A learned density on a grid ``(rows, columns)``, the first row at the bottom, with some points of the data."""
    figure, (axis,) = _panels(1, 3.4, 3.2)
    axis.imshow(_array(log_density.exp()), origin="lower", extent=extent, cmap="Blues")
    axis.scatter(*_array(points).T, s=1.5, color=_LINES[1], alpha=0.5, linewidths=0)
    axis.set_xlim(extent[:2])
    axis.set_ylim(extent[2:])
    _in_the_plane(axis)
    return _svg(figure)


def scatter(clouds: Mapping[str, Tensor]) -> bytes:
    """Clouds of points in the plane, a panel each, all with the same axes."""
    figure, axes = _panels(len(clouds), 2.5, 2.4)
    for axis, (name, points) in zip(axes, clouds.items(), strict=True):
        if axis is not axes[0]:
            axis.sharex(axes[0])
            axis.sharey(axes[0])
        axis.scatter(*_array(points).T, s=2, color=_LINES[0], alpha=0.6, linewidths=0)
        axis.set_title(name, fontsize=9, color=_INK, loc="left")
        _in_the_plane(axis)
    return _svg(figure)


def lines(across: Sequence[float], values: Mapping[str, Sequence[float]], label: str, logarithmic: bool = False) -> bytes:
    """Measured values over a setting, a panel for each."""
    figure, axes = _panels(len(values), 2.6, 1.9)
    for axis, (name, heights), colour in zip(axes, values.items(), _LINES, strict=False):
        axis.plot(across, heights, color=colour, marker="o", markersize=3.5, linewidth=1.2)
        axis.set_title(name, fontsize=9, color=_INK, loc="left")
        axis.set_xlabel(label, fontsize=8, color=_INK)
        if logarithmic:
            axis.set_xscale("log")
        _bare(axis)
    return _svg(figure)


def _panels(count: int, width: float, height: float) -> tuple[Figure, Sequence[Any]]:
    import_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * count, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(1, count, place + 1) for place in range(count)]


def _in_the_plane(axis: Any) -> None:
    axis.set_xlabel("x₁", fontsize=8, color=_INK)
    axis.set_ylabel("x₂", fontsize=8, color=_INK)
    axis.set_aspect("equal", adjustable="box")
    _bare(axis)


def _bare(axis: Any) -> None:
    axis.tick_params(labelsize=7, colors=_INK)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _show(axis: Any, pixels: np.ndarray) -> None:
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axis.axis("off")


def _svg(figure: Figure) -> bytes:
    import matplotlib

    content = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "autograder", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def _array(values: Tensor) -> np.ndarray:
    return np.nan_to_num(values.detach().cpu().double().numpy())


def _pixels(images: Tensor) -> np.ndarray:
    """Images as ``(n, H, W, 3)`` in [0, 1]; grey ones with three equal channels."""
    pixels = np.clip(np.moveaxis(_array(images), 1, 3), 0, 1)
    return np.repeat(pixels, 3, axis=3) if pixels.shape[3] == 1 else pixels


def _tiled(pixels: np.ndarray, columns: int) -> np.ndarray:
    edge = np.pad(pixels, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1.0)
    missing = -len(edge) % columns
    edge = np.concatenate([edge, np.ones((missing, *edge.shape[1:]))])
    rows = edge.reshape(-1, columns, *edge.shape[1:])
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)
