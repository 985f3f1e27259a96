"""What all figures share: the size, the style that follows light and dark, captions."""

from __future__ import annotations

import math
from html import escape

WIDTH = 360
PANEL = 112

# One style for both schemes: the pages embed figures as images, which a page's own style cannot reach.
_STYLE = """
text{font:11px ui-sans-serif,system-ui,"Helvetica Neue",Arial,sans-serif;fill:#1b2733}
.name{font-weight:600}.small{fill:#55616d;font-size:10.5px}.title{font-size:12px;font-weight:600}
.frame{fill:none;stroke:#8a949e;stroke-width:.6}.grid{stroke:#cfd5da;stroke-width:.6;fill:none}
.expected{fill:none;stroke:#1f5fa8;stroke-width:2.6}
.yours{fill:none;stroke:#b3391f;stroke-width:1.7;stroke-dasharray:5 3}
.bad{fill:#e200a0}
@media (prefers-color-scheme:dark){text{fill:#e4e8ec}.small{fill:#a3adb7}.frame{stroke:#76818b}
.grid{stroke:#3a444e}.expected{stroke:#7db4f0}.yours{stroke:#ff9d80}.bad{fill:#ff5cc8}}
@media print{text{fill:#111}.small{fill:#444}}
""".replace("\n", "")


def document(body: str, height: int, title: str, description: str) -> str:
    """A complete SVG document around ``body``, which is drawn below the title."""
    total = height + 26
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" width="{WIDTH}" height="{total}" '
        f'role="img"><title>{escape(title)}</title><desc>{escape(description)}</desc><style>{_STYLE}</style>'
        f'{caption(0, 14, title, "title")}<g transform="translate(0 24)">{body}</g></svg>'
    )


def caption(left: float, baseline: float, text: str, kind: str) -> str:
    """One line of text; ``kind`` is a class of the shared style."""
    return f'<text x="{left:g}" y="{baseline:g}" class="{kind}">{escape(text)}</text>'


def number_text(value: float) -> str:
    """A number for an axis: three significant digits."""
    return f"{value:.3g}" if math.isfinite(value) else "not finite"
