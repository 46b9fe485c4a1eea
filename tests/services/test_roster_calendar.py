"""A roster imported from a calendar, again and again: brought up to date, with nothing lost and nothing twice."""

from datetime import date, timedelta

import pytest

from p24tui.errors import BadInput
from p24tui.routine.roster import midnight
from p24tui.services import roster, roster_calendar, staff
from p24tui.services.roster_calendar import RosterImport
from tests.gateways.test_roster_calendar import event, file
from tests.services.test_roster import MONDAY, NEXT, put, recorded, whole_week
from tests.world import PEOPLE, UNIT, World

TUESDAY = MONDAY + timedelta(days=1)


def take_in(world: World, *events: str) -> RosterImport:
    return roster_calendar.import_calendar(world.system, world.actor("eva"), file(*events))


def counts(done: RosterImport) -> tuple[int, int, int, int]:
    return done.added, done.changed, done.dropped, done.unchanged


def standing(world: World, monday: date = MONDAY) -> list[tuple[str, str]]:
    entries = roster.week_of(world.system, UNIT, monday).entries
    return [(one.name, f"{one.starts_at:%d %H}-{one.ends_at:%H}") for one in entries]


def out(world: World, until: date = NEXT) -> bytes:
    return roster_calendar.export(world.system, UNIT, midnight(MONDAY), midnight(until))


@pytest.mark.rule("CH-2")
def test_an_event_that_comes_again_updates_its_entry_and_one_that_is_cancelled_goes(world: World) -> None:
    put(world, "johan", "08:00", "12:00")
    assert counts(take_in(world, event())) == (1, 0, 0, 0)
    assert counts(take_in(world, event())) == (0, 0, 0, 1)
    assert counts(take_in(world, event("SUMMARY:Sara Holm", "SEQUENCE:1"))) == (0, 1, 0, 0)
    assert standing(world) == [("Johan Berg", "23 07-11"), ("Sara Holm", "24 07-11")]
    assert counts(take_in(world, event("STATUS:CANCELLED"))) == (0, 0, 1, 0)
    assert standing(world) == [("Johan Berg", "23 07-11")]
    assert [kind for kind, _by, _details in recorded(world)] == ["roster.added", *["roster.imported"] * 3]


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_what_cannot_be_used_is_named_and_leaves_what_it_was_to_replace(world: World) -> None:
    take_in(world, event(uid="1"), event(uid="2", end=":20261124T170000"))
    done = take_in(world, event("SUMMARY:Ulla Borg", uid="1"), event(uid="2", end=":20261124T160000"))
    assert counts(done) == (0, 1, 0, 0)
    assert [(one.title, one.reason) for one in done.unusable] == [("Ulla Borg", "person-unknown")]
    assert standing(world) == [("Maria Lind", "24 07-11"), ("Maria Lind", "24 07-15")]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("X-HSA-ID:SE2321000016-NOBODY",), "person-unknown"),  # whatever the name says
        (("SUMMARY:Maria",), "person-unknown"),
        (("SUMMARY:Tvilling Ek",), "person-ambiguous"),
        (("DTEND:20261124T070000",), "roster-order"),
        (("DTEND:20261126T120000",), "roster-long"),
        (("DTEND:-",), "no-end"),
    ],
)
def test_whom_or_when_it_means_must_be_sure(world: World, lines: tuple[str, ...], reason: str) -> None:
    for n in (1, 2):
        twin = staff.make_staff(f"SE2321000016-TV{n}", "Tvilling Ek", "nurse")
        staff.put_staff(world.system, world.source, twin, (UNIT,))
    done = take_in(world, event(*lines), event("SUMMARY:MARIA LIND", uid="2"))
    assert [one.reason for one in done.unusable] == [reason]
    assert standing(world) == [("Maria Lind", "24 07-11")]


def test_a_series_that_becomes_another_is_followed_and_the_past_stays(world: World) -> None:
    series = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    begun = {"start": ":20261123T080000", "end": ":20261123T170000"}
    assert take_in(world, event(series, **begun)).added == 53 * 5
    assert roster.week_of(world.system, UNIT, NEXT).gaps == ()
    world.clock.advance(timedelta(days=14))
    later = take_in(world, event(f"{series};UNTIL=20261211", **begun))
    assert later.unchanged == 5
    assert later.dropped == 50 * 5
    assert len(standing(world)) == 5
    assert len(standing(world, NEXT)) == 5
    assert len(standing(world, NEXT + timedelta(days=14))) == 0


def test_two_who_change_places_are_both_kept(world: World) -> None:
    one = {"start": ":20261124T080000", "end": ":20261124T120000"}
    other = {"start": ":20261124T130000", "end": ":20261124T170000"}
    take_in(world, event(uid="1", **one), event("SUMMARY:Johan Berg", uid="2", **other))
    assert counts(take_in(world, event(uid="1", **other), event("SUMMARY:Johan Berg", uid="2", **one))) == (0, 2, 0, 0)
    assert counts(take_in(world, event(uid="1", **one), event(uid="2", **other))) == (0, 2, 0, 0)
    assert counts(take_in(world, event(uid="1", **other), event(uid="2", **one))) == (0, 2, 0, 0)
    assert standing(world) == [("Maria Lind", "24 07-11"), ("Maria Lind", "24 12-16")]


def test_what_goes_out_comes_in_again_as_the_same_entries(world: World) -> None:
    before = whole_week(world)
    written = out(world)
    assert counts(roster_calendar.import_calendar(world.system, world.actor("eva"), written)) == (0, 0, 0, 5)
    moved = written.replace(b"DTEND:20261127T160000Z", b"DTEND:20261127T140000Z")
    assert counts(roster_calendar.import_calendar(world.system, world.actor("eva"), moved)) == (0, 1, 0, 4)
    after = roster.week_of(world.system, UNIT, MONDAY).entries
    assert {one.id for one in after} == {one.id for one in before}
    roster.drop(world.system, world.actor("maria"), before[0].id)
    assert counts(roster_calendar.import_calendar(world.system, world.actor("eva"), moved)) == (1, 0, 0, 4)
    assert counts(roster_calendar.import_calendar(world.system, world.actor("eva"), moved)) == (0, 0, 0, 5)


def test_what_was_put_in_by_hand_is_not_put_in_again(world: World) -> None:
    put(world, "maria", "08:00", "12:00", TUESDAY)
    assert counts(take_in(world, event())) == (0, 0, 0, 1)
    assert len(standing(world)) == 1


def test_a_bad_file_changes_nothing(world: World) -> None:
    put(world, "maria", "08:00", "12:00")
    with pytest.raises(BadInput, match="calendar"):
        roster_calendar.import_calendar(world.system, world.actor("eva"), b"BEGIN:VCALENDAR")
    assert len(standing(world)) == 1
    assert len(recorded(world)) == 1
    assert PEOPLE["maria"][0].encode() in out(world)
