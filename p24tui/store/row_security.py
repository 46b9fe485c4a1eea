"""Who may do what with which rows in PostgreSQL: one line for each table. ``store.database_roles`` puts it in force.

A policy goes by ``session_user``: the functions it calls stand in ``assets/row_security.sql``. Below, ``OWN`` holds of
rows of the person's units, ``OF_CASE`` of rows whose case they see and work in, ``OF_READ_CASE`` also of those whose
case they only read, by breaking the glass; ``ME`` is their HSA-id.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

from msgspec import Struct

from p24tui.routine.wrong_patient import ANAMNESIS
from p24tui.store.columns import metadata

ME = "(SELECT public.p24_person())"
OWN = "unit_id = ANY ((SELECT public.p24_units())::text[])"
OTHERS = "ANY ((SELECT public.p24_other_cases())::text[])"
ONLY_READ = "ANY ((SELECT public.p24_read_cases())::text[])"
OF_READ_CASE = "EXISTS (SELECT FROM public.cases c WHERE c.id = case_id)"
NOT_ONLY_READ = f"(case_id = {ONLY_READ}) IS NOT TRUE"
OF_CASE = f"({OF_READ_CASE} AND {NOT_ONLY_READ})"
OF_VISIT = "EXISTS (SELECT FROM public.visits v WHERE v.id = visit_id)"
OF_UNIT_OR_CASE = f"({OWN} OR {OF_CASE})"
MINE = f"staff_id = {ME}"
CONTROLLED = "unit_id = ANY ((SELECT public.p24_controlled())::text[])"
REVIEWS = "units::jsonb ?| (SELECT public.p24_reviewed_units())::text[]"
CHECKS = f"made_by = {ME}"
BY_ME_OR_THE_CLOCK = f"({MINE} OR (staff_id IS NULL AND actor = 'p24tui' AND profession = ''))"
ANYBODY = f"{ME} IS NOT NULL"
NOBODY = "false"

NONE, READ, ALL = "", "SELECT", "SELECT INSERT UPDATE DELETE"
READ_ADD, READ_CHANGE = "SELECT INSERT", "SELECT UPDATE"
READ_ADD_CHANGE, READ_ADD_REMOVE = "SELECT INSERT UPDATE", "SELECT INSERT DELETE"


class Groups(NamedTuple):
    """The three roles that others are members of: people, the intake, the worker."""

    staff: str
    intake: str
    worker: str

    @classmethod
    def of(cls, prefix: str) -> Self:
        """The groups of a database whose roles begin with this."""
        return cls(f"{prefix}_staff", f"{prefix}_intake", f"{prefix}_worker")


class Access(Struct, frozen=True):
    """What each group may do with a table, and with which of its rows a person may do it.

    ``sees`` is for reading, changing and removing; ``adds`` holds of a row that is added, ``becomes`` of one that is
    changed, where that is something else. ``changes`` are the only columns that people may change; empty: all of them.
    """

    sees: str
    staff: str
    worker: str = NONE
    intake: str = NONE
    adds: str = ""
    becomes: str = ""
    touches: str = ""
    changes: tuple[str, ...] = ()


_OWN_UNIT = "id = ANY ((SELECT public.p24_units())::text[])"
_PATIENT = (
    "EXISTS (SELECT FROM public.cases c WHERE c.patient_id = patients.id) "
    "OR EXISTS (SELECT FROM public.visits v WHERE v.patient_id = patients.id) "
    "OR id = ANY ((SELECT public.p24_met())::text[]) "
    "OR id = ANY ((SELECT public.p24_reviewed_patients())::text[])"
)
_KNOWN = "public.p24_knows(patient_id)"
_REGISTERED = f"{OWN} AND {OF_CASE}"
_GUARDIAN = "EXISTS (SELECT FROM public.patients p WHERE p.id = patient_id)"
_VISIT = f"{OWN} OR id = ANY ((SELECT public.p24_other_visits())::text[]) OR case_id = {OTHERS}"
_PARTICIPANT = "EXISTS (SELECT FROM public.participants p WHERE p.id = participant_id)"
_HANDOVER = f"{OWN} OR to_unit = ANY ((SELECT public.p24_units())::text[]) OR case_id = {OTHERS}"
_STAYS = (
    "EXISTS (SELECT FROM public.handovers h WHERE h.case_id = cases.id AND h.unit_id = cases.unit_id "
    "AND h.to_unit = ANY ((SELECT public.p24_units())::text[]))"
)
_WRITTEN = f"((author = 'staff' AND author_id = {ME}) OR (author = 'system' AND author_id IS NULL))"

_SIGNED = (
    f"reviewed_by = {ME} AND reviewed_by_name = (SELECT s.name FROM public.staff s WHERE s.id = {ME}) "
    "AND reviewed_at IS NOT NULL AND outcome IN ('justified', 'unjustified') AND review_words <> ''"
)

_SEEN_AT = "EXISTS (SELECT FROM public.cases c WHERE c.unit_id = read_log.unit_id)"

_WRONG_PATIENT = f"answer = '{ANAMNESIS}' AND NOT free_text"

ACCESS: dict[str, Access] = {
    # What is no unit's or patient's own.
    "units": Access("true", READ_CHANGE, READ, READ, touches=_OWN_UNIT),
    # Changing is to lock one's own row; what it would change, nobody may.
    "staff": Access("true", READ_CHANGE, READ, READ, touches=f"id = {ME}", becomes=NOBODY, changes=("name",)),
    "staff_units": Access("true", READ, READ, READ),
    "staff_roles": Access("true", READ),
    "passwords": Access(MINE, READ_CHANGE),
    "login_tries": Access(
        f"whose = 'staff:' || {ME} OR starts_with(whose, 'pair:' || {ME} || '@') OR starts_with(whose, 'place:')", ALL
    ),
    "shifts": Access("true", READ_ADD_CHANGE, READ_CHANGE, READ, adds=f"{OWN} AND {MINE}", touches=OWN, becomes=OWN),
    "ticks": Access("true", ALL, ALL, adds=ANYBODY),
    "list_views": Access(MINE, ALL),
    # The units' own.
    "after_hours": Access(OWN, READ, READ, READ),
    "closing_warnings": Access(OWN, READ_ADD_CHANGE, READ, READ),
    "protection_kept": Access(OWN, READ_ADD_CHANGE, READ, READ),
    "lock_after": Access(OWN, READ_ADD_CHANGE),
    "reminder_times": Access(OWN, READ_ADD_CHANGE, READ, READ),
    "sms_texts": Access(OWN, ALL, READ, READ),
    "phrases": Access(OWN, ALL, NONE, READ),
    "roster": Access(OWN, ALL, READ, READ),
    "responsible": Access(OWN, ALL, READ, READ),
    "closings": Access(OWN, READ_ADD, READ, adds=f"{OWN} AND {MINE}"),
    "unit_acknowledgements": Access(OWN, READ_ADD, READ, adds=f"{OWN} AND {MINE}"),
    "booking_tasks": Access(OWN, "SELECT UPDATE DELETE", NONE, ALL),
    "booking_statements": Access(OWN, READ_ADD_CHANGE, NONE, READ_ADD_CHANGE),
    # Patients, their cases and their visits.
    "patients": Access(
        _PATIENT, READ_ADD_CHANGE, READ_CHANGE, READ_ADD_CHANGE, adds=ANYBODY, touches="public.p24_knows(id)"
    ),
    "guardians": Access(_GUARDIAN, ALL, ALL, ALL, adds=_KNOWN, touches=_KNOWN),
    "cases": Access(
        f"{OWN} OR id = {OTHERS} OR id = {ONLY_READ}",
        READ_ADD_CHANGE,
        READ_CHANGE,
        READ_ADD_CHANGE,
        adds=f"{OWN} AND {_KNOWN}",
        touches=f"{OWN} OR id = {OTHERS}",
        becomes=f"({OWN} OR {_STAYS}) AND {_KNOWN}",
    ),
    "visits": Access(
        _VISIT,
        READ_ADD_CHANGE,
        READ_CHANGE,
        READ_ADD_CHANGE,
        adds=f"{OWN} AND {_KNOWN} AND (case_id IS NULL OR {OF_CASE})",
    ),
    "participants": Access(OF_VISIT, READ_ADD_CHANGE, READ_CHANGE, READ_ADD_CHANGE),
    "visit_links": Access(_PARTICIPANT, READ_ADD_REMOVE, READ_ADD_REMOVE, READ_ADD_REMOVE),
    "visit_calls": Access(OF_VISIT, READ_ADD, adds=f"{OF_VISIT} AND {MINE}"),
    "messages": Access(OF_READ_CASE, READ_ADD, NONE, READ_ADD, adds=f"{OF_CASE} AND {_WRITTEN}"),
    "attachments": Access(OF_CASE, READ, NONE, READ_ADD),
    "form_answers": Access(OF_READ_CASE, READ_ADD, NONE, READ_ADD, adds=f"{OF_CASE} AND {_WRONG_PATIENT}"),
    "notes": Access(OF_CASE, READ_ADD, adds=f"{OF_CASE} AND {MINE}"),
    "note_drafts": Access(OF_CASE, ALL, adds=f"{OF_CASE} AND {MINE}", touches=f"{OF_CASE} AND {MINE}"),
    "drafts": Access(OF_CASE, ALL, adds=f"{OF_CASE} AND {MINE}"),
    "presence": Access(OF_CASE, ALL, "SELECT DELETE", adds=f"{OF_CASE} AND {MINE}"),
    "acknowledgements": Access(OF_CASE, READ_ADD_REMOVE, adds=f"{OF_CASE} AND {MINE}"),
    "handovers": Access(
        _HANDOVER,
        READ_ADD_CHANGE,
        READ_CHANGE,
        READ,
        adds=f"{OWN} AND from_staff = {ME} AND EXISTS (SELECT FROM public.cases c "
        "WHERE c.id = case_id AND c.unit_id = handovers.unit_id)",
        touches=f"state = 'offered' AND ({_HANDOVER})",
        becomes=_HANDOVER,
        changes=("state", "called_at", "level", "answered_by", "answered_by_name", "answered_at", "reason"),
    ),
    "case_guests": Access(OF_CASE, READ_ADD_REMOVE),
    "risk_entries": Access(OF_CASE, READ_ADD, READ_ADD, READ_ADD, adds=f"{OF_CASE} AND (staff_id IS NULL OR {MINE})"),
    "journal_notes": Access(
        OF_UNIT_OR_CASE, READ_ADD_CHANGE, adds=f"{OF_UNIT_OR_CASE} AND {MINE}", changes=("copied_at",)
    ),
    "journal_drafts": Access(OF_CASE, ALL, adds=f"{OF_CASE} AND {MINE}", touches=f"{OF_CASE} AND {MINE}"),
    "note_debts": Access(OF_UNIT_OR_CASE, READ_ADD_CHANGE, READ_ADD_CHANGE, changes=("settled_at",)),
    "registrations": Access(
        OF_UNIT_OR_CASE, READ_ADD_CHANGE, adds=f"{_REGISTERED} AND made_by = {ME}", becomes=_REGISTERED
    ),
    "exported_files": Access(OF_CASE, ALL, "SELECT UPDATE DELETE", adds=f"{OF_CASE} AND {MINE}", becomes=OF_CASE),
    "outbox": Access(OF_UNIT_OR_CASE, READ_ADD_CHANGE, READ_ADD_CHANGE, READ_ADD_CHANGE),
    # What has happened, which nobody changes.
    "events": Access(OF_UNIT_OR_CASE, READ_ADD, READ_ADD, READ_ADD, adds=f"{OF_UNIT_OR_CASE} AND {BY_ME_OR_THE_CLOCK}"),
    "changes": Access(OF_UNIT_OR_CASE, READ_ADD, READ_ADD, READ_ADD),
    "read_log": Access(f"{MINE} OR {CONTROLLED}", READ_ADD, adds=f"{MINE} AND ({OWN} OR {_SEEN_AT})"),
    "log_checks": Access(CONTROLLED, READ_ADD_CHANGE, adds=f"{CONTROLLED} AND {CHECKS}", touches=CHECKS),
    # Only p24_break_glass adds to it; somebody else at a unit that was read signs what they found, once.
    "break_glass": Access(
        f"{MINE} OR {REVIEWS}",
        READ_CHANGE,
        touches=f"{REVIEWS} AND staff_id <> {ME} AND reviewed_at IS NULL",
        becomes=_SIGNED,
        changes=("reviewed_by", "reviewed_by_name", "reviewed_at", "outcome", "review_words"),
    ),
    # The worker seals.
    "chain_heads": Access(NOBODY, NONE, READ),
    "sealed_heads": Access(NOBODY, NONE, READ_ADD_CHANGE),
    "log_seals": Access(NOBODY, NONE, READ_ADD),
    "log_stumps": Access(NOBODY, NONE, READ),
    # What comes in.
    "intake_sources": Access(NOBODY, NONE, NONE, READ),
    "intake_received": Access(NOBODY, NONE, NONE, READ_ADD_CHANGE),
    "quarantine": Access(NOBODY, NONE, NONE, READ_ADD_CHANGE),
}

OWNER_ONLY: dict[str, str] = {
    "database_roles": "who is who: only the functions read it",
    "patient_meetings": "only p24_meet writes it, and only the functions read it",
}
"""Tables that only the database's owner reaches, and why."""

