"""PNG, JPEG, GIF and WebP as they lie in a file: walked from the first byte to the last, and never decoded.

Each walk returns the dimensions that the header states, or says with ``NotWhole`` what keeps the file from being one
whole image of its kind. A walk only moves forward, so it ends, and it reads nothing that is not there.
"""

import re
import zlib

from msgspec import Struct

Size = tuple[int, int]


class LargestImage(Struct, frozen=True):
    """What is borne: pixels on a side, pixels in all of one picture, and pictures that follow one another."""

    side: int
    pixels: int
    frames: int


class NotWhole(Exception):
    """The file is no whole, bearable image; ``reason`` is a key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


MOST_PARTS = 100_000
"""Chunks, segments or blocks in one file."""

MOST_PACKED = 1_000_000
"""What a packed text or colour profile in a PNG may hold when it is unpacked."""

_PNG_PACKED = frozenset({b"iCCP", b"zTXt", b"iTXt"})
_PNG_KNOWN_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_PNG_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_HANDLED = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what cameras make, and what viewers show."""

_JPEG_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_WEBP_ANIMATED = 0x02


class _Bytes:
    """The file, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        self._parts = 0

    @property
    def left(self) -> int:
        return len(self._data) - self.at

    def take(self, many: int) -> bytes:
        if many > self.left:
            raise NotWhole("file-cut-off")
        self.at += many
        return self._data[self.at - many : self.at]

    def number(self, many: int, order: str = "big") -> int:
        return int.from_bytes(self.take(many), "little" if order == "little" else "big")

    def count_part(self) -> None:
        """One more part; a file of very many is made to be slow."""
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise NotWhole("file-large")

    def peek(self, ahead: int) -> int:
        return self._data[self.at + ahead] if ahead < self.left else -1

    def skip_zeros(self) -> None:
        while self.peek(0) == 0:
            self.at += 1

    def skip_scan(self) -> None:
        """Past a JPEG's packed pixels to the mark after them: within them 0xFF is followed by 0 or a restart."""
        found = _JPEG_AFTER_SCAN.search(self._data, self.at)
        if found is None:
            raise NotWhole("file-cut-off")
        self.at = found.start()

    def end(self) -> None:
        """Here the image ends, and so must the file: what follows is another file in disguise."""
        if self.left:
            raise NotWhole("file-more")


def png_size(data: bytes, largest: LargestImage) -> Size:
    """The dimensions of a PNG: IHDR first, every checksum right, nothing unknown that matters, and IEND last."""
    file = _Bytes(data)
    file.take(8)
    size, kind, has_pixels = (0, 0), b"", False
    while kind != b"IEND":
        file.count_part()
        length = file.number(4)
        named = file.take(4 + length)
        kind, content = named[:4], named[4:]
        if file.number(4) != zlib.crc32(named) or (kind == b"IHDR") is not (size == (0, 0)):
            raise NotWhole("file-damaged")
        if kind == b"IHDR":
            size = _png_header(content, largest)
        elif kind == b"acTL":
            _bear_frames(int.from_bytes(content[:4], "big"), largest)
        elif kind in _PNG_PACKED:
            _bear_packed(kind, content)
        elif not kind[0] & 0x20 and kind not in _PNG_KNOWN_CRITICAL:
            raise NotWhole("file-damaged")
        has_pixels |= kind == b"IDAT" and length > 0
    if not has_pixels:
        raise NotWhole("file-damaged")
    file.end()
    return size


def _png_header(content: bytes, largest: LargestImage) -> Size:
    if len(content) != 13:
        raise NotWhole("file-damaged")
    width, height = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    depth, colour, packing, filtering, interlaced = content[8:13]
    if depth not in _PNG_DEPTHS.get(colour, ()) or packing or filtering or interlaced > 1:
        raise NotWhole("file-damaged")
    return _bear(width, height, largest)


def _bear_packed(kind: bytes, content: bytes) -> None:
    """Unpack no more than is borne, to see whether there is more: a bomb is small until somebody unpacks it."""
    _keyword, _nul, rest = content.partition(b"\x00")
    if kind == b"iTXt":
        packed = rest[:1] == b"\x01"
        rest = rest[2:].partition(b"\x00")[2].partition(b"\x00")[2]
        if not packed:
            return
    else:
        rest = rest[1:]
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(rest, MOST_PACKED)
    except zlib.error as error:
        raise NotWhole("file-damaged") from error
    if unpacker.unconsumed_tail:
        raise NotWhole("file-bomb")


def jpeg_size(data: bytes, largest: LargestImage) -> Size:
    """The dimensions of a JPEG: its segments one after the other, one frame, and its end mark last.

    Telephones put a second picture, such as one for brighter screens, behind the first where that says so (MPF).
    """
    file = _Bytes(data)
    size, has_more = _jpeg_picture(file, largest)
    while has_more and file.left:
        file.count_part()
        if file.peek(0) == 0:
            file.skip_zeros()
        else:
            _jpeg_picture(file, largest)
    file.end()
    return size


