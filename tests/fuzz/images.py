"""Files that patients send: what each really is, told by its bytes alone, and drawn only then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from hypothesis import strategies as st
from PIL import Image

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.gateways.file_check import LARGEST, FileFacts, Unfit
from p24tui.gateways.file_check import check as look
from p24tui.gateways.image_decode import Picture, decode
from tests.fuzz.bending import mangled, odd_text
from tests.fuzz.standing import check_sentence
from tests.fuzz.target import Check, Target

MOST = 64
PIECES = (
    b"\x00",
    b"\xff",
    b"\xff\xd9",
    b"\xff\xda",
    b"\xff\xc0",
    b"IEND",
    b"IDAT",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x3b",
    b"\x21\xf9\x04",
    b"VP8X",
    b"ANMF",
    b"%%EOF",
    b"/JavaScript",
    b"<svg",
    b"PK\x03\x04",
    b"acTL",
    b"iCCP",
)


def _made(kind: str, **how: object) -> bytes:
    into = BytesIO()
    Image.linear_gradient("L").resize((12, 9)).convert("RGB").save(into, kind, **how)
    return into.getvalue()


def _moving(kind: str) -> bytes:
    ones = [Image.new("RGB", (8, 6), colour) for colour in ("red", "green", "blue")]
    into = BytesIO()
    ones[0].save(into, kind, save_all=True, append_images=ones[1:])
    return into.getvalue()


WHOLE = [
    _made("PNG"), _made("PNG", transparency=(1, 2, 3)), _made("JPEG"), _made("JPEG", progressive=True), _made("GIF"),
    _made("WEBP"), _made("WEBP", lossless=True), _moving("GIF"), _moving("WEBP"), _moving("PNG"),
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n", "Hej å\n".encode(), b"", b"#!/bin/sh",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A file and what it is said to be."""

    data: bytes
    declared: str


sent = st.builds(
    Sent,
    mangled(st.sampled_from(WHOLE), PIECES),
    st.one_of(st.sampled_from(["", "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"]), odd_text),
)


@contextmanager
def opened() -> Iterator[Check]:
    yield check


def check(sent: Sent) -> None:
    """It is a whole file of a kind that we know, and what is drawn of it is small; or it is said what is wrong."""
    found = look(sent.data, sent.declared)
    if isinstance(found, Unfit):
        check_sentence(explain(BadInput(found.reason)))
        return
    assert isinstance(found, FileFacts)
    assert found.width * found.height <= LARGEST.pixels
    if found.kind.is_image:
        drawn = decode(sent.data, found, MOST)
        if isinstance(drawn, Picture):
            assert max(drawn.width, drawn.height) <= MOST
            assert len(drawn.pixels) == drawn.width * drawn.height * 3


TARGET = Target("files", "images and other files that patients send", sent, opened, 150)
