"""Registrations: the one that a contact has, and those that are followed because their post is in VAS still (RE-6)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, exists, func, insert, select, update

from p24tui.routine.actor import Profession
from p24tui.routine.protection import PROTECTED
from p24tui.routine.registration import FOLLOWED, RegistrationState, VisitType, Way
from p24tui.store.engine import Tx
from p24tui.store.registration_values import CareGiver, Registration
from p24tui.store.tables import IS_OPEN, cases, events, patients, registrations

_FIELDS = Registration.__struct_fields__
_ROWS = select(*(registrations.c[name] for name in _FIELDS))
_STANDING = registrations.c.withdrawn_at.is_(None)
_FOLLOWED = registrations.c.state.in_(FOLLOWED)

_HAS_IT = ("message.sent", "case.claimed", "case.taken-over", "handover.accepted", "case.assessed", "case.ended")
_HAS_IT_BY_VIDEO = ("visit.taken-in", "visit.started", "video.started", "visit.ended")


def add(tx: Tx, row: Registration) -> None:
    """A new registration. A contact that has one takes no other: its case is locked by whoever looks, and adds."""
    tx.connection.execute(insert(registrations).values(**asdict(row)))


def standing(tx: Tx, case_id: str) -> Registration | None:
    """The registration that a contact has, whatever has become of it, but for one that was withdrawn."""
    return _first(tx, _STANDING & (registrations.c.case_id == case_id))


def one(tx: Tx, registration_id: str) -> Registration | None:
    """One registration."""
    return _first(tx, registrations.c.id == registration_id)


def save(tx: Tx, row: Registration) -> None:
    """Write it back; its case is locked by whoever does."""
    tx.connection.execute(update(registrations).where(registrations.c.id == row.id).values(**asdict(row)))


def followed(tx: Tx, unit_ids: Collection[str]) -> list[Registration]:
    """Those of these units whose watch post or message is in VAS still, the oldest first."""
    query = _ROWS.where(_FOLLOWED, registrations.c.unit_id.in_(unit_ids))
    ordered = query.order_by(registrations.c.made_at, registrations.c.id)
    return [_row(tuple(row)) for row in tx.connection.execute(ordered)]


def oldest_followed(tx: Tx, unit_id: str) -> datetime | None:
    """When the oldest of those of the unit was made."""
    query = select(func.min(registrations.c.made_at)).where(_FOLLOWED, registrations.c.unit_id == unit_id)
    found: datetime | None = tx.connection.execute(query).scalar_one()
    return found


def made_between(
    tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime
) -> list[tuple[Way, datetime, datetime | None]]:
    """What was decided at these units from ``begins`` up to ``ends``: the way, when, and when its post was removed."""
    table = registrations.c
    query = select(table.way, table.made_at, table.removed_at).where(
        _STANDING, table.unit_id.in_(unit_ids), table.made_at >= begins, table.made_at < ends
    )
    return [(Way(way), made, removed) for way, made, removed in tx.connection.execute(query)]


def count_followed(tx: Tx, unit_ids: Collection[str]) -> int:
    """How many of those of these units are in VAS still."""
    query = select(func.count()).select_from(registrations).where(_FOLLOWED, registrations.c.unit_id.in_(unit_ids))
    return tx.connection.execute(query).scalar_one()


def followed_of(tx: Tx, staff_id: str) -> int:
    """How many of those this person has made, at whatever unit."""
    query = select(func.count()).select_from(registrations).where(_FOLLOWED, registrations.c.made_by == staff_id)
    return tx.connection.execute(query).scalar_one()


def last_made_by(tx: Tx, staff_id: str, unit_id: str) -> tuple[bool | None, Way | None]:
    """What this person answered last at the unit: whether their visits are always free of charge, and by which way."""
    table = registrations.c
    mine = (table.made_by == staff_id) & (table.unit_id == unit_id)

    def last(column: ColumnElement[Any], where: ColumnElement[bool]) -> Any:
        query = select(column).where(mine, where).order_by(table.made_at.desc(), table.id).limit(1)
        return tx.connection.execute(query).scalar_one_or_none()

    told = last(table.way, table.way.in_((Way.WATCH_POST, Way.MESSAGE)))
    return last(table.always_free, table.always_free.is_not(None)), None if told is None else Way(told)


def undecided(tx: Tx, unit_ids: Collection[str], since: datetime) -> list[str]:
    """Ids of the units' cases that ended at ``since`` or later, are ended still, and nobody has decided on.

    What is not handled here is left out (PR-1, AP-3).
    """
    decided = exists().where(_STANDING, registrations.c.case_id == cases.c.id)
    query = (
        select(cases.c.id)
        .join(patients, patients.c.id == cases.c.patient_id)
        .where(
            cases.c.unit_id.in_(unit_ids),
            ~IS_OPEN,
            cases.c.ended_at >= since,
            cases.c.wrong_patient_at.is_(None),
            patients.c.protection.not_in(PROTECTED),
            ~decided,
        )
    )
    return list(tx.connection.scalars(query))


def care_givers(tx: Tx, case_id: str) -> list[CareGiver]:
    """The health professionals who have had to do with a case, whoever did so last first."""
    table = events.c
    query = (
        select(table.staff_id, table.actor, table.profession)
        .where(table.case_id == case_id, table.staff_id.is_not(None), table.kind.in_(_HAS_IT + _HAS_IT_BY_VIDEO))
        .order_by(table.seq.desc())
    )
    found: dict[str, CareGiver] = {}
    for staff_id, name, profession in tx.connection.execute(query):
        if profession in set(Profession):
            found.setdefault(staff_id, CareGiver(staff_id, name, Profession(profession)))
    return list(found.values())


def _first(tx: Tx, which: ColumnElement[bool]) -> Registration | None:
    row = tx.connection.execute(_ROWS.where(which)).first()
    return None if row is None else _row(tuple(row))


def _row(values: tuple[Any, ...]) -> Registration:
    named: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
    named["way"] = Way(named["way"])
    named["state"] = RegistrationState(named["state"])
    if named["visit_type"] is not None:
        named["visit_type"] = VisitType(named["visit_type"])
    return Registration(**named)