def _jpeg_picture(file: _Bytes, largest: LargestImage) -> tuple[Size, bool]:
    """One picture to its end mark, and whether it says that there are more."""
    size: Size = (0, 0)
    scanned = has_more = False
    if file.take(2) != b"\xff\xd8":
        raise NotWhole("file-more")
    while (marker := _jpeg_marker(file)) != 0xD9:
        file.count_part()
        if marker in _JPEG_ALONE:
            continue
        content = file.take(max(file.number(2), 2) - 2)
        if marker in _JPEG_FRAMES:
            size = _jpeg_frame(marker, content, size, largest)
        elif marker == 0xE2:
            has_more |= content.startswith(b"MPF\x00")
        elif marker == 0xDA:
            scanned = True
            file.skip_scan()
        elif marker == 0xD8:
            raise NotWhole("file-damaged")
    if not scanned or size == (0, 0):
        raise NotWhole("file-damaged")
    return size, has_more


def _jpeg_frame(marker: int, content: bytes, before: Size, largest: LargestImage) -> Size:
    if before != (0, 0) or marker not in _JPEG_HANDLED or len(content) < 6:
        raise NotWhole("file-damaged")
    return _bear(int.from_bytes(content[3:5], "big"), int.from_bytes(content[1:3], "big"), largest)


def _jpeg_marker(file: _Bytes) -> int:
    if file.number(1) != 0xFF:
        raise NotWhole("file-damaged")
    while (marker := file.number(1)) == 0xFF:
        file.count_part()
    return marker


def gif_size(data: bytes, largest: LargestImage) -> Size:
    """The dimensions of a GIF: its blocks to the trailer, each picture within the screen, and not too many."""
    file = _Bytes(data)
    file.take(6)
    size = _bear(file.number(2, "little"), file.number(2, "little"), largest)
    _gif_colours(file, file.number(1))
    file.take(2)
    frames = 0
    while (introducer := file.number(1)) != 0x3B:
        file.count_part()
        if introducer == 0x21:
            file.take(1)
        elif introducer == 0x2C:
            frames += 1
            _gif_picture(file, size)
        else:
            raise NotWhole("file-damaged")
        while length := file.number(1):
            file.take(length)
    if not frames:
        raise NotWhole("file-damaged")
    _bear_frames(frames, largest)
    file.end()
    return size


def _gif_picture(file: _Bytes, size: Size) -> None:
    left, top, width, height = (file.number(2, "little") for _ in range(4))
    if not width or not height or left + width > size[0] or top + height > size[1]:
        raise NotWhole("file-damaged")
    _gif_colours(file, file.number(1))
    file.take(1)


def _gif_colours(file: _Bytes, flags: int) -> None:
    """Of the screen two more bytes come before its colours: what is skipped in all is the same."""
    if flags & 0x80:
        file.take(3 << (flags & 0x07) + 1)


def webp_size(data: bytes, largest: LargestImage) -> Size:
    """The dimensions of a WebP: RIFF's length is the file's, and its chunks fill it to the last byte."""
    file = _Bytes(data)
    file.take(4)
    length = file.number(4, "little")
    if length > file.left or length < 4:
        raise NotWhole("file-cut-off" if length > file.left else "file-damaged")
    if length < file.left:
        raise NotWhole("file-more")
    file.take(4)
    size: Size = (0, 0)
    frames = pictures = 0
    animated = False
    while file.left:
        file.count_part()
        kind, length = file.take(4), file.number(4, "little")
        content = file.take(length)
        file.take(length % 2)
        if kind == b"VP8X" and size == (0, 0):
            size = _webp_canvas(content, largest)
            animated = bool(content[0] & _WEBP_ANIMATED)
        elif kind in (b"VP8 ", b"VP8L"):
            pictures += 1
            size = _webp_picture(kind, content, size, largest)
        elif kind == b"ANMF":
            frames += 1
            size = _webp_frame(content, size)
    _bear_frames(frames, largest)
    if pictures != (0 if animated else 1) or bool(frames) is not animated:
        raise NotWhole("file-damaged")
    return size


def _webp_canvas(content: bytes, largest: LargestImage) -> Size:
    if len(content) < 10:
        raise NotWhole("file-damaged")
    width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (4, 7))
    return _bear(width, height, largest)


def _webp_picture(kind: bytes, content: bytes, canvas: Size, largest: LargestImage) -> Size:
    """What the picture itself states, which must be what was stated of the whole."""
    if kind == b"VP8 ":
        if len(content) < 10 or content[3:6] != b"\x9d\x01\x2a":
            raise NotWhole("file-damaged")
        size = (int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF)
    else:
        if len(content) < 5 or content[0] != 0x2F:
            raise NotWhole("file-damaged")
        bits = int.from_bytes(content[1:5], "little")
        size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if canvas not in ((0, 0), size):
        raise NotWhole("file-damaged")
    return _bear(*size, largest)


def _webp_frame(content: bytes, canvas: Size) -> Size:
    if len(content) < 24:
        raise NotWhole("file-damaged")
    left, top = (int.from_bytes(content[at : at + 3], "little") * 2 for at in (0, 3))
    width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (6, 9))
    if left + width > canvas[0] or top + height > canvas[1]:
        raise NotWhole("file-damaged")
    return canvas


def _bear(width: int, height: int, largest: LargestImage) -> Size:
    if not width or not height:
        raise NotWhole("file-damaged")
    if max(width, height) > largest.side or width * height > largest.pixels:
        raise NotWhole("file-dimensions")
    return width, height


def _bear_frames(many: int, largest: LargestImage) -> None:
    if many > largest.frames:
        raise NotWhole("file-frames")
