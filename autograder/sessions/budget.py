"""What one submission may cost in all: seconds that its workers take, over every check, load and repetition, and memory.

A check has a limit of its own. A submission of a hundred checks that are each just in time would still keep a class
waiting for a quarter of an hour, so the limits shrink as the budget is used up: what is quick stays unharmed, only how
long the grader waits for what is slow changes.
"""

from __future__ import annotations

from dataclasses import dataclass

CHECK_SECONDS = 10.0
"""What one check may take, unless it asks for more."""
SECONDS = 50.0
"""What a submission may take; a right one takes one or two."""
GENEROUS = 0.4
"""Share of the budget during which every check has its full limit."""
SHARE = 0.125
"""Share of what is left that one part of an exercise may take after that."""
AFTER_A_HANG, AT_LEAST_THEN = 0.3, 3.0
"""Share of its limit that a check has once another one has computed until it was ended, and seconds that stay in any case."""
WAITING_MEGABYTES = 1024
"""What all workers of a submission may hold that wait for its hidden checks, beside the one that works: every exercise may
have one, and each as much memory as a worker gets. Those of right answers together hold a tenth."""
LEAST = 0.3
"""Seconds that every part of an exercise has, whatever went before: more than a right answer needs."""


@dataclass
class Budget:
    """Seconds that a submission has used, and what it may still use; megabytes of its workers that wait."""

    seconds: float = SECONDS
    spent: float = 0.0
    hung: bool = False
    """Whether some check has used up its whole limit computing: most that comes after it would do the same, or is quick."""

    waiting: float = 0.0
    """Megabytes that stopped workers hold which will be asked again."""

    def may_wait(self, megabytes: float) -> bool:
        """Whether one more worker, with so much, may wait beside the others; if so it is counted until it has its turn."""
        if self.waiting + megabytes > WAITING_MEGABYTES:
            return False
        self.waiting += megabytes
        return True

    def spend(self, seconds: float) -> None:
        """Note that a worker took so long."""
        self.spent += max(0.0, seconds)

    @property
    def tight(self) -> bool:
        """Whether the submission has used so much that limits are short and nothing is tried twice."""
        return self.spent > GENEROUS * self.seconds

    def allowance(self, limit: float) -> float:
        """Seconds for the next part of an exercise whose limit is `limit`."""
        if self.hung:
            limit = min(limit, max(AT_LEAST_THEN, AFTER_A_HANG * limit))
        if not self.tight:
            return limit
        return min(limit, max(LEAST, SHARE * (self.seconds - self.spent)))
