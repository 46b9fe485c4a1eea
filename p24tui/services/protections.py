"""Protection, looked up for whoever comes in, because the flag need not come along with the contact (H2)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.errors import Unavailable
from p24tui.gateways.person_data import PersonData, look_up_protection
from p24tui.routine.actor import Actor
from p24tui.routine.closing_down import closed_down
from p24tui.routine.protection import Protection, is_protected, strictest
from p24tui.routine.rule import rule
from p24tui.routine.visit import dropped
from p24tui.services import links, suicide
from p24tui.services.access import right
from p24tui.services.change import change_in, locked
from p24tui.services.outbox import tell
from p24tui.services.unit_settings import protection_kept_in
from p24tui.store import cases, events, people, visits
from p24tui.store.engine import Tx
from p24tui.store.values import PatientRecord
from p24tui.system import System


class Protections:
    """What the person-data service has said during one parcel. Each person is asked for once, outside transactions."""

    def __init__(self, person_data: PersonData) -> None:
        self._person_data = person_data
        self._known: dict[str, Protection] = {}
        self._silent: bool | None = None

    def learn(self, numbers: Iterable[str]) -> None:
        """Ask about these persons. It never raises: what cannot be learnt is ``UNKNOWN``."""
        for number in numbers:
            if number not in self._known:
                self._known[number] = self._ask(number)

    def of(self, number: str) -> Protection | None:
        """What was said; none where nobody asked."""
        return self._known.get(number)

    def _ask(self, number: str) -> Protection:
        if self._silent is None:
            self._silent = self._cannot_answer()
        return Protection.UNKNOWN if self._silent else look_up_protection(self._person_data, number)

    def _cannot_answer(self) -> bool:
        try:
            self._person_data.check()
        except Unavailable:
            return True
        return False


@rule("PR-1", "PR-2")
def with_protection(
    record: PatientRecord, flagged: Protection, looked_up: Protection | None, now: datetime
) -> PatientRecord:
    """The patient with the strictest of what the flags and the look-up say.

    Where the service is silent, what was known before stays, and is no better than unknown.
    """
    if looked_up is None:
        protection = strictest(record.patient.protection, flagged)
    elif looked_up is Protection.UNKNOWN:
        protection = strictest(record.patient.protection, flagged, looked_up)
    else:
        protection = strictest(flagged, looked_up)
    answered = looked_up not in (None, Protection.UNKNOWN)
    patient = replace(record.patient, protection=protection)
    return replace(record, patient=patient, flagged=flagged, checked_at=now if answered else record.checked_at)


@rule("PR-1", "PR-2")
def put_patient(tx: Tx, system: System, actor: Actor, record: PatientRecord) -> None:
    """Write what is known of a patient.

    Of one who is protected all that is planned is cancelled with it, and every open case closes down: nobody has it any
    longer, and no offer of it stands. No visit takes place, and no link leads to one. The history says so.
    """
    now = system.clock.now()
    if is_protected(record.patient.protection):
        for case_id, _unit_id in cases.of_patient(tx, record.patient.id):  # locked before the patient, as in every deed
            row = locked(tx, case_id)
            if closed_down(row.case, now) != row.case:
                where = replace(actor, unit_id=row.case.unit_id)
                suicide.closed_down(tx, where, row.case, now)
                change_in(
                    tx, system, where, case_id, "case.closed-down", lambda one: closed_down(one.case, now), rule="PR-1"
                )
        for visit in visits.of_patient(tx, record.patient.id, lock=True):
            links.revoke_all(tx, visit.id, now)
            visits.save(tx, dropped(visit, now))
            said = {"visit": visit.id, "rule": "PR-1"}
            events.append(tx, actor, now, "visit.dropped", visit.case_id, unit_id=visit.unit_id, **said)
    for planned in people.put_patient(tx, record, now):
        tell(tx, actor, planned, now, "sms.cancelled", problem="protected")


@rule("PR-1", "PR-2")
@right("patient.read")
def look_up(system: System, actor: Actor, patient_id: str) -> None:
    """Ask about a patient now, before something is done that depends on it, and keep what is learnt."""
    with system.store.reading() as tx:
        record = people.patient(tx, id=patient_id)
        kept = protection_kept_in(tx, actor.unit_id, system.clock.now())
    if record is not None:
        look_up_known(system, actor, record, kept)


@rule("PR-1", "PR-2")
@right("patient.read")
def look_up_known(system: System, actor: Actor, record: PatientRecord, kept: timedelta) -> Protection:
    """The same for a patient who has been read; what the service said, ``UNKNOWN`` where it is silent.

    It is asked whatever is kept: ``kept`` says how old the note may be that it said the same before. What is new is
    written in a transaction of its own, and all the patient's cases tell of it. Of one who turns out to be protected,
    all that is planned is cancelled with it.
    """
    looked_up, now = look_up_protection(system.person_data, record.patient.number), system.clock.now()
    if looked_up is record.patient.protection and not is_stale(record, now, kept):
        return looked_up
    with system.store.writing() as tx:
        before = people.patient(tx, id=record.patient.id)
        assert before is not None  # no patient is ever taken away
        after = with_protection(before, before.flagged, looked_up, now)
        if after != before:
            put_patient(tx, system, actor, after)
        if after.patient.protection != before.patient.protection:
            for case_id, unit_id in cases.of_patient(tx, record.patient.id):
                events.append(tx, actor, now, "patient.updated", case_id, unit_id=unit_id, changed=["protection"])
    return looked_up


@rule("PR-1")
def is_stale(record: PatientRecord, now: datetime, kept: timedelta) -> bool:
    """Whether it is time to look the patient up again: what was said is no longer kept, or is of a time to come.

    So it is after a clock that was wrong has been set back, and how old the answer is nobody knows then.
    """
    return record.checked_at is None or not timedelta(0) <= now - record.checked_at < kept
