"""One thread, as where trainings are tested."""

from training.conftest import one_thread

__all__ = ["one_thread"]
