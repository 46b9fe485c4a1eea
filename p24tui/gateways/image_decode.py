"""Pixels for the screen: only of what ``file_check`` has let through, and no more of them than are drawn."""

from io import BytesIO
from typing import TYPE_CHECKING

from msgspec import Struct

from p24tui.gateways.file_check import LARGEST, FileFacts, Unfit

if TYPE_CHECKING:
    from PIL.Image import Image


class Picture(Struct, frozen=True):
    """An image to draw: three bytes a pixel (RGB), row by row."""

    width: int
    height: int
    pixels: bytes


def decode(data: bytes, facts: FileFacts, most: int) -> Picture | Unfit:
    """The image, or the first of its pictures, turned as its camera was held, with ``most`` pixels on a side."""
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = LARGEST.pixels  # the second line: what the header said has been looked at already
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=[facts.kind.value.upper()]) as opened:
                if opened.size != (facts.width, facts.height):
                    return Unfit("file-damaged")
                opened.draft("RGB", (most, most))
                opened.thumbnail((most, most))
                drawn = _on_white(ImageOps.exif_transpose(opened))
    except Exception:  # noqa: BLE001 - a decoder of hostile bytes may raise anything, and none of it may reach the desk
        return Unfit("file-damaged")
    return Picture(drawn.width, drawn.height, drawn.tobytes())


def _on_white(image: "Image") -> "Image":
    """What is see-through lies on white, as on paper."""
    from PIL import Image as Images

    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Images.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("RGB")
