"""Good samples, bent out of shape: what is kept of their structure leads past the first check."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

NUMBERS = ("1e400", "-0", "1E-9999", "NaN", "-Infinity", "9" * 5000, "0.1e1", "00", "1e99999999999999999999")
"""Numbers as they are written, which Python would not write."""

_RAW = "number:"

TIMES = (
    "", "2026", "2026-11", "2026-02-30", "2026-11-23", "2026-11-23T24:00:00Z", "2026-11-23T23:59:60Z", "0001-01-01",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T09:00:00+99:99", "2026-03-29T02:30:00",
    "2026-10-25T02:30:00", "2026-11-23T09:00:00.123456789123Z", "٢٠٢٦-١١-٢٣", "-2026-11-23", "20261123",
    "2026-11-25T09:00:00Z", "1969-12-31T23:59:59Z",
)  # fmt: skip

WORDS = (
    "", " ", "\x00", "\x1b]52;c;eA==\x07", "\ud800", "\udfff\ud800", "\u202e\u2066", "\U000e0041", "a\u0301" * 40,
    "\u0301" * 4000, "ﷺ" * 300, "å" * 5000, "=1+1", "'; drop table cases;--", "{patient}", "%s%n", "../../etc/passwd",
    "[@click=app.quit()]x[/]", "[/", "<script>", "\r\nX: y", "\u2028", "Patient/p", "Patient/", "/", "Encounter/e",
    "Encounter/e?x=|", "urn:uuid:", "urn:oid:", "#", "#x", "http://[::1", "http://x/fhir/Patient/p/_history/1", "null",
    "196101182803", "19610118-2803", "189002029800", "SE2321000016-ASEN", "SE2321000016-", "booked", "entered-in-error",
    "DIVL", "triaged", "video", "true", "1", "6", "-1", "DELETE", "transaction", "Patient", "Bundle", "Organization",
)  # fmt: skip


def nested(depth: int) -> Any:
    """Lists and objects in one another."""
    made: Any = "x"
    for number in range(depth):
        made = [made] if number % 2 else {"item": made}
    return made


odd_text = st.one_of(st.sampled_from(WORDS), st.sampled_from(TIMES), st.text(max_size=12))

odd_value: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, False, 0, -1, 1, 2**31, 2**63, 10**400, 0.1, 1e308, [], {}, [[]], [None], [{}], ""]),
    odd_text,
    st.sampled_from([_RAW + one for one in NUMBERS]),
    st.sampled_from([3, 50, 150, 250]).map(nested),
).map(copy.deepcopy)  # what is bent further must not change what is drawn next

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7", "cp037")


@st.composite
def bent(draw: st.DrawFn, good: st.SearchStrategy[Any], most: int = 4) -> Any:
    """A good value with a few things dropped, doubled, put elsewhere, or put in place of others."""
    made = copy.deepcopy(draw(good))
    for _bend in range(draw(st.integers(0, most))):
        places = list(_places(made))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        draw(st.sampled_from(_BENDS))(draw, made, holder, key)
    return made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in it where something stands, with what holds it; the first thousand."""
    waiting, found = [value], 0
    while waiting and found < 1000:
        one = waiting.pop()
        pairs = one.items() if isinstance(one, dict) else enumerate(one) if isinstance(one, list) else ()
        for key, inner in pairs:
            found += 1
            yield one, key
            waiting.append(inner)


def _drop(draw: st.DrawFn, _whole: Any, holder: Any, key: Any) -> None:
    del holder[key]


def _replace(draw: st.DrawFn, _whole: Any, holder: Any, key: Any) -> None:
    holder[key] = draw(odd_value)


def _double(draw: st.DrawFn, _whole: Any, holder: Any, key: Any) -> None:
    if isinstance(holder, list):
        holder[key:key] = [copy.deepcopy(holder[key])] * draw(st.sampled_from([1, 2, 30]))
    else:
        holder[key] = [holder[key], copy.deepcopy(holder[key])]


def _wrap(draw: st.DrawFn, _whole: Any, holder: Any, key: Any) -> None:
    holder[key] = [holder[key]] if draw(st.booleans()) else {"value": holder[key]}


def _move(draw: st.DrawFn, whole: Any, holder: Any, key: Any) -> None:
    other, name = draw(st.sampled_from(list(_places(whole))))
    holder[key] = copy.deepcopy(other[name])


def _add(draw: st.DrawFn, whole: Any, holder: Any, key: Any) -> None:
    names = sorted({str(name) for one, name in _places(whole) if isinstance(one, dict)} | {"", "\x00", "\ud800"})
    if isinstance(holder, dict):
        holder[draw(st.sampled_from(names))] = draw(odd_value)
    else:
        holder.append(draw(odd_value))


_BENDS: tuple[Callable[[st.DrawFn, Any, Any, Any], None], ...] = (
    _drop,
    _replace,
    _replace,
    _double,
    _wrap,
    _move,
    _add,
)


def written(value: Any) -> bytes:
    """The value as JSON, its odd numbers as they are."""
    text = json.dumps(value)
    for one in NUMBERS:
        text = text.replace(f'"{_RAW}{one}"', one)
    return text.encode()


@st.composite
def mangled(draw: st.DrawFn, good: st.SearchStrategy[bytes], pieces: Sequence[bytes] = (b"\x00", b"\xff")) -> bytes:
    """Bytes, most often as they are; else cut off, a stretch lost or doubled, some changed, or in another encoding."""
    data = draw(good)
    for _mangling in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2, 4]))):
        at, until = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.sampled_from(["cut", "lose", "double", "put", "flip", "insert", "recode"])):
            case "cut":
                data = data[:at]
            case "lose":
                data = data[:at] + data[min(until, at + 40) :]
            case "double":
                data = data[:until] + data[at:]
            case "put":
                data = data[:at] + draw(st.sampled_from(pieces)) + data[at + 1 :]
            case "insert":
                data = data[:at] + draw(st.sampled_from(pieces)) + data[at:]
            case "flip" if at < len(data):
                data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
            case "recode":
                text = data.decode("utf-8", "replace")
                data = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return data
