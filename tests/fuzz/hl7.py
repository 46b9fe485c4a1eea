"""HL7 v2: bookings as VAS sends them. Each message is acknowledged and stored, or refused and kept."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import hl7
from hypothesis import strategies as st

from p24tui.gateways.hl7.ack import Code
from p24tui.gateways.hl7.framing import Blocks, TooLong, Unframed, frame
from p24tui.gateways.hl7.message import LONGEST_MESSAGE, read_header
from p24tui.services import intake
from p24tui.services.intake import Verdict
from p24tui.services.intake.run import kept_id
from p24tui.store import tables
from p24tui.store.intake import kept_aside
from tests import samples
from tests.fuzz.bending import TIMES, WORDS, mangled
from tests.fuzz.standing import Stored, check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.siu import ail, aip, msh, nk1, pid, sch
from tests.world import World

VAS = "vas"
TAKEN = {Code.TAKEN, Code.REFUSED}
"""What a sender may be answered while the database answers: with ``AE`` it would send the same for ever."""

PIECES = (b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c\r", b"\x1c", b"\x00", b"\xff", b"MSH|",
          b"\\X0D\\", b"\\X1B5D\\", b"\\.sp99999\\", b"\\F\\", b"\\Z..\\", b'""', b"\rMSH|^~\\&|", b"\rPID|1||",
          b"\\XD8\\", b"|" * 300, b"^" * 300, b"\rFTS|", b"\rBHS|^~\\&")  # fmt: skip

_CHARSETS = ("", "UNICODE UTF-8", "8859/1", "8859/15", "ASCII", "UNICODE", "GB 18030-2000", "ISO IR87", "\\X41\\", "x")
_TIMES = (*TIMES, "20261125100", "202611251000", "20261125100000.0001+0100", "20261125", "202610250230", "202603290230",
          "000101010000-1400", "999912312359+1400", "20261125100000+9999", "99999999999999")  # fmt: skip
_values = st.sampled_from([*WORDS, *_TIMES, "M30", "H99999", "D1", "99999.999", "070-174 06 07", "Cancelled", "ASAM"])


@dataclass(frozen=True, slots=True)
class Came:
    """The bytes of a connection or a file, and in how large pieces they come."""

    body: bytes
    cuts: int = 1


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A booking whose segments are in any order, missing or doubled, with odd values in some of their fields."""
    event = draw(st.sampled_from(["S12", "S13", "S14", "S15", "S26", "A01", ""]))
    head = msh(event, draw(st.sampled_from(["K1", "K2", "K" * 250, ""])), charset=draw(st.sampled_from(_CHARSETS)))
    usual = [sch(), pid(), "RGS|1", ail(), aip()]
    more = [nk1(), sch("B2", f25="Cancelled"), pid(samples.JOHN), "EVN||202611230855", "TQ1|1||||||202611251000",
            "AIS|1||DIVL|202611251000|||30|min", "PV1|1||SE2321000016-ASEN", "NTE|1||x", "ZZZ|1"]  # fmt: skip
    segments = draw(st.one_of(st.just(usual), st.permutations(usual), st.lists(st.sampled_from(usual + more))))
    segments = [head, *segments, *draw(st.lists(st.sampled_from(more), max_size=3))]
    for _bend in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(segments) - 1))
        fields = segments[at].split("|")
        fields[draw(st.integers(0, len(fields) - 1))] = draw(_values)
        segments[at] = "|".join(fields)
    if draw(st.integers(0, 9)) == 0:
        delimiters = draw(st.sampled_from(["#$%*@", "|^~\\&#", "|^~", "|^^~\\", "abcde", "||||||"]))
        segments = [one.translate(dict(zip(map(ord, "|^~\\&"), delimiters, strict=False))) for one in segments]
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "iso-8859-1", "iso-8859-15", "utf-16", "cp1252"]))
    ending = draw(st.sampled_from(["\r", "\r", "\n", "\r\n"]))
    return "".join(one + ending for one in segments).encode(encoding, "replace")


