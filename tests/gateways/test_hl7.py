"""HL7 v2 read and answered: what each field becomes, and where something cannot be used."""

import logging
import time
from datetime import UTC, datetime, timedelta

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p24tui.gateways.booking import SentBooking
from p24tui.gateways.fhir.element import Reading
from p24tui.gateways.fhir.model import Unusable
from p24tui.gateways.hl7 import ack
from p24tui.gateways.hl7.cutting import cut, is_hl7
from p24tui.gateways.hl7.framing import Blocks, TooLong, Unframed, frame
from p24tui.gateways.hl7.message import LONGEST_MESSAGE, open_message
from p24tui.gateways.hl7.siu import UnsupportedType, read_booking
from p24tui.routine.identity import IdentityNumber, NumberKind
from tests import samples
from tests.siu import AT, STAFF, ail, aip, message, msh, nk1, pid, sch, siu
from tests.world import BERGA, UNIT

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
MARIA = IdentityNumber(samples.MARIA[0], NumberKind.PERSONNUMMER)


def read(body: bytes, *, reserve: str | None = None) -> tuple[SentBooking, list[str]]:
    """The booking in a body, and where something was noted."""
    (raw,) = cut(body)
    reading = Reading(NOW, reserve)
    return read_booking(open_message(raw), reading), [one.path for one in reading.issues]


def said(*segments: str) -> SentBooking:
    return read(message(msh(), *segments))[0]


def refused(body: bytes) -> Unusable:
    with pytest.raises(Unusable) as error:
        read(body)
    return error.value


@pytest.mark.rule("VI-2")
def test_a_booking_becomes_what_it_says() -> None:
    booking, noted = read(siu(reason="KONTROLL^Återbesök"))
    assert noted == []
    assert booking == SentBooking(
        booking_id="B1",
        said_at=datetime(2026, 11, 23, 7, 55, tzinfo=UTC),
        cancelled=False,
        unit_id=UNIT,
        number=MARIA,
        name="Maria Ljungberg",
        mobile="+46701740607",
        patients=1,
        starts_at=TEN,
        ends_at=TEN + timedelta(minutes=30),
        contact_type="DIVL",
        reason="KONTROLL",
        holder_id=STAFF,
        proxy_number="",
    )


class TestBooking:
    def test_the_filler_s_id_counts_before_the_placer_s(self) -> None:
        assert said(sch("F1", f1="P1"), ail()).booking_id == "F1"
        assert said(sch("", f1="P1^VAS"), ail()).booking_id == "P1"

    def test_a_repeat_of_a_series_is_a_booking_of_its_own(self) -> None:
        assert [said(sch("F1", f3=number), ail()).booking_id for number in ("", "1", "2")] == ["F1", "F1", "F1/2"]

    @pytest.mark.parametrize(
        ("event", "status", "cancelled"),
        [
            ("S12", "", False),
            ("S13", "Booked", False),
            ("S14", "Started^Påbörjat", False),
            ("S15", "", True),
            ("S15", "Booked", True),
            ("S14", "Cancelled", True),
            ("S12", "CANCELLED^Avbokad^HL70278", True),
            ("S14", "Waitlist", True),
        ],
    )
    def test_cancelled_by_its_event_or_its_status(self, event: str, status: str, cancelled: bool) -> None:
        assert read(siu(event, f25=status))[0].cancelled is cancelled

    def test_of_one_that_is_cancelled_only_its_id_is_wanted(self) -> None:
        booking, _noted = read(message(msh("S15"), "SCH||B1"))
        assert (booking.booking_id, booking.cancelled, booking.starts_at, booking.unit_id) == ("B1", True, None, "")
        assert booking.number is None

    @pytest.mark.rule("VI-2")
    @pytest.mark.parametrize("type", ["DIVL", "divl", "^DIVL", "1^Videobesök^L^DIVL^^VAS", "Normal^^HL70277"])
    def test_the_contact_type_is_a_code_or_a_word_of_sch_8_or_ais_3(self, type: str) -> None:
        more = ["AIS|1||DIVL^Videobesök"] if "Normal" in type else []
        assert said(sch(type=type), *more, ail()).contact_type == "DIVL"

    def test_another_contact_type_is_said_as_it_is_and_need_not_say_when(self) -> None:
        booking = said(sch(type="besök^På mottagning", at=""), ail())
        assert (booking.contact_type, booking.is_video, booking.starts_at) == ("BESÖK", False, None)

    @pytest.mark.rule("VI-4")
    @pytest.mark.parametrize("fields", [{"reason": "ASAM"}, {"reason": "1^asam"}, {"f6": "ASAM^Anhörigsamtal"}])
    def test_the_reason_of_a_talk_with_a_relative_is_seen_wherever_it_stands(self, fields: dict[str, str]) -> None:
        booking = said(sch(**fields), ail())
        assert (booking.reason, booking.is_video) == ("ASAM", False)

    def test_the_unit_is_named_by_ail_then_pv1_then_msh(self) -> None:
        head = msh().replace("|P24|RH|", f"|P24|{BERGA}|")
        assert read(message(head, sch(), "PV1|1||SE2321000016-X", ail()))[0].unit_id == UNIT
        assert read(message(head, sch(), "AIL|1||RUM 4^^^&SE2321000016-X", "PV1|1||Y"))[0].unit_id == "SE2321000016-X"
        assert read(message(head, sch(), "PV1|1||A^B^C^SE2321000016-X", ail("RUM 4")))[0].unit_id == "SE2321000016-X"
        assert read(message(head, sch()))[0].unit_id == BERGA

    def test_the_holder_is_the_first_with_an_hsa_id(self) -> None:
        assert said(sch(), ail(), "AIP|1||4711^Lind", aip()).holder_id == STAFF
        booking, noted = read(message(msh(), sch(), ail(), "AIP|1||4711^Lind"))
        assert (booking.holder_id, noted) == ("", ["AIP-3"])


