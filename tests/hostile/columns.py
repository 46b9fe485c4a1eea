"""Every column that holds text, by whose text it is. A column that stands in none of these fails the test."""

from collections.abc import Iterator

from sqlalchemy import Column, Table, Text
from sqlalchemy.types import JSON

from p24tui.store.tables import metadata

LINES: dict[str, tuple[str, ...]] = {
    "attachments": ("title", "content_type"),
    "booking_tasks": ("booking", "settled_by"),
    "break_glass": ("staff_name", "reviewed_by_name"),
    "cases": ("matter", "asked_by_name", "handed_to"),
    "closings": ("staff_name", "remaining"),
    "events": ("actor", "place", "details"),
    "exported_files": ("file_name", "title", "place", "shows"),
    "form_answers": ("link_id", "question"),
    "guardians": ("name", "relationship"),
    "handovers": ("from_name", "to_name", "answered_by_name"),
    "journal_notes": ("author_name", "vas_row", "clinic", "note_type", "journal_type", "images"),
    "list_views": ("name",),
    "log_checks": ("made_by_name", "criteria"),
    "log_stumps": ("removed_by",),
    "messages": ("author_name",),
    "note_debts": ("staff_name",),
    "notes": ("author_name",),
    "outbox": ("subject", "queued_by_name", "settled_by", "gateway", "gateway_id"),
    "participants": ("name", "identified_by", "invited_by", "e_id"),
    "patients": ("name",),
    "phrases": ("title", "changed_by"),
    "quarantine": ("path", "problem", "settled_by"),
    "read_log": ("actor", "place", "view"),
    "registrations": (
        *("reason", "care_giver", "fee_type", "payment", "made_by_name", "registered_by_name", "removed_by_name"),
        "withdrawn_by_name",
    ),
    "risk_entries": ("name", "details"),
    "roster": ("changed_by",),
    "sms_texts": ("changed_by",),
    "staff": ("name",),
    "ticks": ("problem",),
    "units": ("name",),
    "visit_calls": ("name",),
    "visits": ("proxy_name", "reason", "summons_by"),
}
"""A name, a title or the like: it is drawn on one line."""

TEXTS: dict[str, tuple[str, ...]] = {
    "after_hours": ("refers_to",),
    "break_glass": ("words", "review_words"),
    "cases": ("held_reason", "asked_reason"),
    "drafts": ("text",),
    "form_answers": ("answer",),
    "handovers": ("message", "reason"),
    "journal_drafts": ("content",),
    "journal_notes": ("why", "current", "assessment", "form_result"),
    "log_checks": ("words",),
    "messages": ("text",),
    "note_drafts": ("text",),
    "notes": ("text",),
    "outbox": ("text",),
    "phrases": ("text",),
    "registrations": ("why",),
    "sms_texts": ("text",),
}
"""What somebody has written, of any length."""

NUMBERS: dict[str, tuple[str, ...]] = {
    "booking_statements": ("number", "proxy_number"),
    "guardians": ("mobile",),
    "outbox": ("recipient", "person_number"),
    "participants": ("address", "number"),
    "patients": ("mobile",),
    "staff": ("email", "mobile"),
    "visit_calls": ("number",),
    "visits": ("proxy_number", "mobile"),
}
"""Numbers and addresses: with a text instead the steps that need them are refused, so they are tried apart."""

CODES: dict[str, tuple[str, ...]] = {
    "acknowledgements": ("reason",),
    "after_hours": ("severity",),
    "attachments": ("sha256",),
    "booking_statements": ("source", "booking_id", "says", "unit_id", "holder_id"),
    "booking_tasks": ("source", "booking_id", "problem"),
    "break_glass": ("profession", "units", "ground", "outcome"),
    "cases": (
        *("kind", "suicide", "state", "asked_by", "urgency", "need", "assessed_by", "risk", "video"),
        *("source", "source_id", "e_id", "way_in"),
    ),
    "chain_heads": ("log", "chain"),
    "closing_warnings": ("minutes",),
    "database_roles": ("role",),
    "events": ("kind", "unit_id", "staff_id", "profession", "rule", "chain"),
    "form_answers": ("form_id", "kind"),
    "guardians": ("number", "protection"),
    "handovers": (
        *("from_profession", "to_profession", "consent", "consent_how", "ground", "rule", "state", "answered_by"),
    ),
    "changes": ("unit_id", "case_id", "message_id"),
    "intake_received": ("source", "type", "source_id", "stored_as", "digest"),
    "intake_sources": ("name", "token_hash"),
    "journal_notes": ("profession", "way", "scope", "form_way"),
    "list_views": ("filter",),
    "log_checks": ("kind", "seed", "reads", "outcome"),
    "log_seals": ("heads",),
    "log_stumps": ("log", "chain", "month"),
    "login_tries": ("whose",),
    "messages": ("author", "author_id"),
    "note_debts": ("scope", "cause"),
    "outbox": (*("about", "purpose", "channel", "invitation", "state", "problem", "queued_by", "claimed_by"),),
    "participants": ("role", "channel"),
    "passwords": ("hash",),
    "patients": ("number", "number_kind", "protection", "protection_flagged"),
    "phrases": ("replaces",),
    "presence": ("place", "doing"),
    "quarantine": ("source",),
    "read_log": (
        *("kind", "staff_id", "profession", "unit_id", "case_id", "patient_id", "patients", "role", "why", "chain"),
    ),
    "registrations": ("way", "state", "visit_type"),
    "risk_entries": ("kind", "staff_id", "profession"),
    "roster": ("calendar_id",),
    "sealed_heads": ("log", "chain"),
    "shifts": ("profession", "kind", "place"),
    "sms_texts": ("purpose", "lang"),
    "staff": ("profession", "system_user"),
    "staff_roles": ("role",),
    "ticks": ("name", "place"),
    "unit_acknowledgements": ("reason",),
    "units": ("kind", "hours"),
    "visit_calls": ("outcome",),
    "visits": ("state", "kind", "holder_id", "summons", "source", "booking_id"),
}
"""What only the program itself writes, one of a few words, or an id that is never shown as it is."""


def unnamed() -> set[str]:
    """The columns of text that nobody has thought of here, and those that are named and do not exist."""
    there = {f"{table.name}.{column.name}" for table, column in text_columns()}
    named = [f"{table}.{name}" for kind in (LINES, TEXTS, NUMBERS, CODES) for table in kind for name in kind[table]]
    assert len(named) == len(set(named)), "named twice"
    return there ^ set(named)


def text_columns() -> Iterator[tuple[Table, Column[object]]]:
    """An id of ours, and what refers to one, is no text."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            is_id = column.name == "id" or column.foreign_keys
            if isinstance(column.type, Text | JSON) and not is_id:
                yield table, column
