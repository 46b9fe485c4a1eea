"""Indexes by which what is open, under way or known is found at the same cost, whatever has been."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN_CASES = "state <> 'ended'"
UNFINISHED = "state IN ('queued', 'sending', 'failed', 'uncertain')"
REMOVED = "kind = 'log.segment-removed'"


def upgrade() -> None:
    op.create_index("ix_cases_unit_ended", "cases", ["unit_id", "ended_at"])
    for name in ("unit_id", "owner_id", "asked_by", "held_until", "risk_due_at", "visit_by"):
        _create(f"ix_cases_open_{name}", "cases", [name], OPEN_CASES)
    _create("ix_outbox_unit_unfinished", "outbox", ["unit_id", "due_at"], UNFINISHED)
    _create("ix_shifts_open_seen", "shifts", ["seen_at"], "ended_at IS NULL")
    op.create_index("ix_intake_received_stored", "intake_received", ["stored_as", "type"])
    _create("ix_events_removed", "events", ["seq"], REMOVED)


def _create(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
