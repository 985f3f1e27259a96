"""What an instructor decided when Gradescope's archive was made; the archive carries it as ``settings.json``."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FILE = "settings.json"
Keep = Literal["latest", "best"]


@dataclass(frozen=True)
class Settings:
    """How submissions are graded there.

    Attributes:
        assignment: its name.
        training: whether training tasks run, which take most of the time.
        hidden: when students see entries of hidden checks.
        keep: which attempt's score counts.
        attempts_per_day: attempts that are graded within 24 hours; further ones repeat the latest result. 0 for any number.
    """

    assignment: str
    training: bool = False
    hidden: str = "visible"
    keep: Keep = "latest"
    attempts_per_day: int = 0

    def to_json(self) -> str:
        """As the archive holds it."""
        return json.dumps(dataclasses.asdict(self), indent=1) + "\n"


def read_settings(source: Path) -> Settings:
    """Read the settings of an unpacked archive."""
    found: dict[str, Any] = json.loads((source / FILE).read_text("utf-8"))
    return Settings(**found)
