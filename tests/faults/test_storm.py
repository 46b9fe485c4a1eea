"""The short part of what ``python -m tests.faults.storm`` proves at length; and that its check is not blind."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.storm.acknowledged import Acknowledged, Log, Reader, What
from tests.faults.storm.checking import (
    CaseNow,
    Change,
    Event,
    Evidence,
    Fault,
    Message,
    Offer,
    Reminder,
    Sent,
    Snapshot,
    check,
)
from tests.world import MONDAY_NINE, PEOPLE, UNIT

SARA, AMIR = PEOPLE["sara"][0], PEOPLE["amir"][0]
WITHIN = 600.0
"""Seconds within which a few rounds have been run on a machine that is busy with other tests."""


def event(seq: int, kind: str, staff_id: str | None = None, case_id: str = "c1") -> Event:
    return Event(seq, kind, case_id, UNIT, staff_id, f"at {staff_id}", MONDAY_NINE)


def told(of: Event, message_id: str | None = None) -> Change:
    return Change(of.seq, of.case_id, of.unit_id, message_id, of.seq, of.at)


def deed(kind: str, staff: str, version: int) -> Acknowledged:
    return Acknowledged(What.DEED, kind, case="c1", staff=staff, place=f"at {staff}", version=version)


EVENTS = [
    event(1, "case.received"),
    event(2, "message.received"),
    event(3, "case.claimed", SARA),
    event(4, "message.sent", SARA),
    event(5, "handover.offered", SARA),
    event(6, "handover.accepted", AMIR),
]
GOOD = Evidence(
    acknowledged=[
        Acknowledged(What.CONTACT, "e1", "c1"),
        Acknowledged(What.MESSAGE, "m1", "stored1"),
        Acknowledged(What.BOOKING, "b1"),
        Acknowledged(What.ANSWER, "a1", case="c1"),
        Acknowledged(What.REMINDER, "sms1", case="c1"),
        Acknowledged(What.READING, "", case="c1", place="here"),
        deed("case.claimed", SARA, 2),
        deed("handover.offered", SARA, 4),
        deed("handover.accepted", AMIR, 5),
    ],
    snapshot=Snapshot(
        messages=[Message("stored1", "c1", "Hej, det här är m1."), Message("a1", "c1", "Svar a1")],
        events=EVENTS,
        changes=[told(one, {2: "stored1", 4: "a1"}.get(one.seq)) for one in EVENTS]
        + [Change(7, "c1", UNIT, None, None, MONDAY_NINE)],
        cases={"c1": CaseNow(AMIR, handed=False, version=5)},
        offers=[Offer("c1", "accepted")],
        reminders={"sms1": Reminder("c1", "RH000001", "accepted")},
        made_of_bookings=Counter(["b1"]),
        readings=Counter([("here", "c1")]),
    ),
    sent=[Sent("sms1", MONDAY_NINE)],
)


def faults(evidence: Evidence) -> set[Fault]:
    return {one.fault for one in check(evidence)}


def holding(**other: object) -> Evidence:
    """The same, with something else in the database."""
    return replace(GOOD, snapshot=replace(GOOD.snapshot, **other))  # type: ignore[arg-type]


def after(*more: Acknowledged) -> Evidence:
    """The same, with more that was acknowledged."""
    return replace(GOOD, acknowledged=[*GOOD.acknowledged, *more])


def without(events: Callable[[Event], bool]) -> Evidence:
    """The same, without these events and the changes that tell of them."""
    gone = {one.seq for one in EVENTS if events(one)}
    return holding(
        events=[one for one in EVENTS if one.seq not in gone],
        changes=[one for one in GOOD.snapshot.changes if one.event_seq not in gone],
    )


def test_the_check_finds_nothing_where_all_is_well() -> None:
    assert check(GOOD) == []


@pytest.mark.hazard("H24")
@pytest.mark.parametrize(
    "evidence",
    [
        after(Acknowledged(What.MESSAGE, "m2", "stored2")),
        after(Acknowledged(What.MESSAGE, "m2", "stored1")),
        after(Acknowledged(What.CONTACT, "e2", "c2")),
        after(Acknowledged(What.BOOKING, "b2")),
        after(Acknowledged(What.ANSWER, "a2", case="c1")),
        after(Acknowledged(What.ANSWER, "a1", case="c2")),
        after(Acknowledged(What.REMINDER, "sms2", case="c1")),
        after(deed("case.released", AMIR, 5)),
        after(deed("case.claimed", SARA, 3)),
        holding(cases={"c1": CaseNow(AMIR, handed=False, version=4)}),
    ],
)
def test_the_check_sees_what_is_lost(evidence: Evidence) -> None:
    assert Fault.LOST in faults(evidence)


def test_the_check_sees_what_is_there_twice() -> None:
    again = Message("stored2", "c1", "Hej, det här är m1.")
    told_of = Change(8, "c1", UNIT, "stored2", None, MONDAY_NINE)
    double = holding(messages=[*GOOD.snapshot.messages, again], changes=[*GOOD.snapshot.changes, told_of])
    assert faults(double) == {Fault.DOUBLE}
    assert faults(holding(made_of_bookings=Counter(["b1", "b1"]))) == {Fault.DOUBLE}


def test_the_check_sees_that_something_good_was_refused() -> None:
    assert faults(after(Acknowledged(What.REFUSED, "500"))) == {Fault.REFUSED}


@pytest.mark.parametrize(
    "changes",
    [
        GOOD.snapshot.changes[1:],
        [*GOOD.snapshot.changes, Change(8, "c1", UNIT, None, 3, MONDAY_NINE)],
        [*GOOD.snapshot.changes, Change(8, "c1", UNIT, None, 9, MONDAY_NINE)],
        [*GOOD.snapshot.changes, Change(8, "c1", UNIT, "stored9", None, MONDAY_NINE)],
        [replace(one, message_id=None) for one in GOOD.snapshot.changes],
        [replace(one, case_id="c2") for one in GOOD.snapshot.changes],
    ],
)
def test_the_check_sees_an_event_and_a_change_that_are_not_of_one_piece(changes: list[Change]) -> None:
    assert faults(holding(changes=changes)) == {Fault.HALF}


@pytest.mark.parametrize(
    "evidence",
    [
        holding(events=[*EVENTS, event(7, "case.claimed", SARA)], changes=[*GOOD.snapshot.changes, told(event(7, ""))]),
        holding(events=[*EVENTS, event(7, "message.sent", SARA)], changes=[*GOOD.snapshot.changes, told(event(7, ""))]),
        holding(cases={"c1": CaseNow(SARA, handed=False, version=5)}),
        holding(cases={"c1": CaseNow(None, handed=False, version=5)}),
        holding(events=[*EVENTS, event(7, "case.closed-down")], changes=[*GOOD.snapshot.changes, told(event(7, ""))]),
    ],
)
def test_the_check_sees_two_owners(evidence: Evidence) -> None:
    assert faults(evidence) == {Fault.OWNERS}


def test_the_check_sees_that_two_were_told_that_the_same_version_is_theirs() -> None:
    again = event(7, "handover.accepted", AMIR)
    twice = replace(
        GOOD,
        acknowledged=[*GOOD.acknowledged, deed("handover.accepted", AMIR, 5)],
        snapshot=replace(GOOD.snapshot, events=[*EVENTS, again], changes=[*GOOD.snapshot.changes, told(again)]),
    )
    assert Fault.OWNERS in faults(twice)


@pytest.mark.hazard("H7")
@pytest.mark.parametrize(
    "evidence",
    [
        holding(offers=[]),
        holding(offers=[Offer("c1", "offered")]),
        holding(offers=[Offer("c1", "accepted"), Offer("c1", "accepted")]),
        holding(cases={"c1": CaseNow(AMIR, handed=True, version=5)}),
    ],
)
def test_the_check_sees_a_handover_that_vanished(evidence: Evidence) -> None:
    assert faults(evidence) == {Fault.HANDOVER}


@pytest.mark.hazard("H20")
def test_the_check_sees_a_reading_that_is_not_on_record() -> None:
    assert faults(holding(readings=Counter())) == {Fault.UNLOGGED}


@pytest.mark.hazard("H13")
def test_the_check_sees_an_sms_that_went_twice() -> None:
    assert faults(replace(GOOD, sent=[*GOOD.sent, *GOOD.sent])) == {Fault.SMS_TWICE}
    two = {id: Reminder("c1", "RH000001", "accepted") for id in ("sms1", "sms2")}
    both = replace(holding(reminders=two), sent=[Sent(id, MONDAY_NINE) for id in two])
    assert faults(both) == {Fault.SMS_TWICE}


@pytest.mark.hazard("H1")
def test_the_check_sees_an_sms_to_the_protected() -> None:
    since = MONDAY_NINE - timedelta(seconds=30)
    assert faults(replace(GOOD, protected_since={"RH000001": since})) == {Fault.PROTECTED}
    assert faults(replace(GOOD, protected_since={"RH000001": MONDAY_NINE})) == set()


def test_an_acknowledgement_that_its_client_was_killed_over_counts_for_nothing(tmp_path: Path) -> None:
    log, reader = Log(tmp_path, "portal"), Reader(tmp_path)
    first, second = (Acknowledged(What.MESSAGE, id) for id in ("m1", "m2"))
    log.add(first)
    assert list(reader.new()) == [first]
    (path,) = tmp_path.iterdir()
    with path.open("a") as file:
        file.write('{"what": "message", "id": "m')
    assert list(reader.new()) == []
    with path.open("a") as file:
        file.write('2", "stored": "", "case": "", "staff": "", "place": "", "version": 0}\n')
    assert list(reader.new()) == [second]


@pytest.mark.slow
@pytest.mark.hazard("H24")
@pytest.mark.skipif(sys.platform == "win32", reason="the storm's processes are stopped and forked as POSIX has it")
@pytest.mark.parametrize(("database", "rounds"), [("sqlcipher", "2"), ("postgresql", "2")])
def test_nothing_is_lost_and_nothing_done_twice_in_a_few_rounds(database: str, rounds: str) -> None:
    command = [sys.executable, "-m", "tests.faults.storm", "--database", database, "--rounds", rounds, "--seed", "3"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-1] == "nothing lost, nothing twice"
