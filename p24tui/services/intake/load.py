"""Taking what a source sends, and trying again what has waited for it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from hashlib import sha256

from msgspec.structs import replace

from p24tui.gateways.fhir.element import QUOTED, quote
from p24tui.gateways.fhir.model import Issue, Kind, Severity, Unusable
from p24tui.gateways.fhir.parcel import Parcel, cut
from p24tui.gateways.hl7.cutting import is_hl7
from p24tui.services.intake.hl7 import load_hl7
from p24tui.services.intake.outcome import Outcome, Result, Verdict
from p24tui.services.intake.run import Run, kept_id
from p24tui.services.intake.sources import check_name
from p24tui.services.intake.taking import awaited
from p24tui.store import intake
from p24tui.store.intake import Quarantined
from p24tui.system import System
from p24tui.text import clean_line

LINES = (".ndjson", ".jsonl")

Names = list[tuple[Kind, str]]


def load(system: System, source: str, body: bytes, *, name: str = "", lines: bool = False, type: str = "") -> Outcome:
    """Take one resource, a Bundle, or NDJSON (``lines``, or found out) from a source. ``name`` is the file's.

    ``type`` says that it must be one resource of that type.

    What is counted as accepted is durable when this returns, and what was refused lies in quarantine. Raises
    ``Unavailable`` where the database does not answer or is full: then send all of it again, for what was stored
    already is known. Raises ``BadInput`` for a name that no source can have.
    """
    check_name(source)
    cut = partial(_cut, lines=lines or name.endswith(LINES), type=type)
    outcome, fresh = _take(system, source, body, name or source, cut)
    return replace(outcome, released=_release(system, source, fresh))


def load_file(system: System, source: str, body: bytes, *, name: str) -> Outcome:
    """The same of a file, which may hold HL7 v2 instead: by its name, ``.hl7``, or by how it begins."""
    if not is_hl7(body, name):
        return load(system, source, body, name=name)
    check_name(source)
    return _take_hl7(system, source, body, name)


def take_again(system: System, id: str) -> Outcome:
    """Try again what lies in quarantine under this id, and then what has waited for it."""
    outcome, fresh, source = _take_kept(system, id)
    return replace(outcome, released=_release(system, source, fresh))


def _take(
    system: System,
    source: str,
    body: bytes,
    name: str,
    cut: Callable[[bytes], Parcel],
    refused_at: datetime | None = None,
) -> tuple[Outcome, Names]:
    try:
        parcel = cut(body)
    except Unusable as error:
        return _refuse_whole(system, source, body, name, error), []
    run = Run(system, source, name, parcel, refused_at)
    return run.take(), run.fresh


def _take_hl7(system: System, source: str, body: bytes, name: str, refused_at: datetime | None = None) -> Outcome:
    try:
        return load_hl7(system, source, body, name, refused_at)
    except Unusable as error:
        return _refuse_whole(system, source, body, name, error)


def _cut(body: bytes, *, lines: bool, type: str) -> Parcel:
    parcel = cut(body, lines=lines)
    if type:
        found = parcel.entry(parcel.pieces[0]).resource["resourceType"] if not parcel.bundle else "Bundle"
        if found != type or len(parcel.pieces) != 1:
            raise Unusable("", f"{quote(found)} was sent where one {clean_line(type, QUOTED)} is taken")
    return parcel


def _take_kept(system: System, id: str) -> tuple[Outcome, Names, str]:
    with system.store.reading() as tx:
        kept = intake.kept_one(tx, id)
    if kept is None or kept.settled_at is not None:
        return Outcome("", ()), [], ""
    if is_hl7(kept.body):  # nothing waits for a booking
        return _take_hl7(system, kept.source, kept.body, kept.source, refused_at=kept.at), [], kept.source
    outcome, fresh = _take(system, kept.source, kept.body, kept.source, cut, refused_at=kept.at)
    return outcome, fresh, kept.source


def _release(system: System, source: str, fresh: Iterable[tuple[Kind, str]]) -> int:
    """Try again what has waited in quarantine for these; how many were taken. Each is tried once."""
    tried: set[str] = set()
    released = 0
    waiting = list(fresh)
    while waiting:
        sentences = {awaited(kind, name) for kind, name in waiting}
        waiting = []
        with system.store.reading() as tx:
            ids = [id for id in intake.kept_for(tx, source, sentences) if id not in tried]
        for id in ids:
            tried.add(id)
            outcome, more, _source = _take_kept(system, id)
            released += outcome.accepted
            waiting += more
    return released


def _refuse_whole(system: System, source: str, body: bytes, name: str, error: Unusable) -> Outcome:
    id = kept_id(source, sha256(body).hexdigest())
    kept = Quarantined(id, source, system.clock.now(), error.path, error.problem, body)
    with system.store.writing() as tx:
        intake.keep_aside(tx, kept)
    issue = Issue(error.path, error.problem, Severity.ERROR)
    return Outcome(name, (Result(0, Verdict.REFUSED, issues=(issue,)),), unreadable=True)
