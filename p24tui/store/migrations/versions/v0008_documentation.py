"""Documentation: notes for the record, what is being written, and who owes one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_OWED = sa.text("settled_at IS NULL")


def upgrade() -> None:
    _make_notes()
    _make_debts()


def _make_notes() -> None:
    op.create_table(
        "journal_notes",
        _words("id"),
        _words("case_id"),
        _words("unit_id"),
        _words("staff_id"),
        _words("author_name"),
        _words("profession"),
        _words("way", "a note here, one in VAS itself, or nothing"),
        _words("scope"),
        _words("why", "why nothing of it belongs in the record"),
        _words("vas_row"),
        _words("clinic"),
        _words("note_type"),
        _words("journal_type"),
        _words("current"),
        _words("assessment"),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        _words("form_way"),
        _words("form_result"),
        sa.Column("images", sa.JSON(), nullable=False, comment="the line of each image in Vidiview"),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("owed_since", INSTANT, comment="since when its author owed it; none: nobody had asked for it"),
        sa.Column("copied_at", INSTANT, comment="when it was last copied to be put into VAS"),
        sa.Column("told", sa.Integer(), nullable=False, comment="how much the patient had told by then"),
        *_refers("journal_notes", case_id="cases.id", unit_id="units.id", staff_id="staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_notes")),
    )
    op.create_index("ix_journal_notes_case_signed", "journal_notes", ["case_id", "signed_at"])
    op.create_index("ix_journal_notes_unit_signed", "journal_notes", ["unit_id", "signed_at"])
    op.create_table(
        "journal_drafts",
        _words("case_id"),
        _words("staff_id"),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        *_refers("journal_drafts", case_id="cases.id", staff_id="staff.id"),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_journal_drafts")),
    )


def _make_debts() -> None:
    op.create_table(
        "note_debts",
        sa.Column("seq", SERIAL, nullable=False),
        _words("case_id"),
        _words("unit_id"),
        _words("staff_id"),
        _words("staff_name"),
        _words("scope"),
        _words("cause"),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        *_refers("note_debts", case_id="cases.id", unit_id="units.id", staff_id="staff.id"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_note_debts")),
    )
    where: dict[str, Any] = {"sqlite_where": IS_OWED, "postgresql_where": IS_OWED}
    op.create_index("ix_note_debts_case_id", "note_debts", ["case_id"])
    op.create_index("ux_note_debts_owed", "note_debts", ["staff_id", "case_id"], unique=True, **where)
    op.create_index("ix_note_debts_unit_owed", "note_debts", ["unit_id"], **where)


def _words(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _refers(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [to], name=op.f(f"fk_{table}_{name}_{to.partition('.')[0]}"))
        for name, to in columns.items()
    ]
