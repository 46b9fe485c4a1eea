"""What came in one go: one resource, a Bundle or NDJSON, cut into its pieces without trusting any of them.

Brackets are counted before anything is parsed, so that nesting can never exhaust the parser, and one bad entry
of a Bundle leaves the others whole.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from msgspec import Struct

from p24tui.gateways.fhir.element import quote
from p24tui.gateways.fhir.model import Unusable

DEEPEST = 200
"""How deep objects and lists may lie in one another."""

MOST_IN_TRANSACTION = 200
"""Entries of an all-or-nothing Bundle: it is written at once, while others wait."""

ATOMIC = "transaction"
TAKEN_TYPES = (ATOMIC, "batch", "collection", "document", "history", "message", "searchset")

# Everything up to the next bracket, strings whole; a string that does not end runs to the end of the body.
# It matches wherever it is tried, and so takes time by the body's length, whatever stands there.
_NEXT_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?\\?)*+([{}\[\]]|\Z)', re.DOTALL)
_ENTRY_KEY = re.compile(rb'"entry"\s*:\s*\Z')
_BOM = b"\xef\xbb\xbf"


class Span(Struct, frozen=True):
    """Where a piece lies in the body, and how deep it is nested."""

    start: int
    end: int
    depth: int


class Piece(Struct, frozen=True):
    """One resource of a parcel. ``line`` is its line in NDJSON, else 0."""

    position: int
    path: str
    span: Span
    line: int = 0


class Entry(Struct, frozen=True):
    """A piece, parsed: a resource with what its Bundle says about it."""

    resource: dict[str, Any]
    full_url: str = ""
    method: str = ""


class Parcel(Struct, frozen=True):
    """A body, cut up. ``bundle`` is the type of the Bundle, empty where it was none."""

    body: bytes
    pieces: tuple[Piece, ...]
    bundle: str = ""

    @property
    def atomic(self) -> bool:
        """Whether all of it is taken or nothing."""
        return self.bundle == ATOMIC

    def raw(self, piece: Piece) -> bytes:
        """The bytes of a piece as they came."""
        return self.body[piece.span.start : piece.span.end]

    def entry(self, piece: Piece) -> Entry:
        """The piece, parsed. Raises ``Unusable`` where it is no resource."""
        if piece.span.depth > DEEPEST:
            raise Unusable(piece.path, f"is nested more than {DEEPEST} deep")
        value = _parse(self.raw(piece), piece.span.start, piece.path)
        if not self.bundle:
            return Entry(_resource(value, piece.path))
        whole = _object(value, piece.path)
        request = whole.get("request")
        method = request.get("method") if isinstance(request, dict) else ""
        full_url = whole.get("fullUrl")
        return Entry(
            _resource(whole.get("resource"), piece.path),
            full_url if isinstance(full_url, str) else "",
            method if isinstance(method, str) else "",
        )

    def alone(self, pieces: list[Piece]) -> bytes:
        """Pieces by themselves: as they came, or in a Bundle of their own where they were in one."""
        if not self.bundle:
            return self.raw(pieces[0])
        entries = b",".join(self.raw(piece) for piece in pieces)
        return b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}"


def cut(body: bytes, *, lines: bool = False) -> Parcel:
    """The pieces of a body. ``lines`` says that it is NDJSON; otherwise it is where only single lines are JSON.

    Raises ``Unusable`` where it cannot be cut; its path is empty or ``Bundle``.
    """
    body = body.removeprefix(_BOM)
    if not body.strip():
        raise Unusable("", "there is nothing in it")
    if lines:
        return _cut_lines(body)
    try:
        return _cut_one(body)
    except Unusable:
        if _any_line_alone(body):
            return _cut_lines(body)
        raise


def _cut_one(body: bytes) -> Parcel:
    whole, inner, innermost = _spans(body)
    if not whole:
        _parse(body, 0, "")
        raise Unusable("", "is no object")
    inside = next((span for span in inner if _is_entry_list(body, span)), None)
    others = 1 + max((span.depth for span in inner if span is not inside), default=0)
    if others > DEEPEST:
        return Parcel(body, (Piece(0, "", whole[0]),))
    envelope = _envelope(body, inside, whole[0].depth)
    if isinstance(envelope, dict) and envelope.get("resourceType") == "Bundle":
        return _bundle(body, envelope, inside, innermost)
    return Parcel(body, (Piece(0, "", whole[0]),))


def _envelope(body: bytes, inside: Span | None, depth: int) -> Any:
    """What is said around the entries, parsed."""
    if inside is None:
        return _parse(body, 0, "")
    try:
        return _parse(body[: inside.start + 1] + body[inside.end - 1 :], 0, "")
    except Unusable:
        if depth <= DEEPEST:
            _parse(body, 0, "")  # says where in the whole body it is
        raise


def _is_entry_list(body: bytes, span: Span) -> bool:
    return body[span.start] == ord("[") and bool(_ENTRY_KEY.search(body, max(0, span.start - 80), span.start))


def _bundle(body: bytes, envelope: dict[str, Any], inside: Span | None, innermost: list[Span]) -> Parcel:
    found = _bundle_type(envelope)
    if inside is None:
        return Parcel(body, (), found)
    spans = [span for span in innermost if inside.start < span.start < inside.end]
    end = inside.start + 1
    for index, span in enumerate(spans):
        _check_between(body[end : span.start], first=index == 0, path=f"Bundle.entry[{index}]")
        end = span.end
    _check_between(body[end : inside.end - 1], first=True, path=f"Bundle.entry[{len(spans)}]")
    if found == ATOMIC and len(spans) > MOST_IN_TRANSACTION:
        raise Unusable("Bundle.entry", f"a transaction has at most {MOST_IN_TRANSACTION} entries; send a batch")
    pieces = [Piece(index, f"Bundle.entry[{index}]", span) for index, span in enumerate(spans)]
    return Parcel(body, tuple(pieces), found)


def _bundle_type(envelope: dict[str, Any]) -> str:
    found = envelope.get("type")
    if found not in TAKEN_TYPES:
        raise Unusable("Bundle.type", f"{quote(found)} is none of those taken: {', '.join(TAKEN_TYPES)}")
    return str(found)


def _check_between(gap: bytes, *, first: bool, path: str) -> None:
    if gap.strip() != (b"" if first else b","):
        raise Unusable(path, "is not parted from the entry before it, or is no object")


def _spans(body: bytes) -> tuple[list[Span], list[Span], list[Span]]:
    """Every object and list of the outermost three levels. Raises ``Unusable`` where the brackets do not match."""
    levels: tuple[list[Span], list[Span], list[Span]] = ([], [], [])
    opened: list[tuple[int, int]] = []
    depth = peak = 0
    for match in _NEXT_BRACKET.finditer(body):
        if not match[1]:
            break
        if match[1] in b"{[":
            if depth < len(levels):
                opened.append((match.end() - 1, peak))
                peak = depth
            depth += 1
            peak = max(peak, depth)
        else:
            depth -= 1
            if depth < 0:
                raise Unusable("", f"is not JSON: a bracket too many at byte {match.end() - 1}")
            if depth < len(levels):
                start, peak_before = opened.pop()
                levels[depth].append(Span(start, match.end(), peak - depth))
                peak = max(peak, peak_before)
    if depth:
        raise Unusable("", f"is not JSON: it ends at byte {len(body)} within an object, a list or a string")
    return levels


def _cut_lines(body: bytes) -> Parcel:
    pieces: list[Piece] = []
    for number, (start, end) in enumerate(_lines(body), 1):
        if body[start:end].strip():
            pieces.append(Piece(len(pieces), "", Span(start, end, _depth(body[start:end])), number))
    return Parcel(body, tuple(pieces))


def _lines(body: bytes) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        yield start, end
        start = end + 1


def _depth(text: bytes) -> int:
    depth = deepest = 0
    for match in _NEXT_BRACKET.finditer(text):
        depth += {b"": 0, b"{": 1, b"[": 1}.get(match[1], -1)
        deepest = max(deepest, depth)
    return deepest


def _any_line_alone(body: bytes) -> bool:
    """Whether a line of several is a resource by itself."""
    for start, end in _lines(body):
        line = body[start:end].strip()
        if line.startswith(b"{") and line.endswith(b"}") and b'"resourceType"' in line and line != body.strip():
            try:
                if _depth(line) <= DEEPEST and "resourceType" in _object(_parse(line, 0, ""), ""):
                    return True
            except Unusable:
                continue
    return False


def _parse(text: bytes, offset: int, path: str) -> Any:
    try:
        return json.loads(text.decode("utf-8"), parse_float=_decimal, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Unusable(path, f"is not UTF-8 at byte {offset + error.start}") from error
    except json.JSONDecodeError as error:
        at = offset + len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        raise Unusable(path, f"is not JSON at byte {at}: {error.msg}") from error
    except ValueError as error:  # a number of thousands of digits
        raise Unusable(path, "has a number that cannot be read") from error


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unusable(path, "is no object")
    return value


def _resource(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise Unusable(path, "is no resource: it has no resourceType")
    return value
