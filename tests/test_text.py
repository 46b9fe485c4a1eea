"""The gate for text from outside: nothing that passes it can steer a terminal (H23)."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from p24tui.text import MOST_MARKS, clean_line, clean_text, spreadsheet_text

pytestmark = pytest.mark.hazard("H23")

TROUBLE = (
    "\x00\x07\x08\t\n\v\f\r\x1b\x7f\x85\x9b\xa0\xad\u0301\u0316\u0345\u061c\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufe0f\ufeff\ufff9\ufffb\ufffd\ufffe"
    "\ue000\ud800\udfff\U000e0001\U000e007f\U0001f468\U0001f3fd\U0010ffffe\u0301\u1100\u1161\u11a8\u0958\u0344"
    "\u3000 ;åÅ"
)
# Every code point, lone surrogates too, and often those that make trouble.
any_text = st.text(st.characters(codec=None)) | st.text(st.sampled_from(TROUBLE), max_size=40)

NEVER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)


@given(any_text)
@example(TROUBLE)
@example("".join(map(chr, range(0x3000))))
def test_no_control_character_of_any_kind_comes_out(text: str) -> None:
    assert not NEVER.search(clean_text(text))
    assert not NEVER.search(clean_line(text))


@given(any_text)
@example("e\u200d\u0301" + "\u0301" * 9)
@example(" \u0301 \u0301a\u200b b")
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_line(text)) == clean_line(text)


@given(any_text)
def test_what_comes_out_is_utf8_in_nfc(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@given(any_text)
def test_marks_do_not_pile_up_and_none_begins_a_line(text: str) -> None:
    marks = 0
    previous = "\n"
    for one in clean_text(text):
        marks = marks + 1 if unicodedata.category(one).startswith("M") else 0
        assert marks <= MOST_MARKS
        assert not (previous == "\n" and (marks or one in "\u200c\u200d"))
        previous = one


@given(any_text, st.integers(1, 30))
def test_a_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert line == line.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Hej, jag har känt ett tryck över bröstet – sedan i går. 38,5 °C, 120 €",
        "två\nrader\n\noch en tom",
        "می‌خواهم",
        "👨‍👩‍👧 ❤️ 🏳️‍🌈",
        "नमस्ते ประเทศ Tiếng Việt",
        "[@click=app.quit()]inte ett kommando[/]",
        "\U0001fae8\U0001fadc",  # younger than some of the Pythons that we run on
        "",
    ],
)
def test_what_people_write_comes_through(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\tb", "a    b"),
        ("\x1b]52;c;aGVq\x07", "\ufffd]52;c;aGVq\ufffd"),
        ("a\x00\x1b\x9bb", "a\ufffdb"),
        ("a\ud800\udc00b", "a\ufffdb"),
        ("\ue000\ufffe\U0010ffff", "\ufffd"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("a\u2066b\u200ec\u061cd", "abcd"),
        ("lösen\u200bord\ufeff\u00ad", "lösenord"),
        ("hej\U000e0068\U000e0065", "hej"),
        ("a\u030a", "å"),
        ("a" + "\u0301\u0316" * 50, "á" + "\u0316" * MOST_MARKS),
        ("\u0301a\n\u200d\ufe0fb", "a\nb"),
    ],
)
def test_what_is_changed(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Ont i  halsen,\n\tfeber\u00a0\u3000 39 ", "Ont i halsen, feber 39"),
        ("👨‍👩‍👧 ❤️", "👨👩👧 ❤"),
        ("Tack 👍🏽 från 🇸🇪", "Tack 👍 från SE"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
def test_a_line_as_a_row_shows_it(text: str, line: str) -> None:
    assert clean_line(text) == line


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Hej, jag har ont i halsen.\n" * (MEGABYTE // 27), id="plain"),
        pytest.param("a" + "\u0301\u0316" * (MEGABYTE // 2), id="marks-out-of-order"),
        pytest.param("\x1ba" * (MEGABYTE // 2), id="escape"),
        pytest.param("\U0001f468\u200d" * (MEGABYTE // 2), id="emoji"),
        pytest.param("\u0301\n" * (MEGABYTE // 2), id="marks-alone"),
    ],
)
def test_a_megabyte_is_quick_whatever_it_holds(text: str) -> None:
    start = time.process_time()
    clean_text(text)
    # Generous for a slow machine; what takes the square of the length takes minutes.
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+46", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u200b=1", "＝1", "﹢1", "－1", "＠x"],
)
def test_no_field_of_a_table_is_a_formula(formula: str) -> None:
    assert spreadsheet_text(formula) == f"'{formula}"


@pytest.mark.parametrize("words", ["", " ", "Ali", "1-2", "a=b", "’=1", "Å @ Ö"])
def test_what_is_no_formula_stays_as_it_is_in_a_table(words: str) -> None:
    assert spreadsheet_text(words) == words
