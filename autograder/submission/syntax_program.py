"""Finding the first syntax error of a source. Also runs as a program of its own, so it imports nothing of ours.

As a program it reads a JSON object (name -> source) from stdin and writes one (name -> error line or null).
"""

import json
import sys
import warnings

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 10
TOO_DEEP = "line 1: nested too deeply for Python to compile"


def first_error(text: str) -> str | None:
    """Return ``line 3: '(' was never closed``, or None if `text` compiles. Nothing is executed."""
    if "\0" in text:
        return f"line {text[: text.index(chr(0))].count(chr(10)) + 1}: holds a NUL byte"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<submission>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (RecursionError, MemoryError):
        return TOO_DEEP
    except (ValueError, OverflowError) as error:
        return f"line 1: {error}"
    return None


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows; the caller's time limit remains
        return
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def main() -> None:
    """Check the sources from stdin."""
    _limit_resources()
    sources: dict[str, str] = json.loads(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps({name: first_error(text) for name, text in sources.items()}))


if __name__ == "__main__":
    main()
