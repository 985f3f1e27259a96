"""How much of a submission is read."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """Sizes above which a file or a submission is not read.

    They bound the memory and the time that reading can cost. There is deliberately no limit on the
    compression ratio: what counts is how many bytes are unpacked, and a file of zeros is not an attack.
    """

    source_bytes: int = MIB
    """One Python file, and all cells of a notebook together."""
    all_source_bytes: int = 4 * MIB
    """All Python files of one submission."""
    data_bytes: int = MIB
    """One file that is neither Python nor a notebook."""
    notebook_bytes: int = 256 * MIB
    """One notebook with its outputs, which are cut out unread."""
    notebook_code_bytes: int = 64 * MIB
    """One notebook without its outputs."""
    notebook_values: int = 4_000_000
    """Lists, objects and commas in a notebook without its outputs: what parsed JSON costs in memory."""
    notebook_tokens: int = 2_000_000
    """Strings and brackets in a notebook with its outputs, which are looked at to find where these end."""
    notebook_text: int = 8 * MIB
    """Text of all cells of a notebook, with pictures that were pasted into it, that is shown to who marks it."""
    notebooks: int = 20
    """Notebooks that are looked at to find the most useful one."""
    cells: int = 5_000
    """Code cells of a notebook."""
    archive_bytes: int = 256 * MIB
    """One zip as handed in."""
    total_bytes: int = 16 * MIB
    """Everything that is kept of one submission."""
    checkpoint_bytes: int = 64 * MIB
    """One file of trained weights."""
    checkpoints: int = 4
    """Files of trained weights that are kept of one submission."""
    files: int = 500
    """Files that are kept of one submission."""
    entries: int = 20_000
    """Files and folders that are looked at."""
    depth: int = 20
    """Folders above a file."""
    name_bytes: int = 255
    """One component of a path, in UTF-8."""
    names: int = 8 * MIB
    """Characters of all paths in a zip."""