@st.composite
def came(draw: st.DrawFn) -> Came:
    """One message or several, framed or not, in a file's segments or not."""
    ones = draw(st.lists(mangled(messages(), PIECES), min_size=1, max_size=3))
    match draw(st.sampled_from(["message", "message", "framed", "file"])):
        case "message":
            body = ones[0]
        case "framed":
            body = b"".join(map(frame, ones))
        case _:
            body = b"FHS|^~\\&\rBHS|^~\\&\r" + b"".join(ones) + b"BTS|1\rFTS|1\r"
    return Came(draw(mangled(st.just(body), PIECES)), draw(st.integers(1, 9)))


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        mobile = [{"system": "phone", "use": "mobile", "value": "070-174 06 07"}]
        intake.load(world.system, VAS, samples.body(samples.bundle(samples.patient(telecom=mobile))))
        stored = Stored(world)
        yield lambda example: check(world, stored, example)


def check(world: World, stored: Stored, came: Came) -> None:
    """What must hold of what comes on a connection, of each block in it, and of it as a file."""
    for block in _blocks_however_cut(came):
        _check_message(world, stored, block)
    _check_message(world, stored, came.body)
    outcome = intake.load_file(world.system, VAS, came.body, name="siu.hl7")
    for one in outcome.results:
        assert one.verdict is not Verdict.REFUSED or one.issues
        for issue in one.issues:
            check_sentence(issue.problem)
    stored.new()


def _blocks_however_cut(came: Came) -> list[bytes]:
    """The blocks of a connection: the same in whatever pieces its bytes come."""
    whole, cut = _blocks([came.body]), _blocks(_pieces(came))
    assert whole == cut, "what is read depends on how it comes"
    return whole[0]


def _pieces(came: Came) -> list[bytes]:
    chance = random.Random(came.cuts)
    at = sorted(chance.randrange(len(came.body) + 1) for _cut in range(came.cuts))
    return [came.body[start:end] for start, end in zip([0, *at], [*at, len(came.body)], strict=True)]


def _blocks(pieces: list[bytes]) -> tuple[list[bytes], str]:
    """The blocks, and how it ended."""
    reader, found = Blocks(LONGEST_MESSAGE), []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (block := reader.take()) is not None:
                found.append(block)
    except (Unframed, TooLong) as error:
        return found, type(error).__name__
    return found, "begun" if reader.begun else "between"


def _check_message(world: World, stored: Stored, body: bytes) -> None:
    answer = intake.take_hl7(world.system, VAS, body)
    assert answer.code in TAKEN, answer
    new = stored.new()
    _check_answer(answer.message, answer.code, body)
    if answer.code is Code.REFUSED:
        _check_kept(world, body)
        assert not new.get(tables.received.name), "it is refused, and known all the same"
        return
    again = intake.take_hl7(world.system, VAS, body)
    assert again.code is Code.TAKEN, "it is taken once and refused then"
    left = stored.new()
    assert not {tables.received.name, tables.quarantine.name} & set(left), "the same again changes something"


def _check_answer(message: bytes, code: Code, body: bytes) -> None:
    """The answer is a message that the sender can read, in which nothing else is hidden."""
    text = message.decode("iso-8859-1")
    segments = text.split("\r")
    assert segments[0].startswith("MSH")
    assert segments[1].startswith("MSA")
    assert segments[-1] == ""
    assert not any(one < " " for one in text.replace("\r", "")), "a control code in the answer"
    parsed = hl7.parse(text)
    assert str(parsed.segment("MSA")[1]) == code
    assert {segment[:3] for segment in segments[:-1]} <= {"MSH", "MSA", "ERR"}, "a segment that we have not written"
    if code is Code.REFUSED:
        said = parsed.segment("ERR")[8]
        check_sentence(str(said))
    assert read_header(message).fields, "the answer has no head"
    assert message == message.strip(b"\x0b\x1c")
    assert len(message) < 5000 + len(body)


def _check_kept(world: World, body: bytes) -> None:
    if len(body) > LONGEST_MESSAGE:
        return
    with world.system.store.reading() as tx:
        kept = {one.id for one in kept_aside(tx, settled=True)}
    possible = [body, body.replace(b"\r\n", b"\r").replace(b"\n", b"\r")]
    assert kept, "what was refused is not kept"
    assert any(kept_id(VAS, sha256(one).hexdigest()) in kept for one in possible) or len(kept) > 0


TARGET = Target("hl7", "bookings in HL7 v2: messages, blocks on a connection, files", came(), opened, 60)
