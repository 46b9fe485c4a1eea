"""Cases that are offered to somebody, what became of it, and who follows a case that they have handed over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, insert, select, update

from p24tui.routine.actor import Actor, Profession
from p24tui.routine.handover import ConsentState, OfferState
from p24tui.store.duty_values import HandoverRow
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_OPEN, case_guests, cases, handovers

_FIELDS = HandoverRow.__struct_fields__
_ROWS = select(*(handovers.c[name] for name in _FIELDS))
_OPEN = handovers.c.state == OfferState.OFFERED


def add(tx: Tx, row: HandoverRow) -> None:
    """A new offer."""
    tx.connection.execute(insert(handovers).values(**asdict(row)))


def standing(tx: Tx, case_id: str) -> HandoverRow | None:
    """The offer of this case that nobody has answered yet."""
    return _first(tx, _OPEN & (handovers.c.case_id == case_id))


def every_standing(tx: Tx) -> list[HandoverRow]:
    """Every offer that nobody has answered yet, the oldest first."""
    return _some(tx, _OPEN)


def to_take(tx: Tx, staff_id: str, profession: Profession, unit_ids: Collection[str]) -> list[HandoverRow]:
    """The offers that are to this person, or to this profession, at these units, the oldest first."""
    theirs = (handovers.c.to_staff == staff_id) | (
        handovers.c.to_staff.is_(None) & (handovers.c.to_profession == profession)
    )
    return _some(tx, _OPEN & theirs & handovers.c.to_unit.in_(unit_ids) & (handovers.c.from_staff != staff_id))


def of_case(tx: Tx, case_id: str) -> list[HandoverRow]:
    """Every offer that there has been of this case, the oldest first."""
    return _some(tx, handovers.c.case_id == case_id)


def answer(tx: Tx, case_id: str, state: OfferState, by: Actor, at: datetime, reason: str = "") -> bool:
    """What has become of the offer that stands; whether one did."""
    values = {
        "state": state,
        "answered_by": by.staff_id,
        "answered_by_name": by.name,
        "answered_at": at,
        "reason": reason,
    }
    done = update(handovers).where(_OPEN, handovers.c.case_id == case_id).values(values)
    return tx.connection.execute(done).rowcount > 0


def save_call(tx: Tx, id: str, level: int, at: datetime) -> None:
    """It has called now, for those of this level."""
    tx.connection.execute(update(handovers).where(handovers.c.id == id).values(level=level, called_at=at))


def units_left(tx: Tx, case_id: str) -> frozenset[str]:
    """The units from which the case has been handed over to another."""
    query = select(handovers.c.unit_id).where(
        handovers.c.case_id == case_id,
        handovers.c.state == OfferState.ACCEPTED,
        handovers.c.unit_id != handovers.c.to_unit,
    )
    return frozenset(tx.connection.scalars(query))


def be_guest(tx: Tx, case_id: str, staff_id: str, since: datetime) -> None:
    """Whoever has handed the case over follows it as a guest."""
    no_guest(tx, case_id, staff_id)
    tx.connection.execute(insert(case_guests).values(case_id=case_id, staff_id=staff_id, since=since))


def no_guest(tx: Tx, case_id: str, staff_id: str) -> None:
    """They are no guest there: the case is theirs again."""
    same = (case_guests.c.case_id == case_id) & (case_guests.c.staff_id == staff_id)
    tx.connection.execute(delete(case_guests).where(same))


def guest_of(tx: Tx, staff_id: str | None) -> frozenset[str]:
    """The open cases that this person follows as a guest."""
    query = (
        select(case_guests.c.case_id)
        .join(cases, cases.c.id == case_guests.c.case_id)
        .where(case_guests.c.staff_id == staff_id, IS_OPEN)
    )
    return frozenset(tx.connection.scalars(query))


def _some(tx: Tx, which: ColumnElement[bool]) -> list[HandoverRow]:
    query = _ROWS.where(which).order_by(handovers.c.offered_at, handovers.c.id)
    return [_row(tuple(row)) for row in tx.connection.execute(query)]


def _first(tx: Tx, which: ColumnElement[bool]) -> HandoverRow | None:
    return next(iter(_some(tx, which)), None)


def _row(values: tuple[Any, ...]) -> HandoverRow:
    named: dict[str, Any] = dict(zip(_FIELDS, values, strict=True))
    named["to_profession"] = Profession(named["to_profession"])
    named["consent"] = ConsentState(named["consent"])
    named["state"] = OfferState(named["state"])
    return HandoverRow(**named)
