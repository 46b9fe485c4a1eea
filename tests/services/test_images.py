"""Images on their way to the record: logged, taken out for one person, journalled, told of, and gone (H15, H18)."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from sqlalchemy import select

from p24tui.errors import BadInput, P24Error, Refused, Unavailable
from p24tui.gateways import viewer
from p24tui.gateways.temporary_storage import TemporaryStorage
from p24tui.routine.case import Case
from p24tui.routine.images import Exported, is_lost
from p24tui.routine.protection import Protection
from p24tui.services import images, wrong_patient
from p24tui.store import events, messages, people
from p24tui.store.tables import exported_files, read_log
from p24tui.store.values import Attachment, Event, PatientRecord
from p24tui.words.events import event_words
from tests.stored import rows
from tests.world import BERGA, World, seems_guarded

pytestmark = [
    pytest.mark.rule("IM-1", "IM-2", "IM-3"),
    pytest.mark.hazard("H18"),
    pytest.mark.skipif(os.name != "posix", reason="there is no temporary storage on Windows"),
]

KEPT = timedelta(hours=2)


def png(width: int = 60, height: int = 40) -> bytes:
    into = BytesIO()
    Image.new("RGB", (width, height), "tan").save(into, "PNG")
    return into.getvalue()


def sent(world: World, data: bytes = b"", title: str = "Arm.png", kind: str = "image/png", **facts: object) -> Case:
    """A case with one file, whose id is the case's."""
    case = world.case(unread=0, **facts)  # type: ignore[arg-type]
    data = data or png()
    with world.system.store.writing() as tx:
        messages.add_attachment(tx, Attachment(case.id, case.id, None, title, kind, len(data), "00", data))
    return case


def taken_out(world: World, who: str = "maria") -> Exported:
    return images.export(world.system, world.actor(who), sent(world).id)


def readings(world: World) -> list[str]:
    with world.system.store.reading() as tx:
        return list(tx.connection.scalars(select(read_log.c.kind).order_by(read_log.c.seq)))


def last_event(world: World, case_id: str) -> Event:
    with world.system.store.reading() as tx:
        return events.of_case(tx, case_id)[-1]


def waiting(world: World, who: str = "maria") -> tuple[Exported, ...]:
    return images.waiting_to_be_journalled(world.system, world.actor(who))


def there(world: World) -> list[str]:
    return [one.name for one in world.system.storage.files()]


def refused(deed: Callable[[], object]) -> str:
    with pytest.raises((Refused, BadInput)) as caught:
        deed()
    assert isinstance(caught.value, Refused | BadInput)
    return caught.value.reason


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
def test_an_image_is_logged_before_it_is_shown(world: World) -> None:
    maria, case = world.actor("maria"), sent(world)
    opened = images.open_file(world.system, maria, case.id)
    assert opened.picture is not None
    assert (opened.picture.width, opened.picture.height) == (60, 40)
    text = sent(world, b"Alvedon", "Lista.txt", "text/plain")
    assert images.open_file(world.system, maria, text.id).picture is None
    assert readings(world) == ["image", "attachment"]


