"""Sending what is due: claimed, looked at once more, handed over, and what became of it stored, one by one.

Any number of consoles and workers do this at the same time. A row is ``sending`` only from right before it is handed
over; a process that dies then leaves a row behind that nobody knows of, and nothing that goes out twice (H13).
"""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    Accepted,
    Answer,
    Fate,
    Invitation,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.routine import outgoing as rules
from p24tui.routine import phone, reminder
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import Channel, OutgoingState, Sending
from p24tui.routine.protection import Protection
from p24tui.routine.reminder import Drop, Fail, Go, ReminderTimes, Wait
from p24tui.routine.rule import rule
from p24tui.services.outbox import rule_of, tell
from p24tui.services.protections import look_up_known, with_protection
from p24tui.services.reminders import times_of
from p24tui.services.sms_text import size
from p24tui.store import events, outbox, people
from p24tui.store.engine import Tx
from p24tui.store.outbox import Claimed, Facts
from p24tui.store.outbox_results import Result, results
from p24tui.store.values import OutgoingRow, Unit
from p24tui.system import System

BATCH = 50
"""How many rows a process claims at once."""

MOMENT = 0.05
"""Seconds within which what is marked as being handed over has been; of a slower gateway's it is one at a time."""

LEASE = timedelta(seconds=45)
"""How long a claim lasts; a dead claimant's rows are free again after it."""

HANDED_OVER_WITHIN = timedelta(seconds=ANSWERS_WITHIN)
"""How much of the lease must be left for a row to be handed over."""

WORKS_FOR = 20.0
"""Seconds after which a run makes way for the other jobs of its thread."""

PAUSE = timedelta(minutes=1)
"""How long a gateway that does not answer is left alone."""

MAY_BE_ANOTHER = timedelta(minutes=1), timedelta(minutes=11)
"""How long before and after something went another one to the same number may be the one that a gateway tells of."""

LOOKED_UP_FOR = timedelta(days=3)
"""How long something of which nobody knows is looked up; a report may come later still."""


@dataclass(slots=True)
class Sender:
    """What one process sends. ``place`` is where it does so; ``pause`` is how long a silent gateway is left alone."""

    system: System
    place: str
    pause: timedelta = PAUSE
    _resumes: dict[Channel, datetime] = field(default_factory=dict)
    _at_once: int = 1

    def send_due(self) -> int:
        """Hand over what is due, and free what others left; how many were handed over."""
        with self.system.store.reading() as tx:
            if not outbox.anything_to_do(tx, self.system.clock.now()):
                return 0
        strand(self.system)
        handed, ends = 0, time.monotonic() + WORKS_FOR
        while claimed := self._claim():
            while claimed:
                if time.monotonic() > ends or any(one.channel not in self._open() for one in claimed):
                    self._give_back(claimed)
                    return handed
                some, claimed = claimed[: self._at_once], claimed[self._at_once :]
                handed += self._send(some)
        return handed

    def _open(self) -> list[Channel]:
        """By what something can go now: where the gateway has not just been silent."""
        now = self.system.clock.now()
        return [one for one in self.system.gateways if one not in self._resumes or self._resumes[one] <= now]

    def _claim(self) -> list[Claimed]:
        now, channels = self.system.clock.now(), self._open()
        if not channels:
            return []
        with self.system.store.writing() as tx:
            return outbox.claim(tx, now, now + LEASE, self.place, channels, BATCH)

    def _give_back(self, claimed: list[Claimed]) -> None:
        with self.system.store.writing() as tx:
            outbox.release(tx, claimed)

    def _send(self, claimed: list[Claimed]) -> int:
        """Hand over as many as are done in a moment, so that a process that dies leaves few that nobody knows of."""
        ready, began = self._begin(claimed), time.monotonic()
        handed = 0
        try:
            with results(self.system.store) as stored:
                for row in ready:
                    if row.channel not in self._open() or self._is_late(row):
                        break
                    handed += 1
                    answer = self._hand_over(row)
                    stored.put(row, self.place, rule_of(row), *_answered(row, answer, self.system.clock.now()))
        finally:
            if rest := ready[handed:]:
                with self.system.store.writing() as tx:
                    outbox.unmark(tx, rest)
        if handed:
            in_a_moment = int(MOMENT * handed / max(time.monotonic() - began, MOMENT / BATCH))
            self._at_once = max(1, min(in_a_moment, 2 * self._at_once, BATCH))
        return handed

    def _is_late(self, row: OutgoingRow) -> bool:
        """Whether the lease may end before the answer comes: the machine has slept, and others may have acted."""
        return row.lease_until is None or self.system.clock.now() + HANDED_OVER_WITHIN >= row.lease_until

    def _hand_over(self, row: OutgoingRow) -> Answer:
        answer = self.system.gateways[row.channel].send(_letter(row))
        if isinstance(answer, NotNow | Uncertain):
            self._resumes[row.channel] = self.system.clock.now() + self.pause
        return answer

    @rule("PR-2", "NA-3", "SE-2")
    def _begin(self, claimed: list[Claimed]) -> list[OutgoingRow]:
        """Look at everything once more, and mark as being handed over what is to go now."""
        actor = tick("", self.place)
        looked_up = {one.id: look_up_known(self.system, actor, one.patient) for one in claimed}
        with self.system.store.writing() as tx:
            looking = _Looking(tx, self.system, self.place)
            found = [looking.at(one, looked_up[one.row.id]) for one in outbox.facts(tx, claimed)]
            ready = [row for row in found if row is not None]
            outbox.mark_sending(tx, ready)
        return ready


