"""Makes the pictures of ``docs/pictures/``: a student's page, a class page and the gallery, in a headless Chromium.

    make demo feedback-gallery      # what is to be seen
    python tools/screenshots.py

Needs a Chromium (Debian: ``apt-get install chromium``) and Pillow, which brings the pictures down to 64 colours.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from autograder.atomic import write_atomically
from autograder.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_COLOURS = 64
_SECONDS = 120


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, how wide and high, in the dark or not."""

    name: str
    page: str
    width: int
    height: int
    dark: bool = False


SHOTS = (
    Shot("student", "results/demo/vae/bob.html", 820, 1100),
    Shot("student-dark", "results/demo/vae/bob.html", 420, 900, dark=True),
    Shot("class", "results/demo/vae/index.html", 1000, 1000),
    Shot("gallery", "results/feedback-gallery.html", 820, 900),
)


def browser() -> str:
    """A Chromium; raises :class:`UsageError` where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise UsageError("there is no Chromium to look at pages with", "screenshots", "apt-get install chromium")
    return found


def taken(shot: Shot, page: Path) -> bytes:
    """The picture of a page as PNG; raises :class:`UsageError` where the page is not there."""
    if not page.is_file():
        raise UsageError("is not there to be looked at", str(page), "run `make demo feedback-gallery` first")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "picture.png"
        command = [
            browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            f"--user-data-dir={folder}/profile", f"--window-size={shot.width},{shot.height}",
            f"--blink-settings=preferredColorScheme={0 if shot.dark else 1}", f"--screenshot={picture}",
            page.resolve().as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        return small(picture.read_bytes())


def small(png: bytes) -> bytes:
    """The same picture in few colours, which for text and flat areas is no loss that one sees."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main() -> int:
    """Take all pictures."""
    for shot in SHOTS:
        try:
            picture = taken(shot, ROOT / shot.page)
        except UsageError as error:
            print(f"screenshots: {error}", file=sys.stderr)
            return 2
        path = PICTURES / f"{shot.name}.png"
        write_atomically(path, picture)
        print(f"{path} ({len(picture) // 1024} kB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