def test_what_is_no_image_after_all_is_not_decoded(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlcipher_world
    monkeypatch.setattr(images, "decode", lambda *_: pytest.fail("decoded"))
    maria = world.actor("maria")
    for data, reason in (
        (b"PK\x03\x04" + bytes(99), "file-lies"),
        (png() + b"<script>", "file-more"),
        (b" ", "file-lies"),
    ):
        case = sent(world, data)
        opened = images.open_file(world.system, maria, case.id)
        assert (opened.facts, opened.problem, opened.picture) == (None, reason, None)
        assert [one.problem for one in images.files_of(world.system, maria, case.id)] == [reason]
        assert refused(lambda: images.export(world.system, maria, case.id)) == reason  # noqa: B023 - called at once
    assert (there(world), rows(world, exported_files)) == ([], [])


def test_a_file_that_has_been_looked_at_is_not_read_again(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, maria = sqlcipher_world, sqlcipher_world.actor("maria")
    exported = taken_out(world)
    known = images.files_of(world.system, maria, exported.case_id)
    monkeypatch.setattr(messages, "attachment", lambda *_: pytest.fail("read"))
    world.system.storage.purge()
    (again,) = images.files_of(world.system, maria, exported.case_id, known)
    assert (known[0].is_there, again) == (True, replace(known[0], is_there=False))


def test_a_file_is_taken_out_for_one_person_and_two_hours(world: World) -> None:
    maria, case = world.actor("maria"), sent(world, title="../../etc/Arm.png")
    exported = images.export(world.system, maria, case.id)
    path = world.system.storage.folder / exported.file_name
    assert path.read_bytes() == png()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.suffix == ".png"
    assert exported.delete_at - exported.exported_at == KEPT
    assert readings(world) == ["export"]
    event = last_event(world, case.id)
    assert (event.kind, event.rule) == ("attachment.exported", "IM-1")
    (line,) = images.files_of(world.system, maria, case.id)
    assert (line.exported, line.is_there) == (exported, True)
    (theirs,) = images.files_of(world.system, world.actor("johan"), case.id)
    assert theirs.exported is None


def test_pressed_twice_it_lies_there_once_and_is_taken_out_anew_when_it_is_gone(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    maria, case = world.actor("maria"), sent(world)
    first = images.export(world.system, maria, case.id)
    assert images.export(world.system, maria, case.id) == first
    assert len(there(world)) == 1
    world.system.storage.purge()
    assert images.export(world.system, maria, case.id).id != first.id


def test_it_is_opened_from_the_storage_alone(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlcipher_world
    opened: list[Path] = []

    def open_it(path: Path) -> bool:
        opened.append(path)
        return True

    monkeypatch.setattr(viewer, "open_file", open_it)
    viewed = images.view(world.system, world.actor("maria"), sent(world).id)
    assert opened == [world.system.storage.folder / viewed.exported.file_name]
    assert (viewed.is_viewer, opened[0].read_bytes()) == (True, png())
    assert images.view(world.system, world.actor("maria"), viewed.exported.attachment_id) == viewed
    assert readings(world) == ["export", "image", "image"]


@pytest.mark.rule("PR-1", "AP-3", "CH-4")
@pytest.mark.hazard("H15")
def test_who_may_not_gets_nothing_and_leaves_nothing(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    maria = world.actor("maria")
    hidden = sent(world, protection=Protection.MARKED)
    wrong = sent(world)
    early = images.export(world.system, maria, sent(world).id)
    with world.system.store.writing() as tx:
        patient = world.row(early.case_id).patient
        people.put_patient(
            tx,
            PatientRecord(replace(patient, protection=Protection.MARKED), "personnummer", Protection.MARKED, None),
            world.clock.now(),
        )
    wrong_patient.mark(world.system, maria, wrong.id, wrong.version)
    world.second_unit()
    before = there(world)
    assert refused(lambda: images.export(world.system, maria, hidden.id)) == "no-attachment"
    assert refused(lambda: images.open_file(world.system, maria, hidden.id)) == "no-attachment"
    assert images.files_of(world.system, maria, hidden.id) == ()
    assert refused(lambda: images.export(world.system, maria, wrong.id)) == "wrong-patient-locked"
    assert refused(lambda: images.view(world.system, maria, wrong.id)) == "wrong-patient-locked"
    assert refused(lambda: images.export(world.system, world.actor("eva"), sent(world).id)) == "role-may-not"
    assert refused(lambda: images.export(world.system, replace(maria, unit_id=BERGA), sent(world).id)) == "no-case"
    assert refused(lambda: images.export(world.system, maria, "none")) == "no-attachment"
    assert refused(lambda: images.journalled(world.system, maria, early.id, "arm")) == "protected"
    assert there(world) == before


@pytest.mark.rule("AP-3")
@pytest.mark.hazard("H15")
def test_of_a_wrong_patient_nothing_more_is_journalled(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    maria, case = world.actor("maria"), sent(world)
    exported = images.export(world.system, maria, case.id)
    wrong_patient.mark(world.system, maria, case.id, world.row(case.id).case.version)
    assert refused(lambda: images.journalled(world.system, maria, exported.id, "arm")) == "wrong-patient-locked"


def test_what_it_shows_stands_in_the_line_for_vas(world: World) -> None:
    maria, exported = world.actor("maria"), taken_out(world)
    assert refused(lambda: images.journalled(world.system, maria, exported.id, " \n")) == "shows-what"
    assert refused(lambda: images.journalled(world.system, world.actor("johan"), exported.id, "x")) == "not-your-file"
    assert refused(lambda: images.journalled(world.system, maria, "none", "x")) == "no-attachment"
    assert waiting(world) == (exported,)
    images.journalled(world.system, maria, exported.id, "utslag\npå armen\x1b")
    assert waiting(world) == ()
    with world.system.store.reading() as tx:
        assert images.vidiview_lines(tx, exported.case_id) == ("Bilder finns i Vidiview: utslag på armen\ufffd",)
    event = last_event(world, exported.case_id)
    assert (event.kind, event.rule, event.actor) == ("attachment.journalled", "IM-3", "Maria Lind")
    assert event_words(event.kind, event.details) == "Läste in bilden Arm.png i Vidiview: utslag på armen\ufffd"


def test_what_need_not_be_in_the_record_is_said_and_gets_no_line(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    exported = taken_out(world)
    images.needs_none(world.system, world.actor("maria"), exported.id)
    with world.system.store.reading() as tx:
        assert images.vidiview_lines(tx, exported.case_id) == ()
    assert waiting(world) == ()
    assert last_event(world, exported.case_id).kind == "attachment.not-needed"


@pytest.mark.parametrize("said", [True, False])
def test_after_two_hours_it_is_gone_and_that_is_on_record(world: World, said: bool) -> None:
    exported = taken_out(world)
    if said:
        images.journalled(world.system, world.actor("maria"), exported.id, "armen")
    world.clock.advance(KEPT - timedelta(seconds=1))
    assert images.sweep(world.system) == 0
    assert len(there(world)) == 1
    world.clock.advance(timedelta(seconds=1))
    assert images.sweep(world.system) == 1
    assert there(world) == []
    assert last_event(world, exported.case_id).kind == ("attachment.removed" if said else "attachment.lost")
    assert [is_lost(one) for one in waiting(world)] == ([] if said else [True])
    assert images.sweep(world.system) == 0  # and it is told once


def test_one_that_went_unjournalled_is_told_of_until_it_is_taken_out_again(world: World) -> None:
    exported = taken_out(world)
    world.system.storage.purge()
    world.clock.advance(timedelta(minutes=3))
    images.sweep(world.system)
    assert [one.id for one in waiting(world)] == [exported.id]
    assert waiting(world, "johan") == ()
    again = images.export(world.system, world.actor("maria"), exported.attachment_id)
    assert waiting(world) == (again,)
    images.journalled(world.system, world.actor("maria"), again.id, "armen")
    assert waiting(world) == ()


@pytest.mark.rule("AP-3")
@pytest.mark.hazard("H15")
def test_what_nobody_may_journal_is_not_asked_for(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    exported = taken_out(world)
    assert waiting(world) == (exported,)
    wrong_patient.mark(world.system, world.actor("maria"), exported.case_id, world.row(exported.case_id).case.version)
    assert waiting(world) == ()


def test_the_disk_is_full(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlcipher_world

    def full(_storage: TemporaryStorage, _data: bytes, _name: str) -> None:
        raise Unavailable("storage", "full")

    case = sent(world)
    with monkeypatch.context() as patched:
        patched.setattr(TemporaryStorage, "put", full)
        with pytest.raises(Unavailable):
            images.export(world.system, world.actor("maria"), case.id)
    assert rows(world, exported_files) == []
    assert world.event_kinds(case.id)[-2:] == ["attachment.exported", "attachment.not-exported"]


def test_without_a_database_what_is_due_goes_and_is_recorded_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = taken_out(world)
    real = world.system.storage
    monkeypatch.setattr(real, "sweep", lambda _kept: real.purge())

    def lost() -> None:
        raise Unavailable("database")

    with monkeypatch.context() as patched:
        patched.setattr(world.system.store, "reading", lost)
        with pytest.raises(P24Error):
            images.sweep(world.system)
    assert there(world) == []
    world.clock.advance(timedelta(minutes=2))
    assert images.sweep(world.system) == 1
    assert last_event(world, exported.case_id).kind == "attachment.lost"


def test_a_file_that_has_not_come_yet_is_not_said_to_be_gone(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another console of the same person sweeps between the row and the file."""
    world = sqlcipher_world
    swept = []
    put = TemporaryStorage.put

    def slowly(storage: TemporaryStorage, data: bytes, name: str) -> None:
        swept.append(images.sweep(world.system))
        put(storage, data, name)

    monkeypatch.setattr(TemporaryStorage, "put", slowly)
    exported = taken_out(world)
    assert swept == [0]
    assert images.lying_there(world.system) == ((exported.file_name, exported),)


def test_another_machines_files_are_left_to_it(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    exported = taken_out(world)
    elsewhere = world.system.storage
    world.system.storage = TemporaryStorage(elsewhere.folder.parent / "other", seems_guarded)
    world.clock.advance(timedelta(days=1))
    assert images.sweep(world.system) == 0
    world.system.storage = elsewhere
    assert images.sweep(world.system) == 1
    assert last_event(world, exported.case_id).kind == "attachment.lost"


def test_all_can_be_removed_at_once(world: World) -> None:
    first, second = taken_out(world), taken_out(world)
    images.journalled(world.system, world.actor("maria"), second.id, "armen")
    (world.system.storage.folder / "stray.png").write_bytes(b"")
    assert [known for _name, known in images.lying_there(world.system)].count(None) == 1
    assert images.purge(world.system) == 3
    assert last_event(world, first.case_id).kind == "attachment.lost"
    assert last_event(world, second.case_id).kind == "attachment.removed"


def test_what_cannot_be_removed_is_said(sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlcipher_world
    taken_out(world)

    def stuck(name: str, *, dir_fd: int | None = None) -> None:
        raise PermissionError(1, name, dir_fd)

    monkeypatch.setattr(os, "unlink", stuck)
    with pytest.raises(Unavailable):
        images.purge(world.system)
