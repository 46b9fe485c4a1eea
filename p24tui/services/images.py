"""Images on their way to the record: shown, taken out to the temporary storage, journalled, and gone again (IM)."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.errors import BadInput, P24Error, Unavailable
from p24tui.gateways import viewer
from p24tui.gateways.file_check import FileFacts, Unfit, check
from p24tui.gateways.image_decode import decode
from p24tui.gateways.temporary_storage import Swept
from p24tui.ids import fresh_id
from p24tui.routine import images as rules
from p24tui.routine.actor import Actor
from p24tui.routine.images import Exported
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule
from p24tui.services.access import right
from p24tui.services.change import locked, permitted
from p24tui.services.image_views import FileLine, OpenedFile, Viewed
from p24tui.services.known import case_of_unit
from p24tui.services.limits import limit
from p24tui.store import cases, events, images, messages, read_log
from p24tui.store.engine import Tx
from p24tui.store.values import Attachment, AttachmentLine, CaseRow
from p24tui.system import System
from p24tui.text import clean_line

PLACE = "tick:temporary-storage"

ARRIVES_WITHIN = timedelta(minutes=2)
"""How long after its row a file may come to lie there: one that is not there later is gone."""

MOST_SHOWN = {"half-cell": 240, "sixel": 1200, "kitty": 1200}
"""Pixels on a side that are drawn at most, by how the terminal draws them."""

MOST_SAID = 2000
"""Characters of what an image shows."""

TOLD_FOR = timedelta(hours=24)
"""How long somebody hears of a file that went before it was journalled."""


def kept(system: System) -> timedelta:
    """How long a file lies in the temporary storage."""
    return timedelta(hours=limit("temporary_storage", system.clock.now()))


def warned_before(system: System) -> timedelta:
    """How long before it goes its person is warned."""
    return timedelta(minutes=limit("temporary_storage_warns", system.clock.now()))


@rule("PR-1")
@right("image.read")
def files_of(system: System, actor: Actor, case_id: str, known: Collection[FileLine] = ()) -> tuple[FileLine, ...]:
    """The files of a case that the person has open, each looked at, none of them decoded.

    What is ``known`` is not read again: a file never changes. Raises ``BadInput`` where the unit has no such case; of a
    protected person's there are none.
    """
    with system.store.reading() as tx:
        row = case_of_unit(tx, actor, case_id)
        if is_protected(row.patient.protection):
            return ()
        lines, before = messages.attachments_of(tx, case_id), {one.file.id: one for one in known}
        found = [before.get(one.id) or _line(one, messages.attachment(tx, one.id)) for one in lines]
        taken_out = images.of_case(tx, case_id)
    own = {one.attachment_id: one for one in taken_out if one.staff_id == actor.staff_id}
    names = _names_there(system)
    return tuple(_as_it_lies(one, own.get(one.file.id), names) for one in found)


@rule("LO-1", "PR-1")
@right("image.read")
def open_file(system: System, actor: Actor, attachment_id: str) -> OpenedFile:
    """A file as it is shown; that it was opened is committed before anything of it is decoded or returned.

    Raises ``BadInput`` where the unit has none such, or its patient is protected.
    """
    file, facts, problem = _looked_at(system, actor, attachment_id)
    _log_opened(system, actor, file, facts)
    if facts is None or not facts.kind.is_image:
        return OpenedFile(file, facts, problem)
    picture = decode(file.data, facts, MOST_SHOWN[system.settings.images])
    if isinstance(picture, Unfit):
        return OpenedFile(file, None, picture.reason)
    return OpenedFile(file, facts, picture=picture)


@rule("IM-1", "IM-2", "LO-1", "PR-1", "AP-3")
@right("image.read")
def export(system: System, actor: Actor, attachment_id: str) -> Exported:
    """Take a file out to the temporary storage, for this person alone and for two hours; what lies there is left there.

    Its row is committed before it is written, so that no file is there that nobody knows of. Raises ``Refused`` where
    a rule says no, ``BadInput`` for a file that is not taken or a folder that others could read, ``Unavailable`` where
    it cannot be written; then it is as if nothing had been done.
    """
    file, facts, problem = _looked_at(system, actor, attachment_id)
    with system.store.reading() as tx:
        _may_export(_case_of(tx, actor, file), actor)
    if facts is None:
        raise BadInput(problem, title=clean_line(file.title))
    system.storage.prepare()
    with system.storage.guarded(kept(system)):
        known = _lies_there(system, actor, file)
        return known if known is not None else _take_out(system, actor, file, facts)


@rule("IM-1", "LO-1")
@right("image.read")
def view(system: System, actor: Actor, attachment_id: str) -> Viewed:
    """Open a file in the system's viewer, from the temporary storage alone: it is taken out first where need be.

    That it was opened is committed first. Raises as ``export`` does.
    """
    exported = export(system, actor, attachment_id)
    _log_opened(system, actor, *_looked_at(system, actor, attachment_id)[:2])
    path = system.storage.folder / exported.file_name
    return Viewed(exported, path, viewer.open_file(path))


@rule("IM-3", "AP-3")
@right("image.read")
def journalled(system: System, actor: Actor, export_id: str, shows: str) -> Exported:
    """The image has been read into Vidiview; ``shows`` is what VAS says of it. Once more says it anew.

    Raises ``Refused`` where a rule says no, ``BadInput`` where nothing such has been taken out.
    """
    said = clean_line(shows, MOST_SAID)
    permitted(rules.says_what(said))
    return _settle(system, actor, export_id, "attachment.journalled", said)


@rule("IM-3", "AP-3")
@right("image.read")
def needs_none(system: System, actor: Actor, export_id: str) -> Exported:
    """The person who took the file out says that it need not be in the record. Raises as ``journalled`` does."""
    return _settle(system, actor, export_id, "attachment.not-needed", "")


def vidiview_lines(tx: Tx, case_id: str) -> tuple[str, ...]:
    """What VAS says of the images of a case that are in Vidiview, a line for each thing that is said (IM-3)."""
    said = (one.shows for one in images.of_case(tx, case_id) if one.shows)
    return tuple(rules.vidiview_line(one) for one in dict.fromkeys(said))


@right("image.read")
def waiting_to_be_journalled(system: System, actor: Actor) -> tuple[Exported, ...]:
    """What the actor has taken out and not journalled: what lies there still, and what has lately gone.

    Not what nobody may journal any longer, for the patient is protected or was the wrong one.
    """
    if actor.staff_id is None:
        return ()
    with system.store.reading() as tx:
        found = images.unjournalled(tx, actor.staff_id, system.clock.now() - TOLD_FOR)
        rows = {row.case.id: row for row in cases.some(tx, {one.case_id for one in found})}
    return tuple(one for one in found if _is_for_the_record(rows[one.case_id], actor))


@rule("IM-2")
def sweep(system: System) -> int:
    """Remove what is due from this machine's storage, and record what has gone, by whomever; how much that was.

    Removing comes first and needs no database. What could not be recorded is the next time. Raises ``BadInput`` where
    the folder is no longer one that only its owner can read, ``Unavailable`` where something cannot be removed.
    """
    return _sweep(system, lambda: system.storage.sweep(kept(system)))


@rule("IM-2")
def purge(system: System) -> int:
    """Remove everything from this machine's storage, due or not, as ``sweep`` does what is due."""
    return _sweep(system, system.storage.purge)


