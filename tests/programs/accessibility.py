"""Pages in a browser, looked at by axe-core: what keyboards, screen readers and weak eyes stumble over."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VERSION = "4.14.1"
_CACHE = ROOT / "build" / "axe" / "axe.min.js"
_PROGRAM = """
<script>{axe}</script>
<script>
document.querySelectorAll("details").forEach(one => one.open = true);
axe.run(document, {{resultTypes: ["violations"]}}).then(found => {{
  const told = document.createElement("pre");
  told.id = "axe";
  const seen = found.violations.map(one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html)]);
  told.textContent = JSON.stringify(seen);
  document.body.append(told);
}});
</script>
"""


def browser() -> str | None:
    """A Chromium, if there is one."""
    return next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def axe_core(folder: Path) -> str | None:
    """The source of axe-core: kept from an earlier time, or from npm; None where there is neither."""
    if not _CACHE.is_file():
        try:
            command = ["npm", "pack", "--silent", f"axe-core@{VERSION}"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError):
            return None
        with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            _CACHE.parent.mkdir(parents=True, exist_ok=True)
            _CACHE.write_bytes(member.read())
    return _CACHE.read_text("utf-8")


def violations(page: str, axe: str, folder: Path, *, dark: bool = False, width: int = 1200) -> list[Any]:
    """What axe-core finds on a page, with all that is folded opened.

    The page's own rule that nothing runs is taken out of the copy that is looked at.
    """
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    path = folder / "page.html"
    path.write_text(page.replace("</body>", _PROGRAM.format(axe=axe) + "</body>"), "utf-8")
    found = dom(path, folder, dark=dark, width=width)
    told = re.search(r'<pre id="axe">(.*?)</pre>', found, re.DOTALL)
    assert told is not None, "axe-core did not come to an end"
    result: list[Any] = json.loads(html.unescape(told[1]))
    return result


def dom(path: Path, folder: Path, *, dark: bool = False, width: int = 1200) -> str:
    """A page's elements after its scripts have run."""
    command = [
        str(browser()), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=20000",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout
