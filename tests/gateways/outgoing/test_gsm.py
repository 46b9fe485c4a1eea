"""How long a text is as SMS, and that its parts give the text back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.gateways.outgoing.gsm import (
    GSM_CODING,
    MOST_PARTS,
    UNICODE_CODING,
    Encoded,
    Size,
    size,
    split,
    with_headers,
)

# Written anew from 3GPP TS 23.038, by code, so that a slip in the program's table shows.
BASIC = {
    0x00: "@", 0x01: "£", 0x02: "$", 0x03: "¥", 0x04: "è", 0x05: "é", 0x06: "ù", 0x07: "ì", 0x08: "ò", 0x09: "Ç",
    0x0A: "\n", 0x0B: "Ø", 0x0C: "ø", 0x0D: "\r", 0x0E: "Å", 0x0F: "å", 0x10: "Δ", 0x11: "_", 0x12: "Φ", 0x13: "Γ",
    0x14: "Λ", 0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1A: "Ξ", 0x1C: "Æ", 0x1D: "æ", 0x1E: "ß",
    0x1F: "É", 0x24: "¤", 0x40: "¡", 0x5B: "Ä", 0x5C: "Ö", 0x5D: "Ñ", 0x5E: "Ü", 0x5F: "§", 0x60: "¿", 0x7B: "ä",
    0x7C: "ö", 0x7D: "ñ", 0x7E: "ü", 0x7F: "à",
}  # fmt: skip
AS_IN_ASCII = [*range(0x20, 0x24), *range(0x25, 0x40), *range(0x41, 0x5B), *range(0x61, 0x7B)]
BASIC |= {code: chr(code) for code in AS_IN_ASCII}
EXTENDED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
GSM = "".join(BASIC.values()) + "".join(EXTENDED.values())


def read(part: bytes, data_coding: int) -> str:
    """A part's text, as a telephone would read it."""
    if data_coding == UNICODE_CODING:
        return part.decode("utf-16-be")
    text, codes = "", iter(part)
    for code in codes:
        text += EXTENDED[next(codes)] if code == 0x1B else BASIC[code]
    return text


def octets_on_the_air(part: bytes, encoded: Encoded) -> int:
    """What a part takes of the 140 octets of an SMS, its header and the packing of septets reckoned in."""
    several = len(encoded.parts) > 1
    if encoded.data_coding == UNICODE_CODING:
        return len(part) + 6 * several
    return math.ceil((len(part) + 7 * several) * 7 / 8)


SIZES: list[tuple[str, Size]] = [
    ("", Size(0, 1, unicode=False)),
    ("Hej", Size(3, 1, unicode=False)),
    ("åäö ÅÄÖ é É ü", Size(13, 1, unicode=False)),
    ("rad\nrad", Size(7, 1, unicode=False)),
    *[(one, Size(2, 1, unicode=False)) for one in "€[]{}~^|\\"],
    ("x" * 160, Size(160, 1, unicode=False)),
    ("x" * 161, Size(161, 2, unicode=False)),
    ("x" * 306, Size(306, 2, unicode=False)),
    ("x" * 307, Size(307, 3, unicode=False)),
    ("€" * 80, Size(160, 1, unicode=False)),
    ("€" * 81, Size(162, 2, unicode=False)),
    ("x" * 152 + "€" + "x" * 152, Size(306, 3, unicode=False)),  # the € does not fit into the first part's last septet
    ("x" * 151 + "€" + "x" * 153, Size(306, 2, unicode=False)),
    ("ć", Size(1, 1, unicode=True)),
    ("`", Size(1, 1, unicode=True)),
    ("ç", Size(1, 1, unicode=True)),  # only the capital is in the alphabet
    ("\x1b", Size(1, 1, unicode=True)),
    ("€ć", Size(2, 1, unicode=True)),
    ("”" * 70, Size(70, 1, unicode=True)),
    ("”" * 71, Size(71, 2, unicode=True)),
    ("”" * 134, Size(134, 2, unicode=True)),
    ("”" * 135, Size(135, 3, unicode=True)),
    ("😀", Size(2, 1, unicode=True)),
    ("😀" * 35, Size(70, 1, unicode=True)),
    ("😀" * 36, Size(72, 2, unicode=True)),
    ("😀" * 67, Size(134, 3, unicode=True)),  # 33 emoji to a part: the 67th unit of each stays empty
    ("\ud800", Size(1, 1, unicode=True)),
]


@pytest.mark.parametrize(("text", "expected"), SIZES)
def test_the_size_of_a_text(text: str, expected: Size) -> None:
    assert size(text) == expected


@pytest.mark.parametrize(("code", "one"), BASIC.items())
def test_a_character_of_the_alphabet_has_its_code(code: int, one: str) -> None:
    assert split(one) == Encoded(GSM_CODING, (bytes([code]),))


@pytest.mark.parametrize(("code", "one"), EXTENDED.items())
def test_a_character_of_the_extension_table_has_its_code_after_an_escape(code: int, one: str) -> None:
    assert split(one) == Encoded(GSM_CODING, (bytes([0x1B, code]),))


def test_the_alphabet_has_as_many_characters_as_the_standard() -> None:
    assert len(BASIC) == 127
    taken = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000 and not size(chr(code)).unicode]
    assert sorted(taken) == sorted(GSM)


@given(
    st.one_of(st.text(), st.text(st.sampled_from(GSM), max_size=700), st.text(st.sampled_from("ć€x😀"), max_size=400))
)
def test_the_parts_give_the_text_back_and_each_fits(text: str) -> None:
    encoded = split(text)
    assert "".join(read(part, encoded.data_coding) for part in encoded.parts) == text
    assert all(octets_on_the_air(part, encoded) <= 140 for part in encoded.parts)
    assert size(text).parts == len(encoded.parts)
    assert size(text).unicode == any(one not in GSM for one in text)


def test_parts_carry_a_header_that_joins_them() -> None:
    assert with_headers([b"a", b"b", b"c"], reference=200) == [
        b"\x05\x00\x03\xc8\x03\x01a",
        b"\x05\x00\x03\xc8\x03\x02b",
        b"\x05\x00\x03\xc8\x03\x03c",
    ]


def test_a_single_part_has_no_header() -> None:
    assert with_headers([b"a"], reference=1) == [b"a"]


def test_more_parts_than_can_be_numbered_are_refused() -> None:
    assert len(with_headers([b"a"] * MOST_PARTS, reference=1)) == MOST_PARTS
    with pytest.raises(ValueError, match="255"):
        with_headers([b"a"] * (MOST_PARTS + 1), reference=1)
