"""The tables of what goes out."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.types import JSON

from p24tui.store.columns import Instant, metadata

_OF_VISIT = text("visit_id IS NOT NULL")
HAS_GATEWAY_ID = text("gateway_id <> ''")
IS_UNFINISHED = text("outbox.state IN ('queued', 'sending', 'failed', 'uncertain')")
_UNFINISHED = text(IS_UNFINISHED.text.removeprefix("outbox."))

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("patient_id", ForeignKey("patients.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("cases.id")),
    Column("visit_id", ForeignKey("visits.id")),
    Column("about", Text, nullable=False, comment="the case, or the visit at its time"),
    Column("purpose", Text, nullable=False),
    Column("local_date", Date, nullable=False, comment="the day in Sweden on which it is due"),
    Column("visit_at", Instant, comment="when the visit was to be"),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False, comment="E.164 or e-mail; in the end the one that was used"),
    Column("person_number", Text, nullable=False, server_default="", comment="whose it is, where not the patient's"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("invitation", JSON),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("try_at", Instant, nullable=False, comment="when it is looked at next"),
    Column("state", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("queued_by", Text, comment="HSA-id of the person; a plan has none"),
    Column("queued_by_name", Text, nullable=False),
    Column("fence", Integer, nullable=False, comment="rises with every claim"),
    Column("lease_until", Instant),
    Column("claimed_by", Text, nullable=False),
    Column("sent_at", Instant, comment="when it was handed over"),
    Column("changed_at", Instant, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("gateway_id", Text, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("settled_by", Text, nullable=False, comment="who has seen that it failed, or decided"),
    Column("settled_at", Instant),
    Column("may_have_gone", Boolean, nullable=False, comment="nobody knew, and somebody let it go once more"),
    UniqueConstraint("about", "purpose", "local_date"),
    Index("ix_outbox_state_try", "state", "try_at"),
    Index("ix_outbox_unit_unfinished", "unit_id", "due_at", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
    # Of most rows there is nothing to find by these, and each index costs at every step of a row.
    Index("ix_outbox_visit_id", "visit_id", sqlite_where=_OF_VISIT, postgresql_where=_OF_VISIT),
    Index("ix_outbox_gateway_id", "gateway_id", sqlite_where=HAS_GATEWAY_ID, postgresql_where=HAS_GATEWAY_ID),
)

sms_texts = Table(
    "sms_texts",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

reminder_times = Table(
    "reminder_times",
    metadata,
    Column("unit_id", ForeignKey("units.id"), primary_key=True),
    Column("soon_before", Integer, nullable=False, comment="minutes before a visit"),
    Column("morning", Integer, nullable=False, comment="minutes after midnight in Sweden"),
)
