"""What must not stand in anything that p24tui gives out, said without the help of the gate that it proves."""

import re
import unicodedata

_FORMAT_SHOWN = frozenset(
    "\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
) | frozenset(map(chr, range(0x13430, 0x13440)))
"""Of the format characters those that a script writes by: joiners, number signs, hieroglyphs side by side."""

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u3164\uffa0")

MOST_MARKS = 6


class HostileError(AssertionError):
    """Hostile text had an effect."""


def forbidden(text: str, *, breaks: str = "\n") -> set[str]:
    """The characters in it that may steer a terminal, turn the text round or hide in it."""
    return {one for one in set(text) - set(breaks) if _is_forbidden(one)}


def check(text: str, where: str, *, breaks: str = "\n") -> None:
    """Raises ``HostileError`` where there are any, or where marks pile up."""
    if found := forbidden(text, breaks=breaks):
        raise HostileError(f"{where}: {sorted(map(ascii, found))} in {_around(text, found)!a}")
    marks = 0
    for one in text:
        marks = marks + 1 if unicodedata.category(one) in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            raise HostileError(f"{where}: marks pile up in {text[:80]!a}")


def check_headers(written: bytes, known: frozenset[str], where: str) -> None:
    """Raises ``HostileError`` where a message's head has a field that we do not write, or a bare end of line."""
    head, _gap, _body = written.partition(b"\r\n\r\n")
    if re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]", head):
        raise HostileError(f"{where}: {head!r}")
    for line in head.split(b"\r\n"):
        name = line.partition(b":")[0].decode().lower()
        if line[:1] not in b" \t" and name not in known:
            raise HostileError(f"{where}: header {line!r}")


def _is_forbidden(one: str) -> bool:
    category = unicodedata.category(one)
    if category in {"Cc", "Cs", "Co", "Zl", "Zp"} or one in _BLANK_LETTERS:
        return True
    return category == "Cf" and one not in _FORMAT_SHOWN


def _around(text: str, found: set[str]) -> str:
    at = min(text.index(one) for one in found)
    return text[max(0, at - 30) : at + 30]


_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[<=>?]?)(?P<parameters>[0-9;:]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b(?P<string>[\]PX^_])(?P<body>[^\x1b\x07]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<escape>[ -/]*[0-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
)


def sequences(written: bytes) -> set[str]:
    """The kinds of control sequences in what was written to a terminal: colours and places may differ, and no more."""
    found = set()
    for one in _SEQUENCE.finditer(written.decode("utf-8", "replace")):
        if one["final"] is not None:
            moves = one["final"] in "mHABCDGJKXrf" and not one["private"]
            parameters = "…" if moves else one["parameters"]
            found.add(f"CSI {one['private']}{parameters}{one['between']}{one['final']}")
        elif one["string"] is not None:
            found.add(f"{one['string']}{one['body']}")
        else:
            found.add(ascii(one["escape"] or one["control"]))
    return found
