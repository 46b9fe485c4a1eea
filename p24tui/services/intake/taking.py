"""What taking a resource needs: the transaction, what came before it, and a record of what it became."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from p24tui.gateways.fhir.heads import Head
from p24tui.gateways.fhir.model import Issue, Kind, Ref, Severity, Unusable
from p24tui.gateways.fhir.refs import label, number_in
from p24tui.ids import stable_id
from p24tui.routine.actor import Actor
from p24tui.routine.alert import calling_anew
from p24tui.routine.case import Case, CaseState
from p24tui.routine.protection import Protection, strictest
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.parcels import Index
from p24tui.services.intake.sources import source_actor
from p24tui.services.outbox import cancel_moot
from p24tui.services.protections import Protections, put_patient, with_protection
from p24tui.store import cases, events, intake, people
from p24tui.store.engine import Tx
from p24tui.store.intake import Became, Received
from p24tui.store.values import PatientRecord
from p24tui.system import System


class Taken(Struct, frozen=True):
    """What a resource became, and the id of that."""

    verdict: Verdict
    id: str


class Taking(Struct, frozen=True):
    """One resource being taken, in a transaction. ``issues`` is what the mapping found; more may be added.

    ``refused_at`` is when the resource was first refused, where it is tried again: what came later is newer.
    """

    tx: Tx
    system: System
    source: str
    now: datetime
    head: Head
    path: str
    index: Index
    protections: Protections
    issues: list[Issue]
    refused_at: datetime | None

    def id(self) -> str:
        """The id that this resource is stored under, however often it is sent."""
        return stable_id(self.source, self.head.kind, self.head.names[0])

    def actor(self, unit_id: str = "") -> Actor:
        """The source."""
        return source_actor(self.source, unit_id)

    def note(self, element: str, problem: str) -> None:
        """Something for the source to know."""
        self.issues.append(Issue(f"{self.path}.{element}", problem))

    def refused(self, element: str, problem: str) -> Unusable:
        """The error that refuses this resource."""
        return Unusable(f"{self.path}.{element}" if element else self.path, problem)

    def refused_parts(self) -> list[Issue]:
        """Parts of the resource that cannot be taken while the rest is."""
        return [one for one in self.issues if one.severity is Severity.ERROR]

    def event(
        self, kind: str, case_id: str | None, unit_id: str, *, message_id: str | None = None, **details: Any
    ) -> None:
        """Append what happened to the history, with what had to be left out."""
        if self.issues:
            # Named from the resource on: where it stood in its parcel says nothing about the case.
            places = [one.path.replace(self.path, self.head.kind, 1) for one in self.issues]
            details["issues"] = [f"{place}: {one.problem}" for place, one in zip(places, self.issues, strict=True)]
        events.append(
            self.tx,
            self.actor(unit_id),
            self.now,
            kind,
            case_id,
            unit_id=unit_id,
            message_id=message_id,
            **details,
        )

    def save(self, before: Case, after: Case) -> None:
        """Write a case back; a reminder that is pointless by it does not go. That it opens again is told (CH-6)."""
        cases.save(self.tx, calling_anew(before, after, self.now))
        if before.state is CaseState.ENDED and after.state is not CaseState.ENDED:
            events.append(self.tx, self.actor(after.unit_id), self.now, "case.reopened", after.id, rule="CH-6")
        cancel_moot(self.tx, self.actor(after.unit_id), before, after, self.now)

    def known(self) -> Received | None:
        """What came before under this resource's names. Raises ``Unusable`` where they mean different ones."""
        found = intake.earlier(self.tx, self.source, self.head.kind, self.head.names)
        if len({row.stored_as for row in found}) > 1:
            raise self.refused("id", "its identifier and its id came earlier for two different ones")
        return found[0] if found else None

    def says_nothing_new(self, known: Received | None, digest: str) -> bool:
        """Whether the resource was sent before just so, or something newer has come since it was refused."""
        if known is None:
            return False
        if known.digest == digest:
            if len(intake.earlier(self.tx, self.source, self.head.kind, self.head.names)) < len(self.head.names):
                self.remember(known.stored_as, digest)  # it has got another name since
            return True
        return self.refused_at is not None and known.received_at >= self.refused_at

    def remember(self, stored_as: str, digest: str) -> None:
        """Keep what the resource became, under each of its names."""
        became = Became(stored_as, digest, self.now)
        intake.remember(self.tx, self.source, self.head.kind, self.head.names, became)

    def resolve(self, ref: Ref, kind: Kind) -> str:
        """What a reference to another resource is stored as. Raises ``Unusable``, which waits for it to come."""
        found = self._look_for(ref, kind)
        if found is None:
            target = self.index.find(ref, kind)
            name = target.names[0] if target else ref.names[-1]
            raise Unusable(ref.path, awaited(kind, name), waits=True)
        return found

    def try_to_resolve(self, ref: Ref | None, kind: Kind) -> str | None:
        """The same, or none where it is not known or not said."""
        return None if ref is None else self._look_for(ref, kind)

    def protect(self, record: PatientRecord, flagged: Protection) -> PatientRecord:
        """The patient with all that is now known of their protection; written, and told, where that has changed."""
        looked_up = self.protections.of(record.patient.number)
        after = with_protection(record, strictest(record.flagged, flagged), looked_up, self.now)
        if after != record:
            put_patient(self.tx, self.system, self.actor(), after)
        if after.patient.protection != record.patient.protection:
            self.tell_of_patient("patient.updated", after, ["protection"])
        return after

    def tell_of_patient(self, kind: str, record: PatientRecord, changed: Iterable[str]) -> None:
        """Append to the history of each of the patient's cases, so that every console shows them anew."""
        told = cases.of_patient(self.tx, record.patient.id)
        for case_id, unit_id in told:
            self.event(kind, case_id, unit_id, changed=list(changed))
        if not told:
            self.event(kind, None, "", changed=list(changed))

    def _look_for(self, ref: Ref, kind: Kind) -> str | None:
        target = self.index.find(ref, kind)
        names = target.head.names if target is not None and target.head is not None else ref.names
        known = intake.earlier(self.tx, self.source, kind, names)
        if known:
            return known[0].stored_as
        return self._patient_of_another_source(names) if kind is Kind.PATIENT else None

    def _patient_of_another_source(self, names: Iterable[str]) -> str | None:
        """A person is one, whoever sends them; only the identity number tells."""
        for number in filter(None, map(number_in, names)):
            record = people.patient(self.tx, number=number)
            if record is not None:
                return record.patient.id
        return None


def awaited(kind: Kind, name: str) -> str:
    """The sentence that refuses what refers to something unknown; by it what waits is found again."""
    return f"{label(kind, name)} has not been received from this source; this is taken when it comes"


def digest(*said: object) -> str:
    """What a resource says to us, as one short text."""
    return sha256(msgspec.json.encode(said)).hexdigest()
