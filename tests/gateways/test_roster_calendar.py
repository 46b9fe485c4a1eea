"""A roster as an iCalendar file: what other programs write is read as it stands, and what cannot be is named."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p24tui.clock import STOCKHOLM
from p24tui.errors import BadInput
from p24tui.gateways import roster_calendar
from p24tui.gateways.roster_calendar import MOST, entry_id, read, write
from p24tui.routine.roster import RosterEntry

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MARIA = "SE2321000016-ML01"


def event(*lines: str, uid: str = "1", start: str = ":20261124T080000", end: str = ":20261124T120000") -> str:
    """An event of Maria's; a line that begins with a name that is there already takes its place."""
    usual = [f"UID:{uid}", f"DTSTART{start}", f"DTEND{end}", "SUMMARY:Maria Lind"]
    names = {line.partition(":")[0].partition(";")[0] for line in lines}
    kept = [line for line in usual if line.partition(":")[0].partition(";")[0] not in names]
    return "\r\n".join(["BEGIN:VEVENT", *kept, *(line for line in lines if not line.endswith(":-")), "END:VEVENT"])


def file(*events: str, more: str = "") -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", *([more] if more else []), *events, "END:VCALENDAR", ""]
    ).encode()


def times(data: bytes, now: datetime = NOW) -> list[str]:
    """When somebody is to be responsible by the file, as people in Sweden read it."""
    found = read(data, now)
    assert found.unusable == ()
    local = [(one.starts_at.astimezone(STOCKHOLM), one.ends_at.astimezone(STOCKHOLM)) for one in found.occurrences]
    return [f"{start:%y%m%d %H:%M}-{end:%H:%M}" for start, end in local]


def reasons(data: bytes) -> list[str]:
    return [one.reason for one in read(data, NOW).unusable]


def test_what_is_written_is_read_back() -> None:
    entry = RosterEntry("abc", "unit", MARIA, NOW, NOW + timedelta(hours=4), "Maria Lind; och, Å\\s")
    written = write([entry], "Vårdcentralen Åsen", NOW)
    assert b"UID:abc@p24tui" in written
    assert written.count(b"\r\n") == written.count(b"\n")
    (one,) = read(written, NOW).occurrences
    assert (one.calendar_id, one.hsa_id, one.starts_at, one.ends_at) == ("abc@p24tui", MARIA, NOW, entry.ends_at)
    assert one.names == ("Maria Lind; och, Å\\s",)
    assert entry_id(one.calendar_id) == "abc"
    assert entry_id("abc@outlook") == ""


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (":20261124T080000", ":20261124T120000"),
        (":20261124T070000Z", ":20261124T110000Z"),
        (";TZID=Europe/Stockholm:20261124T080000", ";TZID=Europe/Stockholm:20261124T120000"),
        (";TZID=Europe/London:20261124T070000", ";TZID=Europe/London:20261124T110000"),
        (";TZID=W. Europe Standard Time:20261124T080000", ";TZID=W. Europe Standard Time:20261124T120000"),
        (";TZID=Europe/London:20261124T070000", ":20261124T110000Z"),
    ],
)
def test_floating_utc_and_zoned_times_are_the_same_instant(start: str, end: str) -> None:
    assert times(file(event(start=start, end=end))) == ["261124 08:00-12:00"]


def test_a_zone_that_the_file_defines_itself_is_used() -> None:
    zone = "\r\n".join([
        "BEGIN:VTIMEZONE", "TZID:Mine", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0500",
        "TZOFFSETTO:+0500", "END:STANDARD", "END:VTIMEZONE",
    ])  # fmt: skip
    data = file(event(start=";TZID=Mine:20261124T120000", end=";TZID=Mine:20261124T160000"), more=zone)
    assert times(data) == ["261124 08:00-12:00"]
    assert read(data, NOW).occurrences[0].starts_at.tzinfo is UTC


