"""Staff: adding and changing them, and acting as one of them."""

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor, Profession
from p24tui.services.guardians import mobile_of
from p24tui.services.invitations import email_of
from p24tui.services.known import known_unit
from p24tui.services.units import hsa_id
from p24tui.store import events, people
from p24tui.store.values import Staff, Unit
from p24tui.system import System
from p24tui.text import clean_line


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


def acting(system: System, staff_id: str, unit_id: str, place: str) -> Actor:
    """The actor that this member of staff is at a unit.

    Raises ``BadInput`` where there is no such active person, or they do not work for the unit.
    """
    with system.store.reading() as tx:
        found = people.staff_member(tx, staff_id)
    if found is None or not found[0].active:
        raise BadInput("no-staff", staff=staff_id)
    member, unit_ids = found
    if unit_id not in unit_ids:
        raise BadInput("not-of-unit", staff=member.name, unit=unit_id)
    return Actor(member.id, member.name, member.profession, unit_id, place)
