"""The roster on both databases: who is responsible, what calls, and what changing it writes down (CH-2, H5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from p24tui.clock import STOCKHOLM
from p24tui.errors import BadInput, Refused
from p24tui.routine.roster import RosterEntry
from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.services import alerts, duty, roster, staff, units
from p24tui.store.tables import events as events_table
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World

MONDAY = date(2026, 11, 23)
NEXT = MONDAY + timedelta(days=7)


def at(day: date, wall: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), STOCKHOLM).astimezone(UTC)


def put(world: World, who: str, start: str, end: str, day: date = MONDAY, by: str = "maria") -> RosterEntry:
    return roster.add(world.system, world.actor(by), PEOPLE[who][0], at(day, start), at(day, end))


def whole_week(world: World, who: str = "maria", monday: date = MONDAY) -> list[RosterEntry]:
    return [put(world, who, "08:00", "17:00", monday + timedelta(days=n)) for n in range(5)]


def recorded(world: World) -> list[tuple[str, str | None, dict[str, object]]]:
    """What has been written down of rosters and responsibility."""
    table = events_table.c
    with world.system.store.reading() as tx:
        rows = tx.connection.execute(select(table.kind, table.staff_id, table.details).order_by(table.seq))
        return [(kind, by, details) for kind, by, details in rows if kind.startswith(("roster.", "responsibility."))]


@pytest.mark.rule("CH-2")
def test_who_is_on_the_roster_is_responsible_until_the_next_one_is(world: World) -> None:
    put(world, "maria", "08:00", "12:00")
    put(world, "sara", "12:00", "17:00")
    (found,) = alerts.responsible(world.system, [UNIT]).values()
    assert (found.name, found.since, found.until) == ("Maria Lind", at(MONDAY, "08:00"), at(MONDAY, "12:00"))
    world.clock.advance(timedelta(hours=3))
    assert alerts.responsible(world.system, [UNIT])[UNIT].name == "Sara Holm"
    world.clock.advance(timedelta(hours=5))
    assert alerts.responsible(world.system, [UNIT]) == {}


@pytest.mark.rule("CH-2")
def test_taking_and_handing_over_during_the_day_are_deeds_on_record(world: World) -> None:
    maria, johan, sara = (PEOPLE[who][0] for who in ("maria", "johan", "sara"))
    put(world, "maria", "08:00", "17:00")
    taken = alerts.take_responsibility(world.system, world.actor("johan"))
    assert (taken.name, taken.since, taken.until) == (
        "Johan Berg",
        MONDAY_NINE,
        at(MONDAY + timedelta(days=1), "00:00"),
    )
    handed = alerts.hand_responsibility(world.system, world.actor("amir"), sara)
    assert handed.name == "Sara Holm"
    assert recorded(world)[1:] == [
        ("responsibility.taken", johan, {"before": maria, "after": johan}),
        ("responsibility.taken", PEOPLE["amir"][0], {"before": johan, "after": sara}),
    ]


@pytest.mark.rule("CH-2")
def test_it_is_not_everybodys_to_hand_nor_is_it_handed_to_somebody_elsewhere(world: World) -> None:
    world.second_unit()
    operator = world.source
    elsewhere = staff.make_staff("SE2321000016-XX09", "Ulla Borg", "nurse")
    staff.put_staff(world.system, operator, elsewhere, (BERGA,))
    with pytest.raises(Refused, match="roster-hand"):
        alerts.hand_responsibility(world.system, world.actor("eva"), PEOPLE["johan"][0])
    with pytest.raises(Refused, match="roster-person"):
        alerts.hand_responsibility(world.system, world.actor("maria"), elsewhere.id)
    assert alerts.responsible(world.system, [UNIT, BERGA]) == {}
    alerts.take_responsibility(world.system, world.actor("eva"))
    assert alerts.hand_responsibility(world.system, world.actor("eva"), PEOPLE["johan"][0]).name == "Johan Berg"


@pytest.mark.rule("CH-2")
def test_what_was_taken_yesterday_does_not_count_today(world: World) -> None:
    alerts.take_responsibility(world.system, world.actor("johan"))
    world.clock.advance(timedelta(hours=15))
    assert alerts.responsible(world.system, [UNIT]) == {}
    assert duty.duty_of(world.system, [UNIT])[UNIT].alerts[0].reason is UnitReason.GAP


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_a_gap_calls_the_day_before_and_when_it_happens(world: World) -> None:
    whole_week(world)
    tuesday = MONDAY + timedelta(days=1)
    assert duty.duty_of(world.system, [UNIT])[UNIT].alerts == ()
    (one,) = [
        one for one in roster.week_of(world.system, UNIT, MONDAY).entries if one.starts_at == at(tuesday, "08:00")
    ]
    roster.change(world.system, world.actor("maria"), one.id, one.staff_id, one.starts_at, at(tuesday, "11:00"))
    gap = at(tuesday, "11:00")
    assert duty.duty_of(world.system, [UNIT])[UNIT].alerts == (UnitAlert(UNIT, UnitReason.GAP, gap),)
    world.clock.instant = gap
    assert duty.duty_of(world.system, [UNIT])[UNIT].alerts == (UnitAlert(UNIT, UnitReason.NOBODY, gap),)
    alerts.take_responsibility(world.system, world.actor("johan"))
    assert duty.duty_of(world.system, [UNIT])[UNIT].alerts == ()


@pytest.mark.rule("CH-2")
@pytest.mark.hazard("H5")
def test_gaps_are_shown_a_week_ahead_and_somebody_who_has_left_makes_one(world: World) -> None:
    whole_week(world)
    assert roster.gaps(world.system, [UNIT])[UNIT] == ((at(NEXT, "08:00"), at(NEXT, "09:00")),)
    assert roster.gaps(world.system, [UNIT], days=4) == {}
    gone = staff.make_staff(*PEOPLE["maria"], active=False)
    staff.put_staff(world.system, world.source, gone, (UNIT,))
    assert len(roster.gaps(world.system, [UNIT])[UNIT]) == 6
    assert roster.week_of(world.system, UNIT, MONDAY).entries[0].available is False
    with pytest.raises(BadInput):
        roster.gaps(world.system, [UNIT], days=10_000)


@pytest.mark.rule("CH-2")
def test_changing_the_roster_writes_down_what_was_and_what_is(world: World) -> None:
    one = put(world, "maria", "08:00", "12:00")
    changed = roster.change(
        world.system, world.actor("johan"), one.id, PEOPLE["sara"][0], one.starts_at, at(MONDAY, "13:00")
    )
    assert (changed.id, changed.name) == (one.id, "Sara Holm")
    roster.drop(world.system, world.actor("johan"), one.id)
    assert roster.week_of(world.system, UNIT, MONDAY).entries == ()
    added, altered, dropped = recorded(world)
    assert [added[0], altered[0], dropped[0]] == ["roster.added", "roster.changed", "roster.dropped"]
    assert altered[1] == PEOPLE["johan"][0]
    assert altered[2]["before"] == added[2]["after"]
    assert dropped[2]["before"] == altered[2]["after"]
    with pytest.raises(BadInput, match="no-roster-entry"):
        roster.drop(world.system, world.actor("johan"), one.id)


@pytest.mark.parametrize(
    ("who", "start", "end", "reason"),
    [
        (PEOPLE["maria"][0], at(MONDAY, "09:00"), at(MONDAY, "08:00"), "roster-order"),
        (PEOPLE["maria"][0], at(MONDAY, "09:00"), at(NEXT, "08:00"), "roster-long"),
        ("SE2321000016-NOBODY", at(MONDAY, "08:00"), at(MONDAY, "09:00"), "roster-person"),
        (PEOPLE["maria"][0], at(MONDAY, "08:00"), at(MONDAY, "12:00"), "roster-there"),
    ],
)
def test_what_cannot_stand_in_the_roster_is_refused_and_leaves_it_as_it_was(
    world: World, who: str, start: datetime, end: datetime, reason: str
) -> None:
    put(world, "maria", "08:00", "12:00")
    with pytest.raises(Refused, match=reason):
        roster.add(world.system, world.actor("maria"), who, start, end)
    assert len(roster.week_of(world.system, UNIT, MONDAY).entries) == 1
    assert len(recorded(world)) == 1


def test_another_units_roster_is_not_ones_own_to_change(world: World) -> None:
    world.second_unit("maria")
    one = put(world, "maria", "08:00", "12:00")
    other = replace(world.actor("maria"), unit_id=BERGA)
    with pytest.raises(BadInput, match="no-roster-entry"):
        roster.drop(world.system, other, one.id)
    assert roster.responsible_now(world.system, [BERGA]) == {}


def test_copying_a_week_says_beforehand_what_it_does_and_does_it_once_from_several_consoles(world: World) -> None:
    whole_week(world)
    put(world, "maria", "08:00", "17:00", NEXT)
    planned = roster.plan_copy(world.system, UNIT, MONDAY, NEXT)
    assert (len(planned.new), len(planned.there)) == (4, 1)
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda who: roster.copy_week(world.system, world.actor(who), MONDAY, NEXT), ["maria", "johan"] * 2)
        )
    assert sorted(len(one.new) for one in done) == [0, 0, 0, 4]
    week = roster.week_of(world.system, UNIT, NEXT)
    assert len(week.entries) == 5
    assert week.gaps == ()
    assert [kind for kind, _by, _details in recorded(world)].count("roster.copied") == 1


@pytest.mark.parametrize(("typed", "monday"), [("2026-48", MONDAY), ("2026-W48", MONDAY), ("202648", MONDAY)])
def test_a_week_is_typed_as_year_and_number(typed: str, monday: date) -> None:
    assert roster.parse_week(typed) == monday


@pytest.mark.parametrize("typed", ["", "48", "2026-54", "2026-00", "vecka 48", "0000-01"])
def test_what_is_no_week_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(BadInput, match="week"):
        roster.parse_week(typed)


def test_a_unit_with_split_hours_has_a_gap_for_each(world: World) -> None:
    split = units.make_unit(UNIT, "Vårdcentralen Åsen", "primary-care", "mon-fri 08:00-12:00,13:00-17:00")
    units.put_unit(world.system, world.source, split)
    week = roster.week_of(world.system, UNIT, MONDAY)
    assert len(week.gaps) == 10
    assert [one.name for one in week.staff] == sorted(name for _id, name, _profession in PEOPLE.values())
