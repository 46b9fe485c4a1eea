"""Who is invited to a video visit beside the patient: colleagues, guests, interpreters, guardians, relatives."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.ids import stable_id
from p24tui.routine import link
from p24tui.routine.actor import Actor
from p24tui.routine.link import INTERPRETER_NAME, WITH_E_ID, Participant, Role
from p24tui.routine.outgoing import Channel, Planned, Purpose
from p24tui.routine.phrase import fill
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit
from p24tui.services import links, sms_text
from p24tui.services import outbox as services_outbox
from p24tui.services.change import permitted
from p24tui.services.guardians import mobile_of
from p24tui.services.known import known_unit
from p24tui.store import events, participants, people
from p24tui.store.engine import Tx
from p24tui.store.values import OutgoingRow
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.time_words import day_and_time

LONGEST_NAME = 60
LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is to be invited. ``address`` is an e-mail address or a mobile; ``staff_id`` is a colleague's.

    ``number`` is a guardian's identity number: their protection is looked up too when it goes (PR-2). An interpreter
    has the name and the mailbox that the routine and the settings say (VI-12).
    """

    role: Role
    name: str = ""
    address: str = ""
    staff_id: str = ""
    number: str = ""
    must_identify: bool = False


@rule("VI-4", "VI-8", "VI-10", "VI-11", "VI-12", "PR-2")
def invite(system: System, actor: Actor, visit_id: str, guest: Guest) -> Participant:
    """Invite somebody: they get a link to this visit alone, by e-mail or SMS, or see it in their own list.

    Pressed twice it is one invitation. Raises ``Refused`` where a rule forbids it, ``BadInput`` where there is no such
    visit or colleague, or the address cannot be used.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        invited = _made(tx, system, visit, guest, actor, now)
        there = participants.of_visits(tx, [visit.id]).get(visit.id, [])
        before = next((one for one in there if one.id == invited.id), None)
        if before is not None and before.revoked_at is None:
            return before
        permitted(link.may_invite(visit, invited.role, there, invited.channel))
        if before is not None:
            invited = replace(invited, sequence=before.sequence + 1)
            participants.save(tx, invited)
        else:
            participants.add(tx, invited)
        events.append(
            tx,
            actor,
            now,
            "visit.invited",
            visit.case_id,
            unit_id=visit.unit_id,
            visit=visit.id,
            participant=invited.id,
            role=invited.role.value,
            by=invited.channel.value if invited.channel else "",
            rule=RULES[invited.role],
        )
        _send(tx, system, actor, visit, invited, "interpreter" if invited.role is Role.INTERPRETER else "invited")
        return invited


RULES = {
    Role.GUARDIAN: "VI-8",
    Role.RELATIVE: "VI-4",
    Role.GUEST: "VI-11",
    Role.INTERPRETER: "VI-12",
    Role.COLLEAGUE: "VI-10",
}
"""The rule by which somebody is invited in each role."""


@rule("VI-11")
def revoke(system: System, actor: Actor, visit_id: str, participant_id: str) -> Participant:
    """Take an invitation back: its links lead nowhere from now on. Raises ``BadInput`` where there is none."""
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        before = _participant(tx, visit, participant_id)
        if before.revoked_at is not None:
            return before
        said = {"visit": visit.id, "participant": before.id, "role": before.role.value}
        events.append(tx, actor, now, "visit.revoked", visit.case_id, unit_id=visit.unit_id, rule="VI-11", **said)
        return _take_back(tx, system, actor, visit, before, now)


@rule("VI-11")
def identify(system: System, actor: Actor, visit_id: str, participant_id: str) -> Participant:
    """Record that the guest has shown photo identification. Raises ``BadInput`` where there is no such guest."""
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        before = _participant(tx, visit, participant_id)
        if before.role in WITH_E_ID:
            raise BadInput("no-participant")
        after = replace(before, identified_by=actor.name, identified_at=now)
        participants.save(tx, after)
        said = {"visit": visit.id, "participant": after.id, "role": after.role.value}
        events.append(tx, actor, now, "visit.identified", visit.case_id, unit_id=visit.unit_id, rule="VI-11", **said)
        return after


def renew(tx: Tx, system: System, actor: Actor, visit: Visit, now: datetime) -> None:
    """Tell everybody who is invited of the visit's new time; their links stay good."""
    for one in _invited(tx, visit):
        after = replace(one, sequence=one.sequence + 1)
        participants.save(tx, after)
        _cancel_unsent(tx, actor, one, now, "visit-moved")
        _send(tx, system, actor, visit, after, "changed")


def call_off(tx: Tx, system: System, actor: Actor, visit: Visit, now: datetime) -> None:
    """The visit does not take place: everybody who is invited is told by e-mail, and no link leads there any longer."""
    for one in _invited(tx, visit):
        _take_back(tx, system, actor, visit, one, now)
    links.revoke_all(tx, visit.id, now)


def _invited(tx: Tx, visit: Visit) -> list[Participant]:
    there = participants.of_visits(tx, [visit.id]).get(visit.id, [])
    return [one for one in there if one.role not in WITH_E_ID and one.revoked_at is None]


def _take_back(tx: Tx, system: System, actor: Actor, visit: Visit, before: Participant, now: datetime) -> Participant:
    after = replace(before, revoked_at=now, sequence=before.sequence + 1)
    participants.save(tx, after)
    if not _cancel_unsent(tx, actor, before, now, "visit-cancelled") and before.channel is Channel.EMAIL:
        _send(tx, system, actor, visit, after, "cancelled")
    return after


