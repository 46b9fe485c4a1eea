"""The one gate that text from outside passes, at intake and again where it is drawn (hazard H23).

What comes out holds no control code, no bidirectional or invisible control and no lone surrogate, so that it
can be encoded as UTF-8. It says nothing about markup: text from outside is never drawn as markup.
"""

import re
import unicodedata

REPLACEMENT = "\ufffd"
"""Stands where something was that cannot be shown."""

MOST_MARKS = 4
"""How many combining marks may follow one another; every living script does with fewer."""

TAB = " " * 4

# Left alone without a second look: printable Latin and the usual punctuation, which are in NFC as they stand.
_UNUSUAL = re.compile("[^\n -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20ac]")

_LINE_BREAKS = ("\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029")

_JOINERS = "\u200c\u200d"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
_OF_NO_SURE_WIDTH = re.compile(f"[{_JOINERS}{_SELECTORS}{_SKIN_TONES}]+")

# Two of these make a flag, two to four columns wide: on a line they are the letters that they stand for.
_FLAG_LETTERS = {0x1F1E6 + number: ord("A") + number for number in range(26)}

# Seen by nobody, and turning, hiding or splitting what is seen.
_INVISIBLE = re.compile(
    "["
    "\u00ad\u034f"  # soft hyphen, grapheme joiner
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional controls, and deprecated ones
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u180e\u200b\u2060-\u2064\ufeff"  # of no width
    "\ufff9-\ufffb"  # interlinear annotation
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and musical format controls
    "\U000e0000-\U000e007f"  # tags
    "]+"
)

# Not printable by Python's reckoning, yet harmless: white space, joiners, and number signs of some scripts.
_KEPT = re.compile(
    f"[\n{_JOINERS}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f]+"
)

_FORMULA = frozenset("=+-@")
_BLANK = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})

_REPLACEMENTS = re.compile(f"{REPLACEMENT}{{2,}}")

# A run this long is cut before the text is normalised, which takes time by the square of a run's length.
_MARKS_TO_NORMALISE = 30

# Where Unicode adds new emoji each year: a patient's telephone may know more of them than this Python does.
_PICTOGRAPHS = range(0x1F000, 0x1FB00)


def clean_text(text: str) -> str:
    """The text as it may be stored and drawn, its lines parted by ``\\n``.

    Every kind of line break becomes ``\\n`` and a tab four spaces. Invisible and bidirectional controls
    go. Control codes (ESC, NUL and their like), surrogates, non-characters, private and unassigned code
    points become U+FFFD, a run of them one. Joiners and variation selectors, which emoji and Persian
    need, stay inside a line. The text is in NFC. Cleaning what is clean changes nothing.
    """
    if not _UNUSUAL.search(text):
        return text
    for line_break in _LINE_BREAKS:
        text = text.replace(line_break, "\n")
    text = _INVISIBLE.sub("", text.replace("\t", TAB))
    if not _KEPT.sub("", text).isprintable():
        text = "".join([one if one.isprintable() else _shown(one) for one in text])
    text = _REPLACEMENTS.sub(REPLACEMENT, text)
    return _normal_with_few_marks(text)


def clean_line(text: str, limit: int = 200) -> str:
    """The text on one line of at most ``limit`` characters, for a title, a name or a row of a list.

    As ``clean_text``, and white space of any kind becomes one space, and what is too long ends with "…". Terminals
    do not agree on the width of emoji of several characters: joiners, variation selectors and skin tones go, and a flag
    becomes its two letters.
    """
    if _UNUSUAL.search(text):
        text = clean_text(_OF_NO_SURE_WIDTH.sub("", text).translate(_FLAG_LETTERS))
    line = _without_leading_marks(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def spreadsheet_text(text: str) -> str:
    """The text as a field of a table that is opened in a spreadsheet: never taken for a formula there.

    What begins with one of ``= + - @`` (in any width), a tab or a line break, also after blanks that one may or may not
    see, gets an apostrophe before it.
    """
    first = next((one for one in text if unicodedata.category(one) not in _BLANK), "")
    formula = unicodedata.normalize("NFKC", first) in _FORMULA
    return f"'{text}" if formula or text.startswith(("\t", "\r", "\n")) else text


def _shown(one: str) -> str:
    """The unprintable character itself where it may stay, else what stands for it."""
    category = unicodedata.category(one)
    may_stay = one == "\n" or category in {"Cf", "Zs"} or (category == "Cn" and ord(one) in _PICTOGRAPHS)
    return one if may_stay else REPLACEMENT


def _normal_with_few_marks(text: str) -> str:
    """In NFC, at most ``MOST_MARKS`` in a row, and none at the start of a line, where it has no letter."""
    marks = _marks_in(text)
    text = _with_runs_cut(text, marks, _MARKS_TO_NORMALISE)
    normal = unicodedata.normalize("NFC", text)
    if normal != text:
        marks = _marks_in(normal)
    if marks:
        normal = re.sub(f"^[{marks}]+", "", normal, flags=re.MULTILINE)
    return _with_runs_cut(normal, marks, MOST_MARKS)


def _marks_in(text: str) -> str:
    """The combining marks and joiners that occur in the text, as ranges for a character class."""
    ranges: list[list[str]] = []
    for one in sorted(one for one in set(text) if one in _JOINERS or _is_mark(one)):
        if ranges and ord(ranges[-1][1]) + 1 == ord(one):
            ranges[-1][1] = one
        else:
            ranges.append([one, one])
    return "".join(f"{first}-{last}" for first, last in ranges)


def _with_runs_cut(text: str, marks: str, most: int) -> str:
    return re.sub(f"([{marks}]{{{most}}})[{marks}]+", r"\1", text) if marks else text


def _without_leading_marks(line: str) -> str:
    start = 0
    while start < len(line) and (line[start] == " " or _is_mark(line[start])):
        start += 1
    return line[start:]


def _is_mark(one: str) -> bool:
    return unicodedata.category(one).startswith("M")
