"""Reminding a patient who does not answer, and the reminders of a case: what is planned, what has gone."""

from datetime import datetime, time, timedelta

from p24tui.clock import local_date
from p24tui.errors import Refused
from p24tui.routine import reminder
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import Channel, OutgoingState, Planned, Purpose
from p24tui.routine.reminder import ReminderTimes
from p24tui.routine.rule import rule
from p24tui.services import outbox as services_outbox
from p24tui.services import protections, sms_text
from p24tui.services.access import right
from p24tui.services.change import locked, permitted
from p24tui.services.known import case_of_unit, known_unit
from p24tui.services.limits import limit
from p24tui.services.views import Preview
from p24tui.store import events, outbox, read_log, reminders
from p24tui.store.engine import Tx
from p24tui.store.values import OutgoingRow, Unit
from p24tui.system import System


@rule("SE-2", "PR-2")
@right("sms.send")
def preview(system: System, actor: Actor, case_id: str) -> Preview:
    """What a reminder to the patient of this case would be. Nothing is sent.

    That it was shown is committed before it is returned. Raises ``Refused`` where the patient may not be reminded,
    naming when the day's reminder went where it has, ``BadInput`` where the unit has no such case.
    """
    now = system.clock.now()
    _look_up(system, actor, case_id, only_unknown=True)
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id)
        permitted(reminder.may_remind(row.case, actor, row.patient), owner=row.owner)
        unit, planned = _planned(system, tx, row.case.unit_id)
        about = services_outbox.about_case(case_id)
        services_outbox.not_twice(tx, about, Purpose.ANSWER, local_date(planned.due_at), now)
        sent = [one for one in outbox.about(tx, about, Purpose.ANSWER) if one.state is not OutgoingState.CANCELLED]
        texts = {lang: sms_text.text_for(tx, system, unit, Purpose.ANSWER, lang) for lang in sms_text.LANGUAGES}
        read_log.log_reading(tx, actor, now, "case", case_id=case_id, patient_id=row.patient.id)
    gateway = system.gateways.get(Channel.SMS)
    return Preview(
        patient_name=row.patient.name,
        number=row.patient.mobile,
        texts=texts,
        sizes={lang: sms_text.size(text) for lang, text in texts.items()},
        goes_at=planned.due_at,
        gateway=gateway.name if gateway else "",
        stays=gateway is not None and not gateway.leaves_machine,
        last=max(sent, key=lambda one: one.at, default=None),
    )


@rule("SE-2", "PR-1", "PR-2")
@right("sms.send")
def remind(system: System, actor: Actor, case_id: str, lang: str = sms_text.LANGUAGES[0]) -> OutgoingRow:
    """Remind the patient that an answer is waited for: one a case and day, however often and from how many places.

    Protection is looked up now, and again when it goes. Raises ``Refused`` where the patient may not be reminded, or
    has been today.
    """
    _look_up(system, actor, case_id)
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        permitted(reminder.may_remind(row.case, actor, row.patient), owner=row.owner)
        unit, planned = _planned(system, tx, row.case.unit_id)
        about, now = services_outbox.about_case(case_id), system.clock.now()
        services_outbox.not_twice(tx, about, Purpose.ANSWER, local_date(planned.due_at), now)
        wanted = services_outbox.make_row(
            unit.id,
            row.patient.id,
            about,
            planned,
            now,
            text=sms_text.text_for(tx, system, unit, Purpose.ANSWER, lang),
            recipient=row.patient.mobile,
            by=actor,
            case_id=case_id,
        )
        return services_outbox.queue(tx, actor, wanted)[0]


def _look_up(system: System, actor: Actor, case_id: str, *, only_unknown: bool = False) -> None:
    """Ask about the patient's protection, where nothing else forbids the reminder already."""
    with system.store.reading() as tx:
        row = case_of_unit(tx, actor, case_id)
    refusal = reminder.may_remind(row.case, actor, row.patient)
    if refusal is not None and refusal.reason != "protection-unknown":
        permitted(refusal, owner=row.owner)
    if refusal is not None or not only_unknown:
        protections.look_up(system, actor, row.patient.id)


def times_of(tx: Tx, unit_id: str, now: datetime) -> ReminderTimes:
    """When the unit's reminders go: its own times, else those that apply on the day."""
    own = reminders.times(tx, [unit_id]).get(unit_id)
    soon_before, morning = own or (limit("visit_soon_before", now), limit("visit_morning", now) * 60)
    return ReminderTimes(
        soon_before=timedelta(minutes=soon_before),
        morning=time(morning // 60, morning % 60),
        apart=timedelta(minutes=limit("visit_reminders_apart", now)),
        day_begins=time(limit("sms_day_begins", now)),
        night_begins=time(limit("sms_night_begins", now)),
        kept=timedelta(hours=limit("answer_reminder_kept", now)),
    )


@right("unit.change")
def put_times(
    system: System, actor: Actor, unit_id: str, soon_before: int | None, morning: time | None
) -> ReminderTimes:
    """Let a unit have times of its own for the reminders of a visit; what is none stays as it is. The times in force.

    ``soon_before`` is in minutes. Raises ``BadInput`` where there is no such unit.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        known_unit(tx, unit_id)
        before = times_of(tx, unit_id, now)
        soon = int(before.soon_before.total_seconds()) // 60 if soon_before is None else soon_before
        if soon_before is None and morning is None:
            return before
        at = morning or before.morning
        reminders.put_times(tx, unit_id, soon, at.hour * 60 + at.minute)
        events.append(tx, actor, now, "unit.reminder-times", unit_id=unit_id, soon_before=soon, morning=at.isoformat())
        return times_of(tx, unit_id, now)


def _planned(system: System, tx: Tx, unit_id: str) -> tuple[Unit, Planned]:
    unit, now = known_unit(tx, unit_id), system.clock.now()
    planned = reminder.answer_reminder(now, unit.hours, times_of(tx, unit_id, now))
    if planned is None:
        raise Refused("SE-2", "never-open")
    return unit, planned