def strand(system: System, limit: int = 100) -> int:
    """What a process that died was handing over is uncertain from now on; how much that was."""
    now = system.clock.now()
    with system.store.writing() as tx:
        left = outbox.stranded(tx, now, limit)
        for row in left:
            values = {"state": OutgoingState.UNCERTAIN, "problem": Problem.SILENCE.value, "try_at": now}
            outbox.change(tx, row.id, row.fence, (OutgoingState.SENDING,), changed_at=now, lease_until=None, **values)
            tell(tx, tick(row.unit_id), row, now, "sms.uncertain", problem=Problem.SILENCE.value)
    return len(left)


def hear(system: System, gateway: str, report: Report) -> bool:
    """Take a delivery report, in whatever order and however often it comes; whether it is about one of ours."""
    now = system.clock.now()
    with system.store.writing() as tx:
        row = outbox.one(tx, report.id, lock=True) if report.id else None
        if row is None and report.gateway_id:
            row = outbox.by_gateway_id(tx, gateway, report.gateway_id)
        if row is None:
            return False
        _take_report(tx, row, report, now)
        return True


def look_up(system: System, limit: int = 50) -> int:
    """Ask the gateways about what nobody knows the fate of; how much of it is known now."""
    now = system.clock.now()
    with system.store.reading() as tx:
        rows = outbox.to_look_up(tx, now, limit)
    return sum(_look_up(system, row, now) for row in rows)


def tick(unit_id: str, place: str = "") -> Actor:
    """Who acts where no person does."""
    return Actor(None, "p24tui", None, unit_id, place or "tick:outbox")


@dataclass(slots=True)
class _Looking:
    """Looking once more at some rows, in one transaction; units are read once."""

    tx: Tx
    system: System
    place: str
    units: dict[str, tuple[Unit, ReminderTimes]] = field(default_factory=dict)

    def at(self, facts: Facts, looked_up: Protection) -> OutgoingRow | None:
        """The row as it is handed over now; none where it is not, and why is written."""
        row, now = facts.row, self.system.clock.now()
        actor = tick(row.unit_id, self.place)
        patient = with_protection(facts.record, facts.record.flagged, looked_up, now).patient
        unit, times = self._unit(row.unit_id, now)
        address = phone.e164(patient.mobile) if row.channel is Channel.SMS else row.recipient
        sending = Sending(row.purpose, row.due_at, row.expires_at, row.visit_at)
        decision = reminder.decide(
            sending, patient, address, unit.hours, times, now, case=facts.case, visit=facts.visit
        )
        if not isinstance(decision, Go):
            _not_now(self.tx, actor, row, decision, now)
            return None
        return replace(
            row,
            state=OutgoingState.SENDING,
            problem="",
            recipient=decision.number,
            gateway=self.system.gateways[row.channel].name,
            parts=size(row.text).parts if row.channel is Channel.SMS else 1,
            sent_at=now,
            changed_at=now,
            lease_until=now + LEASE,
        )

    def _unit(self, unit_id: str, now: datetime) -> tuple[Unit, ReminderTimes]:
        if unit_id not in self.units:
            unit = people.unit(self.tx, unit_id)
            assert unit is not None
            self.units[unit_id] = unit, times_of(self.tx, unit_id, now)
        return self.units[unit_id]


