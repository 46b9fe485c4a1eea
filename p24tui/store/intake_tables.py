"""The tables of what comes in: who may send, what came before, and what could not be taken."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table, Text

from p24tui.store.columns import Instant, metadata

sources = Table(
    "intake_sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("active", Boolean, nullable=False),
)

received = Table(
    "intake_received",
    metadata,
    Column("source", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("stored_as", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("ix_intake_received_stored", "stored_as", "type"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("path", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", Text),
)
