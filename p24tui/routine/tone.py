"""What in an answer to a patient breaks the tone, and what to write instead. It points; it never blocks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from p24tui.routine.rule import rule


class Fault(StrEnum):
    """What is wrong with the wording."""

    CAPITALS = "capitals"
    EXCLAMATION = "exclamation"
    ABBREVIATION = "abbreviation"
    SEEK_ANEW = "seek-anew"


class Remark(Struct, frozen=True):
    """One fault: ``found`` is ``text[start:end]``, and ``better`` can stand in its place (it may be empty)."""

    start: int
    end: int
    fault: Fault
    found: str
    better: str

    @property
    def rule(self) -> str:
        """The id of the rule that the wording breaks."""
        return "SE-5" if self.fault is Fault.SEEK_ANEW else "SE-1"


class Ask(Struct, frozen=True):
    """A way to ask somebody to seek care anew: a pattern over lower-case text, without groups of its own."""

    pattern: str
    better: str


@dataclass(frozen=True)
class ToneWords:
    """The words that the tone is checked by; what they are compiled to is kept with them.

    Abbreviations are in lower case. Where one ends with a full stop, that stop is its own ("t.ex."); otherwise a stop
    after it ends the sentence ("osv"). ``not_asked`` is what may stand before an ask so that nobody is asked.
    """

    abbreviations: Mapping[str, str]
    after_number: Mapping[str, str]
    before_number: Mapping[str, str]
    capitals: frozenset[str]
    asks: tuple[Ask, ...]
    not_asked: str

    @cached_property
    def full_words(self) -> tuple[dict[str, str], ...]:
        """What the abbreviations of each kind stand for, by the abbreviation without its last full stop."""
        kinds = (self.abbreviations, self.after_number, self.before_number)
        return tuple({short.rstrip("."): full for short, full in kind.items()} for kind in kinds)

    @cached_property
    def with_own_stop(self) -> frozenset[str]:
        """The abbreviations whose last full stop is their own, without it."""
        every = (*self.abbreviations, *self.after_number, *self.before_number)
        return frozenset(short.rstrip(".") for short in every if short.endswith("."))

    @cached_property
    def abbreviation_pattern(self) -> re.Pattern[str]:
        """Finds every abbreviation in lower-case text, with the full stop after it; a group for each kind."""
        anywhere, after_number, before_number = map(_spellings, self.full_words)
        ways = [
            rf"(?<![\w-])(?<!\w\.)({anywhere})",
            rf"(?:(?<=\d)|(?<=\d[ \u00a0]))({after_number})",
            rf"(?<![\w.-])({before_number})(?=\.?[ \u00a0]?\d)",
        ]
        return re.compile(rf"(?=[^\W\d])(?:{'|'.join(ways)})(?:\.(?![^\W\d])|(?![\w-]|[.:]\w))")

    @cached_property
    def ask_pattern(self) -> re.Pattern[str]:
        """Finds every ask in lower-case text; the number of the group is the number of the ask."""
        # The groups are empty and last: around the patterns they would keep the search from its shortcuts.
        ways = "|".join(f"(?:{_spaced(ask.pattern)})()" for ask in self.asks)
        return re.compile(rf"\b(?=[^\W\d])(?:{ways})(?!\w)")

    @cached_property
    def not_asked_pattern(self) -> re.Pattern[str]:
        """Finds what makes the ask that follows none."""
        return re.compile(rf"(?<!\w)(?:{_spaced(self.not_asked)})\s++\Z")


_NEARBY = 60
"""How many characters before an ask may make it none."""

# No group is possessive: before 3.11.5 re forgets there where the match ends.
# Plain strings, which re compiles and keeps when they are first used: the console starts without that.
_CAPITAL = "A-ZÀ-ÖØ-Þ"
_IN_CAPITALS = rf"[{_CAPITAL}\d]++(?:-[{_CAPITAL}\d]++)*(?!\w|[-:]\w)"
_CAPITALS = rf"(?<![\w-])(?=[{_CAPITAL}]){_IN_CAPITALS}(?:[ ,]++{_IN_CAPITALS})*"
_ROMAN = r"X{0,3}(?:I[XV]|V?I{0,3})"

# Placeholders, links, addresses of e-mail and of sites.
_UNTOUCHED = (
    r"\{[^{}\n]{0,40}\}"
    r"|https?:/\S*[^\s.,!?;:)]"
    r"|(?<![\w.+-])[\w.+-]++@[\w.-]*\w"
    r"|(?<![\w.-])[\w-]++(?:\.[\w-]++)*\.(?:com|net|nu|org|se)\b(?:/\S*[^\s.,!?;:)])?"
)


@rule("SE-1", "SE-5")
def remarks(text: str, words: ToneWords) -> tuple[Remark, ...]:
    """What breaks the tone, in the order of the text; where two overlap the graver, then the longer, is said."""
    plain = re.sub(_UNTOUCHED, lambda match: "_" * len(match[0]), text)
    lower = plain.replace("İ", "I").lower()  # the one letter whose lower case is longer than itself
    found = [*_capitals(plain, words), *_exclamations(plain), *_abbreviations(text, lower, words)]
    return _apart([*found, *_asks(text, lower, words)])


def _capitals(text: str, words: ToneWords) -> Iterator[Remark]:
    for match in re.finditer(_CAPITALS, text):
        said = re.split("([ ,]+)", match[0])
        if any(_shouts(word, words.capitals) for word in said):
            better = "".join(_calm(word, words.capitals) for word in said)
            if _begins_sentence(text, match.start()):
                better = _capitalised(better)
            yield Remark(match.start(), match.end(), Fault.CAPITALS, match[0], better)


def _exclamations(text: str) -> Iterator[Remark]:
    for match in re.finditer("!+", text):
        around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        better = "" if set(around) & set(".?…") else "."
        yield Remark(match.start(), match.end(), Fault.EXCLAMATION, match[0], better)


def _abbreviations(text: str, lower: str, words: ToneWords) -> Iterator[Remark]:
    for match in words.abbreviation_pattern.finditer(lower):
        start, end = match.span()
        kind = match.lastindex or 1
        short = re.sub("[. ]+", ".", match[kind])
        better = _in_case(text, start, end, words.full_words[kind - 1][short])
        if match[0].endswith("."):
            better += _stop_after(text, end, own=short in words.with_own_stop)
        yield Remark(start, end, Fault.ABBREVIATION, text[start:end], better)


def _asks(text: str, lower: str, words: ToneWords) -> Iterator[Remark]:
    for match in words.ask_pattern.finditer(lower):
        start, end = match.span()
        if match.lastindex and not words.not_asked_pattern.search(lower, max(0, start - _NEARBY), start):
            better = _in_case(text, start, end, words.asks[match.lastindex - 1].better)
            yield Remark(start, end, Fault.SEEK_ANEW, text[start:end], better)


def _apart(found: list[Remark]) -> tuple[Remark, ...]:
    kept: list[Remark] = []
    for one in sorted(found, key=lambda one: one.start):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif _weight(one) > _weight(kept[-1]):
            kept[-1] = one
    return tuple(kept)


def _weight(one: Remark) -> tuple[bool, int, bool]:
    return one.fault is Fault.SEEK_ANEW, one.end - one.start, one.fault is Fault.ABBREVIATION


def _shouts(word: str, capitals: frozenset[str]) -> bool:
    return len(word) > 1 and not re.fullmatch(_ROMAN, word) and _calm(word, capitals) != word


def _calm(word: str, capitals: frozenset[str]) -> str:
    """The word in lower case, but for codes, Roman numerals and what is always written in capitals."""
    if any(one.isdigit() for one in word) or (re.fullmatch(_ROMAN, word) and word not in {"I", "VI"}):
        return word
    parts = word.split("-")
    return "-".join(part if part in capitals or _is_letter(part) else part.lower() for part in parts)


def _is_letter(part: str) -> bool:
    """Whether it is a letter for its own sake, as in vitamin D, and no word."""
    return len(part) == 1 and part not in {"I", "Å"}


def _in_case(text: str, start: int, end: int, better: str) -> str:
    """With a capital where what was found has one; where it is all in capitals, at the start of a sentence."""
    found = text[start:end]
    if found.isupper():
        return _capitalised(better) if _begins_sentence(text, start) else better
    return _capitalised(better) if found[0].isupper() else better


def _capitalised(better: str) -> str:
    return better[:1].upper() + better[1:]


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 8) : start].rstrip(" \"'”’(–-")
    return not before or before[-1] in ".!?…\n"


def _stop_after(text: str, end: int, *, own: bool) -> str:
    """What is left of the full stop when the abbreviation before it is written out."""
    after = text[end : end + 2]
    if after[:1] in {"", "\n"} or (not own and after[0] == " " and after[1:].isupper()):
        return "."
    return " " if after[0].isdigit() else ""


def _spellings(abbreviations: Mapping[str, str]) -> str:
    """Every abbreviation, the longest first, with a stop, a space or both where it has a stop within."""
    shorts = sorted(abbreviations, key=len, reverse=True)
    return "|".join(r"(?:\. ?| )".join(map(re.escape, short.split("."))) for short in shorts)


def _spaced(pattern: str) -> str:
    """The pattern with any white space where it has a space."""
    return pattern.replace(" ", r"\s++")
