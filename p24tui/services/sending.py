"""Sending what is due: claimed, looked at once more, handed over, and what became of it stored, one by one.

Any number of consoles and workers do this at the same time. A row is ``sending`` only from right before it is handed
over; a process that dies then leaves a row behind that nobody knows of, and nothing that goes out twice (H13).
"""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    Accepted,
    Answer,
    NotNow,
    Rejected,
    Uncertain,
)
from p24tui.gateways.person_data import look_up_protection
from p24tui.routine import phone, reminder
from p24tui.routine.actor import Actor
from p24tui.routine.link import spent
from p24tui.routine.outgoing import Channel, OutgoingState, Purpose, Sending
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.proxy import reached_at
from p24tui.routine.reminder import Drop, Fail, Go, ReminderTimes, Wait
from p24tui.routine.rule import rule
from p24tui.services import delivery, guardians
from p24tui.services.known import known_unit
from p24tui.services.outbox import letter, nobody, rule_of, tell
from p24tui.services.protections import look_up_known, with_protection
from p24tui.services.reminders import times_of
from p24tui.services.sms_text import size
from p24tui.services.unit_settings import longest_kept
from p24tui.store import events, outbox
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

LOOKED_AT_WITHIN = 1.0
"""Seconds after having been looked at within which a row is handed over, or it is looked at anew."""

WORKS_FOR = 20.0
"""Seconds after which a run makes way for the other jobs of its thread."""

PAUSE = timedelta(minutes=1)
"""How long a gateway that does not answer is left alone."""


@dataclass(slots=True)
class Sender:
    """What one process sends. ``place`` is where it does so; ``pause`` is how long a silent gateway is left alone.

    Once it is ``stopping`` nothing more is handed over.
    """

    system: System
    place: str
    pause: timedelta = PAUSE
    stopping: threading.Event = field(default_factory=threading.Event)
    _silent_at: dict[Channel, datetime] = field(default_factory=dict)
    _at_once: int = 1

    def send_due(self) -> int:
        """Hand over what is due, and free what others left; how many were handed over."""
        with self.system.store.reading() as tx:
            if not outbox.anything_to_do(tx, self.system.clock.now()):
                return 0
        delivery.strand(self.system)
        handed, ends = 0, time.monotonic() + WORKS_FOR
        while claimed := self._claim():
            while claimed:
                some, claimed = claimed[: self._at_once], claimed[self._at_once :]
                sent, left = self._send(some)
                handed += sent
                if left or time.monotonic() > ends or self.stopping.is_set():
                    self._give_back(claimed)
                    return handed
        return handed

    def _open(self) -> list[Channel]:
        """By what something can go now: where the gateway has not just been silent."""
        return [] if self.stopping.is_set() else [one for one in self.system.gateways if not self._pauses(one)]

    def _pauses(self, channel: Channel) -> bool:
        """Whether it has been silent just now, by a clock that may have been set since."""
        silent_at, now = self._silent_at.get(channel), self.system.clock.now()
        return silent_at is not None and silent_at <= now < silent_at + self.pause

    def _claim(self) -> list[Claimed]:
        now, channels = self.system.clock.now(), self._open()
        if not channels:
            return []
        with self.system.store.writing() as tx:
            return outbox.claim(tx, now, now + LEASE, self.place, channels, BATCH)

    def _give_back(self, claimed: list[Claimed]) -> None:
        with self.system.store.writing() as tx:
            outbox.release(tx, claimed)

    def _send(self, claimed: list[Claimed]) -> tuple[int, int]:
        """Hand over as many as are done in a moment, so that a process that dies leaves few that nobody knows of.

        Returns how many were handed over, and how many were left: those of a gateway that is silent or has become slow
        are looked at anew before they go.
        """
        ready, began = self._begin(claimed), time.monotonic()
        handed = 0
        try:
            with results(self.system.store) as stored:
                for row in ready:
                    slow = handed and time.monotonic() - began > LOOKED_AT_WITHIN
                    if slow or row.channel not in self._open() or self._is_late(row):
                        break
                    handed += 1
                    answer = self._hand_over(row)
                    result, kind = _answered(row, answer, self.system.clock.now())
                    stored.put(row, self.place, rule_of(row), result, kind)
        finally:
            if rest := ready[handed:]:
                with self.system.store.writing() as tx:
                    outbox.unmark(tx, rest)
        if handed:
            in_a_moment = int(MOMENT * handed / max(time.monotonic() - began, MOMENT / BATCH))
            self._at_once = max(1, min(in_a_moment, 2 * self._at_once, BATCH))
        return handed, len(ready) - handed

    def _is_late(self, row: OutgoingRow) -> bool:
        """Whether the lease may end before the answer comes: the machine has slept, and others may have acted."""
        return row.lease_until is None or self.system.clock.now() + HANDED_OVER_WITHIN >= row.lease_until

    def _hand_over(self, row: OutgoingRow) -> Answer:
        answer = self.system.gateways[row.channel].send(letter(row))
        if isinstance(answer, NotNow | Uncertain):
            self._silent_at[row.channel] = self.system.clock.now()
        return answer

    @rule("PR-2")
    def _look_up(self, actor: Actor, one: Claimed, kept: timedelta) -> tuple[Protection, Protection]:
        """What is said now of the patient, and of whoever gets it where that is somebody else who is known."""
        person_data, other = self.system.person_data, one.person_number
        of_other = look_up_protection(person_data, other) if other else Protection.NONE
        if is_protected(of_other):
            guardians.look_up(self.system, one.patient.patient.id)
        return look_up_known(self.system, actor, one.patient, kept), of_other

    @rule("PR-2", "NA-3", "SE-2")
    def _begin(self, claimed: list[Claimed]) -> list[OutgoingRow]:
        """Look at everything once more, and mark as being handed over what is to go now."""
        actor, kept = nobody("", self.place), longest_kept(self.system.clock.now())
        looked_up = {one.id: self._look_up(actor, one, kept) for one in claimed}
        with self.system.store.writing() as tx:
            looking = _Looking(tx, self.system, self.place)
            found = [looking.at(one, looked_up[one.row.id]) for one in outbox.facts(tx, claimed)]
            ready = [row for row in found if row is not None]
            outbox.mark_sending(tx, ready)
        return ready


