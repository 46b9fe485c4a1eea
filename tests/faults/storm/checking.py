"""What is looked at after each round, by plain values: is all there that was acknowledged, once, and as it was told?"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tests.faults.storm.acknowledged import Acknowledged, What


class Fault(StrEnum):
    """What must not be."""

    LOST = "lost"
    DOUBLE = "double"
    REFUSED = "refused"
    HALF = "half written"
    OWNERS = "two owners"
    HANDOVER = "handover"
    SMS_TWICE = "SMS twice"
    PROTECTED = "SMS to the protected"
    UNLOGGED = "reading not logged"
    CHAIN = "chain"
    FELL = "fell"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, of what, and how it is seen."""

    fault: Fault
    of: str
    seen: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event, as far as it is looked at."""

    seq: int
    kind: str
    case_id: str | None
    unit_id: str
    staff_id: str | None
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A place in the change log."""

    seq: int
    case_id: str | None
    unit_id: str
    message_id: str | None
    event_seq: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message."""

    id: str
    case_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseNow:
    """How a case stands."""

    owner_id: str | None
    handed: bool
    version: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover."""

    case_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """A row of the outbox."""

    case_id: str | None
    patient_number: str
    state: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS that the gateway took: our id of it, and when."""

    id: str
    at: datetime


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment; events in their order."""

    messages: Sequence[Message] = ()
    events: Sequence[Event] = ()
    changes: Sequence[Change] = ()
    cases: Mapping[str, CaseNow] = field(default_factory=dict)
    offers: Sequence[Offer] = ()
    reminders: Mapping[str, Reminder] = field(default_factory=dict)
    made_of_bookings: Counter[str] = field(default_factory=Counter)
    """How many visits, and tasks for staff, each booking has become."""
    readings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often, by place and case; the case is empty for a list."""


@dataclass(frozen=True)
class Evidence:
    """All that is known. ``protected_since`` is since when nobody may send to a person, by number."""

    acknowledged: Sequence[Acknowledged]
    snapshot: Snapshot
    sent: Sequence[Sent] = ()
    protected_since: Mapping[str, datetime] = field(default_factory=dict)


WRITTEN = ("Hej, det här är", "Svar")
"""How each message begins that somebody writes in the storm; no two are alike."""

LOOKED_AT_WITHIN = timedelta(seconds=1)
"""How long before an SMS goes protection may have been asked for."""


def check(evidence: Evidence) -> list[Finding]:
    """Everything that must not be."""
    found: list[Finding] = []
    for looks in (_received, _once, _answers, _deeds, _readings, _events, _owners, _handovers, _sms):
        found += looks(evidence)
    return found


def _received(evidence: Evidence) -> Iterator[Finding]:
    """What the patients' side was told is stored: it is there, and once."""
    snapshot = evidence.snapshot
    texts = {one.id: one.text for one in snapshot.messages}
    for one in evidence.acknowledged:
        match one.what:
            case What.REFUSED:
                yield Finding(Fault.REFUSED, one.id, "what was sent is good")
            case What.MESSAGE if one.id not in texts.get(one.stored, ""):
                yield Finding(Fault.LOST, one.id, "acknowledged, and no such message")
            case What.CONTACT if one.stored not in snapshot.cases:
                yield Finding(Fault.LOST, one.id, "acknowledged, and no such case")
            case What.BOOKING if one.id not in snapshot.made_of_bookings:
                yield Finding(Fault.LOST, one.id, "acknowledged, and neither a visit nor a task")


def _once(evidence: Evidence) -> Iterator[Finding]:
    """Nothing that anybody wrote, and no booking, has become two."""
    for id, count in evidence.snapshot.made_of_bookings.items():
        if count > 1:
            yield Finding(Fault.DOUBLE, id, f"{count} visits or tasks of one booking")
    for text, count in Counter(one.text for one in evidence.snapshot.messages).items():
        if count > 1 and text.startswith(WRITTEN):
            yield Finding(Fault.DOUBLE, text, f"{count} messages")


def _answers(evidence: Evidence) -> Iterator[Finding]:
    """What staff were told is sent."""
    by_id = {one.id: one for one in evidence.snapshot.messages}
    for one in evidence.acknowledged:
        if one.what is What.ANSWER:
            stored = by_id.get(one.id)
            if stored is None or stored.case_id != one.case or stored.text != f"Svar {one.id}":
                yield Finding(Fault.LOST, one.id, "an answer that was acknowledged")
        elif one.what is What.REMINDER and one.id not in evidence.snapshot.reminders:
            yield Finding(Fault.LOST, one.id, "a reminder that was acknowledged")


def _deeds(evidence: Evidence) -> Iterator[Finding]:
    """Each deed that somebody was told is done has its event; and no two were told that they made the same version."""
    done = Counter((event.case_id, event.kind, event.place) for event in evidence.snapshot.events)
    told = Counter((one.case, one.id, one.place) for one in evidence.acknowledged if one.what is What.DEED)
    for key, count in told.items():
        if done[key] < count:
            yield Finding(Fault.LOST, str(key), f"done {done[key]} times, acknowledged {count} times")
    versions = Counter((one.case, one.version) for one in evidence.acknowledged if one.what is What.DEED)
    for (case_id, version), count in versions.items():
        if count > 1:
            yield Finding(Fault.OWNERS, case_id, f"{count} deeds were told that theirs is version {version}")
        now = evidence.snapshot.cases.get(case_id)
        if now is None or now.version < version:
            yield Finding(Fault.LOST, case_id, f"version {version} was acknowledged, and is not there")


