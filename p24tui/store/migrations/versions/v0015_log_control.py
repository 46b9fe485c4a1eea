"""Log control: checks that stand once they are signed, and the read log found by person, by unit and by patient."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

SIGNED_STANDS_POSTGRESQL = """
CREATE FUNCTION log_check_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signed check of the log is never changed';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER log_check_stands BEFORE UPDATE OR DELETE ON log_checks
    FOR EACH ROW EXECUTE FUNCTION log_check_stands();
"""

SIGNED_STANDS_SQLITE = """
CREATE TRIGGER log_check_stands_{deed} BEFORE {deed} ON log_checks WHEN OLD.signed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a signed check of the log is never changed'); END
"""


def upgrade() -> None:
    op.create_table(
        "log_checks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        _instant("made_at"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False, comment="what was asked for"),
        sa.Column("seed", sa.Text(), nullable=False, comment="of a sample: who has it draws the same one again"),
        _instant("first", comment="the time that was looked at, from"),
        _instant("until"),
        sa.Column("reads", sa.JSON(), nullable=False, comment="the rows of the read log that were looked at"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="empty until it is said"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True, comment="after which it is never changed"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_log_checks_unit_id_units")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_log_checks_made_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_checks")),
    )
    op.create_index("ix_log_checks_unit_made", "log_checks", ["unit_id", "made_at"])
    op.create_index("ix_read_log_staff_at", "read_log", ["staff_id", "at", "seq"])
    op.create_index("ix_read_log_unit_at", "read_log", ["unit_id", "at", "seq", "kind", "staff_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_read_log_patients ON read_log USING gin ((patients::jsonb) jsonb_path_ops)")
        op.execute(SIGNED_STANDS_POSTGRESQL)
    else:
        for deed in ("UPDATE", "DELETE"):
            op.execute(SIGNED_STANDS_SQLITE.format(deed=deed))


def _instant(name: str, *, comment: str | None = None) -> sa.Column[datetime]:
    return sa.Column(name, INSTANT, nullable=False, comment=comment)
