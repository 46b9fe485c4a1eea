"""A picture of the console as an SVG that is small, and the same whenever it is taken of the same screen."""

import re
from html import unescape

from textual.app import App

_DROPPED = (
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"@font-face \{.*?\}", re.DOTALL),  # it would be fetched from elsewhere
    re.compile(r'<clipPath id="p-line-\d+">.*?</clipPath>', re.DOTALL),
    re.compile(r' clip-path="url\(#p-line-\d+\)"'),
    re.compile(r"<text [^>]*>\n</text>"),
    re.compile(r' shape-rendering="crispEdges"'),
)
_CLIP = re.compile(r'(<clipPath id="p-clip-terminal">\s*<rect [^>]*height=")([\d.]+)')
_DESCENT = 6
"""What letters of the last line reach below it, which would be cut."""
_FONTS = "'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_TEXT = re.compile(r'<text class="p-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', re.DOTALL)


def taken(app: App[None]) -> str:
    """What stands on the screen, as SVG: no font from elsewhere, no id that changes, nothing that can be spared."""
    picture = app.export_screenshot(title="p24tui", simplify=True)
    picture = re.sub(r"terminal-\d+-", "p-", picture)
    for one in _DROPPED:
        picture = one.sub("", picture)
    picture = _CLIP.sub(lambda found: f"{found[1]}{float(found[2]) + _DESCENT:.1f}", picture)
    picture = picture.replace("&#160;", "\N{NO-BREAK SPACE}").replace("Fira Code, monospace", _FONTS)
    picture = picture.replace('<g class="p-matrix">', '<g class="p-matrix" shape-rendering="crispEdges">')
    lines = (line.strip() for line in picture.replace("<text ", "\n<text ").splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def said(picture: str) -> str:
    """The words of a picture that was ``taken``, line by line."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in _TEXT.findall(picture):
        rows.setdefault(float(y), []).append((float(x), unescape(text).replace("\N{NO-BREAK SPACE}", " ")))
    return "\n".join(" ".join(text.strip() for _x, text in sorted(row)) for _y, row in sorted(rows.items()))
