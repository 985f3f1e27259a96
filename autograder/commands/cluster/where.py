"""Options of commands that grade: here, or on a Dask cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SchedulerOption = Annotated[
    str | None, typer.Option(help="Grade on a Dask cluster: tls://host:8786, or tcp:// on this machine.", metavar="ADDRESS")
]
TlsOption = Annotated[Path | None, typer.Option(help="Folder with the cluster's certificate and key.")]
InsecureOption = Annotated[bool, typer.Option("--insecure", help="Allow plain TCP to a scheduler on another machine.")]
