"""What a file really is, by its content: looked at as bytes, from end to end, before anything decodes it.

Whoever sends a file says what it is, and may lie; so nothing is believed but the bytes. What is taken is one whole
file of a kind that we know, of bearable size and dimensions, with nothing in front of it and nothing behind.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from p24tui.gateways.image_formats import LargestImage, NotWhole, Size, gif_size, jpeg_size, png_size, webp_size


class FileKind(StrEnum):
    """The kinds that are taken."""

    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    PDF = "pdf"
    TEXT = "text"

    @property
    def is_image(self) -> bool:
        return self not in (FileKind.PDF, FileKind.TEXT)

    @property
    def extension(self) -> str:
        """What the name of such a file ends with."""
        return {FileKind.JPEG: "jpg", FileKind.TEXT: "txt"}.get(self, self.value)


class FileFacts(Struct, frozen=True):
    """What a file is. ``width`` and ``height`` are an image's, in pixels, as its header has them."""

    kind: FileKind
    width: int = 0
    height: int = 0


class Unfit(Struct, frozen=True):
    """A file that is neither opened nor taken out; ``reason`` is a key."""

    reason: str


MOST_BYTES = 25 * 1024 * 1024
"""Larger than any photograph of a telephone; the intake takes no larger request."""

LARGEST = LargestImage(side=20_000, pixels=50_000_000, frames=200)

_DECLARED = {
    "image/png": FileKind.PNG,
    "image/jpeg": FileKind.JPEG,
    "image/jpg": FileKind.JPEG,
    "image/pjpeg": FileKind.JPEG,
    "image/gif": FileKind.GIF,
    "image/webp": FileKind.WEBP,
    "application/pdf": FileKind.PDF,
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_IMAGES: tuple[tuple[FileKind, Callable[[bytes], bool], Callable[[bytes, LargestImage], Size]], ...] = (
    (FileKind.PNG, lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), png_size),
    (FileKind.JPEG, lambda data: data.startswith(b"\xff\xd8\xff"), jpeg_size),
    (FileKind.GIF, lambda data: data.startswith((b"GIF87a", b"GIF89a")), gif_size),
    (FileKind.WEBP, lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", webp_size),
)

_MARKUP = (b"<svg", b"<html", b"<script", b"<!doctype", b"<?xml", b"<?php", b"<iframe", b"<body", b"<xsl:")
"""What a browser or a viewer would run: text that has it is no plain text. ``<`` is sought in lower case."""

_PROGRAMS = (b"#!", b"@echo off", b"{\\rtf")
_PDF_TAIL = 1024
_PDF_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


def check(
    data: bytes, declared: str = "", *, most_bytes: int = MOST_BYTES, largest: LargestImage = LARGEST
) -> FileFacts | Unfit:
    """What the file is, or why it is not taken. ``declared`` is the type that whoever sent it says it has.

    Takes time by the length of ``data`` and raises nothing, whatever the bytes are.
    """
    if not data:
        return Unfit("file-empty")
    if len(data) > most_bytes:
        return Unfit("file-large")
    try:
        found = _image(data, largest) or _document(data)
    except NotWhole as problem:
        return Unfit(problem.reason)
    if isinstance(found, Unfit):
        is_promised = _essence(declared) in _DECLARED
        return Unfit("file-lies") if is_promised and found.reason == "file-unknown" else found
    return Unfit("file-lies") if _lies(declared, found.kind) else found


def _image(data: bytes, largest: LargestImage) -> FileFacts | None:
    for kind, begins, size in _IMAGES:
        if begins(data):
            return FileFacts(kind, *size(data, largest))
    return None


def _document(data: bytes) -> FileFacts | Unfit:
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if any(mark in data[:4096].lower() for mark in _MARKUP):
        return Unfit("file-script")
    if data.lower().startswith(_PROGRAMS):
        return Unfit("file-script")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Unfit("file-unknown")
    if any(mark in data.lower() for mark in _MARKUP):
        return Unfit("file-script")
    text = text.removeprefix("\ufeff").replace("\n", "").replace("\r", "").replace("\t", "").replace("\f", "")
    has_controls = any(ord(one) < 32 or 127 <= ord(one) < 160 for one in set(text))
    return Unfit("file-unknown") if has_controls else FileFacts(FileKind.TEXT)


def _pdf(data: bytes) -> FileFacts | Unfit:
    """We never decode one. It ends as one, and says of nothing that acts by itself where that can be seen."""
    end = data.rfind(b"%%EOF")
    if end < 0 or end < len(data) - _PDF_TAIL:
        return Unfit("file-cut-off" if end < 0 else "file-more")
    if data[end + 5 :].strip(b"\r\n \t\x00"):
        return Unfit("file-more")
    return Unfit("file-script") if any(mark in data for mark in _PDF_ACTIVE) else FileFacts(FileKind.PDF)


def _lies(declared: str, kind: FileKind) -> bool:
    """Whether the declared type is another one than the file has; one that says nothing is no lie."""
    said = _essence(declared)
    if said in _SAYS_NOTHING:
        return False
    if kind is FileKind.TEXT:
        return not said.startswith("text/")
    return _DECLARED.get(said) is not kind


def _essence(declared: str) -> str:
    """The declared type without its parameters."""
    return declared.partition(";")[0].strip().lower()
