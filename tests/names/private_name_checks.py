"""What the package relies on in other libraries' private names, one check for a row of `private_names.NAMES` or for two."""

from __future__ import annotations

import importlib
import logging
import multiprocessing.util
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def found(name: str) -> Any:
    """What a dotted name stands for: a module, or something in one."""
    parts = name.split(".")
    for number in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:number]))
        except ImportError:
            continue
        for part in parts[number:]:
            thing = getattr(thing, part)
        return thing
    raise ImportError(name)


def frame_of_the_caller() -> None:
    """The number counts callers."""
    assert sys._getframe(0).f_code.co_name == "frame_of_the_caller"
    assert "__file__" in sys._getframe(1).f_globals


def locks_of_loggers() -> None:
    """A collection of handlers that can be emptied."""
    handler = logging.StreamHandler()
    kept = found("logging._at_fork_reinit_lock_weakset")
    assert handler in kept or handler.lock in kept
    assert callable(kept.clear)


def processes_of_a_pool() -> None:
    """Processes by pid, none before the first job."""
    with ProcessPoolExecutor(1) as pool:
        assert not pool._processes
        pool.submit(abs, -1).result()
        assert [process.pid for process in pool._processes.values()] == list(pool._processes)
        assert all(callable(process.join) for process in pool._processes.values())


def folder_of_sockets() -> None:
    """What stands there is what `multiprocessing` uses."""
    config = multiprocessing.current_process()._config
    before = config.get("tempdir")
    config["tempdir"] = "/somewhere"
    try:
        assert multiprocessing.util.get_temp_dir() == "/somewhere"
    finally:
        config["tempdir"] = before


def function_modes() -> None:
    """Counted, and taken off one by one."""
    import torch
    from torch.overrides import BaseTorchFunctionMode

    before = torch._C._len_torch_function_stack()
    mode = BaseTorchFunctionMode()
    mode.__enter__()
    assert torch._C._len_torch_function_stack() == before + 1
    assert torch._C._pop_torch_function_stack() is mode
    assert torch._C._len_torch_function_stack() == before


def dispatch_modes() -> None:
    """Counted, and taken off one by one."""
    from torch.utils import _python_dispatch as dispatch

    before = dispatch._len_torch_dispatch_stack()
    mode = dispatch.TorchDispatchMode()
    mode.__enter__()
    assert dispatch._len_torch_dispatch_stack() == before + 1
    assert dispatch._pop_mode() is mode
    assert dispatch._len_torch_dispatch_stack() == before


def print_options() -> None:
    """What is read can be set."""
    import torch
    from torch._tensor_str import get_printoptions

    before = get_printoptions()
    try:
        torch.set_printoptions(precision=7, sci_mode=False, linewidth=33)
        assert {"precision": 7, "sci_mode": False, "linewidth": 33}.items() <= get_printoptions().items()
    finally:
        torch.set_printoptions(**before)
    assert get_printoptions() == before


def local_constants() -> None:
    """A function without arguments is asked, and its answer may be empty: then no number of this module is drawn."""
    import hypothesis
    from hypothesis import strategies as st
    from hypothesis.internal.conjecture import providers

    from autograder.assessment.examples import draw_examples

    assert type(providers._get_local_constants()) is providers.Constants
    asked = []
    original = providers._get_local_constants
    providers._get_local_constants = lambda: asked.append(1) or original()  # type: ignore[assignment,func-returns-value]
    try:
        settings = hypothesis.settings(database=None, max_examples=100, derandomize=True)
        settings(hypothesis.given(st.integers())(lambda number: None))()
        assert asked
        asked.clear()
        draw_examples(settings(hypothesis.given(number=st.integers())(lambda number: None)), 1, frozenset())
        assert not asked
    finally:
        providers._get_local_constants = original


def seed_of_a_test() -> None:
    """The attribute by which a seed is known, and which may be put back to nothing."""
    import hypothesis
    from hypothesis import strategies as st

    test: Any = hypothesis.given(st.integers())(lambda number: None)
    assert getattr(test, "_hypothesis_internal_use_seed", None) is None
    hypothesis.seed(5)(test)
    assert test._hypothesis_internal_use_seed == 5


def pages() -> None:
    """A page without the second reading has what an output shows."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from autograder.gradebook.safe_html import NamedFeedback

    cell = new_code_cell("1 + 1", outputs=[new_output("execute_result", {"text/plain": "two"})])
    page, resources = NamedFeedback(template_name="classic").from_notebook_node(new_notebook(cells=[cell]))
    assert "two" in page
    assert resources


def pictures() -> None:
    """A picture that is not there stops nbconvert, but not this package; formulas stay text."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    from autograder.gradebook.safe_html import markdown2html

    plain = IPythonRenderer(escape=False, attachments={})
    try:
        plain._embed_image_or_attachment("attachment:gone.png")
    except Exception as error:
        assert type(error).__name__ == "InvalidNotebook"  # noqa: PT017
    else:
        raise AssertionError("the override is not needed any more")
    assert "$a_1*b*$" in MarkdownWithMath(renderer=plain).render("$a_1*b*$")
    assert "words" in markdown2html({}, "![x](attachment:gone.png) words")


def colours() -> None:
    """A keyword is marked, and text is escaped."""
    from nbconvert.filters.highlight import Highlight2HTML

    html = Highlight2HTML(pygments_lexer="ipython3")("def f(): return '<b>'")
    assert '<span class="k">def</span>' in html
    assert "&lt;b&gt;" in html


def fonts() -> None:
    """The cache that Matplotlib has emptied in every fork."""
    from matplotlib import font_manager

    assert callable(font_manager._get_font.cache_clear)  # type: ignore[attr-defined]