class TestTimes:
    @pytest.mark.parametrize(
        ("fields", "more"),
        [
            ({"at": AT}, []),
            ({"at": "20261125100000"}, []),
            ({"at": "20261125100000.000+0100"}, []),
            ({"at": "202611250900+0000"}, []),
            ({"at": ""}, ["TQ1|1||||||202611251000"]),
            ({"at": ""}, ["AIS|1||X|202611251000"]),
            ({"at": AT}, ["TQ1|1||||||202611251500", "AIS|1||X|202611251600"]),
        ],
    )
    def test_the_beginning_and_in_which_order_it_is_looked_for(self, fields: dict[str, str], more: list[str]) -> None:
        assert said(sch(**fields), *more, ail()).starts_at == TEN

    @pytest.mark.parametrize(
        ("fields", "more", "minutes"),
        [
            ({"f11": f"^^^{AT}^202611251045"}, [], 45),
            ({"f11": f"^^M20^{AT}"}, [], 20),
            ({}, ["TQ1|1|||||15^min|202611251000|202611251040"], 40),
            ({}, ["TQ1|1|||||15^min|202611251000"], 15),
            ({}, ["AIS|1||X|202611251000|||1|h"], 60),
            ({}, [], 30),
            ({"f9": "1800", "f10": "s^sekunder"}, [], 30),
            ({"f10": ""}, [], 30),
            ({"f9": "0"}, [], None),
            ({"f9": "halv", "f10": "h"}, [], None),
            ({"f10": "fnork"}, [], None),
            ({"f9": "99999"}, [], None),
            ({"f11": f"^^^{AT}^202611250900"}, [], None),
        ],
    )
    def test_the_end_is_said_or_follows_from_the_duration(
        self, fields: dict[str, str], more: list[str], minutes: int | None
    ) -> None:
        ends_at = said(sch(**fields), *more, ail()).ends_at
        assert ends_at == (TEN + timedelta(minutes=minutes) if minutes else None)

    def test_of_a_time_that_clocks_show_twice_the_first_is_taken_and_noted(self) -> None:
        booking, noted = read(siu(at="202710310230"))
        assert (booking.starts_at, noted) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), ["SCH-11"])
        booking, noted = read(siu(at="202710310230+0100"))
        assert (booking.starts_at, noted) == (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), [])

    def test_a_time_that_clocks_are_put_forward_over_is_none(self) -> None:
        error = refused(siu(at="202703280230"))
        assert (error.path, "put forward" in error.problem) == ("SCH-11", True)

    def test_a_message_says_when_it_was_made_and_never_later_than_now(self) -> None:
        assert read(siu(said=""))[0].said_at is None
        assert read(siu(said="trams"))[0].said_at is None
        assert read(siu(said="20990101000000"))[0].said_at == NOW
        assert read(siu(said="202610250230"))[0].said_at is None  # clocks showed it twice: it orders nothing
        event = message(msh(said=""), "EVN|S12|202611230855", sch(), ail())
        assert read(event)[0].said_at == datetime(2026, 11, 23, 7, 55, tzinfo=UTC)


