"""The exact versions that a platform's image installs: those with which this machine grades."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

from packaging.requirements import Requirement

from autograder.bundles.wheel import NAME

EXTRA = "grading"
TORCH = ("torch", "torchvision")
"""Installed for the CPU, from an index of their own."""
_ONLY_GPU = re.compile(r"nvidia-|cuda-|triton$")


def pinned(libraries: Iterable[str] = ()) -> list[str]:
    """``name==version`` of everything that grading needs but torch, of this environment.

    Args:
        libraries: what answers may import besides, by the names that ``import`` uses.
    """
    owners = packages_distributions()
    pending = [f"{NAME}[{EXTRA}]", *(owner for name in libraries for owner in owners.get(name, ()))]
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    while pending:
        wanted = Requirement(pending.pop())
        name = _plain(wanted.name)
        extras = sorted(wanted.extras) or [""]
        if _ONLY_GPU.match(name) or all((name, extra) in seen for extra in extras):
            continue
        seen |= {(name, extra) for extra in extras}
        try:
            here = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = here.version
        for need in map(Requirement, here.requires or []):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
                pending.append(f"{need.name}[{','.join(need.extras)}]" if need.extras else need.name)
    return sorted(f"{name}=={version}" for name, version in found.items() if name not in (NAME, *TORCH))


def torch_pins() -> list[str]:
    """Torch and torchvision as the index of CPU builds has them."""
    versions = {name: distribution(name).version.partition("+")[0] for name in TORCH}
    return [f"{name}=={version}+cpu" for name, version in versions.items()]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