def _readings(evidence: Evidence) -> Iterator[Finding]:
    """Whatever was shown to somebody is on record (LO-1)."""
    shown = Counter((one.place, one.case) for one in evidence.acknowledged if one.what is What.READING)
    for key, count in shown.items():
        if evidence.snapshot.readings[key] < count:
            yield Finding(Fault.UNLOGGED, str(key), f"{count} shown, {evidence.snapshot.readings[key]} on record")


def _events(evidence: Evidence) -> Iterator[Finding]:
    """Every event has one change that tells of it; every change that tells of one has it; every message has both."""
    snapshot = evidence.snapshot
    told = Counter(one.event_seq for one in snapshot.changes if one.event_seq is not None)
    events = {one.seq: one for one in snapshot.events}
    for seq, event in events.items():
        if told[seq] != 1:
            yield Finding(Fault.HALF, f"event {seq} {event.kind}", f"{told[seq]} changes tell of it")
    for change in snapshot.changes:
        if change.event_seq is None:
            continue
        of = events.get(change.event_seq)
        if of is None:
            yield Finding(Fault.HALF, f"change {change.seq}", f"tells of event {change.event_seq}, which is not there")
        elif (of.case_id, of.unit_id, of.at) != (change.case_id, change.unit_id, change.at):
            yield Finding(Fault.HALF, f"change {change.seq}", f"tells otherwise than event {of.seq}")
    announced = {one.message_id: one for one in snapshot.changes if one.message_id is not None}
    messages = {one.id for one in snapshot.messages}
    for id in messages ^ announced.keys():
        yield Finding(Fault.HALF, f"message {id}", "has no change" if id in messages else "a change tells of none such")


TAKEN = frozenset({"case.claimed", "handover.accepted"})
FREED = frozenset({"case.released", "case.ended", "case.returned", "case.closed-down"})
OWNER_ONLY = frozenset({"message.sent", "handover.offered", "ending.requested", "case.ended", "case.released"})
"""What only who has the case does, of what is done in the storm."""


def _owners(evidence: Evidence) -> Iterator[Finding]:
    """The history of each case is one of one owner at a time, and it ends as the case stands."""
    owners: dict[str, str | None] = {}
    for event in evidence.snapshot.events:
        case_id = event.case_id
        if case_id is None:
            continue
        owner = owners.get(case_id)
        if event.kind == "case.claimed" and owner not in (None, event.staff_id):
            yield Finding(Fault.OWNERS, case_id, f"event {event.seq}: {event.staff_id} claims what {owner} has")
        if event.kind in OWNER_ONLY and event.staff_id and owner != event.staff_id:
            yield Finding(Fault.OWNERS, case_id, f"event {event.seq}: {event.kind} by {event.staff_id}, not {owner}")
        if event.kind in TAKEN:
            owners[case_id] = event.staff_id
        elif event.kind in FREED:
            owners[case_id] = None
    for case_id, now in evidence.snapshot.cases.items():
        if now.owner_id != owners.get(case_id):
            yield Finding(Fault.OWNERS, case_id, f"{now.owner_id} has it, by its history {owners.get(case_id)}")


def _handovers(evidence: Evidence) -> Iterator[Finding]:
    """Every offer stands, or has ended in one way that its case tells of."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in evidence.snapshot.events:
        if event.case_id is not None and event.kind.startswith("handover."):
            told[event.case_id][event.kind] += 1
    kept: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in evidence.snapshot.offers:
        kept[one.case_id][one.state] += 1
    for case_id in told.keys() | kept.keys():
        events, offers = told[case_id], kept[case_id]
        if events["handover.offered"] != offers.total():
            yield Finding(Fault.HANDOVER, case_id, f"offered {events['handover.offered']} times, {offers.total()} kept")
        for state in ("accepted", "declined", "withdrawn"):
            if events[f"handover.{state}"] != offers[state]:
                yield Finding(Fault.HANDOVER, case_id, f"{state}: {events[f'handover.{state}']} told, {offers[state]}")
        if offers["offered"] != int(case_id in evidence.snapshot.cases and evidence.snapshot.cases[case_id].handed):
            yield Finding(Fault.HANDOVER, case_id, f"{offers['offered']} stand, and the case says otherwise")


def _sms(evidence: Evidence) -> Iterator[Finding]:
    """Nothing went twice, nothing that nobody wanted, and nothing to a protected person."""
    for id, count in Counter(one.id for one in evidence.sent).items():
        if count > 1:
            yield Finding(Fault.SMS_TWICE, id, f"taken {count} times")
    of_case: Counter[str] = Counter()
    for one in evidence.sent:
        wanted = evidence.snapshot.reminders.get(one.id)
        if wanted is None:
            continue
        of_case[wanted.case_id or one.id] += 1
        since = evidence.protected_since.get(wanted.patient_number)
        if since is not None and one.at > since + LOOKED_AT_WITHIN:
            yield Finding(Fault.PROTECTED, one.id, f"went at {one.at}, protected since {since}")
    for case_id, count in of_case.items():
        if count > 1:
            yield Finding(Fault.SMS_TWICE, case_id, f"{count} reminders in one day")


def lost_or_double(found: Collection[Finding]) -> tuple[int, int]:
    """How many are lost, and how many there more than once."""
    return sum(one.fault is Fault.LOST for one in found), sum(one.fault is Fault.DOUBLE for one in found)
