"""Whether two runs say the same of a class, but for durations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DURATIONS = {"duration_s", "seconds", "started", "finished", "cpu_s"}


def results_of(out: Path) -> dict[str, Any]:
    """Every result, as it is compared."""
    skipped = ("class.json",)
    found = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*.json")) if path.name not in skipped}
    return {name: _timeless(content) for name, content in found.items()}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items() if key not in _DURATIONS}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """The places at which two results differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [line for key in keys for line in differences(one.get(key), other.get(key), f"{place}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for n, pair in enumerate(zip(one, other, strict=True)) for line in differences(*pair, f"{place}/{n}")]
    return [] if one == other else [f"{place}: {one!r} and {other!r}"]
