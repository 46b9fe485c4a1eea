"""Who is who in the database, and which patients somebody has asked for by their number."""

import sqlalchemy as sa
from alembic import op

from p24tui.store.columns import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "database_roles",
        sa.Column("role", sa.Text(), nullable=False, comment="as session_user says it"),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_database_roles_staff_id_staff"),
        sa.PrimaryKeyConstraint("role", name="pk_database_roles"),
        sa.UniqueConstraint("staff_id", name="uq_database_roles_staff_id"),
    )
    op.create_table(
        "patient_meetings",
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False, comment="who asked for them by their whole number"),
        sa.Column("met_at", Instant(), nullable=False, comment="by the database's own clock"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_patient_meetings_patient_id_patients"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_patient_meetings_staff_id_staff"),
        sa.PrimaryKeyConstraint("patient_id", "staff_id", name="pk_patient_meetings"),
    )
