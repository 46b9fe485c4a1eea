"""The read log (LO-1), and what holds the chains of both logs (LO-2): heads, seals, the stumps of removed months."""

from sqlalchemy import JSON, BigInteger, Column, LargeBinary, Table, Text, UniqueConstraint

from p24tui.store.columns import Instant, Serial, metadata
from p24tui.store.log_control_tables import READ_LOG_INDEXES

read_log = Table(
    "read_log",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False, comment="case, list, arrivals, export"),
    Column("staff_id", Text),
    Column("actor", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("view", Text, nullable=False, comment="the list that later arrivals belong to"),
    Column("case_id", Text),
    Column("patient_id", Text, index=True),
    Column("patients", JSON, nullable=False, comment="ids of the patients that a list showed"),
    Column("role", Text, nullable=False, server_default="", comment="in which they acted; empty: their profession"),
    Column("why", Text, nullable=False, server_default="care", comment="care, break-glass:ID, control, acting-outside"),
    Column("chain", Text),
    Column("chain_position", BigInteger),
    Column("previous_hash", LargeBinary),
    Column("hash", LargeBinary),
    UniqueConstraint("chain", "chain_position"),
    *READ_LOG_INDEXES,
)

chain_heads = Table(
    "chain_heads",
    metadata,
    Column("log", Text, primary_key=True, comment="events or read_log"),
    Column("chain", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

sealed_heads = Table(
    "sealed_heads",
    metadata,
    Column("log", Text, primary_key=True, comment="events or read_log"),
    Column("chain", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

log_seals = Table(
    "log_seals",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("heads", JSON, nullable=False, comment="log, chain, position, hash of each that has moved"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

log_stumps = Table(
    "log_stumps",
    metadata,
    Column("log", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False, comment="of the last row that is removed"),
    Column("hash", LargeBinary, nullable=False),
    Column("month", Text, nullable=False),
    Column("rows", BigInteger, nullable=False, comment="how many were removed from the chain"),
    Column("removed_at", Instant, nullable=False),
    Column("removed_by", Text, nullable=False),
)
