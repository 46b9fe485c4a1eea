"""An image drawn in the terminal: in half cells, which every terminal can, or by its own graphics where that is chosen.

What the terminal can do is never asked while the console runs: its answer would be taken for keys, and waiting for it
would hold up the desk. So the library that draws is loaded late, and made to believe that there is no terminal to ask.
"""

import sys
from threading import Lock
from typing import TYPE_CHECKING, Literal, TextIO

from p24tui.gateways.image_decode import Picture

if TYPE_CHECKING:
    from textual.widget import Widget

Way = Literal["half-cell", "sixel", "kitty"]

_loading = Lock()


class _Mute:
    """Standard output as it is, but that it says it is no terminal, so that nothing is asked of it."""

    def __init__(self, real: TextIO) -> None:
        self._real = real

    def isatty(self) -> bool:
        return False

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


def load() -> None:
    """Load the library that draws, away from the UI thread."""
    with _loading:
        if "textual_image.widget" in sys.modules:
            return
        real = sys.__stdout__
        if real is not None:
            sys.__stdout__ = _Mute(real)  # type: ignore[misc, assignment]
        try:
            import textual_image.widget  # noqa: F401
        finally:
            sys.__stdout__ = real  # type: ignore[misc]
        _learn_cell_size()


def picture_widget(picture: Picture, way: Way) -> "Widget":
    """The widget that draws it as large as there is room for. ``load`` has been called before."""
    from PIL import Image
    from textual_image.widget import HalfcellImage, SixelImage, TGPImage

    image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    match way:
        case "sixel":
            return SixelImage(image, classes="picture")
        case "kitty":
            return TGPImage(image, classes="picture")
        case "half-cell":
            return HalfcellImage(image, classes="picture")


def _learn_cell_size() -> None:
    """How many pixels a cell has, where the system knows: that is asked of it, not of the terminal."""
    from textual_image import _terminal

    try:
        rows, columns, width, height = _terminal.get_tiocgwinsz()  # type: ignore[attr-defined]
        if rows and columns and width and height:
            size = _terminal.CellSize(width // columns, height // rows)
            _terminal.get_cell_size._result = size  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - whatever a platform's terminal says, the usual size is good enough
        return