def _not_now(tx: Tx, actor: Actor, row: OutgoingRow, decision: Wait | Drop | Fail, now: datetime) -> None:
    match decision:
        case Wait(until, reason):
            _put(tx, row, problem=reason, try_at=until, lease_until=None, claimed_by="")
            if row.problem != reason:
                events.announce(tx, now, row.unit_id, row.case_id)
        case Drop(reason):
            done = {"state": OutgoingState.CANCELLED, "problem": reason, "changed_at": now, "lease_until": None}
            if _put(tx, row, **done):  # one whose patient is protected has been cancelled with the learning of it
                tell(tx, actor, row, now, "sms.cancelled", problem=reason)
        case Fail(reason):
            _put(tx, row, state=OutgoingState.FAILED, problem=reason, changed_at=now, lease_until=None)
            tell(tx, actor, row, now, "sms.failed", problem=reason)


def _put(tx: Tx, row: OutgoingRow, **values: object) -> bool:
    return outbox.change(tx, row.id, row.fence, (OutgoingState.QUEUED,), **values)


def _answered(row: OutgoingRow, answer: Answer, now: datetime) -> tuple[Result, str]:
    """What is written of the gateway's answer, and what happened by it."""
    match answer:
        case Accepted(id, parts):
            return Result(OutgoingState.ACCEPTED, "", now, now, row.sent_at, id, parts), "sms.accepted"
        case Rejected(problem):
            return Result(OutgoingState.FAILED, problem.value, now, now, row.sent_at, "", row.parts), "sms.failed"
        case NotNow(problem, wait):
            return Result(OutgoingState.QUEUED, problem.value, now, now + wait, None, "", 0), "sms.postponed"
        case Uncertain(problem):
            return Result(OutgoingState.UNCERTAIN, problem.value, now, now, row.sent_at, "", row.parts), "sms.uncertain"


def _take_report(tx: Tx, row: OutgoingRow, report: Report, now: datetime) -> None:
    other = bool(row.gateway_id and report.gateway_id and row.gateway_id != report.gateway_id)
    if other and report.fate is not Fate.DELIVERED:
        return  # about an earlier attempt
    failed = report.fate is Fate.FAILED
    state = rules.after_report(row.state, delivered=report.fate is Fate.DELIVERED, failed=failed)
    if state is row.state:
        return
    problem = Problem.NOT_DELIVERED.value if failed else ""
    gateway_id = row.gateway_id or report.gateway_id
    values = {"state": state, "problem": problem, "gateway_id": gateway_id, "changed_at": now, "lease_until": None}
    outbox.change(tx, row.id, row.fence, (row.state,), **values)
    details = {"problem": problem} if problem else {}
    tell(tx, tick(row.unit_id), row, now, f"sms.{state.value}", **details)


def _look_up(system: System, row: OutgoingRow, now: datetime) -> bool:
    gateway = system.gateways.get(row.channel)
    since = row.sent_at or row.changed_at
    report = None
    if gateway is not None and gateway.name == row.gateway and now - since < LOOKED_UP_FOR:
        report = gateway.look_up(_letter(row), row.gateway_id, since)
    with system.store.writing() as tx:
        locked = outbox.one(tx, row.id, lock=True)
        if locked is None or report is None or not _is_ours(tx, row, report, since):
            later = now + max(PAUSE, (now - since) / 2)  # less and less often
            outbox.change(tx, row.id, row.fence, (OutgoingState.UNCERTAIN,), try_at=later)
            return False
        _take_report(tx, locked, report, now)
        return True


def _is_ours(tx: Tx, row: OutgoingRow, report: Report, since: datetime) -> bool:
    """Whether what was found can be no other message: another's id is not, and without an id of ours neither is what
    may as well be another one to the same number."""
    owner = outbox.by_gateway_id(tx, row.gateway, report.gateway_id) if report.gateway_id else None
    if owner is not None:
        return owner.id == row.id
    before, after = MAY_BE_ANOTHER
    return bool(row.gateway_id) or not outbox.another_went(tx, row, since - before, since + after)


def _letter(row: OutgoingRow) -> Outgoing:
    invitation = None
    if row.invitation is not None:
        starts, ends = (datetime.fromisoformat(row.invitation[name]) for name in ("starts_at", "ends_at"))
        said = row.invitation
        invitation = Invitation(said["uid"], said["sequence"], starts, ends, said["cancelled"])
    return Outgoing(row.id, row.recipient, row.text, row.subject, invitation)
