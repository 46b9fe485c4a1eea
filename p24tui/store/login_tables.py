"""The tables of who one is: passwords, how often one was wrong, and when a unit's consoles lock."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from p24tui.store.columns import Instant, metadata

passwords = Table(
    "passwords",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("hash", Text, nullable=False, comment="argon2id, with its salt and its cost"),
    Column("one_time", Boolean, nullable=False, comment="it has to be changed before anything else is done"),
    Column("set_at", Instant, nullable=False),
)

login_tries = Table(
    "login_tries",
    metadata,
    Column(  # and pair:HSA-ID@MACHINE since; a comment alone is no migration
        "whose", Text, primary_key=True, comment="staff:HSA-ID, whether there is such a person or not, or place:PLACE"
    ),
    Column("wrong", Integer, nullable=False),
    Column("last_wrong_at", Instant),
)

lock_after = Table(
    "lock_after",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("minutes", Integer, nullable=False, comment="without a key, after which a console of the unit locks"),
)
