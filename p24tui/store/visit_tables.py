"""The tables of video visits: who takes part, by which links, and what could not be booked."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, Serial, metadata

visits = Table(
    "visits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("starts_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("ends_at", Instant),
    Column("kind", Text, nullable=False, server_default="patient"),
    Column("holder_id", Text, comment="HSA-id of who is to hold it, or does"),
    Column("proxy_number", Text, nullable=False, server_default=""),
    Column("proxy_name", Text, nullable=False, server_default=""),
    Column("mobile", Text, nullable=False, server_default="", comment="where its SMS go; empty: the patient's own"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("summons", Text, comment="which was chosen in VAS, and how it goes (VI-3)"),
    Column("summons_by", Text, nullable=False, server_default=""),
    Column("summons_at", Instant),
    Column("case_id", ForeignKey("cases.id"), index=True, comment="its chat, from when it is taken in"),
    Column("taken_in_at", Instant),
    Column("started_at", Instant),
    Column("video_at", Instant, comment="when the video was first on"),
    Column("came", Boolean, comment="what its holder has said of whether the patient came"),
    Column("ended_at", Instant),
    Column("source", Text, nullable=False, server_default=""),
    Column("booking_id", Text, comment="what the booking system calls it"),
    Column("said_at", Instant, comment="when that system last spoke of it"),
    Index("ux_visits_booking", "source", "booking_id", unique=True),
    Index("ix_visits_unit_starts", "unit_id", "starts_at"),
)

participants = Table(
    "participants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("channel", Text, comment="none: it shows in the colleague's own list"),
    Column("address", Text, nullable=False, comment="e-mail or E.164, or empty"),
    Column("number", Text, nullable=False, comment="identity number, where it is known"),
    Column("staff_id", ForeignKey("staff.id"), index=True),
    Column("must_identify", Boolean, nullable=False, comment="photo identification is to be shown (VI-11)"),
    Column("identified_by", Text, nullable=False),
    Column("identified_at", Instant),
    Column("invited_by", Text, nullable=False),
    Column("invited_at", Instant, nullable=False),
    Column("sequence", Integer, nullable=False, comment="how often the invitation has changed"),
    Column("arrived_at", Instant),
    Column("entered_at", Instant),
    Column("revoked_at", Instant),
    Column("e_id", Text, nullable=False, server_default="", comment="what they logged in with (NA-2)"),
    Column("e_id_at", Instant),
)

visit_links = Table(
    "visit_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="SHA-256 of the token, which stands nowhere else"),
    Column("participant_id", ForeignKey("participants.id"), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
)

visit_calls = Table(
    "visit_calls",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("visit_id", ForeignKey("visits.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)

booking_tasks = Table(
    "booking_tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("booking_id", Text, nullable=False),
    Column("said_at", Instant),
    Column("problem", Text, nullable=False),
    Column("booking", JSON, nullable=False, comment="what was sent"),
    Column("received_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("settled_by", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ux_booking_tasks_booking", "source", "booking_id", unique=True),
    Index("ix_booking_tasks_unit_settled", "unit_id", "settled_at"),
)

booking_statements = Table(
    "booking_statements",
    metadata,
    Column("source", Text, primary_key=True),
    Column("booking_id", Text, primary_key=True),
    Column("said_at", Instant, nullable=False, comment="when the booking system last spoke of it"),
    Column("says", Text, nullable=False, comment="holds, cancelled, set-aside or group"),
    Column("unit_id", Text, nullable=False, comment="HSA-id, also of what is no unit here"),
    Column("number", Text, nullable=False, comment="the patient's, or empty"),
    Column("proxy_number", Text, nullable=False),
    Column("holder_id", Text, nullable=False),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
)
