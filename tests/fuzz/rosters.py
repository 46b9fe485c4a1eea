"""A roster in a calendar file from another program: it is taken in, each event that cannot be used with its reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import strategies as st

from p24tui.errors import BadInput
from p24tui.explain import explain
from p24tui.gateways import roster_calendar
from p24tui.routine.roster import RosterEntry
from p24tui.services import roster
from p24tui.services import roster_calendar as service
from p24tui.words.duty import calendar_problem_words
from tests.fuzz.bending import TIMES, WORDS, mangled
from tests.fuzz.standing import Stored, check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.world import PEOPLE, UNIT, World

HORIZON = timedelta(days=365 * 400)
_WHEN = ("20261124T080000Z", "20261124T080000", "20261124", "20261025T023000", "20260329T023000", "00010101T000000Z",
         "99991231T235959Z", "20261332T250000Z", "20261124T080000,20261125T080000", "20261124T080000/PT1H", "PT9H",
         "P1D", "-PT1H", "P99999999D", "PT", *TIMES)  # fmt: skip
_PROPERTIES = (
    "UID:a@b", "UID:", "UID;X=1:a@b", "SEQUENCE:2", "SEQUENCE:-99999999999999999999", "SEQUENCE:x", "STATUS:CANCELLED",
    "RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=DAILY;UNTIL=20270101T000000Z", "RRULE:FREQ=SECONDLY", "RRULE:FREQ=DAILY",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TU;INTERVAL=999999999", "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=YEARLY;BYMONTH=2",
    "RRULE:FREQ=DAILY;COUNT=99999999999", "RRULE:", "RRULE:FREQ=WEEKLY;BYDAY=5MO", "RRULE:FREQ=WEEKLY;UNTIL=x",
    "RRULE:FREQ=WEEKLY;WKST=SU;BYDAY=SU", "RRULE:FREQ=DAILY;UNTIL=99991231", "EXDATE:20261124T080000Z", "EXDATE:x",
    "EXDATE;VALUE=DATE:20261124", "RDATE:20261124T080000Z", "RECURRENCE-ID:20261124T080000Z", "RECURRENCE-ID:20261124",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T080000Z", "DURATION:PT9H", "DURATION:P99999999D", "DURATION:x",
    "X-P24TUI-HSA-ID:SE2321000016-ML01", "ATTENDEE;CN=Johan Berg:mailto:x@y.se", "ATTENDEE:SE2321000016-JB02",
    "ATTENDEE;CN=\"\x1b\":x", "SUMMARY:Maria Lind", "SUMMARY;LANGUAGE=sv:Sara Holm", "SUMMARY:\\n\\,\\;\\x", "CLASS:x",
    "BEGIN:VALARM", "END:VALARM", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "BEGIN:VCALENDAR", "METHOD:CANCEL",
    "BEGIN:VTIMEZONE", "TZID:Europe/Stockholm", "END:VTIMEZONE", " folded", "\tfolded", ":", ";", "X", "X-A;B=\"",
)  # fmt: skip
_ZONES = ("", ";TZID=Europe/Stockholm", ";TZID=W. Europe Standard Time", ";TZID=Nowhere/Land", ";VALUE=DATE",
          ";VALUE=PERIOD", ";TZID=", ";TZID=../../etc/passwd", ";VALUE=x")  # fmt: skip
_time = st.builds(
    "{}{}:{}".format,
    st.sampled_from(["DTSTART", "DTSTART", "DTEND", "DTEND", "RECURRENCE-ID", "EXDATE", "DTSTAMP"]),
    st.sampled_from(_ZONES),
    st.sampled_from(_WHEN),
)
_property = st.one_of(_time, st.sampled_from(_PROPERTIES), st.sampled_from(WORDS).map("SUMMARY:{}".format))
PIECES = (b"\r\n", b"\n", b"\r\n ", b":", b";", b"\x00", b"\xff", b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n", b'"')


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A calendar of a few events, some of whose lines are odd."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *draw(st.sampled_from([[], ["METHOD:CANCEL"], ["X-WR-CALNAME:å"]]))]
    for number in range(draw(st.integers(0, 3))):
        event = [f"UID:{number}@x", "DTSTART:20261124T080000Z", "DTEND:20261124T160000Z",
                 f"SUMMARY:{draw(st.sampled_from(list(PEOPLE.values())))[1]}"]  # fmt: skip
        for _bend in range(draw(st.integers(0, 4))):
            at = draw(st.integers(0, len(event)))
            event[at : at + draw(st.integers(0, 1))] = [draw(_property)]
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "".join(f"{one}\r\n" for one in [*lines, "END:VCALENDAR"]).encode("utf-8", "replace")


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world:
        stored = Stored(world)
        yield lambda example: check(world, stored, example)


def check(world: World, stored: Stored, data: bytes) -> None:
    """It is taken in, and once more changes nothing; or it is said to be no calendar, and nothing is changed."""
    system, actor, now = world.system, world.actor("maria"), world.clock.now()
    before = _entries(world)
    try:
        done = service.import_calendar(system, actor, data)
    except BadInput as error:
        check_sentence(explain(error))
        assert _entries(world) == before, "it is refused, and changed all the same"
        return
    for one in done.unusable:
        check_sentence(calendar_problem_words(one.reason))
        check_sentence(one.title or "x")
    stored.new()
    after = _entries(world)
    again = service.import_calendar(system, actor, data)
    assert (again.added, again.dropped) == (0, 0), "sent twice it is not the same"
    assert _entries(world) == after
    written = service.export(system, UNIT, now - HORIZON, now + HORIZON)
    read = roster_calendar.read(written, now)
    assert not read.unusable
    assert {(one.hsa_id, one.starts_at, one.ends_at) for one in read.occurrences} == after, "it does not read back"
    for entry_id in _ids(world):
        roster.drop(system, actor, entry_id)


def _entries(world: World) -> set[tuple[str, object, object]]:
    return {one.same for one in _all(world)}


def _ids(world: World) -> list[str]:
    return [one.id for one in _all(world)]


def _all(world: World) -> list[RosterEntry]:
    from p24tui.store import roster as store

    now = world.clock.now()
    with world.system.store.reading() as tx:
        return list(store.between(tx, [UNIT], now - HORIZON, now + HORIZON))


TARGET = Target("roster", "rosters as calendar files (iCalendar)", mangled(files(), PIECES), opened, 60)