class TestPeople:
    @pytest.mark.rule("VI-5")
    def test_a_patient_in_each_group_makes_a_group_visit(self) -> None:
        both = said(sch(), pid(), ail(), pid(samples.KATJA))
        assert (both.patients, both.number) == (2, None)
        same = said(sch(), pid(), ail(), pid())
        assert (same.patients, same.number) == (1, MARIA)
        assert said(sch(), pid(f3="X"), ail(), pid(f3="Y")).patients == 2

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("196101182803", "196101182803"),
            ("19610118-2803", "196101182803"),
            (f"4711^^^VAS^MR~196101182803^^^&{'1.2.752.129.2.1.3.1'}&ISO", "196101182803"),
            ("6101182803^^^&1.2.752.129.2.1.3.1&ISO", "196101182803"),
            ("6101182803", ""),
            ("196101182804", ""),
            ("4711", ""),
            ('""', ""),
            ("", ""),
            ("99RES123", "99RES123"),
            ("196101182803~200302022389", ""),
        ],
    )
    def test_the_identity_number_is_told_by_its_authority_or_its_twelve_digits(self, text: str, found: str) -> None:
        booking, noted = read(message(msh(), sch(), pid(f3=text), ail()), reserve=r"99RES\d+")
        assert (booking.number.value if booking.number else "") == found
        assert noted == ([] if found or not text.strip('"') else ["PID-3"])

    def test_without_a_number_the_booking_is_read_all_the_same(self) -> None:
        booking = said(sch(), pid(f3="4711"), ail())
        assert (booking.number, booking.name, booking.patients) == (None, "Maria Ljungberg", 1)

    @pytest.mark.parametrize(
        ("text", "mobile"),
        [
            ("070-174 06 07", "+46701740607"),
            ("035-13 10 00^WPN^PH~+46701740607^PRN^CP", "+46701740607"),
            ("^PRN^CP^^46^70^1740607", "+46701740607"),
            ("^PRN^CP^^^070^1740607", "+46701740607"),
            ("035-13 10 00", ""),
            ("0701740607^PRN^FX", ""),
            ("^NET^Internet^maria@example.org", ""),
            ("12", ""),
        ],
    )
    def test_the_mobile_is_e164_or_nothing(self, text: str, mobile: str) -> None:
        assert said(sch(), pid(f13=text), ail()).mobile == mobile

    def test_the_legal_name_comes_first(self) -> None:
        assert said(sch(), pid(f5="Majsan^^^^^^N~Ljungberg^Maria^B^^^^L"), ail()).name == "Maria B Ljungberg"
        assert said(sch(), pid(f5="Ljungberg&von^Maria"), ail()).name == "Maria Ljungberg"

    @pytest.mark.rule("VI-7")
    def test_one_proxy_is_named_or_none(self) -> None:
        assert said(sch(), pid(), nk1(), ail()).proxy_number == samples.ALBERTINA[0]
        assert said(sch(), pid(), nk1(), nk1(), ail()).proxy_number == samples.ALBERTINA[0]
        booking, noted = read(message(msh(), sch(), pid(), nk1(), nk1(samples.JOHN[0]), ail()))
        assert (booking.proxy_number, noted) == ("", ["NK1-33"])
        assert said(sch(), pid(), "NK1|1|Hammar^Albertina", ail()).proxy_number == ""


