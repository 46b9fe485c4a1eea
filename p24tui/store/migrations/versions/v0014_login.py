"""Who one is: passwords, how often one was wrong, the operating system's user, and when a console locks."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passwords",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False, comment="argon2id, with its salt and its cost"),
        sa.Column(
            "one_time", sa.Boolean(), nullable=False, comment="it has to be changed before anything else is done"
        ),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passwords_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "login_tries",
        sa.Column(
            "whose",
            sa.Text(),
            nullable=False,
            comment="staff:HSA-ID, whether there is such a person or not, or place:PLACE",
        ),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_wrong_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_login_tries")),
    )
    op.create_table(
        "lock_after",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column(
            "minutes", sa.Integer(), nullable=False, comment="without a key, after which a console of the unit locks"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_lock_after_unit_id_units")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_lock_after")),
    )
    op.add_column(
        "staff",
        sa.Column("system_user", sa.Text(), nullable=True, comment="the operating system's user that is theirs"),
    )
    op.create_index("ux_staff_system_user", "staff", ["system_user"], unique=True)
