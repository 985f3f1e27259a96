"""What Python asks on a terminal when a name is nearly there, "Did you mean: 'gaussian_kl'?", asked here, too.

The same words for every version of Python that grades; only what is very near is asked after, since a false lead costs more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from types import FrameType, TracebackType

_NEAR = 0.8
_MOST = 4000
"""Names that are looked through."""
_LONGEST = 100


def question_about(error: BaseException) -> str:
    """Return the question, with a blank before it, or nothing."""
    name = getattr(error, "name", None)
    if type(name) is not str or len(name) > _LONGEST:
        return ""
    if type(error) is NameError:
        return _about_name(name, _innermost(error.__traceback__))
    if type(error) is AttributeError:
        return _did_you_mean(name, dir(error.obj)) if error.obj is not None else ""
    return ""


def _about_name(name: str, frame: FrameType | None) -> str:
    if frame is None:
        return ""
    seen = [*frame.f_locals, *frame.f_globals, *frame.f_builtins]
    if asked := _did_you_mean(name, seen):
        return asked
    me = frame.f_locals.get("self")
    if me is not None and name in dir(me):
        return f". Did you mean: 'self.{name}'?"
    return f". Did you forget to import '{name}'?" if name in sys.stdlib_module_names else ""


def _did_you_mean(name: str, names: Iterable[object]) -> str:
    private = name.startswith("_")
    known = {one for one in names if type(one) is str and one.isidentifier() and one.startswith("_") == private}
    if len(known) > _MOST or name in known:
        return ""
    near = get_close_matches(name, sorted(one for one in known if len(one) <= _LONGEST), n=1, cutoff=_NEAR)
    return f". Did you mean: '{near[0]}'?" if near else ""


def _innermost(step: TracebackType | None) -> FrameType | None:
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step.tb_frame if step is not None else None
