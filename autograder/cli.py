"""The command ``autograder``: one verb per task.

Exit codes: 0 done; 1 some submission is below ``--fail-under`` or a check of the course failed; 2 wrong usage or
unreadable input; 3 the grader itself failed; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from typing import Annotated, NoReturn

import typer
from click import ClickException

from autograder import __version__
from autograder.errors import AutograderError
from autograder.imports import not_from_here
from autograder.runtime.statements import Interrupted
from autograder.standby.client import run_there
from autograder.standby.meeting import CommandEnded

_INTERRUPTED = 130

_VERBS = {
    "list": "listing:run",
    "release": "release:run",
    "check": "check:run",
    "train": "train:run",
    "grade": "grade:run",
    "nbgrade": "nbgrade:run",
    "merge": "results.merge:run",
    "cluster": "cluster.local:run",
    "serve": "cluster.serve:run",
    "report": "results.report:run",
    "diff": "results.diff:run",
    "regrade": "results.regrade:run",
    "explain": "results.explain:run",
    "audit": "audit:run",
    "calibrate": "calibrate:run",
    "new": "new:run",
    "new-course": "new_course:run",
    "coverage": "coverage:run",
    "export": "results.export:run",
    "sweep": "platforms.sweep:run",
    "bundle": "platforms.bundle:app",
    "doctor": "doctor:run",
}
"""Each verb's module below `autograder.commands`, and the function in it, or the group of verbs."""

_COMPLETION = "_AUTOGRADER_COMPLETE"
"""Set by a shell that asks what may come next."""


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the verb that ``arguments`` begin with, or with all of them where they begin with none.

    Every verb costs an import and a look at its options, which whoever calls another one would wait for.
    """
    verb = arguments[0] if arguments else "-"
    single = verb in _VERBS and _COMPLETION not in os.environ
    made = typer.Typer(
        name="autograder",
        help="Grade homework on deep generative models: isolated, property-based, and able to say what went wrong.",
        invoke_without_command=True,
        suggest_commands=False,  # click does
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 below --fail-under, 2 usage or bad input, 3 the grader failed.",
    )
    made.callback()(_options)
    for name in [verb] if single else _VERBS:
        module, _, wanted = _VERBS[name].partition(":")
        found = getattr(importlib.import_module(f"autograder.commands.{module}"), wanted)
        if isinstance(found, typer.Typer):
            made.add_typer(found, name=name)
        else:
            made.command(name)(found)
    return made


def __getattr__(name: str) -> typer.Typer:
    """``app``: the whole command line, for whoever looks at it."""
    if name == "app":
        return app_for([])
    raise AttributeError(name)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Grade homework on deep generative models: isolated, property-based, and able to say what went wrong."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; errors are one line on stderr, never a traceback."""
    signal.signal(signal.SIGTERM, interrupt)  # as a cancelled CI job is ended: leave what is finished, and no process
    not_from_here()
    given = sys.argv[1:] if arguments is None else arguments
    code = run_there(given)
    try:
        code = run_watched(given) if code is None else code
        gc.freeze()  # Python looks for garbage as it ends: among torch's modules that takes a quarter as long as their import
        sys.exit(code)
    except CommandEnded as ended:  # this is a child of a standby
        sys.exit(ended.code)


def run_watched(given: list[str]) -> int:
    """Run the command line in a process that may end early, where it runs a student's code; return the exit code."""
    if given[:1] not in (["check"], ["train"]):
        with _interrupted_for_good():
            return run_command(given)
    from autograder.student.early_end import watched

    return watched(run_command, given)


@contextlib.contextmanager
def _interrupted_for_good() -> Iterator[None]:
    """Let Ctrl-C end what is under way, unless it is ignored, as in a shell's background."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def run_command(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    if not os.environ.get("AUTOGRADER_DEBUG"):
        warnings.simplefilter("ignore")  # libraries' remarks on a student's values are of no use to anybody here
    given = sys.argv[1:] if arguments is None else arguments
    try:
        outcome = app_for(given)(args=given, standalone_mode=False, prog_name="autograder", obj=run_watched)
        if outcome == _INTERRUPTED:  # typer's own answer to Ctrl-C, without a word
            return _say_interrupted(given)
        return outcome if isinstance(outcome, int) else 0
    except AutograderError as error:
        return _say(str(error), error.exit_code)
    except ClickException as error:
        return _say(error.format_message() + _pointer(error), 2)
    except typer.Exit as leave:
        return leave.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _say_interrupted(given)
    except SystemExit as leave:  # what typer makes of a reader that has gone, as in `autograder list | head`
        return 0 if isinstance(leave.__context__, BrokenPipeError) else 3
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("AUTOGRADER_DEBUG"):
            traceback.print_exc()
        return _say(f"the grader failed: {type(error).__name__}: {error} (set AUTOGRADER_DEBUG=1 for details)", 3)


def interrupt(*_: object) -> None:
    """A signal's handler: end what is under way, and not only the statement of a course's file that runs just now."""
    raise Interrupted


_SAVED = "everything finished so far is saved, "
_LEFT = {
    **dict.fromkeys(("grade", "sweep"), f"{_SAVED}--resume continues"),
    **dict.fromkeys(("nbgrade", "regrade", "calibrate"), f"{_SAVED}the same command continues"),
    "train": "nothing was written, and your work is as it was",
}
"""What an interruption leaves, of commands of which there is something to say."""


def _say_interrupted(given: list[str]) -> int:
    left = _LEFT.get(given[0] if given else "", "")
    return _say(f"interrupted; {left}" if left else "interrupted", _INTERRUPTED)


def _pointer(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see {context.command_path} --help)" if context else ""


def _say(message: str, code: int) -> int:
    first_line = " ".join(message.split())
    print(f"autograder: {first_line}", file=sys.stderr)
    return code