def _cancel_unsent(tx: Tx, actor: Actor, one: Participant, now: datetime, problem: str) -> bool:
    """Cancel the latest invitation where it has not gone; whether it was."""
    return services_outbox.cancel_planned(tx, actor, now, problem, _about(one))


def _about(one: Participant) -> str:
    """What an invitation is about: the participant, and which of their invitations it is."""
    return f"invite:{one.id}#{one.sequence}"


def _made(tx: Tx, system: System, visit: Visit, guest: Guest, actor: Actor, now: datetime) -> Participant:
    made = Participant(
        id="",
        visit_id=visit.id,
        role=guest.role,
        must_identify=guest.must_identify,
        invited_by=actor.name,
        invited_at=now,
    )
    if guest.role is Role.COLLEAGUE:
        return _colleague(tx, made, guest.staff_id)
    if guest.role is Role.INTERPRETER:
        address = email_of(guest.address or system.settings.interpreter_mailbox)
        return _named(made, " ".join(INTERPRETER_NAME), Channel.EMAIL, address)
    name = clean_line(guest.name, LONGEST_NAME)
    if not name:
        raise BadInput("guest-name")
    made = replace(made, number=guest.number)
    if "@" in guest.address:
        return _named(made, name, Channel.EMAIL, email_of(guest.address))
    return _named(made, name, Channel.SMS, mobile_of(guest.address))


def _colleague(tx: Tx, made: Participant, staff_id: str) -> Participant:
    found = people.staff_member(tx, staff_id)
    if found is None or not found[0].active:
        raise BadInput("no-staff", staff=clean_line(staff_id, 40))
    member = found[0]
    way = link.colleague_channel(member.email, member.mobile)
    channel, address = way or (None, "")
    id = links.participant_id(made.visit_id, Role.COLLEAGUE, member.id)
    return replace(made, id=id, name=member.name, channel=channel, address=address, staff_id=member.id)


def _named(made: Participant, name: str, channel: Channel, address: str) -> Participant:
    id = links.participant_id(made.visit_id, made.role, address)
    return replace(made, id=id, name=name, channel=channel, address=address)


def email_of(typed: str) -> str:
    """The address that somebody typed. Raises ``BadInput`` where it is none, or more than one."""
    _name, address = parseaddr(typed.strip())
    local, _at, domain = address.rpartition("@")
    if address != typed.strip() or not local or "." not in domain or len(address) > LONGEST_ADDRESS:
        raise BadInput("email", value=clean_line(typed, 60))
    if clean_line(address) != address or not address.isascii() or " " in address:
        raise BadInput("email", value=clean_line(typed, 60))
    return address


def _send(tx: Tx, system: System, actor: Actor, visit: Visit, one: Participant, which: str) -> None:
    """Put an invitation into the outbox, by the way that the participant has; one without sees it in their own list."""
    if one.channel is None:
        return
    now = system.clock.now()
    planned = Planned(Purpose.INVITATION, now, max(visit.ends_at, now))
    address = "" if which == "cancelled" else links.make(tx, system, one.id)
    if one.channel is Channel.SMS:
        unit = known_unit(tx, visit.unit_id)
        row = _row(visit, one, planned, now, actor)
        text = sms_text.text_for(tx, system, unit, Purpose.INVITATION, link=address)
        services_outbox.queue(tx, actor, replace(row, text=text))
        return
    said = assets.load("invitations.toml")[which]
    words = {"when": day_and_time(visit.starts_at), "link": address}
    row = replace(
        _row(visit, one, planned, now, actor),
        subject=fill(said["subject"], words),
        text=fill(said["text"].strip() + "\n", words),
        invitation=_calendar(visit, one, cancelled=which == "cancelled"),
    )
    services_outbox.queue(tx, actor, row)


def _row(visit: Visit, one: Participant, planned: Planned, now: datetime, actor: Actor) -> OutgoingRow:
    assert one.channel is not None
    return OutgoingRow(
        id=stable_id("outbox", _about(one), planned.purpose, local_date(now).isoformat()),
        unit_id=visit.unit_id,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        about=_about(one),
        purpose=planned.purpose,
        local_date=local_date(now),
        visit_at=visit.starts_at,
        channel=one.channel,
        recipient=one.address,
        person_number=one.number,
        text="",
        due_at=planned.due_at,
        expires_at=planned.expires_at,
        try_at=planned.due_at,
        queued_at=now,
        queued_by=actor.staff_id,
        queued_by_name=actor.name,
        changed_at=now,
    )


def _calendar(visit: Visit, one: Participant, *, cancelled: bool) -> dict[str, object]:
    """The calendar's side of it: the same uid as long as it is the same invitation, and a number that rises."""
    return {
        "uid": f"{one.id}@p24tui",
        "sequence": one.sequence,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "cancelled": cancelled,
    }


def _visit(tx: Tx, actor: Actor, visit_id: str) -> Visit:
    found = links.locked_with_case(tx, visit_id)
    if found is None or found.unit_id != actor.unit_id:
        raise BadInput("no-visit")
    return found


def _participant(tx: Tx, visit: Visit, participant_id: str) -> Participant:
    found = participants.one(tx, participant_id)
    if found is None or found.visit_id != visit.id:
        raise BadInput("no-participant")
    return found