def lying_there(system: System) -> tuple[tuple[str, Exported | None], ...]:
    """What lies in this machine's storage by name, each with what is known of it."""
    names = sorted(one.name for one in system.storage.files())
    with system.store.reading() as tx:
        known = {one.file_name: one for one in images.there(tx, system.storage.place)}
    return tuple((name, known.get(name)) for name in names)


def _settle(system: System, actor: Actor, export_id: str, kind: str, shows: str) -> Exported:
    now = system.clock.now()
    with system.store.writing() as tx:
        known = images.one(tx, export_id)
        row = case_of_unit(tx, actor, known.case_id, lock=True) if known is not None else None
        exported = images.one(tx, export_id)  # as it is now that nobody else writes it
        if exported is None or row is None:
            raise BadInput("no-attachment")
        permitted(rules.may_journal(exported, row.case, actor, row.patient.protection))
        after = replace(exported, journalled_at=now, shows=shows)
        images.save(tx, after)
        details = {"title": exported.title, "shows": shows}
        events.append(tx, actor, now, kind, exported.case_id, unit_id=row.case.unit_id, rule="IM-3", **details)
        return after


def _sweep(system: System, remove: Callable[[], Swept]) -> int:
    swept = remove()
    names = {one.name for one in system.storage.files()}
    with system.store.reading() as tx:
        rows = images.there(tx, system.storage.place)
    now = system.clock.now()
    late = frozenset(one.file_name for one in rows if one.delete_at <= now and one.file_name in names)
    if late:  # the program's clock may be another than the machine's, as in a demo
        swept_late = system.storage.remove(late)
        names -= set(swept_late.removed)
        swept = Swept(swept.removed + swept_late.removed, swept.stuck + swept_late.stuck)
    gone = [one for one in rows if one.file_name not in names and _is_known_gone(one, swept, now)]
    if names:  # should the guard have been killed, and we be killed next
        with suppress(P24Error), system.storage.guarded(kept(system)):
            pass
    recorded = sum(_record_gone(system, one, now) for one in gone)
    if swept.stuck:
        raise Unavailable("storage", "stuck")
    return max(len(swept.removed), recorded)


def _is_known_gone(one: Exported, swept: Swept, now: datetime) -> bool:
    return one.file_name in swept.removed or now >= min(one.exported_at + ARRIVES_WITHIN, one.delete_at)


