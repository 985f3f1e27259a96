"""The table of what the package uses of other libraries although they promise it to nobody: `docs/private-names.md`.

Private are names with an underscore in front, modules that a library's documentation does not mention, and the order of
things that could stand in another one. Each row has a check, run by `test_private_names.py`, that the name is there and does
what the package relies on. `python -m private_names` in `tests/` writes the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import nbgrader_name_checks as nbgrader_checks
import private_name_checks as checks

PATH = Path(__file__).resolve().parents[2] / "docs" / "private-names.md"
PACKAGE = PATH.parents[1] / "autograder"


@dataclass(frozen=True)
class PrivateName:
    """One name.

    Attributes:
        name: where it is found, dotted.
        used_in: files of the package, as their paths in it.
        why: what it is needed for.
        instead: what takes its place when it goes.
        holds: does what the package relies on, and asserts that it went well.
    """

    name: str
    used_in: tuple[str, ...]
    why: str
    instead: str
    holds: Callable[[], None]
    of_instances: bool = False
    """Whether only objects have it, not what makes them."""

    @property
    def library(self) -> str:
        """Whose it is."""
        root = self.name.partition(".")[0]
        return root if root in LIBRARIES else "CPython"

    @property
    def last(self) -> str:
        """The name itself."""
        return self.name.rpartition(".")[2]


LIBRARIES = ("torch", "hypothesis", "typer", "nbgrader", "nbconvert", "matplotlib")
"""Those whose next major version pyproject.toml keeps away; CPython is bounded by `requires-python`."""

_API_GONE = "the same step of the converter that is there then; the tests of the gradebook compare with nbgrader's own run"

NAMES = [
    PrivateName(
        "sys._getframe", ("diagnosis/registry.py",), "the file that a call of `misconception(…, replace=…)` stands in",
        "`inspect.currentframe`", checks.frame_of_the_caller,
    ),
    PrivateName(
        "logging._at_fork_reinit_lock_weakset", ("sandbox/zygote/rehearsal.py",), "a fork renews no lock that nobody can hold",
        "nothing: forks get a little dearer", checks.locks_of_loggers,
    ),
    PrivateName(
        "concurrent.futures.ProcessPoolExecutor._processes", ("grading/crew.py",), "ends workers that are busy",
        "`kill_workers` of Python 3.14", checks.processes_of_a_pool, of_instances=True,
    ),
    PrivateName(
        "multiprocessing.process.BaseProcess._config", ("grading/crew.py",),
        "sockets lie in a folder that a killed run's zygote removes",
        "a public way to choose the folder of `multiprocessing.util.get_temp_dir`", checks.folder_of_sockets, of_instances=True,
    ),
    PrivateName(
        "torch._C._len_torch_function_stack", ("runtime/global_state.py",), "whether a submission left a function mode on",
        "`torch.overrides._get_current_function_mode_stack`", checks.function_modes,
    ),
    PrivateName(
        "torch._C._pop_torch_function_stack", ("runtime/global_state.py",), "takes that mode off",
        "`torch.overrides._pop_mode`", checks.function_modes,
    ),
    PrivateName(
        "torch.utils._python_dispatch._len_torch_dispatch_stack", ("runtime/global_state.py",),
        "whether a submission left a dispatch mode on", "`torch._C._len_torch_dispatch_stack`", checks.dispatch_modes,
    ),
    PrivateName(
        "torch.utils._python_dispatch._pop_mode", ("runtime/global_state.py",), "takes that mode off",
        "`torch._C._pop_torch_dispatch_stack`", checks.dispatch_modes,
    ),
    PrivateName(
        "torch._tensor_str.get_printoptions", ("assessment/disclosure.py",), "puts back how tensors are printed",
        "a reading counterpart of `torch.set_printoptions`, or texts that are written by ourselves", checks.print_options,
    ),
    PrivateName(
        "hypothesis.internal.conjecture.providers._get_local_constants", ("assessment/examples.py",),
        "examples must not depend on numbers in whatever modules are imported", "a setting, once there is one",
        checks.local_constants,
    ),
    PrivateName(
        "hypothesis.internal.conjecture.providers.Constants", ("assessment/examples.py",), "no such numbers",
        "whatever that function returns then", checks.local_constants,
    ),
    PrivateName(
        "hypothesis.given._hypothesis_internal_use_seed", ("assessment/examples.py",),
        "puts a check's own seed back after `hypothesis.seed`",
        "a fresh `given` around the inner test for each drawing", checks.seed_of_a_test, of_instances=True,
    ),
    PrivateName(
        "nbgrader.apps.autogradeapp.AutogradeApp", ("gradebook/class_book.py",), "reads `nbgrader_config.py` as nbgrader does",
        "`NbGraderAPI`, which takes a configuration that somebody else has read", nbgrader_checks.autograde_app,
    ),
    PrivateName(
        "nbgrader.converters.Autograde", ("gradebook/class_book.py",), "folders and files of a submission", _API_GONE,
        nbgrader_checks.autograde,
    ),
    PrivateName(
        "nbgrader.converters.Autograde._sanitizing", ("gradebook/submission_exporter.py",),
        "the first of its two readings of a notebook", "the folder that the file lies in",
        nbgrader_checks.sanitizing, of_instances=True,
    ),
    PrivateName(
        "nbgrader.converters.base.BaseConverter", ("gradebook/class_book.py",), "its part of `init_assignment`", _API_GONE,
        nbgrader_checks.autograde,
    ),
    PrivateName(
        "nbgrader.converters.GenerateAssignment",
        ("release/nbgrader_release.py", "release/student_notebook.py"), "its list of steps, one of which is replaced",
        "the list written out", nbgrader_checks.generate_assignment,
    ),
    PrivateName(
        "nbgrader.coursedir.CourseDirectory", ("release/student_notebook.py",), "a course that lies in a temporary folder",
        "`nbgrader generate_assignment` as a program", nbgrader_checks.course_directory,
    ),
    PrivateName(
        "nbgrader.exchange.default.ExchangeCollect", ("gradebook/collector.py",), "overrides `do_copy`, which follows links",
        "a step before `nbgrader collect` that refuses links", nbgrader_checks.collector,
    ),
    PrivateName(
        "nbgrader.exchange.default.ExchangeReleaseFeedback", ("gradebook/collector.py",),
        "overrides `copy_files`, which ends at work that did not come through the exchange",
        "`nbgrader release_feedback --student`, once for each", nbgrader_checks.feedback_release,
    ),
    PrivateName(
        "nbgrader.preprocessors.AssignLatePenalties._check_late_penalty", ("gradebook/records.py",),
        "keeps a penalty between nothing and the score", "the same two comparisons here", nbgrader_checks.late_penalty,
    ),
    PrivateName(
        "nbgrader.preprocessors.ClearMarkScheme._remove_mark_scheme_region", ("gradebook/preprocessors.py",),
        "clears a cell's rubric, in locked cells too", "the same loop over lines here", nbgrader_checks.mark_scheme,
    ),
    PrivateName(
        "nbgrader.preprocessors.ClearSolutions._replace_solution_region", ("release/preprocessors.py",),
        "overridden: no exception outside functions", "a step of our own after nbgrader's", nbgrader_checks.solution_region,
    ),
    PrivateName(
        "nbgrader.utils.capture_log", ("release/student_notebook.py",), "runs a converter and says whether it went well",
        "`converter.start()` with a handler for its log", nbgrader_checks.captured_log,
    ),
    PrivateName(
        "nbgrader.utils.find_all_files", ("gradebook/class_book.py",), "files beside notebooks, but for ignored ones",
        "`os.walk` and `fnmatch`", nbgrader_checks.found_files,
    ),
    PrivateName(
        "nbgrader.utils.is_locked", ("gradebook/preprocessors.py",), "which cells are no answers",
        "the metadata `locked`, `solution` and `task`", nbgrader_checks.locked_cells,
    ),
    PrivateName(
        "nbconvert.exporters.HTMLExporter._init_resources", ("gradebook/safe_html.py",),
        "pages are not read again with BeautifulSoup, which takes a third of the time of a page",
        "`HTMLExporter.from_notebook_node`, 1.6 times as slow", checks.pages,
    ),
    PrivateName(
        "nbconvert.filters.widgetsdatatypefilter.WidgetsDataTypeFilter", ("gradebook/safe_html.py",),
        "which of an output's forms is shown", "`HTMLExporter.from_notebook_node`, 1.6 times as slow", checks.pages,
    ),
    PrivateName(
        "nbconvert.filters.markdown_mistune.IPythonRenderer._embed_image_or_attachment", ("gradebook/safe_html.py",),
        "overridden: a missing picture must not stop the page", "a look for `attachment:` before rendering", checks.pictures,
    ),
    PrivateName(
        "nbconvert.filters.markdown_mistune.MarkdownWithMath", ("gradebook/safe_html.py",),
        "markdown whose formulas are found", "mistune with a plugin for formulas", checks.pictures,
    ),
    PrivateName(
        "nbconvert.filters.highlight.Highlight2HTML", ("gradebook/safe_html.py",),
        "code in colours, as nbconvert has it", "Pygments' own formatter", checks.colours,
    ),
    PrivateName(
        "matplotlib.font_manager._get_font", ("sandbox/zygote/rehearsal.py",), "empties the cache that each fork would empty",
        "nothing: forks of zygotes with Matplotlib get a little dearer", checks.fonts,
    ),
]  # fmt: skip

_HEAD = """# Private names

What the package uses of other libraries although they promise it to nobody. Each is looked at by a test, so that an upgrade
that takes one away says so before a class does; `pyproject.toml` keeps the next major versions of these libraries away.
System calls by number and the structures of `autograder/sandbox/walls/` are not here: those the kernel promises.

Written by `python -m private_names` in `tests/names/`, from `tests/names/private_names.py`.
"""


def rendered() -> str:
    """The document as it should be."""
    return "\n".join([_HEAD, *_chapters()])


def _chapters() -> Iterator[str]:
    for library, names in groupby(NAMES, key=lambda one: one.library):
        yield f"## {library}\n"
        yield "| name | where | why | instead |"
        yield "|---|---|---|---|"
        for one in names:
            where = ", ".join(f"`{path}`" for path in one.used_in)
            yield f"| `{one.name}` | {where} | {one.why} | {one.instead} |"
        yield ""


if __name__ == "__main__":
    PATH.write_text(rendered())
