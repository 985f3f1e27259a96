"""Line plot of two sequences: expected drawn wide, the student's dashed over it."""

from __future__ import annotations

import numpy as np

from autograder.reports.raster import Array
from autograder.reports.svg_frame import WIDTH, caption, number_text

_LEFT = 46
_PLOT_WIDTH = WIDTH - _LEFT - 6
_PLOT_HEIGHT = 112
_MOST_POINTS = 256


def line_plot(expected: Array, got: Array) -> tuple[str, int]:
    """Draw ``(N,)`` against ``(M,)``.

    Returns:
        the SVG elements and the height that they take.
    """
    finite = np.concatenate([expected[np.isfinite(expected)], got[np.isfinite(got)]])
    low, high = float(finite.min()), float(finite.max())
    longest = max(len(expected), len(got))
    parts = [_legend(expected, got), _axes(low, high, longest)]
    parts.append(_polyline(expected, low, high, longest, "expected"))
    parts.append(_polyline(got, low, high, longest, "yours"))
    parts.append(_bad_marks(got, longest))
    bad = int((~np.isfinite(got)).sum())
    if bad:
        words = f"{bad} of your {len(got)} values not finite (marked on the axis)"
        parts.append(caption(_LEFT, _top() + _PLOT_HEIGHT + 30, words, "small"))
    return "".join(parts), _top() + _PLOT_HEIGHT + (36 if bad else 20)


def _top() -> int:
    return 22


def _legend(expected: Array, got: Array) -> str:
    lengths = ("", "") if expected.shape == got.shape else (f" ({len(expected)})", f" ({len(got)})")
    return (
        f'<path class="expected" d="M{_LEFT} 8h26"/>{caption(_LEFT + 32, 12, "expected" + lengths[0], "name")}'
        f'<path class="yours" d="M{_LEFT + 130} 8h26"/>{caption(_LEFT + 162, 12, "yours" + lengths[1], "name")}'
    )


def _axes(low: float, high: float, longest: int) -> str:
    top, bottom = _top(), _top() + _PLOT_HEIGHT
    parts = [f'<rect x="{_LEFT}" y="{top}" width="{_PLOT_WIDTH}" height="{_PLOT_HEIGHT}" class="frame"/>']
    if low < 0 < high:
        zero = _height_of(0.0, low, high)
        parts.append(f'<path class="grid" d="M{_LEFT} {zero:.1f}h{_PLOT_WIDTH}"/>')
    parts.append(_right_aligned(top + 10, number_text(high)) + _right_aligned(bottom, number_text(low)))
    parts.append(caption(_LEFT, bottom + 14, "0", "small"))
    parts.append(f'<text x="{WIDTH - 6}" y="{bottom + 14}" text-anchor="end" class="small">{longest - 1}</text>')
    return "".join(parts)


def _right_aligned(baseline: float, text: str) -> str:
    return f'<text x="{_LEFT - 6}" y="{baseline:g}" text-anchor="end" class="small">{text}</text>'


def _polyline(values: Array, low: float, high: float, longest: int, kind: str) -> str:
    """One path; it is broken where values are not finite, and a lone point becomes a dot-like stroke."""
    steps, drawing = [], False
    for index in range(0, len(values), -(-longest // _MOST_POINTS)):
        if not np.isfinite(values[index]):
            drawing = False
            continue
        place = f"{_left_of(index, longest):.1f} {_height_of(float(values[index]), low, high):.1f}"
        steps.append(f"L{place}" if drawing else f"M{place}l.1 0")
        drawing = True
    return f'<path class="{kind}" stroke-linejoin="round" stroke-linecap="round" d="{"".join(steps)}"/>'


def _bad_marks(values: Array, longest: int) -> str:
    bad = np.flatnonzero(~np.isfinite(values))
    base = _top() + _PLOT_HEIGHT
    shown = bad[:: -(-len(bad) // _MOST_POINTS)] if len(bad) else bad
    return "".join(f'<circle class="bad" r="2.6" cx="{_left_of(int(i), longest):.1f}" cy="{base}"/>' for i in shown)


def _left_of(index: int, longest: int) -> float:
    return _LEFT + 6 + (_PLOT_WIDTH - 12) * index / max(1, longest - 1)


def _height_of(value: float, low: float, high: float) -> float:
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
    return _top() + _PLOT_HEIGHT - 8 - (_PLOT_HEIGHT - 16) * share
