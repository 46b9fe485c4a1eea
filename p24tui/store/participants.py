"""Who takes part in a video visit, and the digests of their links."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import delete, insert, or_, select, update

from p24tui.routine.link import Participant, Role
from p24tui.routine.outgoing import Channel
from p24tui.routine.visit import OPEN, Visit, VisitState
from p24tui.store.engine import Tx
from p24tui.store.tables import participants, visit_links, visits
from p24tui.store.visits import VISIT_FIELDS, visit_from

_FIELDS = Participant.__struct_fields__
_PARTICIPANTS = select(*(participants.c[name] for name in _FIELDS))


def add(tx: Tx, one: Participant) -> None:
    """Somebody more who may come."""
    tx.connection.execute(insert(participants).values(**asdict(one)))


def save(tx: Tx, one: Participant) -> None:
    """Write back what is known of a participant."""
    tx.connection.execute(update(participants).where(participants.c.id == one.id).values(**asdict(one)))


def one(tx: Tx, participant_id: str) -> Participant | None:
    """One participant; kept from other writers."""
    row = tx.connection.execute(_PARTICIPANTS.where(participants.c.id == participant_id).with_for_update()).first()
    return None if row is None else _from(row)


def of_visits(tx: Tx, visit_ids: Collection[str]) -> dict[str, list[Participant]]:
    """Who may come to these visits, in the order in which they were invited; also those whose links are revoked."""
    query = _PARTICIPANTS.where(participants.c.visit_id.in_(visit_ids))
    found: dict[str, list[Participant]] = {}
    for row in tx.connection.execute(query.order_by(participants.c.invited_at, participants.c.id)):
        found.setdefault(row.visit_id, []).append(_from(row))
    return found


def of_visit(tx: Tx, visit_id: str) -> list[Participant]:
    """The same of one visit."""
    return of_visits(tx, [visit_id]).get(visit_id, [])


def invitations(tx: Tx, staff_id: str, since: datetime) -> list[tuple[Participant, Visit]]:
    """The open visits to which a colleague is invited, that have begun or end after ``since``, by time (VI-10)."""
    query = (
        select(*(participants.c[name] for name in _FIELDS), *(visits.c[name] for name in VISIT_FIELDS))
        .join(visits, visits.c.id == participants.c.visit_id)
        .where(
            participants.c.staff_id == staff_id,
            participants.c.revoked_at.is_(None),
            visits.c.state.in_(OPEN),
            or_(visits.c.ends_at > since, visits.c.state != VisitState.BOOKED),
        )
        .order_by(visits.c.starts_at, visits.c.id)
    )
    many = len(_FIELDS)
    return [(_from(row), visit_from(tuple(row)[many:])) for row in tx.connection.execute(query)]


def add_link(tx: Tx, digest: bytes, participant_id: str, now: datetime) -> None:
    """One more link for a participant; earlier ones still hold."""
    values = {"digest": digest, "participant_id": participant_id, "made_at": now}
    tx.connection.execute(insert(visit_links).values(values))


def drop_links(tx: Tx, participant_id: str) -> None:
    """Forget every link that a participant has been given."""
    tx.connection.execute(delete(visit_links).where(visit_links.c.participant_id == participant_id))


def by_link(tx: Tx, digest: bytes) -> Participant | None:
    """The participant whose link has this digest."""
    query = _PARTICIPANTS.join(visit_links, visit_links.c.participant_id == participants.c.id)
    row = tx.connection.execute(query.where(visit_links.c.digest == digest)).first()
    return None if row is None else _from(row)


def _from(row: Any) -> Participant:
    facts = dict(zip(_FIELDS, tuple(row), strict=False))
    facts["role"] = Role(facts["role"])
    facts["channel"] = Channel(facts["channel"]) if facts["channel"] else None
    return Participant(**facts)