class TestLetters:
    @pytest.mark.parametrize(
        ("charset", "encoding"),
        [
            ("8859/1", "iso-8859-1"),
            ("ISO 8859-1", "iso-8859-1"),
            ("8859/15", "iso-8859-15"),
            ("UNICODE UTF-8", "utf-8"),
            ("utf-8", "utf-8"),
            ("8859/1~UNICODE UTF-8", "iso-8859-1"),
            ("", "utf-8"),
            ("", "iso-8859-1"),
        ],
    )
    def test_swedish_letters_in_every_usual_character_set(self, charset: str, encoding: str) -> None:
        name = ("196101182803", "Åsa Öberg-Ärlig")
        body = message(msh(charset=charset), sch(), pid(name), ail(), encoding=encoding)
        assert read(body)[0].name == "Åsa Öberg-Ärlig"

    @pytest.mark.parametrize(
        ("charset", "encoding", "problem"),
        [
            ("UNICODE UTF-16", "utf-8", "no character set that is read here"),
            ("KLINGON", "utf-8", '"KLINGON"'),
            ("ASCII", "utf-8", "byte"),
            ("UNICODE UTF-8", "iso-8859-1", "byte"),
        ],
    )
    def test_letters_that_cannot_be_told_are_refused(self, charset: str, encoding: str, problem: str) -> None:
        body = message(msh(charset=charset), sch(), pid(("196101182803", "Åsa")), ail(), encoding=encoding)
        error = refused(body)
        assert error.path == "MSH-18"
        assert problem in error.problem

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            (r"A\T\B", "A&B"),
            (r"\F\\S\\R\\E\\T\ ", r"|^~\&"),
            (r"\H\Maria\N\ ", "Maria"),
            (r"Maria\.br\Lind", "Maria Lind"),
            (r"Maria\.sp99999999\Lind", "Maria Lind"),
            (r"\XC3A5\sa", "åsa"),
            (r"\XE5\sa", "åsa"),
            (r"\Z12\x\Users", r"\Z12\x\Users"),
            (r"\\", r"\\"),
            ("\\", "\\"),
            ("Mar\x1b[31mia\u202e", "Mar\ufffd[31mia"),
        ],
    )
    def test_escapes(self, typed: str, meant: str, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            assert said(sch(), pid(f5=f"^{typed}"), ail()).name == " ".join(meant.split())
        assert caplog.records == []

    def test_nobody_need_say_by_which_program_it_was_sent(self) -> None:
        """Found by ``python -m tests.fuzz hl7``: an empty MSH-3 was taken for a fifth delimiter."""
        body = siu().replace(b"|VAS|RH|", b"||RH|")
        assert read(body) == read(siu())
        assert ack.accept(body, "1", NOW).message.startswith(b"MSH|^~\\&|P24|RH||RH|")

    def test_other_delimiters(self) -> None:
        other = siu().decode().translate(str.maketrans("|^~\\&", "#*!?$")).replace("Videobes", "Videobes")
        assert read(other.encode())[0] == read(siu())[0]


class TestCutting:
    @pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\r", b"\n\n"])
    def test_every_kind_of_line_end(self, end: bytes) -> None:
        assert cut(siu().replace(b"\r", end)) == (siu(),)

    @pytest.mark.parametrize(
        "body",
        [
            siu() + siu("S13"),
            b"\x0b" + siu() + b"\x1c\r\x0b" + siu("S13") + b"\x1c\r",
            b"\x0b" + siu().rstrip() + b"\x1c\x0b" + siu("S13").rstrip() + b"\x1c",
            b"\xef\xbb\xbf" + siu() + b"\r\n \r\n" + siu("S13"),
            b"BHS|^~\\&|VAS\r" + siu() + siu("S13") + b"BTS|2\r",
            b"FHS|^~\\&|VAS\rBHS|^~\\&\r" + siu() + b"BTS|1\rBHS|^~\\&\r" + siu("S13") + b"BTS|1\rFTS|2\r",
        ],
    )
    def test_files_batches_and_framing(self, body: bytes) -> None:
        assert is_hl7(body)
        assert cut(body) == (siu(), siu("S13"))

    def test_a_line_feed_within_a_text_parts_nothing(self) -> None:
        body = message(msh(), sch(), pid(), "NTE|1||Ring först.\nPORTKOD: 12\n", ail())
        assert read(body)[0].unit_id == UNIT

    @pytest.mark.parametrize(
        ("body", "name", "found"),
        [
            (b"MSH|^~\\&|", "", True),
            (b"\n  MSH|^~\\&|", "", True),
            (b"\x0bMSH", "", True),
            (b"trams", "a.HL7", True),
            (b"MSHX", "", False),
            (b'{"resourceType": "Patient"}', "a.json", False),
            (b"", "", False),
        ],
    )
    def test_hl7_is_known_by_its_beginning_or_its_name(self, body: bytes, name: str, found: bool) -> None:
        assert is_hl7(body, name) is found

    @pytest.mark.parametrize("part", [b"\n", b"x\n", b"\r", b" ", b"\x0b", b"\nMSH|", b"|", b"\\"])
    def test_a_strange_body_takes_no_time(self, part: bytes) -> None:
        began = time.perf_counter()
        _never_astray(b"MSH|^~\\&|" + part * (LONGEST_MESSAGE // len(part) // 4))
        assert time.perf_counter() - began < 5

    @given(st.lists(st.sampled_from([b"MSH|^~\\&|", b"PID|1", b"\n", b"\r", b" ", b"\x0b", b"\x1c", b"x\n", b"BHS|"])))
    def test_what_has_been_cut_is_cut_the_same_again(self, parts: list[bytes]) -> None:
        try:
            messages = cut(b"MSH|^~\\&|" + b"".join(parts))
        except Unusable:
            return
        assert cut(b"".join(messages)) == messages
        assert [cut(one) for one in messages] == [(one,) for one in messages]


MALFORMED = {
    "nothing": (b"", "", "no HL7 message"),
    "other": (b"hej", "", "no HL7 message"),
    "no message": (b"BHS|^~\\&\rBTS|0\r", "", "no MSH"),
    "before": (b"BHS|^~\\&\rPID|1\r" + siu(), "", "before the first MSH"),
    "delimiters": (b"MSH|^^^^|VAS\r", "MSH-2", "four delimiters"),
    "few delimiters": (b"MSH|^~|VAS\r", "MSH-2", "four delimiters"),
    "letters as delimiters": (b"MSH|abcd|VAS\r", "MSH-2", "four delimiters"),
    "head alone": (b"MSH|^~\\&|\r", "MSH-10", "missing"),
    "no control id": (message(msh(control=""), sch()), "MSH-10", "missing"),
    "long control id": (message(msh(control="K" * 200), sch()), "MSH-10", "199"),
    "another type": (message(msh().replace("SIU^S12^SIU_S12", "ADT^A01"), sch()), "MSH-9", '"ADT^A01" is not taken'),
    "no type": (message(msh().replace("SIU^S12^SIU_S12", ""), sch()), "MSH-9", "not taken here"),
    "another event": (siu("S17"), "MSH-9", '"SIU^S17" is not taken here: only SIU^S12, S13, S14 and S15'),
    "another version": (message(msh().replace("|2.5.1|", "|3.0|"), sch()), "MSH-12", "no version"),
    "no booking": (message(msh(), pid()), "SCH", "missing"),
    "no id": (message(msh(), sch(""), ail()), "SCH-2", "missing"),
    "long id": (siu(booking="B" * 201), "SCH-2", "200"),
    "no contact type": (message(msh(), sch(type=""), ail()), "SCH-8", "missing"),
    "no time": (message(msh(), sch(at=""), ail()), "SCH-11", "missing"),
    "a day alone": (siu(at="20261125"), "SCH-11", '"20261125" is no date and time'),
    "no such day": (siu(at="202613321000"), "SCH-11", "there is not"),
    "no such offset": (siu(at="202611251000+9900"), "SCH-11", "there is not"),
    "another time": (message(msh(), sch(at=""), "AIS|1||X|i morgon", ail()), "AIS-4", '"i morgon"'),
    "no unit": (message(msh(), sch(), pid()), "AIL-3", "no HSA-id"),
    "no segment": (message(msh(), sch(), "trams"), "", "no segment: number 3"),
    "many segments": (message(msh(), sch(), *["NTE|1"] * 1000), "", "more than 1000 segments"),
    "many parts": (message(msh(), sch(), pid(f5="^" * 20_000)), "", "more than 20000 fields"),
    "large": (message(msh(), "NTE|" + "x" * LONGEST_MESSAGE), "", "longer than 1048576 bytes"),
}


@pytest.mark.rule("VI-1")
@pytest.mark.parametrize(("body", "path", "problem"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_is_refused_with_its_place(body: bytes, path: str, problem: str) -> None:
    error = refused(body)
    assert error.path == path
    assert problem in error.problem


class TestAnswer:
    def answered(self, raw: bytes, *, path: str = "SCH-11", problem: str = "is missing") -> hl7.Message:
        error = Unusable(path, problem)
        answer = ack.refuse(raw, "A1", NOW, error, ack.Code.REFUSED, ack.Fault.CONTENT)
        return hl7.parse(answer.message, encoding="iso-8859-1")

    def test_it_goes_back_to_where_the_message_came_from(self) -> None:
        answer = ack.accept(siu(control="K7"), "A1", NOW)
        assert answer.code is ack.Code.TAKEN
        assert answer.message == (
            b"MSH|^~\\&|P24|RH|VAS|RH|20261123090000+0100||ACK^S12^ACK|A1|P|2.5.1||||||UNICODE UTF-8\rMSA|AA|K7\r"
        )

    def test_a_refusal_names_the_place(self) -> None:
        answer = self.answered(siu(), path="PID[2]-3", problem='"a|b" är inget')
        assert answer["MSA.1"] == "AR"
        assert answer["MSA.3"] == 'PID[2]-3: "a|b" ?r inget'
        assert str(answer["ERR"][0](2)) == "PID^2^3"
        assert answer["ERR.8"] == '"a|b" ?r inget'

    @pytest.mark.parametrize("path", ["", "SCH", "message[2]"])
    def test_a_place_that_is_no_field(self, path: str) -> None:
        where = str(self.answered(siu(), path=path)["ERR"][0](2))
        assert where == ("SCH^1" if path == "SCH" else "")

    def test_its_letters_are_said_again_as_they_came(self) -> None:
        raw = siu().replace(b"|VAS|RH|", "|VÄS|RH|".encode("iso-8859-1"))
        assert "|VÄS|RH|".encode("iso-8859-1") in ack.accept(raw, "A1", NOW).message

    @pytest.mark.parametrize("raw", [b"", b"hej", b"MSH", b"MSH|", b"MSH|^^^^|a", b"MSH|^~\\&", b"\xff" * 99])
    def test_what_is_no_message_gets_an_answer_too(self, raw: bytes) -> None:
        assert self.answered(raw)["MSA.1"] == "AR"


@given(st.binary(max_size=400))
def test_no_bytes_whatever_end_in_anything_but_an_answer(body: bytes) -> None:
    _never_astray(body)
    _never_astray(b"MSH|^~\\&|" + body)


@given(st.data())
def test_no_message_whatever_ends_in_anything_but_an_answer(data: st.DataObject) -> None:
    """A message in which anything has been replaced by anything."""
    body = bytearray(message(msh(), sch(), pid(), nk1(), ail(), aip(), "TQ1|1|||||15^min|202611251000", "AIS|1||X|2"))
    for _turn in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 30)))
        strange = st.sampled_from(
            [b"\\X\\", b"|", b"^", b"~", b"&", b"\\", b"\r", b"\n", b"\x00", b"99999999", b"\xc5"]
        )
        body[start:end] = data.draw(strange | st.binary(max_size=8))
    _never_astray(bytes(body))


def _never_astray(body: bytes) -> None:
    reading = Reading(NOW, r"\d{4}")
    try:
        for raw in cut(body):
            ack.accept(raw, "A1", NOW)
            booking = read_booking(open_message(raw), reading)
            assert booking.cancelled or not booking.is_video or booking.starts_at
            assert replace(booking, name="x").patients >= 1
    except Unusable as error:
        answer = ack.refuse(body, "A1", NOW, error, ack.Code.REFUSED, ack.Fault.CONTENT)
        assert hl7.parse(answer.message, encoding="iso-8859-1")["MSA.1"] == "AR"


class TestFraming:
    @given(st.lists(st.binary(max_size=30).map(lambda one: one.replace(b"\x1c", b"")), max_size=6), st.data())
    def test_blocks_are_the_same_however_they_come(self, sent: list[bytes], data: st.DataObject) -> None:
        stream = b"".join(frame(one) + data.draw(st.sampled_from([b"", b"\r", b"\r\n"])) for one in sent)
        blocks, found = Blocks(30), []
        while stream:
            size = data.draw(st.integers(1, len(stream)))
            blocks.feed(stream[:size])
            stream = stream[size:]
            while (block := blocks.take()) is not None:
                found.append(block)
        assert found == sent
        assert not blocks.begun

    @pytest.mark.parametrize("stream", [b"MSH|", b"GET / HTTP/1.1\r\n", b"\r\n\x00", b"\x1c\r"])
    def test_bytes_outside_a_block(self, stream: bytes) -> None:
        blocks = Blocks(100)
        blocks.feed(stream)
        with pytest.raises(Unframed):
            blocks.take()

    @pytest.mark.parametrize("end", [b"", b"\x1c\r"])
    def test_a_block_that_is_too_long(self, end: bytes) -> None:
        blocks = Blocks(10)
        blocks.feed(b"\x0b" + b"x" * 11 + end)
        with pytest.raises(TooLong) as error:
            blocks.take()
        assert error.value.head == b"x" * 10


def test_an_unsupported_type_is_told_from_what_is_malformed() -> None:
    assert isinstance(refused(siu("S17")), UnsupportedType)