def test_a_duration_says_when_it_ends() -> None:
    assert times(file(event("DURATION:PT4H", "DTEND:-"))) == ["261124 08:00-12:00"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("UID:-",), "no-uid"),
        (("DTEND:-",), "no-end"),
        (("DTEND:-", "DURATION:x"), "no-end"),
        (("DTSTART;VALUE=DATE:20261124",), "all-day"),
        (("DTSTART:nonsense",), "time"),
        (("DTSTART:-",), "time"),
        (("DTSTART:00010101T000000",), "time"),
        (("DTSTART:20261124T080000Z",), "time"),  # the end has no zone: whose time is it?
        (("DTSTART;TZID=Nowhere/At_all:20261124T080000",), "zone"),
        (("RRULE:FREQ=MONTHLY",), "recurrence"),
        (("RRULE:FREQ=SECONDLY",), "recurrence"),
        (("RRULE:FREQ=DAILY;BYHOUR=8,9",), "recurrence"),
        (("RRULE:FREQ=WEEKLY;BYDAY=1MO",), "recurrence"),
        (("RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO",), "recurrence"),
        (("RRULE:FREQ=WEEKLY;INTERVAL=0",), "recurrence"),
        (("RRULE:FREQ=SOMETIMES",), "recurrence"),
        (("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "recurrence"),
        (("RDATE:20261201T080000",), "recurrence"),
        (("RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261125"), "recurrence"),
        (("RECURRENCE-ID:20261124T080000",), "exception-alone"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_reason_and_costs_nothing_else(
    lines: tuple[str, ...], reason: str
) -> None:
    data = file(event(*lines), event(uid="2", end=":20261124T170000"))
    found = read(data, NOW)
    assert [(one.title, one.reason) for one in found.unusable] == [("Maria Lind", reason)]
    assert [one.calendar_id for one in found.occurrences] == ["2"]
    assert found.calendar_ids == {"2"}


def test_an_exception_of_two_times_costs_nothing_else() -> None:
    """Found by ``python -m tests.fuzz roster``, as was the duration above: nothing of the file was taken."""
    exception = event("RECURRENCE-ID:20261124T080000", "RECURRENCE-ID:20261125T080000")
    found = read(file(event(), exception, event(uid="2")), NOW)
    assert [one.reason for one in found.unusable] == ["time"]
    assert [one.calendar_id for one in found.occurrences] == ["1", "2"]


def test_a_series_keeps_its_wall_time_over_the_clock_change_and_reaches_53_weeks() -> None:
    found = times(file(event("RRULE:FREQ=WEEKLY;BYDAY=TU,WE")))
    assert len(found) == 53 * 2
    assert all(one.endswith("08:00-12:00") for one in found)
    assert (found[0], found[-1]) == ("261124 08:00-12:00", "271124 08:00-12:00")
    zoned = event(
        "RRULE:FREQ=WEEKLY;BYDAY=TU,WE",
        start=";TZID=Europe/Stockholm:20261124T080000",
        end=";TZID=Europe/Stockholm:20261124T120000",
    )
    assert times(file(zoned)) == found


@pytest.mark.parametrize(
    ("recurrence", "days"),
    [
        ("FREQ=DAILY;COUNT=3", ["24", "25", "26"]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["24", "26", "28"]),
        ("FREQ=WEEKLY;COUNT=2", ["24", "01"]),
        ("FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3", ["24", "30", "01"]),
        ("FREQ=DAILY;UNTIL=20261126", ["24", "25", "26"]),
        ("FREQ=DAILY;UNTIL=20261125T070000Z", ["24", "25"]),
        ("FREQ=DAILY;UNTIL=20261125T065959Z", ["24"]),
        ("FREQ=DAILY;UNTIL=20261125T080000", ["24", "25"]),
    ],
)
def test_a_simple_series_is_followed_to_its_end(recurrence: str, days: list[str]) -> None:
    assert [one[4:6] for one in times(file(event(f"RRULE:{recurrence}")))] == days


def test_days_that_are_left_out_moved_or_cancelled_in_a_series_are_so() -> None:
    data = file(
        event("RRULE:FREQ=DAILY;COUNT=5", "EXDATE:20261125T080000", "EXDATE;TZID=Europe/Stockholm:20261126T080000"),
        event("RECURRENCE-ID:20261127T080000", "DTSTART:20261127T090000", "DTEND:20261127T130000"),
        event("RECURRENCE-ID:20261128T070000Z", "STATUS:CANCELLED"),
    )
    assert times(data) == ["261124 08:00-12:00", "261127 09:00-13:00"]
    assert reasons(
        file(event("RRULE:FREQ=DAILY;COUNT=2"), event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261125T080000"))
    ) == ["recurrence"]


def test_of_a_series_that_began_long_ago_nothing_is_said_of_what_has_been() -> None:
    data = file(event("RRULE:FREQ=DAILY;COUNT=14", start=":20261113T080000", end=":20261113T120000"))
    assert [one[4:6] for one in times(data)] == ["23", "24", "25", "26"]


def test_what_is_cancelled_has_no_occurrences_but_is_spoken_of() -> None:
    for data in (file(event("STATUS:CANCELLED")), file(event(), more="METHOD:CANCEL")):
        found = read(data, NOW)
        assert found.calendar_ids == {"1"}
        assert not found.occurrences
        assert not found.unusable


def test_the_latest_version_of_an_event_counts_and_the_earlier_is_named() -> None:
    later = event("SEQUENCE:2", "DTEND:20261124T150000")
    found = read(file(later, event("SEQUENCE:1")), NOW)
    assert [one.ends_at.hour for one in found.occurrences] == [14]
    assert [one.reason for one in found.unusable] == ["superseded"]
    assert found.calendar_ids == {"1"}


@pytest.mark.parametrize(
    "line",
    [
        f"X-P24TUI-HSA-ID:{MARIA}",
        f"X-HSA-ID:{MARIA.lower()}",
        f"ATTENDEE;CN=Maria Lind:urn:oid:1.2.752.29.4.19:{MARIA}",
        f'ATTENDEE;CN="Maria Lind ({MARIA})":mailto:maria@example.org',
    ],
)
def test_a_person_is_named_by_hsa_id_in_a_property_or_as_attendee(line: str) -> None:
    (one,) = read(file(event(line)), NOW).occurrences
    assert one.hsa_id == MARIA


def test_a_person_is_else_named_as_attendee_or_in_the_title() -> None:
    (one,) = read(file(event("ATTENDEE;CN=Johan  Berg:mailto:j@example.org", "SUMMARY:Chattansvar")), NOW).occurrences
    assert one.names == ("Johan Berg", "Chattansvar")


def test_what_a_file_says_is_cleaned_before_anyone_sees_it() -> None:
    (one,) = read(file(event("SUMMARY:Ma\x1b[2Jria", "DTEND:-")), NOW).unusable
    assert "\x1b" not in one.title


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        file(event())[:-20],
        b"<html></html>",
    ],
)
def test_what_is_no_calendar_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BadInput, match="calendar"):
        read(data, NOW)


def test_a_file_in_the_old_latin_encoding_or_with_a_mark_before_it_is_read() -> None:
    data = file(event("SUMMARY:Åsa Öberg"))
    for encoded in (data.decode().encode("cp1252"), b"\xef\xbb\xbf" + data):
        (one,) = read(encoded, NOW).occurrences
        assert one.names == ("Åsa Öberg",)


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [event("RRULE:FREQ=DAILY", uid=str(n)) for n in range(MOST // 371 + 1)]
    with pytest.raises(BadInput, match="calendar-large"):
        read(file(*many), NOW)
    monkeypatch.setattr(roster_calendar, "LARGEST", 10)
    with pytest.raises(BadInput, match="calendar-large"):
        read(file(event()), NOW)


PIECES = [
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "UID:1", "UID:2", "DTSTART:20261124T080000",
    "DTEND:20261124T120000Z", "DTEND;TZID=X:20261124T120000", "RRULE:FREQ=DAILY;UNTIL=20270101", "RRULE:", "EXDATE:",
    "EXDATE:20261124T080000,x", "RECURRENCE-ID:20261124T080000", "RECURRENCE-ID:", "STATUS:CANCELLED", "SEQUENCE:x",
    "ATTENDEE:", "SUMMARY:", "DURATION:P", "DURATION:-P9999999D", "DTSTART:99991231T235959Z",
    "DTSTART;VALUE=DATE:20261124",
    "DTSTART;VALUE=PERIOD:20261124T080000Z/PT1H", "DTSTART:080000", "BEGIN:", ";", "DTSTART;TZID=:20261124T080000",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_whatever_a_file_is_put_together_of_it_is_read_or_refused(pieces: list[str]) -> None:
    data = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *pieces, "END:VEVENT", "END:VCALENDAR", ""]).encode()
    try:
        found = read(data, NOW)
    except BadInput:
        return
    assert all(one.starts_at.utcoffset() == timedelta() for one in found.occurrences)
    assert all(one.reason for one in found.unusable)
