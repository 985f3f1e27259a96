"""What an attack did where a wall is open."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Record:
    """Everything that could be seen of one attack in the open.

    Attributes:
        believed: naive judges that took its answer for right.
        bitten: what it says it got at, see `bite` in :mod:`hostile.attacks.prelude`.
        ended: how its process ended: "" regularly, "dies", "hangs", "swells" (out of memory), "raises" (an exception
            that the judge did not expect).
        altered: settings of the process that are no longer what they were.
        seen: what a simple-minded reader of its frames took for the answer.
        error: an exception, in words.
        printed: how many bytes it wrote to its output.
        output: the beginning of that.
        files: names of files that it left.
        harmed: whether the process that it was given to attack is gone, or stands still.
    """

    believed: list[str] = field(default_factory=list)
    bitten: list[str] = field(default_factory=list)
    ended: str = ""
    altered: list[str] = field(default_factory=list)
    seen: str = ""
    error: str = ""
    printed: int = 0
    output: str = ""
    files: list[str] = field(default_factory=list)
    harmed: bool = False
