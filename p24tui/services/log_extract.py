"""What leaves the log: the patient's own extract, with unit and time, and the log as FHIR AuditEvents (LO-2)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from p24tui.clock import local, local_date
from p24tui.gateways.fhir.audit import Audited, audit_event
from p24tui.gateways.pdf import Paper, make_pdf
from p24tui.i18n import N_, _, language
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.log_control import CheckKind
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services import images, log_control
from p24tui.services.access import right
from p24tui.services.log_control_views import Extract, ExtractLine
from p24tui.services.read_log import SEARCH
from p24tui.store import events, people
from p24tui.store import log_control as store
from p24tui.store.engine import Tx
from p24tui.store.log_control_values import Criteria, Cursor, LogRow
from p24tui.system import System
from p24tui.text import clean_line

AT_ONCE = 1000
"""Readings that are fetched, logged and written out at once."""

EXPORT = "export"
"""The kind of reading that something which leaves the program is."""

AUDIT = "audit-events"
"""What an export of the log is called in it."""

TITLE = N_("Utdrag ur loggen")
COLUMN_WIDTHS = (44.0, 98.0, 32.0)

NOTE = N_(
    "Utdraget visar när personal har tagit del av uppgifter om dig i chatt och videobesök, och på vilken enhet. "
    "”I en lista” betyder att du stod bland andra i en lista som öppnades, ”i en sökning” att ord som någon sökte på "
    "fanns i meddelanden i ditt ärende."
)


@right("log.control")
@rule("LO-1", "LO-2")
def extract(system: System, actor: Actor, number: str, first: date | None = None, last: date | None = None) -> Extract:
    """The patient's extract: when, and at which unit. That it was taken out is committed before it is returned.

    Raises ``Refused`` where the actor is no log controller, ``BadInput`` where nobody here has the number.
    """
    record, now = log_control.patient_of(system, number), system.clock.now()
    span = log_control.span_of(system, first, last, log_control.since_ever(system))
    criteria = Criteria(CheckKind.PATIENT, span, patient_id=record.patient.id)
    with system.store.reading() as tx:
        unit_ids = log_control.units_of(tx, actor)
        names = {unit.id: clean_line(unit.name) for unit in people.all_units(tx)}
        lines = tuple(
            ExtractLine(row.at, names.get(row.unit_id, row.unit_id), row.patient_id is None, row.kind == SEARCH)
            for row in _every_row(tx, unit_ids, criteria)
        )
    with system.store.writing() as tx:
        log_control.log_in(tx, system, actor, EXPORT, CheckKind.PATIENT, (), about=record.patient.id)
        events.append(tx, actor, now, "log.extracted", rule="LO-2", patient=record.patient.id)
    return Extract(
        number=record.patient.number,
        name="" if is_protected(record.patient.protection) else clean_line(record.patient.name),
        units=tuple(names.get(id, id) for id in unit_ids),
        first=local_date(span.first),
        last=min(local_date(now), last or local_date(now)),
        made_at=now,
        lines=lines,
    )


def extract_text(one: Extract) -> str:
    """The extract as text."""
    rows = (f"{at:<20}{unit:<40}{how}".rstrip() for at, unit, how in _rows(one))
    facts = (f"{name:<20}{said}" for name, said in _facts(one))
    time, unit, how = _("Tid"), _("Enhet"), _("Hur")
    heading = f"{time:<20}{unit:<40}{how}"
    return "\n".join([_(TITLE), "", *facts, "", _(NOTE), "", heading, *rows, ""])


def extract_pdf(one: Extract) -> bytes:
    """The extract as PDF."""
    return make_pdf(
        Paper(
            title=_(TITLE),
            facts=tuple(_facts(one)),
            note=_(NOTE),
            headings=(_("Tid"), _("Enhet"), _("Hur")),
            widths=COLUMN_WIDTHS,
            rows=_rows(one),
            page=lambda page, pages: _("Sida {page} av {pages}").format(page=page, pages=pages),
            made_at=one.made_at,
            lang=language(),
        )
    )


@right("log.control")
def extract_to_storage(system: System, actor: Actor, number: str, *, pdf: bool) -> Path:
    """Take the patient's extract out to the temporary storage, from which it goes by itself.

    Raises as ``extract`` does, ``BadInput`` for a folder that others could read, ``Unavailable`` for one that is full.
    """
    one = extract(system, actor, number)
    data, extension = (extract_pdf(one), "pdf") if pdf else (extract_text(one).encode(), "txt")
    return _store(system, "loggutdrag", extension, data)


@right("log.control")
@rule("LO-1", "LO-2")
def audit_events(system: System, actor: Actor, first: date, last: date) -> Iterator[str]:
    """The log of these days as FHIR AuditEvents, one on a line: one for each patient that a reading was of.

    So much as is written out at once is logged, and that committed, before any of it comes. Raises ``Refused``.
    """
    criteria = Criteria(CheckKind.UNIT, log_control.span_of(system, first, last))
    with system.store.writing() as tx:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        events.append(tx, actor, system.clock.now(), "log.exported", rule="LO-2", days=days)
    return _audit_lines(system, actor, criteria)


@right("log.control")
def export_to_storage(system: System, actor: Actor, first: date, last: date) -> Path:
    """Put the log of these days as AuditEvents into the temporary storage. Raises as ``extract_to_storage`` does."""
    lines = audit_events(system, actor, first, last)
    return _store(system, "logg", "ndjson", "".join(f"{line}\n" for line in lines).encode())


def _store(system: System, title: str, extension: str, data: bytes) -> Path:
    system.storage.prepare()
    kept = images.kept(system)
    with system.storage.guarded(kept):
        name = system.storage.name_for(fresh_id(), f"{title}.{extension}", extension, kept)
        return system.storage.put(data, name)


def _facts(one: Extract) -> Iterator[tuple[str, str]]:
    yield _("Identitetsnummer"), one.number
    if one.name:
        yield _("Namn"), one.name
    yield _("Enheter"), ", ".join(one.units)
    yield _("Dagar"), f"{one.first.isoformat()} – {one.last.isoformat()}"
    yield _("Utdraget gjort"), f"{local(one.made_at):%Y-%m-%d %H.%M}"
    yield _("Antal"), str(len(one.lines))


def _rows(one: Extract) -> Iterator[tuple[str, str, str]]:
    for line in one.lines:
        yield f"{local(line.at):%Y-%m-%d %H.%M}", line.unit, _how(line)


def _how(line: ExtractLine) -> str:
    if line.searched:
        return _("i en sökning")
    return _("i en lista") if line.listed else _("ärendet")


def _every_row(tx: Tx, unit_ids: tuple[str, ...], criteria: Criteria) -> Iterator[LogRow]:
    after: Cursor | None = None
    while True:
        rows = store.of_patient(tx, unit_ids, criteria.patient_id, criteria.span, AT_ONCE, after)
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].cursor


def _audit_lines(system: System, actor: Actor, criteria: Criteria) -> Iterator[str]:
    """Up to where the log ended when it began: of the export's own rows there would be no end."""
    after: Cursor | None = None
    with system.store.reading() as tx:
        end = store.end(tx)
    while True:
        with system.store.reading() as tx:
            rows = store.in_order(tx, log_control.units_of(tx, actor), criteria.span, AT_ONCE, after, end)
            audited = _audited(tx, rows)
        with system.store.writing() as tx:
            log_control.log_in(tx, system, actor, EXPORT, AUDIT, {id for row in rows for id in _whom(row)})
        for one in audited:
            yield json.dumps(audit_event(one), ensure_ascii=False, separators=(",", ":"))
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].cursor


def _audited(tx: Tx, rows: list[LogRow]) -> list[Audited]:
    """What each reading was of whom: one that showed a list was of each patient in it."""
    numbers = store.numbers_of(tx, {id for row in rows for id in _whom(row)})
    units = {unit.id: clean_line(unit.name) for unit in people.all_units(tx)}
    found = []
    for row in rows:
        one = Audited(
            id=f"read-{row.seq}",
            at=row.at,
            kind=row.kind,
            staff_id=row.staff_id or "",
            reader=clean_line(row.reader),
            role=row.role or row.profession,
            unit_id=row.unit_id,
            unit=units.get(row.unit_id, ""),
            place=clean_line(row.place),
            case_id=row.case_id or "",
            why=clean_line(row.why),
        )
        of_each = [replace(one, id=f"{one.id}-{id}", patient_id=id, number=numbers.get(id)) for id in _whom(row)]
        found += of_each or [one]
    return found


def _whom(row: LogRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (row.patient_id, *row.patients))))