@dataclass(slots=True)
class _Looking:
    """Looking once more at some rows, in one transaction; units are read once."""

    tx: Tx
    system: System
    place: str
    units: dict[str, tuple[Unit, ReminderTimes]] = field(default_factory=dict)

    def at(self, facts: Facts, looked_up: tuple[Protection, Protection]) -> OutgoingRow | None:
        """The row as it is handed over now; none where it is not, and why is written."""
        row, now = facts.row, self.system.clock.now()
        actor = nobody(row.unit_id, self.place)
        of_patient, of_other = looked_up
        patient = with_protection(facts.record, facts.record.flagged, of_patient, now).patient
        unit, times = self._unit(row.unit_id, now)
        address = _address(facts, patient)
        calls_off = row.invitation is not None and bool(row.invitation["cancelled"])
        sending = Sending(row.purpose, row.due_at, row.expires_at, row.visit_at, calls_off)
        decision = reminder.decide(
            sending, patient, address, unit.hours, times, now, other=of_other, case=facts.case, visit=facts.visit
        )
        if not isinstance(decision, Go):
            _not_now(self.tx, actor, row, decision, now)
            return None
        return replace(
            row,
            state=OutgoingState.SENDING,
            recipient=decision.number,
            gateway=self.system.gateways[row.channel].name,
            parts=size(row.text).parts if row.channel is Channel.SMS else 1,
            sent_at=now,
            changed_at=now,
            lease_until=now + LEASE,
        )

    def _unit(self, unit_id: str, now: datetime) -> tuple[Unit, ReminderTimes]:
        if unit_id not in self.units:
            unit = known_unit(self.tx, unit_id)
            self.units[unit_id] = unit, times_of(self.tx, unit_id, now)
        return self.units[unit_id]


def _address(facts: Facts, patient: Patient) -> str:
    """Where it goes: what was typed for who is invited, else the mobile as it is now, the patient's or the proxy's."""
    row, visit = facts.row, facts.visit
    if row.channel is Channel.EMAIL:
        return row.recipient
    if row.purpose is Purpose.INVITATION:
        return phone.e164(row.recipient)
    return phone.e164(patient.mobile if visit is None else reached_at(visit, patient.mobile))


def _not_now(tx: Tx, actor: Actor, row: OutgoingRow, decision: Wait | Drop | Fail, now: datetime) -> None:
    match decision:
        case Wait(until, reason):
            _put(tx, row, problem=reason, try_at=until, lease_until=None, claimed_by="")
            if row.problem != reason:
                events.announce(tx, now, row.unit_id, row.case_id)
        case Drop(reason):
            done = {"state": OutgoingState.CANCELLED, "problem": reason, "changed_at": now, "lease_until": None}
            if _put(
                tx, row, text=spent(row.text), **done
            ):  # one whose patient is protected has been cancelled with the learning of it
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
            return Result(OutgoingState.ACCEPTED, "", now, now, row.sent_at, id, parts, spent(row.text)), "sms.accepted"
        case Rejected(problem):
            return Result(
                OutgoingState.FAILED, problem.value, now, now, row.sent_at, "", row.parts, row.text
            ), "sms.failed"
        case NotNow(problem, wait):
            kind = "" if row.problem == problem.value else "sms.postponed"  # its history says so once
            return Result(OutgoingState.QUEUED, problem.value, now, now + wait, None, "", 0, row.text), kind
        case Uncertain(problem):
            return Result(
                OutgoingState.UNCERTAIN, problem.value, now, now, row.sent_at, "", row.parts, row.text
            ), "sms.uncertain"
