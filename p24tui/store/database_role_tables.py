"""The tables of who is who in the database, and of the patients that somebody has asked for by their number.

They are the owner's alone: people reach them only through the functions of ``assets/row_security.sql``.
"""

from sqlalchemy import Column, ForeignKey, Table, Text

from p24tui.store.columns import Instant, metadata

database_roles = Table(
    "database_roles",
    metadata,
    Column("role", Text, primary_key=True, comment="as session_user says it"),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, unique=True),
)

patient_meetings = Table(
    "patient_meetings",
    metadata,
    Column("patient_id", ForeignKey("patients.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, comment="who asked for them by their whole number"),
    Column("met_at", Instant, nullable=False, comment="by the database's own clock"),
)
