"""Who is invited to a video visit beside the patient: colleagues, guests, interpreters, guardians, relatives."""

from datetime import datetime, timedelta
from email.utils import parseaddr

from msgspec import Struct
from msgspec.structs import replace

from p24tui import assets
from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.ids import stable_id
from p24tui.routine import link, proxy, reminder
from p24tui.routine.actor import Actor
from p24tui.routine.link import INTERPRETER_NAME, WITH_E_ID, Participant, Role, Standing
from p24tui.routine.outgoing import HAS_GONE, Channel, Planned, Purpose
from p24tui.routine.phrase import fill
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitKind
from p24tui.services import links, sms_text
from p24tui.services import outbox as services_outbox
from p24tui.services.access import right
from p24tui.services.change import allowed, permitted
from p24tui.services.guardians import mobile_of
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.reminders import times_of
from p24tui.store import events, outbox, participants, people
from p24tui.store.engine import Tx
from p24tui.store.values import OutgoingRow
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.times import day_and_time

LONGEST_NAME = 60
LONGEST_ADDRESS = 254

OF_USE_FOR = timedelta(minutes=30)
"""How long an invitation may go at least: a visit that has begun goes on past its booked end."""


class Guest(Struct, frozen=True, kw_only=True):
    """Who is to be invited. ``address`` is an e-mail address or a mobile; ``staff_id`` is a colleague's.

    ``number`` is the identity number of a guardian, who is one of the child's and has the name that is known of them:
    their protection is looked up too when it goes (VI-8, PR-2). An interpreter has the name and the mailbox that the
    routine and the settings say (VI-12).
    """

    role: Role
    name: str = ""
    address: str = ""
    staff_id: str = ""
    number: str = ""
    must_identify: bool = False


@rule("VI-4", "VI-8", "VI-10", "VI-11", "VI-12", "PR-2")
@right("visit.book")
def invite(system: System, actor: Actor, visit_id: str, guest: Guest) -> Participant:
    """Invite somebody: they get a link to this visit alone, by e-mail or SMS, or see it in their own list.

    Pressed twice it is one invitation. Raises ``Refused`` where a rule forbids it, ``BadInput`` where there is no such
    visit or colleague, or the address cannot be used.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        invited = _made(tx, system, visit, guest, actor, now)
        there = participants.of_visit(tx, visit.id)
        before = next((one for one in there if one.id == invited.id), None)
        if before is not None and before.revoked_at is None:
            return before
        permitted(link.may_invite(visit, invited.role, there, invited.channel))
        if before is not None:
            again = links.let_in_again(tx, before, now)
            invited = replace(invited, invited_at=again.invited_at, sequence=again.sequence + 1)
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
@right("visit.book")
def revoke(system: System, actor: Actor, visit_id: str, participant_id: str) -> Participant:
    """Take an invitation back: its links lead nowhere from now on, whoever is invited later.

    Raises ``BadInput`` where there is none: the patient and the proxy are not invited, and come as long as it is their
    visit.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        before = _guest(tx, visit, participant_id)
        if before.revoked_at is not None:
            return before
        said = {"visit": visit.id, "participant": before.id, "role": before.role.value}
        events.append(tx, actor, now, "visit.revoked", visit.case_id, unit_id=visit.unit_id, rule="VI-11", **said)
        return _take_back(tx, system, actor, visit, before, now)


@rule("VI-11")
@right("visit.book")
def identify(system: System, actor: Actor, visit_id: str, participant_id: str) -> Participant:
    """Record that the guest has shown photo identification. Raises ``BadInput`` where there is no such guest."""
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = _visit(tx, actor, visit_id)
        before = _guest(tx, visit, participant_id)
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


@rule("VI-11")
def is_over(tx: Tx, system: System, visit: Visit, now: datetime) -> bool:
    """Whether whoever joins a visit has no way in: it is over, left open since an earlier day, or has lost its proxy.

    By video again, it begins anew.
    """
    joins = participants.one(tx, links.joins_as(visit))
    if joins is None:
        return visit.state not in OPEN or proxy.lacks_proxy(visit)
    return link.standing(visit, joins, now, links.opening(system)) in (Standing.OVER, Standing.REVOKED)


@rule("VI-7", "VI-11", "PR-1")
def begin_anew(tx: Tx, system: System, actor: Actor, visit: Visit, now: datetime) -> None:
    """A visit that was over lives again: for the patient or the proxy, who is told, and for none who was invited then.

    Raises ``Refused`` where the child's proxy of then may be proxy no longer.
    """
    if visit.kind is VisitKind.CHILD:
        permitted(proxy.may_stay(people.guardians_of(tx, visit.patient_id), visit.proxy_number))
    for one in _invited(tx, visit):
        participants.save(tx, replace(one, revoked_at=now))
        _cancel_unsent(tx, actor, one, now, "visit-over")
    links.welcome(tx, actor, visit, now)
    joins = participants.one(tx, links.joins_as(visit))
    if joins is not None:
        participants.save(tx, replace(joins, invited_at=now))
        call_in(tx, system, actor, visit, now)


