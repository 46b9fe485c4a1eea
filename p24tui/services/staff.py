"""Staff: adding and changing them, and acting as one of them."""

from collections.abc import Mapping

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor, Profession
from p24tui.routine.role import OFFICES, Role
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.guardians import mobile_of
from p24tui.services.invitations import email_of
from p24tui.services.known import known_unit
from p24tui.services.units import hsa_id
from p24tui.store import events, people, roles
from p24tui.store.engine import Tx
from p24tui.store.values import Staff, Unit
from p24tui.system import System
from p24tui.text import clean_line
from p24tui.words.access import role_word


def make_staff(
    id: str,
    name: str,
    profession: str,
    *,
    active: bool = True,
    email: str = "",
    mobile: str = "",
    system_user: str = "",
) -> Staff:
    """A member of staff from what somebody typed; ``email`` and ``mobile`` are where invitations reach them (VI-10),
    ``system_user`` is the operating system's user that is theirs.

    Raises ``BadInput`` for a malformed HSA-id, an empty name, or an address or a mobile that is none.
    """
    cleaned = clean_line(name)
    if not cleaned:
        raise BadInput("staff-name")
    reached = email_of(email) if email.strip() else "", mobile_of(mobile) if mobile.strip() else ""
    return Staff(hsa_id(id), cleaned, Profession(profession), active, *reached, clean_line(system_user) or None)


@right("staff.change")
def put_staff(system: System, actor: Actor, member: Staff, unit_ids: tuple[str, ...]) -> None:
    """Add the member of staff, or change the one with their HSA-id, who then works for exactly these units.

    Raises ``BadInput`` where one of the units does not exist, or the system's user is somebody else's (NA-1).
    """
    with system.store.writing() as tx:
        for unit_id in unit_ids:
            known_unit(tx, unit_id)
        owner = people.staff_of_system_user(tx, member.system_user) if member.system_user else None
        if owner not in (None, member.id):
            raise BadInput("system-user-taken", user=member.system_user)
        before = people.staff_member(tx, member.id)
        people.put_staff(tx, member, unit_ids)
        roles.leave_units(tx, member.id, unit_ids)
        kind = "staff.changed" if before else "staff.added"
        now = system.clock.now()
        profession = member.profession.value
        events.append(
            tx,
            actor,
            now,
            kind,
            staff=member.id,
            profession=profession,
            active=member.active,
            units=list(unit_ids),
        )


def staff_of(system: System, unit_id: str) -> list[Staff]:
    """The active staff of a unit, by name."""
    with system.store.reading() as tx:
        return people.staff_of(tx, unit_id)


def people_of(system: System, unit_id: str) -> dict[Staff, tuple[Unit, ...]]:
    """The active staff of a unit by name, each with the units they work for, this one first.

    Raises ``BadInput`` where there is no such unit.
    """
    with system.store.reading() as tx:
        known_unit(tx, unit_id)
        by_id = {unit.id: unit for unit in people.all_units(tx)}
        where = {member.id: unit_ids for member, unit_ids in people.all_staff(tx)}
        return {
            member: tuple(by_id[id] for id in sorted(where[member.id], key=lambda id: (id != unit_id, id)))
            for member in people.staff_of(tx, unit_id)
        }


def all_staff(system: System) -> list[tuple[Staff, tuple[str, ...]]]:
    """Everybody, active or not, with the units they work for."""
    with system.store.reading() as tx:
        return people.all_staff(tx)


@right("staff.change")
def give_role(system: System, actor: Actor, staff_id: str, unit_id: str, role: Role) -> None:
    """Let somebody hold an office at a unit where they work. Raises ``BadInput`` where they do not, or it is none."""
    with system.store.writing() as tx:
        if role in _offices(tx, staff_id, unit_id, role):
            return
        roles.give(tx, staff_id, unit_id, role)
        said = {"staff": staff_id, "role": role.value}
        events.append(tx, actor, system.clock.now(), "staff.role-given", unit_id=unit_id, rule="NA-1", **said)


@right("staff.change")
def take_role(system: System, actor: Actor, staff_id: str, unit_id: str, role: Role) -> None:
    """Take an office from somebody. Raises ``BadInput`` as giving it does."""
    with system.store.writing() as tx:
        if role not in _offices(tx, staff_id, unit_id, role):
            return
        roles.take(tx, staff_id, unit_id, role)
        said = {"staff": staff_id, "role": role.value}
        events.append(tx, actor, system.clock.now(), "staff.role-taken", unit_id=unit_id, rule="NA-1", **said)


def roles_of(system: System, staff_id: str) -> dict[str, tuple[Role, ...]]:
    """What somebody may act as at each of their units: their profession first, then the offices they hold.

    Raises ``BadInput`` where there is no such active person.
    """
    with system.store.reading() as tx:
        member, unit_ids = _active(tx, staff_id)
        return roles_in(tx, member, unit_ids)


@rule("NA-1")
def roles_in(tx: Tx, member: Staff, unit_ids: tuple[str, ...]) -> dict[str, tuple[Role, ...]]:
    """The same of somebody who has been read."""
    held = roles.of_person(tx, member.id)
    offices = {unit_id: [one for one in Role if one in held.get(unit_id, ())] for unit_id in unit_ids}
    return {unit_id: (Role(member.profession), *offices[unit_id]) for unit_id in unit_ids}


@rule("NA-1")
def acting(system: System, staff_id: str, unit_id: str, place: str, role: Role | None = None) -> Actor:
    """The actor that this member of staff is at a unit: in ``role``, or by their profession.

    Raises ``BadInput`` where there is no such active person, they do not work for the unit, or the role is not theirs.
    """
    with system.store.reading() as tx:
        member, unit_ids = _active(tx, staff_id)
        theirs = roles_in(tx, member, unit_ids)
    if unit_id not in theirs:
        raise BadInput("not-of-unit", staff=member.name, unit=unit_id)
    if role is not None and role not in theirs[unit_id]:
        raise BadInput("not-ones-role", staff=member.name, role=role_word(role), unit=unit_id)
    office = role if role in OFFICES else None
    return Actor(member.id, member.name, member.profession, unit_id, place, office)


def where_they_act(
    system: System, actor: Actor, people: Mapping[Staff, tuple[Unit, ...]]
) -> dict[Staff, tuple[Unit, ...]]:
    """The actor alone of these people, with those of their units at which the role is theirs."""
    assert actor.staff_id is not None
    theirs = roles_of(system, actor.staff_id)
    return {
        member: tuple(unit for unit in units if actor.acts_as in theirs[unit.id])
        for member, units in people.items()
        if member.id == actor.staff_id
    }


def _active(tx: Tx, staff_id: str) -> tuple[Staff, tuple[str, ...]]:
    found = people.staff_member(tx, staff_id)
    if found is None or not found[0].active:
        raise BadInput("no-staff", staff=staff_id)
    return found


def _offices(tx: Tx, staff_id: str, unit_id: str, role: Role) -> frozenset[Role]:
    """The offices that somebody holds at a unit, where this is one that may be given there."""
    known_unit(tx, unit_id)
    member, unit_ids = _active(tx, staff_id)
    if unit_id not in unit_ids:
        raise BadInput("not-of-unit", staff=member.name, unit=unit_id)
    if role not in OFFICES:
        raise BadInput("no-office", role=role_word(role))
    return roles.of_person(tx, staff_id).get(unit_id, frozenset())
