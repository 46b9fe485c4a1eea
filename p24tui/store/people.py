"""Units, the staff who work at them, patients and their guardians."""

from collections.abc import Collection
from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update

from p24tui.routine.actor import Profession
from p24tui.routine.hours import OpeningHours
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.proxy import Guardian
from p24tui.store import outbox
from p24tui.store.engine import Tx
from p24tui.store.tables import guardians, patients, staff, staff_units, units
from p24tui.store.values import OutgoingRow, PatientRecord, Staff, Unit, UnitKind, patient_from


def all_units(tx: Tx) -> list[Unit]:
    """Every unit, by name."""
    query = select(units).order_by(units.c.name)
    return [_unit(*row) for row in tx.connection.execute(query)]


def unit(tx: Tx, unit_id: str, *, lock: bool = False) -> Unit | None:
    """One unit. ``lock`` keeps other writers from it until the transaction ends; who refers to it need not wait."""
    query = select(units).where(units.c.id == unit_id)
    if lock and tx.on_postgresql:
        query = query.with_for_update(key_share=True)
    row = tx.connection.execute(query).first()
    return None if row is None else _unit(*row)


def put_unit(tx: Tx, one: Unit) -> None:
    """Add the unit, or change the one with its HSA-id."""
    values = {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "hours": one.hours.to_data(),
        "message_after": one.message_after,
    }
    if tx.connection.execute(update(units).where(units.c.id == one.id).values(values)).rowcount == 0:
        tx.connection.execute(insert(units).values(values))


def staff_of(tx: Tx, unit_id: str) -> list[Staff]:
    """The active staff of a unit, by name."""
    query = (
        select(staff)
        .join(staff_units, staff_units.c.staff_id == staff.c.id)
        .where(staff_units.c.unit_id == unit_id, staff.c.active)
        .order_by(staff.c.name)
    )
    return [_staff(*row) for row in tx.connection.execute(query)]


def all_staff(tx: Tx) -> list[tuple[Staff, tuple[str, ...]]]:
    """Everybody, active or not, with the units they work for."""
    where: dict[str, list[str]] = {}
    for staff_id, unit_id in tx.connection.execute(select(staff_units).order_by(staff_units.c.unit_id)):
        where.setdefault(staff_id, []).append(unit_id)
    rows = tx.connection.execute(select(staff).order_by(staff.c.name))
    return [(_staff(*row), tuple(where.get(row.id, ()))) for row in rows]


def staff_member(tx: Tx, staff_id: str) -> tuple[Staff, tuple[str, ...]] | None:
    """One member of staff with the units they work for."""
    row = tx.connection.execute(select(staff).where(staff.c.id == staff_id)).first()
    if row is None:
        return None
    query = select(staff_units.c.unit_id).where(staff_units.c.staff_id == staff_id).order_by(staff_units.c.unit_id)
    return _staff(*row), tuple(tx.connection.scalars(query))


def staff_of_system_user(tx: Tx, system_user: str) -> str | None:
    """The HSA-id of the person whose the operating system's user is."""
    found: str | None = tx.connection.scalar(select(staff.c.id).where(staff.c.system_user == system_user))
    return found


def names_of(tx: Tx, staff_ids: Collection[str]) -> dict[str, str]:
    """The names of these members of staff, by HSA-id."""
    query = select(staff.c.id, staff.c.name).where(staff.c.id.in_(staff_ids))
    return {row.id: row.name for row in tx.connection.execute(query)}


def put_staff(tx: Tx, one: Staff, unit_ids: tuple[str, ...]) -> None:
    """Add the member of staff, or change the one with their HSA-id, who then works for exactly these units."""
    values = asdict(one)
    if tx.connection.execute(update(staff).where(staff.c.id == one.id).values(values)).rowcount == 0:
        tx.connection.execute(insert(staff).values(values))
    tx.connection.execute(delete(staff_units).where(staff_units.c.staff_id == one.id))
    if unit_ids:
        rows = [{"staff_id": one.id, "unit_id": unit_id} for unit_id in unit_ids]
        tx.connection.execute(insert(staff_units), rows)