@rule("NA-3", "VI-14")
def call_in(tx: Tx, system: System, actor: Actor, visit: Visit, now: datetime) -> None:
    """Tell whoever joins, by SMS with a link of its own, that the visit is on video now."""
    record = people.patient(tx, id=visit.patient_id)
    assert record is not None  # a visit is a patient's
    services_outbox.cancel_reminders(tx, actor, now, "next-one", visit)
    unit = known_unit(tx, visit.unit_id)
    ends = max(visit.ends_at, now + timedelta(minutes=limit("visit_lasts", now)))
    row = services_outbox.make_row(
        unit.id,
        visit.patient_id,
        services_outbox.about_anew(tx, visit, Purpose.VISIT_NOW),
        Planned(Purpose.VISIT_NOW, now, ends),
        now,
        text=sms_text.text_for(tx, system, unit, Purpose.VISIT_NOW, link=links.make(tx, system, links.joins_as(visit))),
        recipient=proxy.reached_at(visit, record.patient.mobile),
        by=actor,
        case_id=visit.case_id,
        person_number=visit.proxy_number,
        visit_id=visit.id,
        visit_at=visit.starts_at,
    )
    services_outbox.queue(tx, actor, row)


def _invited(tx: Tx, visit: Visit) -> list[Participant]:
    there = participants.of_visit(tx, visit.id)
    return [one for one in there if one.role not in WITH_E_ID and one.revoked_at is None]


def _take_back(tx: Tx, system: System, actor: Actor, visit: Visit, before: Participant, now: datetime) -> Participant:
    after = replace(before, revoked_at=now, sequence=before.sequence + 1)
    participants.save(tx, after)
    _cancel_unsent(tx, actor, before, now, "visit-cancelled")
    if before.channel is Channel.EMAIL and _expects(tx, before):
        _send(tx, system, actor, visit, after, "cancelled")
    return after


def _expects(tx: Tx, one: Participant) -> bool:
    """Whether somebody believes that they are to come, by the last e-mail that has gone to them, or may have."""
    mine = f"invite:{one.id}#"
    rows = [row for row in outbox.of_visit(tx, one.visit_id) if row.about.startswith(mine) and row.state in HAS_GONE]
    said = [row.invitation for row in rows if row.invitation is not None]
    return bool(said) and not max(said, key=lambda each: each["sequence"])["cancelled"]


def _cancel_unsent(tx: Tx, actor: Actor, one: Participant, now: datetime, problem: str) -> None:
    """Cancel the latest invitation where it has not gone."""
    services_outbox.cancel_planned(tx, actor, now, problem, _about(one))


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
    if guest.role is Role.GUARDIAN:
        known = allowed(proxy.as_guest(people.guardians_of(tx, visit.patient_id), guest.number))
        name, made = known.name, replace(made, number=known.number)
    if not name:
        raise BadInput("guest-name")
    if "@" in guest.address:
        return _own(tx, _named(made, name, Channel.EMAIL, email_of(guest.address)))
    return _own(tx, _named(made, name, Channel.SMS, mobile_of(guest.address)))


def _own(tx: Tx, made: Participant) -> Participant:
    """A guest at the address of another, by another name, is somebody else."""
    there = participants.one(tx, made.id)
    if there is None or there.name == made.name:
        return made
    return replace(made, id=links.participant_id(made.visit_id, made.role, made.address, made.name))


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
    due = _due(tx, visit, one, now) if which == "changed" else now
    planned = Planned(Purpose.INVITATION, due, max(visit.ends_at, now + OF_USE_FOR))
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


@rule("NA-3", "VI-11")
def _due(tx: Tx, visit: Visit, one: Participant, now: datetime) -> datetime:
    """When somebody is told of a new time: by SMS only by day, as nobody waits for it, unless that is too late."""
    by_day = reminder.by_day(now, times_of(tx, visit.unit_id, now))
    return by_day if one.channel is Channel.SMS and by_day < visit.starts_at else now


def _row(visit: Visit, one: Participant, planned: Planned, now: datetime, actor: Actor) -> OutgoingRow:
    assert one.channel is not None
    return OutgoingRow(
        id=stable_id("outbox", _about(one), planned.purpose, local_date(planned.due_at).isoformat()),
        unit_id=visit.unit_id,
        patient_id=visit.patient_id,
        visit_id=visit.id,
        about=_about(one),
        purpose=planned.purpose,
        local_date=local_date(planned.due_at),
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


def _guest(tx: Tx, visit: Visit, participant_id: str) -> Participant:
    found = participants.one(tx, participant_id)
    if found is None or found.visit_id != visit.id or found.role in WITH_E_ID:
        raise BadInput("no-participant")
    return found
