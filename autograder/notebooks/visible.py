"""Old names, for notebooks that are already in students' hands; nothing else imports this.

Their check cells start by importing this module, and go on with others that have moved: these are entered here.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types

from autograder.student import require_visible_checks, visible_checks

__all__ = ["require_visible_checks", "visible_checks"]

_MOVED = {
    "autograder.candidate": "autograder.checks",
    "autograder.strategies": "autograder.checks.strategies",
    "autograder.short_answers": "autograder.checks.short_answers",
}


def _look_up(module: str, name: str) -> object:
    """What an old module held, from where it is now; that is imported when somebody asks."""
    return getattr(importlib.import_module(module), name)


for _old, _new in _MOVED.items():
    _module = types.ModuleType(_old)
    _module.__getattr__ = functools.partial(_look_up, _new)  # type: ignore[method-assign]
    sys.modules.setdefault(_old, _module)