def _record_gone(system: System, gone: Exported, now: datetime) -> bool:
    """Record that a file is gone; whether nobody had done so yet."""
    with system.store.writing() as tx:
        row = locked(tx, gone.case_id)
        exported = images.one(tx, gone.id)
        if exported is None or exported.deleted_at is not None:
            return False
        after = replace(exported, deleted_at=now)
        images.save(tx, after)
        tick = Actor(None, "p24tui", None, row.case.unit_id, PLACE)
        kind = "attachment.lost" if rules.is_lost(after) else "attachment.removed"
        events.append(tx, tick, now, kind, gone.case_id, unit_id=row.case.unit_id, rule="IM-2", title=exported.title)
        return True


def _looked_at(system: System, actor: Actor, attachment_id: str) -> tuple[Attachment, FileFacts | None, str]:
    """A file of the unit, and what it is or why it is not taken; of nothing that is returned anything is shown yet."""
    with system.store.reading() as tx:
        file = messages.attachment(tx, attachment_id)
        if file is None:
            raise BadInput("no-attachment")
        _case_of(tx, actor, file)
    found = check(file.data, file.content_type)
    return (file, None, found.reason) if isinstance(found, Unfit) else (file, found, "")


def _log_opened(system: System, actor: Actor, file: Attachment, facts: FileFacts | None) -> None:
    kind = "image" if facts is not None and facts.kind.is_image else "attachment"
    with system.store.writing() as tx:
        row = _case_of(tx, actor, file, lock=True)
        now = system.clock.now()
        read_log.log_reading(tx, actor, now, kind, case_id=file.case_id, patient_id=row.patient.id)


def _case_of(tx: Tx, actor: Actor, file: Attachment, *, lock: bool = False) -> CaseRow:
    row = case_of_unit(tx, actor, file.case_id, lock=lock)
    if is_protected(row.patient.protection):
        raise BadInput("no-attachment")
    return row


def _is_for_the_record(row: CaseRow, actor: Actor) -> bool:
    return rules.may_export(row.case, actor, row.patient.protection) is None


def _may_export(row: CaseRow, actor: Actor) -> None:
    permitted(rules.may_export(row.case, actor, row.patient.protection))


def _lies_there(system: System, actor: Actor, file: Attachment) -> Exported | None:
    """What this person has taken out of it already, where that still lies here."""
    with system.store.reading() as tx:
        rows = images.of_case(tx, file.case_id)
    own = [one for one in rows if (one.attachment_id, one.staff_id) == (file.id, actor.staff_id)]
    here = (one for one in reversed(own) if one.deleted_at is None and one.place == system.storage.place)
    return next((one for one in here if system.storage.has(one.file_name)), None)


def _take_out(system: System, actor: Actor, file: Attachment, facts: FileFacts) -> Exported:
    if actor.staff_id is None:
        raise BadInput("who-acts")
    now, id = system.clock.now(), fresh_id()
    name = system.storage.name_for(id, file.title, facts.kind.extension, kept(system))
    exported = Exported(
        id,
        file.case_id,
        file.id,
        actor.staff_id,
        system.storage.place,
        name,
        clean_line(file.title),
        now,
        now + kept(system),
    )
    with system.store.writing() as tx:
        row = _case_of(tx, actor, file, lock=True)
        _may_export(row, actor)
        read_log.log_reading(tx, actor, now, "export", case_id=file.case_id, patient_id=row.patient.id)
        images.add(tx, exported)
        events.append(
            tx,
            actor,
            now,
            "attachment.exported",
            file.case_id,
            unit_id=row.case.unit_id,
            rule="IM-1",
            title=exported.title,
            until=exported.delete_at.isoformat(),
        )
    try:
        system.storage.put(file.data, name)
    except P24Error:
        with suppress(P24Error):  # where that cannot be written either, the sweep finds that it is not there
            _take_back(system, actor, exported)
        raise
    return exported


def _take_back(system: System, actor: Actor, exported: Exported) -> None:
    now = system.clock.now()
    with system.store.writing() as tx:
        images.withdraw(tx, exported)
        events.append(
            tx,
            actor,
            now,
            "attachment.not-exported",
            exported.case_id,
            rule="IM-1",
            title=exported.title,
        )


def _names_there(system: System) -> frozenset[str]:
    try:
        return frozenset(one.name for one in system.storage.files())
    except P24Error:
        return frozenset()


def _line(line: AttachmentLine, file: Attachment | None) -> FileLine:
    found = check(file.data, file.content_type) if file is not None else Unfit("file-empty")
    return FileLine(line, None, found.reason) if isinstance(found, Unfit) else FileLine(line, found)


def _as_it_lies(one: FileLine, exported: Exported | None, names: frozenset[str]) -> FileLine:
    return replace(one, exported=exported, is_there=exported is not None and exported.file_name in names)
