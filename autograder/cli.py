"""The command ``autograder``: one verb per task.

Exit codes: 0 done; 1 some submission is below ``--fail-under`` or a check of the course failed; 2 wrong usage or
unreadable input; 3 the grader itself failed; 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from typing import Annotated, NoReturn

import typer

from autograder import __version__
from autograder.commands import (
    audit,
    calibrate,
    check,
    coverage,
    doctor,
    grade,
    listing,
    nbgrade,
    new,
    new_course,
    release,
    train,
)
from autograder.commands.cluster import local as cluster
from autograder.commands.cluster import serve
from autograder.commands.platforms import bundle, sweep
from autograder.commands.results import diff, explain, export, merge, regrade, report
from autograder.errors import AutograderError
from autograder.standby.client import run_there
from autograder.standby.meeting import CommandEnded

_UsageMistake: type[Exception] = typer.BadParameter.__mro__[2]  # type: ignore[assignment]
"""What typer raises for wrong usage; older releases take it from click, newer ones bring their own."""

_INTERRUPTED = 130

app = typer.Typer(
    name="autograder",
    help="Grade homework on deep generative models: isolated, property-based, and able to say what went wrong.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 below --fail-under, 2 usage or bad input, 3 the grader failed.",
)

app.command("list")(listing.run)
app.command("release")(release.run)
app.command("check")(check.run)
app.command("train")(train.run)
app.command("grade")(grade.run)
app.command("nbgrade")(nbgrade.run)
app.command("merge")(merge.run)
app.command("cluster")(cluster.run)
app.command("serve")(serve.run)
app.command("report")(report.run)
app.command("diff")(diff.run)
app.command("regrade")(regrade.run)
app.command("explain")(explain.run)
app.command("audit")(audit.run)
app.command("calibrate")(calibrate.run)
app.command("new")(new.run)
app.command("new-course")(new_course.run)
app.command("coverage")(coverage.run)
app.command("export")(export.run)
app.command("sweep")(sweep.run)
app.add_typer(bundle.app, name="bundle")
app.command("doctor")(doctor.run)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"autograder {__version__}")
        raise typer.Exit


@app.callback()
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
    signal.signal(signal.SIGTERM, _interrupt)  # as a cancelled CI job is ended: leave what is finished, and no process
    given = sys.argv[1:] if arguments is None else arguments
    code = run_there(given)
    try:
        sys.exit(run_command(arguments) if code is None else code)
    except CommandEnded as ended:  # this is a child of a standby
        sys.exit(ended.code)


def run_command(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    if not os.environ.get("AUTOGRADER_DEBUG"):
        warnings.simplefilter("ignore")  # libraries' remarks on a student's values are of no use to anybody here
    try:
        outcome = app(args=arguments, standalone_mode=False, prog_name="autograder", obj=run_command)
        if outcome == _INTERRUPTED:  # typer's own answer to Ctrl-C, without a word
            return _say_interrupted()
        return outcome if isinstance(outcome, int) else 0
    except AutograderError as error:
        return _say(str(error), error.exit_code)
    except _UsageMistake as error:
        return _say(error.format_message() + _pointer(error), 2)  # type: ignore[attr-defined]
    except typer.Exit as leave:
        return leave.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _say_interrupted()
    except SystemExit as leave:  # what typer makes of a reader that has gone, as in `autograder list | head`
        return 0 if isinstance(leave.__context__, BrokenPipeError) else 3
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("AUTOGRADER_DEBUG"):
            traceback.print_exc()
        return _say(f"the grader failed: {type(error).__name__}: {error} (set AUTOGRADER_DEBUG=1 for details)", 3)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _say_interrupted() -> int:
    return _say("interrupted; everything finished so far is saved, --resume continues", _INTERRUPTED)


def _pointer(error: BaseException) -> str:
    context = getattr(error, "ctx", None)
    return f" (see {context.command_path} --help)" if context else ""


def _say(message: str, code: int) -> int:
    first_line = " ".join(message.split())
    print(f"autograder: {first_line}", file=sys.stderr)
    return code
