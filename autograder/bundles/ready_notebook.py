"""Notebooks that install what they need: for Colab, Binder and whoever opens one in a bare environment."""

from __future__ import annotations

import json
from typing import Any

from autograder.submission.notebooks.cells import HELPERS

INSTALL = HELPERS[0]
"""The id of the first cell."""

_CODE = """\
# Run this cell first. On Colab, Binder and the like it installs what the checks need; elsewhere it does nothing.
if not __import__("importlib.util").util.find_spec("autograder"):
    import pathlib, subprocess, sys

    folders = [pathlib.Path.cwd(), *pathlib.Path.cwd().parents[:2]]
    wheels = sorted(str(wheel) for folder in folders for wheel in folder.glob("dgm_autograder-*.whl"))
    wanted = wheels[-1] if wheels else {install!r}
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", wanted])
    print("ready" if done.returncode == 0 else f"could not install {{wanted}}: upload dgm_autograder-….whl and run this again")
"""
_FILE = """\
# A small file that checks use and that has to lie beside this notebook.
if not __import__("pathlib").Path({name!r}).exists():
    __import__("pathlib").Path({name!r}).write_text({text!r}, encoding="utf-8")
"""


def ready_notebook(text: str, install: str, beside: dict[str, str]) -> str:
    """A released notebook with cells before it that make it work alone.

    Args:
        text: the notebook.
        install: what pip is told where no wheel lies beside the notebook or above it: a name with a version, or an address.
        beside: small files that its checks use: name -> content.
    """
    notebook = json.loads(text)
    first = [_cell(INSTALL, _CODE.format(install=install))]
    first += [
        _cell(f"file-{name.partition('.')[0]}", _FILE.format(name=name, text=content)) for name, content in beside.items()
    ]
    notebook["cells"] = [*first, *notebook["cells"]]
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(identifier: str, code: str) -> dict[str, Any]:
    """A code cell that its reader takes for one of the course, not for an answer."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identifier,
        "metadata": {"deletable": False, "editable": False, "jupyter": {"source_hidden": True}, "tags": ["course"]},
        "outputs": [],
        "source": code.rstrip("\n").splitlines(keepends=True),
    }
