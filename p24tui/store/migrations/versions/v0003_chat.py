"""The chat: notes among staff, phrases of one's own and of a unit, and who asks to take a case over."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.add_column("cases", sa.Column("asked_by", sa.Text(), nullable=True, comment="who asks to take the case over"))
    op.add_column("cases", sa.Column("asked_by_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("asked_at", INSTANT, nullable=True))
    op.add_column("cases", sa.Column("asked_reason", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id_cases")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_case_written", "notes", ["case_id", "written_at", "id"])
    op.create_table(
        "note_drafts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_note_drafts_case_id_cases")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_note_drafts_staff_id_staff")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_note_drafts")),
    )
    op.create_table(
        "phrases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=True, comment="whose own it is; none: the whole unit's"),
        sa.Column("replaces", sa.Text(), nullable=False, comment="id of the library's phrase that it stands for"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_phrases_unit_id_units")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_phrases_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrases")),
    )
