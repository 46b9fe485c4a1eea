"""The tables of who is on duty: roster, shifts, closings, handovers, what a unit has decided, and how jobs fare."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, metadata

_SHIFT_IS_OPEN = text("ended_at IS NULL")

roster = Table(
    "roster",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, comment="who is responsible for the inflow"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("calendar_id", Text, nullable=False, comment="what the calendar that it came from calls it, or empty"),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_roster_unit_starts", "unit_id", "starts_at"),
)

responsible = Table(
    "responsible",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("since", Instant, nullable=False),
)

shifts = Table(
    "shifts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("profession", Text, nullable=False, comment="the role in which one works"),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False, comment="the console"),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, comment="the console's last sign of life"),
    Column("ended_at", Instant),
    Column("lost_at", Instant, comment="when it was given up as lost"),
    Index("ix_shifts_staff_ended", "staff_id", "ended_at"),
    Index("ix_shifts_unit_ended", "unit_id", "ended_at"),
    Index("ix_shifts_open_seen", "seen_at", sqlite_where=_SHIFT_IS_OPEN, postgresql_where=_SHIFT_IS_OPEN),
)

closings = Table(
    "closings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("local_date", Date, nullable=False, comment="the day in Sweden that is closed"),
    Column("signed_at", Instant, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("staff_name", Text, nullable=False),
    Column("remaining", JSON, nullable=False, comment="what remains open, and who has it"),
    Column("xid", BigInteger, nullable=False, comment="the place in the change log at which it was signed"),
    Column("seq", BigInteger, nullable=False),
    Index("ix_closings_unit_date", "unit_id", "local_date"),
)

closing_warnings = Table(
    "closing_warnings",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("minutes", JSON, nullable=False, comment="before closing: from the first word of it to the alarm"),
)

protection_kept = Table(
    "protection_kept",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("minutes", Integer, nullable=False, comment="for which an answer of the person-data service is kept"),
)

after_hours = Table(
    "after_hours",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("severity", Text, primary_key=True),
    Column("refers_to", Text, nullable=False),
)

unit_acknowledgements = Table(
    "unit_acknowledgements",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("since", Instant, primary_key=True, comment="tells one cause from the next"),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("at", Instant, nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False, comment="the unit that offers it"),
    Column("from_staff", ForeignKey("staff.id"), nullable=False),
    Column("from_name", Text, nullable=False),
    Column("from_profession", Text, nullable=False),
    Column("to_unit", ForeignKey("units.id"), nullable=False),
    Column("to_profession", Text, nullable=False, comment="the person's where it is to one"),
    Column("to_staff", ForeignKey("staff.id"), comment="none where it is to a profession"),
    Column("to_name", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("consent_how", Text, nullable=False),
    Column("consent_at", Instant),
    Column("ground", Text, nullable=False, comment="why it goes without consent"),
    Column("rule", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("offered_at", Instant, nullable=False),
    Column("called_at", Instant, comment="when it last called for somebody"),
    Column("level", Integer, nullable=False, comment="how far it has escalated"),
    Column("answered_by", Text),
    Column("answered_by_name", Text, nullable=False),
    Column("answered_at", Instant),
    Column("reason", Text, nullable=False, comment="why it was declined or withdrawn"),
    Index("ix_handovers_case_id", "case_id"),
    Index("ix_handovers_state", "state"),
)

case_guests = Table(
    "case_guests",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True, comment="who handed it over and follows it still"),
    Column("since", Instant, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("missed_at", Instant),
    Column("failed_at", Instant),
    Column("problem", Text, nullable=False),
    Column("done", Integer, nullable=False, comment="how much the last run did"),
)
