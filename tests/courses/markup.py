"""Markup that acts in a browser if nothing stops it, and a way to see whether it does."""

from __future__ import annotations

from bs4 import BeautifulSoup

VECTORS = [
    "<script>pwn()</script>",
    "<img src=x onerror=pwn()>",
    "<svg onload=pwn()><script>pwn()</script></svg>",
    "<svg><style>@import '//pwn.example';</style></svg>",
    "[x](javascript:pwn())",
    '<a href="&#106;avascript:pwn()">x</a>',
    '<a href="java\tscript:pwn()">x</a>',
    '<a href="data:text/html,<script>pwn()</script>">x</a>',
    "<iframe src='http://pwn.example'></iframe>",
    "<object data='pwn.svg'></object><embed src='pwn.swf'>",
    "<form action='/pwn'><input name=pwn autofocus onfocus=pwn()><button formaction=pwn>x</button></form>",
    "<details open ontoggle=pwn()>x</details>",
    "<style>body{background:url(http://pwn.example)}</style>",
    "<p style='background:url(http://pwn.example)'>x</p>",
    "<meta http-equiv=refresh content='0;url=http://pwn.example'><base href=http://pwn.example>",
    "<div id=pwn class='pwn score tabbable'>x</div>",
    "![x](http://pwn.example/track.png)",
    "![x](attachment:pwn.html)",
    "![x](attachment:missing)",
    "```mermaid\n<img src=x onerror=pwn()>\n```",
    "```<script>pwn()\nx\n```",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwn()></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=pwn()>'>",
    "# <script>pwn()</script>",
    "| a |\n|---|\n| <img src=x onerror=pwn()> |",
    "$x</script><script>pwn()</script>$",
    "<!-- --!><img src=x onerror=pwn()> -->",
    "<a href='//pwn.example'>x</a><a href='/formgrader/pwn'>x</a>",
]


def acts(html: str) -> list[str]:
    """Whatever of ``pwn`` is part of the markup instead of the text."""
    soup = BeautifulSoup(html, "html.parser")
    found = [str(tag) for tag in soup(["script", "style", "iframe", "svg", "math", "form", "object"]) if "pwn" in str(tag)]
    found += [f"{name}={value}" for tag in soup(True) for name, value in tag.attrs.items() if "pwn" in f"{name} {value}"]
    return found
