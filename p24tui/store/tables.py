"""The tables, the same on both databases. Text from people is stored as it was cleaned, never changed later."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, Serial, metadata
from p24tui.store.database_role_tables import database_roles, patient_meetings
from p24tui.store.duty_tables import (
    after_hours,
    case_guests,
    closing_warnings,
    closings,
    handovers,
    protection_kept,
    responsible,
    roster,
    shifts,
    ticks,
    unit_acknowledgements,
)
from p24tui.store.image_tables import exported_files
from p24tui.store.intake_tables import quarantine, received, sources
from p24tui.store.journal_tables import journal_drafts, journal_notes, note_debts
from p24tui.store.log_tables import chain_heads, log_seals, log_stumps, read_log, sealed_heads
from p24tui.store.login_tables import lock_after, login_tries, passwords
from p24tui.store.outgoing_tables import HAS_GATEWAY_ID, IS_UNFINISHED, outbox, reminder_times, sms_texts
from p24tui.store.registration_tables import registrations
from p24tui.store.role_tables import break_glass, staff_roles
from p24tui.store.visit_tables import booking_statements, booking_tasks, participants, visit_calls, visit_links, visits

__all__ = [
    "HAS_GATEWAY_ID",
    "IS_UNFINISHED",
    "after_hours",
    "booking_statements",
    "booking_tasks",
    "break_glass",
    "case_guests",
    "chain_heads",
    "closing_warnings",
    "closings",
    "database_roles",
    "exported_files",
    "handovers",
    "journal_drafts",
    "journal_notes",
    "lock_after",
    "log_seals",
    "log_stumps",
    "login_tries",
    "metadata",
    "note_debts",
    "outbox",
    "participants",
    "passwords",
    "patient_meetings",
    "protection_kept",
    "quarantine",
    "read_log",
    "received",
    "registrations",
    "reminder_times",
    "responsible",
    "roster",
    "sealed_heads",
    "shifts",
    "sms_texts",
    "sources",
    "staff_roles",
    "ticks",
    "unit_acknowledgements",
    "visit_calls",
    "visit_links",
    "visits",
]

units = Table(
    "units",
    metadata,
    Column("id", Text, primary_key=True, comment="HSA-id"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("hours", JSON, nullable=False),
    Column("message_after", Integer, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True, comment="HSA-id"),
    Column("name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("mobile", Text, nullable=False, server_default="", comment="E.164 or empty"),
    Column("system_user", Text, comment="the operating system's user that is theirs"),
    Index("ux_staff_system_user", "system_user", unique=True),
)

staff_units = Table(
    "staff_units",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
)

patients = Table(
    "patients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("number_kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("born", Date),
    Column("mobile", Text, nullable=False),
    Column("protection", Text, nullable=False),
    Column("protection_flagged", Text, nullable=False, comment="what the sources' own flags say"),
    Column("protection_checked_at", Instant, comment="last answer of the person-data service"),
)

guardians = Table(
    "guardians",
    metadata,
    Column("patient_id", ForeignKey("patients.id"), primary_key=True),
    Column("number", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("relationship", Text, nullable=False),
    Column("mobile", Text, nullable=False, server_default="", comment="E.164 or empty"),
    Column("is_primary", Boolean, nullable=False, server_default=false(), comment="preselected as proxy (VI-7)"),
    Column("protection", Text, nullable=False, server_default="none"),
)

_CASE_IS_OPEN = text("state <> 'ended'")

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("priority", Integer),
    Column("has_form", Boolean, nullable=False),
    Column("suicide", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner_id", ForeignKey("staff.id")),
    Column("received_at", Instant, nullable=False),
    Column("waiting_since", Instant),
    Column("answered_at", Instant),
    Column("unread", Integer, nullable=False),
    Column("unread_free_text", Integer, nullable=False),
    Column("held_until", Date),
    Column("held_reason", Text, nullable=False),
    Column("held_by", ForeignKey("staff.id")),
    Column("ending_by", ForeignKey("staff.id")),
    Column("ended_at", Instant),
    Column("answer_until", Instant),
    Column("asked_by", Text, comment="who asks to take the case over"),
    Column("asked_by_name", Text, nullable=False, server_default=""),
    Column("asked_at", Instant),
    Column("asked_reason", Text, nullable=False, server_default=""),
    Column("urgency", Text, nullable=False, server_default="unsaid", comment="a clinician's word, not the priority"),
    Column("need", Text, nullable=False, server_default="unsaid"),
    Column("need_since", Date),
    Column("assessed_by", Text, comment="who has made the medical assessment"),
    Column("assessed_at", Instant),
    Column("no_times", Boolean, nullable=False, server_default=false(), comment="a time has been promised"),
    Column("told_closing_at", Instant, comment="when the patient was told that the unit closes"),
    Column("owner_lost_at", Instant, comment="when whoever had it was lost"),
    Column("opened_at", Instant, comment="when somebody whose it was to read first opened it"),
    Column("risk_since", Instant, comment="since when suicide risk waits, or is worse"),
    Column("handed_to", Text, nullable=False, server_default="", comment="to whom it is offered, in words"),
    Column("handed_at", Instant),
    Column("handed_level", Integer, nullable=False, server_default="0", comment="how far the offer has escalated"),
    Column("handed_called_at", Instant, comment="when it last called for others than those it is offered to"),
    Column("mental_health", Boolean, nullable=False, server_default=false(), comment="the matter is within it (SU-1)"),
    Column("risk_words", Boolean, nullable=False, server_default=false(), comment="to be read with suicide in mind"),
    Column("risk", Text, nullable=False, server_default="unsaid", comment="what was said of suicide risk last"),
    Column("risk_due_at", Instant, comment="when what is followed is looked at again"),
    Column("visit_by", Date, comment="the last local day for the visit in person"),
    Column("wrong_patient_at", Instant, comment="when it was found that somebody else was meant"),
    Column("video", Text, nullable=False, server_default="none", comment="whether a video is on, or half ended"),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("e_id", Text, nullable=False),
    Column("e_id_at", Instant),
    Column("way_in", Text, nullable=False),
    UniqueConstraint("source", "source_id"),
    Index("ix_cases_unit_state", "unit_id", "state"),
    Index("ix_cases_unit_received", "unit_id", "received_at"),
    Index("ix_cases_unit_ended", "unit_id", "ended_at"),
    # The open ones alone: what looks for them costs the same however many have ended.
    *(
        Index(f"ix_cases_open_{name}", name, sqlite_where=_CASE_IS_OPEN, postgresql_where=_CASE_IS_OPEN)
        for name in ("unit_id", "owner_id", "asked_by", "held_until", "risk_due_at", "visit_by")
    ),
)

IS_OPEN = cases.c.state != literal_column("'ended'")
"""Of a case. The word stands in the statement itself: of a value that is handed over, no database knows that an index
of open cases will do."""

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("author", Text, nullable=False, comment="patient, staff or system"),
    Column("author_id", Text, comment="HSA-id of the member of staff"),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Index("ix_messages_case_sent", "case_id", "sent_at", "id"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("message_id", ForeignKey("messages.id")),
    Column("title", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

form_answers = Table(
    "form_answers",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("form_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("depth", Integer, nullable=False),
    Column("link_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("free_text", Boolean, nullable=False),
)

IS_COUNTED = text(
    "kind IN ('case.ended', 'case.reopened', 'deed.undone', 'message.received', 'message.sent', "
    "'sms.accepted', 'sms.delivered', 'sms.failed', 'sms.uncertain')"
)

_SAYS_REMOVED = text("kind = 'log.segment-removed'")

events = Table(
    "events",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", ForeignKey("cases.id")),
    Column("unit_id", Text, nullable=False),
    Column("staff_id", Text),
    Column("actor", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("chain", Text),
    Column("chain_position", BigInteger),
    Column("previous_hash", LargeBinary),
    Column("hash", LargeBinary),
    UniqueConstraint("chain", "chain_position"),
    Index("ix_events_case_seq", "case_id", "seq"),
    Index("ix_events_removed", "seq", sqlite_where=_SAYS_REMOVED, postgresql_where=_SAYS_REMOVED),
    # All that a report counts stands in the index, and most events are not in it.
    Index(
        "ix_events_counted",
        *("unit_id", "kind", "at", "case_id", "staff_id"),
        sqlite_where=IS_COUNTED,
        postgresql_where=IS_COUNTED,
    ),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("xid", BigInteger, nullable=False, comment="PostgreSQL's transaction, 0 in SQLite"),
    Column("at", Instant, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("case_id", Text),
    Column("message_id", Text),
    Column("event_seq", BigInteger),
    Index("ix_changes_xid_seq", "xid", "seq"),
)

presence = Table(
    "presence",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("doing", Text, nullable=False, comment="viewing or typing"),
    Column("expires_at", Instant, nullable=False, index=True),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("since", Instant, primary_key=True, comment="tells one cause from the next"),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("at", Instant, nullable=False),
)

list_views = Table(
    "list_views",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("filter", JSON, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Index("ix_notes_case_written", "case_id", "written_at", "id"),
)

note_drafts = Table(
    "note_drafts",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)

risk_entries = Table(
    "risk_entries",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("staff_id", Text, comment="none: the clock, or a source"),
    Column("name", Text, nullable=False),
    Column("profession", Text, nullable=False),
    Column("details", JSON, nullable=False),
)

phrases = Table(
    "phrases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), comment="whose own it is; none: the whole unit's"),
    Column("replaces", Text, nullable=False, comment="id of the library's phrase that it stands for"),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
