"""What /proc tells a process about itself, also when its root has been swapped for one without /proc."""

from __future__ import annotations

import os


class OwnProc:
    """This process's folder in /proc, held open; must be made while /proc is there, and is useless after a fork."""

    def __init__(self) -> None:
        flags = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_DIRECTORY", 0)
        try:
            self._folder = os.open("/proc/self", flags)
        except OSError:
            self._folder = -1

    def read(self, name: str) -> str:
        """Return the text of one of its files; empty where the system does not tell."""
        if self._folder < 0:
            return ""
        try:
            with os.fdopen(os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._folder)) as stream:
                return stream.read()
        except OSError:
            return ""

    def address_space(self) -> int:
        """Return the size of this process's address space in bytes; 0 where the system does not tell."""
        fields = self.read("statm").split()
        return int(fields[0]) * os.sysconf("SC_PAGE_SIZE") if fields else 0
