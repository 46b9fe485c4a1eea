"""Files that have been taken out of cases: whose, where, until when, and whether they are in the record."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "exported_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("attachment_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False, comment="who alone can read it there"),
        sa.Column("place", sa.Text(), nullable=False, comment="the machine and the folder"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="what the case calls it"),
        sa.Column("exported_at", INSTANT, nullable=False),
        sa.Column("delete_at", INSTANT, nullable=False),
        sa.Column("journalled_at", INSTANT, nullable=True),
        sa.Column("shows", sa.Text(), nullable=False, comment="what the image shows, as VAS says it"),
        sa.Column("deleted_at", INSTANT, nullable=True, comment="when it was known to be gone"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exported_files_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name=op.f("fk_exported_files_attachment_id_attachments")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_exported_files_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exported_files")),
    )
    op.create_index("ix_exported_files_case_id", "exported_files", ["case_id"])
    op.create_index("ix_exported_files_place_deleted", "exported_files", ["place", "deleted_at"])
    op.create_index("ix_exported_files_staff_journalled", "exported_files", ["staff_id", "journalled_at"])
