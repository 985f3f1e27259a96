"""Files that the documents name exist, and links between them lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests" / "hostile" / "README.md"])
_NAMED = re.compile(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|md|json|toml))`")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
EXAMPLES = (
    "outline.md",
    "shared_mistakes.py",
    "losses.py",
    "losses_einsum.py",
    "test_losses.py",
    "class.json",
    "results.json",
    "summary.json",
)
"""Names that a document makes up, or of files that a run writes."""


def exists(name: str, beside: Path) -> bool:
    """Whether a name means a file: from the root, the package, the tests, the document, or anywhere in the package."""
    places = (ROOT, ROOT / "autograder", ROOT / "tests", ROOT / "benchmarks", beside)
    return any((place / name).exists() for place in places) or ("/" not in name and any((ROOT / "autograder").rglob(name)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_named_exists(document: Path) -> None:
    """Paths in code marks, and links."""
    text = document.read_text("utf-8")
    missing = [name for name in _NAMED.findall(text) if not name.endswith(EXAMPLES) and not exists(name, document.parent)]
    broken = [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    assert not missing + broken