_SERIAL = "seq"


def policies(table: str, access: Access, groups: Groups) -> Iterator[str]:
    """The statements that make a table's policies."""
    sees, adds = access.sees, access.adds or access.sees
    touches, becomes = access.touches or sees, access.becomes or adds
    if "case_id" in metadata.tables[table].columns and table != "read_log":  # what is only read is only logged
        adds, touches, becomes = (f"({one}) AND {NOT_ONLY_READ}" for one in (adds, touches, becomes))
    rows = {
        "SELECT": f"USING ({sees})",
        "INSERT": f"WITH CHECK ({adds})",
        "UPDATE": f"USING ({touches}) WITH CHECK ({becomes})",
        "DELETE": f"USING ({touches})",
    }
    for deed in access.staff.split():
        yield f"CREATE POLICY staff_{deed.lower()} ON public.{table} FOR {deed} TO {groups.staff} {rows[deed]}"
    for name, group, may in (("intake", groups.intake, access.intake), ("worker", groups.worker, access.worker)):
        if may:
            yield f"CREATE POLICY {name} ON public.{table} TO {group} USING (true) WITH CHECK (true)"


def privileges(table: str, access: Access, groups: Groups) -> Iterator[str]:
    """The statements that give each group what it needs of a table, and no more."""
    for group, may in zip(groups, (access.staff, access.intake, access.worker), strict=True):
        for deed in may.split():
            columns = f" ({', '.join(access.changes)})" if deed == "UPDATE" and access.changes else ""
            yield f"GRANT {deed}{columns} ON public.{table} TO {group}"
        number = metadata.tables[table].primary_key.columns.get(_SERIAL)
        if "INSERT" in may and number is not None and number.autoincrement is not False:
            yield f"GRANT USAGE ON SEQUENCE public.{table}_{_SERIAL}_seq TO {group}"