def patient(tx: Tx, *, id: str | None = None, number: str | None = None, lock: bool = False) -> PatientRecord | None:
    """The patient with this id or this identity number. ``lock`` keeps other writers from them, as for a unit.

    Whoever asks by number may see a patient of whom their units have nothing yet; the database logs that by itself.
    """
    if tx.personal and number is not None:
        tx.connection.execute(select(func.p24_meet(number)))
    query = select(patients).where(patients.c.id == id if id is not None else patients.c.number == number)
    if lock and tx.on_postgresql:
        query = query.with_for_update(key_share=True)
    row = tx.connection.execute(query).first()
    return None if row is None else patient_from(tuple(row))


def patients_by_id(tx: Tx, patient_ids: Collection[str]) -> dict[str, Patient]:
    """These patients, by id."""
    query = select(patients).where(patients.c.id.in_(patient_ids))
    found = [patient_from(tuple(row)).patient for row in tx.connection.execute(query)]
    return {one.id: one for one in found}


def by_number(tx: Tx, numbers: Collection[str]) -> dict[str, str]:
    """The ids of those patients who have these identity numbers, by number."""
    if tx.personal:
        for number in sorted(numbers):
            tx.connection.execute(select(func.p24_meet(number)))
    query = select(patients.c.number, patients.c.id).where(patients.c.number.in_(numbers))
    return {row.number: row.id for row in tx.connection.execute(query)}


def put_patient(tx: Tx, record: PatientRecord, now: datetime) -> list[OutgoingRow]:
    """Add the patient, or change the one with this id.

    Nothing goes out to one who is protected (PR-2): what has been cancelled by that is returned.
    """
    values = {
        **asdict(record.patient),
        "number_kind": record.number_kind,
        "protection_flagged": record.flagged,
        "protection_checked_at": record.checked_at,
    }
    if tx.connection.execute(update(patients).where(patients.c.id == record.patient.id).values(values)).rowcount == 0:
        tx.connection.execute(insert(patients).values(values))
        if tx.personal:
            tx.connection.execute(select(func.p24_meet(record.patient.number)))
    if not is_protected(record.patient.protection):
        return []
    return outbox.cancel_queued(tx, now, "protected", patient_id=record.patient.id)


def put_guardian(tx: Tx, patient_id: str, guardian: Guardian) -> None:
    """Add the guardian, or change what is known of the one with this number."""
    same = (guardians.c.patient_id == patient_id) & (guardians.c.number == guardian.number)
    if tx.connection.execute(update(guardians).where(same).values(**asdict(guardian))).rowcount == 0:
        tx.connection.execute(insert(guardians).values(patient_id=patient_id, **asdict(guardian)))


def guardians_of(tx: Tx, patient_id: str) -> list[Guardian]:
    """The guardians of a patient, by name."""
    query = _GUARDIANS.where(guardians.c.patient_id == patient_id)
    return [_guardian(*row) for row in tx.connection.execute(query.order_by(guardians.c.name, guardians.c.number))]


def guardian(tx: Tx, patient_id: str, numbers: Collection[str]) -> Guardian | None:
    """The patient's guardian who stands under one of these numbers."""
    query = _GUARDIANS.where(guardians.c.patient_id == patient_id, guardians.c.number.in_(numbers))
    row = tx.connection.execute(query).first()
    return None if row is None else _guardian(*row)


def guardian_name(tx: Tx, patient_id: str, numbers: Collection[str]) -> str:
    """The name of the patient's guardian who stands under one of these numbers; empty where there is none."""
    query = select(guardians.c.name).where(guardians.c.patient_id == patient_id, guardians.c.number.in_(numbers))
    return tx.connection.execute(query).scalars().first() or ""


def drop_guardian(tx: Tx, patient_id: str, numbers: Collection[str]) -> None:
    """Forget the patient's guardian under these numbers."""
    same = (guardians.c.patient_id == patient_id) & guardians.c.number.in_(numbers)
    tx.connection.execute(delete(guardians).where(same))


def _unit(id: str, name: str, kind: str, hours: dict[str, object], message_after: int) -> Unit:
    return Unit(id, name, UnitKind(kind), OpeningHours.from_data(hours), message_after)


def _staff(
    id: str, name: str, profession: str, active: bool, email: str, mobile: str, system_user: str | None
) -> Staff:
    return Staff(id, name, Profession(profession), active, email, mobile, system_user)


_GUARDIANS = select(*(guardians.c[one] for one in Guardian.__struct_fields__))


def _guardian(number: str, name: str, relationship: str, mobile: str, is_primary: bool, protection: str) -> Guardian:
    return Guardian(number, name, relationship, mobile, is_primary, Protection(protection))
