"""What a file really is: payloads that lie, burst, run or hide something are told by their bytes alone (H18, H23)."""

import struct
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.explain.images import FILE_PROBLEMS
from p24tui.gateways.file_check import LARGEST, FileFacts, FileKind, Unfit, check
from p24tui.gateways.image_decode import Picture, decode
from p24tui.gateways.image_formats import LargestImage

pytestmark = [pytest.mark.rule("IM-1"), pytest.mark.hazard("H18")]

ASSETS = Path(__file__).parents[2] / "assets"
NOISE = Image.effect_noise((60, 40), 90).convert("RGB")


def image(kind: str, *, frames: int = 1, **how: object) -> bytes:
    """A real image of that kind."""
    if frames > 1:
        how |= {"save_all": True, "append_images": [NOISE.rotate(number) for number in range(1, frames)]}
    into = BytesIO()
    NOISE.save(into, kind, **how)
    return into.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*between: bytes, width: int = 1, height: int = 1, pixels: bytes = b"\0\0") -> bytes:
    """A grey PNG made by hand, with chunks put in before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(between) + data + chunk(b"IEND", b"")


def gif_of(frames: int) -> bytes:
    """A GIF that has the same picture so often."""
    begins = 13 + (3 << (GIF[10] & 7) + 1)
    return GIF[:begins] + GIF[begins:-1] * frames + GIF[-1:]


PNG, JPEG, GIF, WEBP = (image(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP"))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
ZIP = b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + bytes(18)
BOMB = zlib.compress(bytes(8_000_000), 9)

WHOLE = {
    "png": (PNG, "image/png", FileKind.PNG),
    "interlaced-and-transparent": (image("PNG", transparency=(1, 2, 3)), "image/png", FileKind.PNG),
    "png-that-moves": (image("PNG", frames=3), "image/png", FileKind.PNG),
    "jpeg": (JPEG, "image/jpeg; q=1", FileKind.JPEG),
    "progressive": (image("JPEG", progressive=True, quality=95), "image/jpg", FileKind.JPEG),
    "jpeg-with-a-second": (image("MPO", frames=2), "IMAGE/JPEG", FileKind.JPEG),
    "gif": (GIF, "image/gif", FileKind.GIF),
    "gif-that-moves": (image("GIF", frames=3), "application/octet-stream", FileKind.GIF),
    "webp": (WEBP, "image/webp", FileKind.WEBP),
    "webp-lossless": (image("WEBP", lossless=True), "image/webp", FileKind.WEBP),
    "webp-that-moves": (image("WEBP", frames=3), "image/webp", FileKind.WEBP),
    "pdf": (PDF, "application/pdf", FileKind.PDF),
    "text": ("Alvedon 500 mg, åäö 😀\r\n\t3 < 4".encode(), "text/plain; charset=utf-8", FileKind.TEXT),
    "text-with-mark": (b"\xef\xbb\xbfHej", "", FileKind.TEXT),
}

UNFIT = {
    "empty": (b"", "image/png", "file-empty"),
    "zip": (ZIP, "application/zip", "file-unknown"),
    "zip-as-image": (ZIP, "image/png", "file-lies"),
    "program": (b"\x7fELF" + bytes(99), "", "file-unknown"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "text/plain", "file-script"),
    "gif-as-png": (GIF, "image/png", "file-lies"),
    "png-as-pdf": (PNG, "application/pdf", "file-lies"),
    "text-as-png": (b"Hej", "image/png", "file-lies"),
    "png-as-text": (PNG, "text/plain", "file-lies"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "image/svg+xml", "file-script"),
    "svg-later": (b"<!-- " + b" " * 5000 + b"--><SVG onload='x'/>", "text/plain", "file-script"),
    "html": (b"\n<!DOCTYPE html><p>Hej", "text/plain", "file-script"),
    "svg-in-sixteen-bits": ("<svg/>".encode("utf-16"), "image/svg+xml", "file-unknown"),
    "text-that-moves-the-cursor": (b"Hej \x1b[2J", "text/plain", "file-unknown"),
    "latin-1": ("Läkemedel".encode("latin-1"), "text/plain", "file-unknown"),
    "png-then-zip": (PNG + ZIP, "image/png", "file-more"),
    "jpeg-then-zip": (JPEG + ZIP, "image/jpeg", "file-more"),
    "gif-then-script": (GIF + b"<script>", "image/gif", "file-more"),
    "webp-then-zip": (WEBP + ZIP, "image/webp", "file-more"),
    "pdf-then-zip": (PDF + ZIP, "application/pdf", "file-more"),
    "pdf-that-acts": (PDF.replace(b"/Catalog", b"/Catalog /S /JavaScript"), "application/pdf", "file-script"),
    "pdf-cut-off": (PDF[:-7], "application/pdf", "file-cut-off"),
    "png-cut-off": (PNG[:-9], "image/png", "file-cut-off"),
    "jpeg-cut-off": (JPEG[:-9], "image/jpeg", "file-cut-off"),
    "gif-cut-off": (GIF[:-9], "image/gif", "file-cut-off"),
    "webp-cut-off": (WEBP[:-9], "image/webp", "file-cut-off"),
    "png-header-alone": (PNG[:8], "image/png", "file-cut-off"),
    "png-damaged": (PNG[:60] + b"\0\0\0\0" + PNG[64:], "image/png", "file-damaged"),
    "png-without-pixels": (png().replace(chunk(b"IDAT", zlib.compress(b"\0\0", 9)), b""), "image/png", "file-damaged"),
    "png-without-size": (png(width=0), "image/png", "file-damaged"),
    "png-of-a-terabyte": (png(width=2**31 - 1, height=2**31 - 1), "image/png", "file-dimensions"),
    "png-bomb": (png(width=19_000, height=19_000, pixels=bytes(99)), "image/png", "file-dimensions"),
    "png-long": (png(width=LARGEST.side + 1), "image/png", "file-dimensions"),
    "png-text-bomb": (png(chunk(b"zTXt", b"Comment\0\0" + BOMB)), "image/png", "file-bomb"),
    "png-profile-bomb": (png(chunk(b"iCCP", b"ICC\0\0" + BOMB)), "image/png", "file-bomb"),
    "png-itxt-bomb": (png(chunk(b"iTXt", b"XML\0\1\0\0\0" + BOMB)), "image/png", "file-bomb"),
    "png-profile-damaged": (png(chunk(b"iCCP", b"ICC\0\0" + b"nothing")), "image/png", "file-damaged"),
    "png-critical-unknown": (png(chunk(b"EVIL", b"x")), "image/png", "file-damaged"),
    "png-of-many-frames": (png(chunk(b"acTL", struct.pack(">II", 10**9, 0))), "image/png", "file-frames"),
    "png-length-lies": (PNG[:8] + b"\xff\xff\xff\xff" + PNG[12:], "image/png", "file-cut-off"),
    "jpeg-of-nothing": (b"\xff\xd8\xff\xd9", "image/jpeg", "file-damaged"),
    "jpeg-large": (JPEG.replace(struct.pack(">HH", 40, 60), b"\xff\xff\xff\xff", 1), "image/jpeg", "file-dimensions"),
    "gif-of-many-frames": (gif_of(250), "image/gif", "file-frames"),
    "gif-large": (GIF[:6] + b"\xff\xff\xff\xff" + GIF[10:], "image/gif", "file-dimensions"),
    "gif-frame-outside": (GIF[:6] + b"\x02\x00\x02\x00" + GIF[10:], "image/gif", "file-damaged"),
    "webp-length-lies": (WEBP[:4] + b"\xff\xff\xff\xff" + WEBP[8:], "image/webp", "file-cut-off"),
}


@pytest.mark.parametrize(("data", "declared", "kind"), WHOLE.values(), ids=WHOLE)
def test_a_whole_file_is_known_by_its_content(data: bytes, declared: str, kind: FileKind) -> None:
    size = (60, 40) if kind.is_image else (0, 0)
    assert check(data, declared) == FileFacts(kind, *size)


@pytest.mark.parametrize(("data", "declared", "reason"), UNFIT.values(), ids=UNFIT)
def test_a_payload_is_refused_with_a_reason(data: bytes, declared: str, reason: str) -> None:
    assert check(data, declared) == Unfit(reason)


def test_half_a_gigabyte_is_refused_before_it_is_looked_at() -> None:
    began = time.monotonic()
    assert check(bytes(500_000_000), "image/png") == Unfit("file-large")
    assert time.monotonic() - began < 5


def test_a_file_of_very_many_parts_is_refused_soon() -> None:
    began = time.monotonic()
    many = b"".join([chunk(b"teXt", b"")] * 200_000)
    assert check(png(many), "image/png") == Unfit("file-large")
    assert check(b"\xff\xd8\xff\xe0\0\2" + b"\xff\xe1\0\2" * 2_000_000, "image/jpeg") == Unfit("file-large")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("reason", sorted({reason for _data, _declared, reason in UNFIT.values()} | {"file-large"}))
def test_every_reason_is_said_in_words(reason: str) -> None:
    assert FILE_PROBLEMS[reason] == explain(BadInput(reason))


def test_no_reason_is_said_that_is_not_tried() -> None:
    assert set(FILE_PROBLEMS) == {reason for _data, _declared, reason in UNFIT.values()} | {"file-large"}


DECLARED = st.sampled_from(["", "image/png", "image/jpeg", "text/plain", "application/pdf", "\x1b;;", "x" * 999])
BEGINNINGS = st.sampled_from([b"", PNG[:33], JPEG[:20], GIF[:13], WEBP[:20], PDF[:9], b"RIFF\x04\0\0\0WEBP"])


@given(begins=BEGINNINGS, rest=st.binary(max_size=300), declared=DECLARED)
@example(begins=b"\xff\xd8\xff", rest=b"", declared="")
@example(begins=b"GIF89a", rest=b"\1\0\1\0\0\0\0\x2c", declared="")
def test_any_bytes_are_answered(begins: bytes, rest: bytes, declared: str) -> None:
    found = check(begins + rest, declared)
    assert isinstance(found, FileFacts) or found.reason in FILE_PROBLEMS


@given(
    original=st.sampled_from([PNG, JPEG, GIF, WEBP, WHOLE["png-that-moves"][0], WHOLE["jpeg-with-a-second"][0]]),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.integers(0, 20),
)
def test_what_passes_is_decoded_within_its_bounds_or_said_to_be_damaged(
    original: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(original[: len(original) - cut])
    for at, value in changes:
        data[at % len(data)] = value
    facts = check(bytes(data))
    if isinstance(facts, FileFacts) and facts.kind.is_image:
        shown = decode(bytes(data), facts, 50)
        assert shown == Unfit("file-damaged") or (isinstance(shown, Picture) and max(shown.width, shown.height) <= 50)


class TestDecode:
    @pytest.mark.parametrize("name", [name for name, (_d, _t, kind) in WHOLE.items() if kind.is_image])
    def test_what_is_drawn_is_no_larger_than_asked_for(self, name: str) -> None:
        data = WHOLE[name][0]
        facts = check(data)
        assert isinstance(facts, FileFacts)
        shown = decode(data, facts, 30)
        assert isinstance(shown, Picture)
        assert (shown.width, shown.height, len(shown.pixels)) == (30, 20, 30 * 20 * 3)

    def test_a_photograph_stands_as_its_camera_was_held(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        data = image("JPEG", exif=exif)
        shown = decode(data, FileFacts(FileKind.JPEG, 60, 40), 60)
        assert isinstance(shown, Picture)
        assert (shown.width, shown.height) == (40, 60)

    def test_what_is_see_through_lies_on_white(self) -> None:
        into = BytesIO()
        Image.new("RGBA", (2, 2), (255, 0, 0, 0)).save(into, "PNG")
        shown = decode(into.getvalue(), FileFacts(FileKind.PNG, 2, 2), 9)
        assert shown == Picture(2, 2, b"\xff" * 12)

    def test_a_file_that_is_another_than_was_looked_at_is_not_decoded(self) -> None:
        assert decode(GIF, FileFacts(FileKind.PNG, 60, 40), 9) == Unfit("file-damaged")
        assert decode(PNG, FileFacts(FileKind.PNG, 6, 4), 9) == Unfit("file-damaged")

    def test_the_decoder_has_a_limit_of_its_own(self) -> None:
        large = LargestImage(side=10**6, pixels=10**12, frames=9)
        data = png(width=19_000, height=19_000, pixels=bytes(99))
        facts = check(data, largest=large)
        assert isinstance(facts, FileFacts)
        assert decode(data, facts, 9) == Unfit("file-damaged")


def test_the_images_of_the_demo_pass() -> None:
    found = [one for one in (ASSETS / "demo").iterdir() if one.suffix == ".png"]
    assert found
    for one in found:
        facts = check(one.read_bytes(), "image/png")
        assert isinstance(facts, FileFacts), (one.name, facts)
