"""The section of the desk for the files of a case: shown, taken out, journalled, and warned of before they go (IM)."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.closing import Level
from p24tui.routine.images import Exported, is_lost, is_warned_of
from p24tui.services.image_views import FileLine, OpenedFile, Viewed
from p24tui.text import clean_line
from p24tui.tui.file_page import minutes_left
from p24tui.tui.screens.attachments import AttachmentsScreen, Deed, FileScreen, ImageScreen
from p24tui.tui.screens.booking_parts import Question, VisitParts, text, why
from p24tui.tui.screens.duties import Duties, Said
from p24tui.tui.screens.form import Answers, Text
from p24tui.tui.widgets import picture
from p24tui.words.times import clock_time

LOOKED_AT_EVERY = 30.0
"""Seconds between looks at what one has taken out, where nothing has been heard of it."""

LOOKED_AT_APART = 2.0
"""Seconds between two looks while much changes."""


class Imaging(VisitParts, Duties):
    """Whatever is done with a file is done in the case that the list of files was opened in."""

    _files: AttachmentsScreen | None = None
    _files_of: tuple[str, str, Actor] = ("", "", Actor(None, "", None, "", ""))
    _unjournalled: tuple[Exported, ...] = ()
    _warned_before = timedelta()
    _warned_of: frozenset[str] = frozenset()
    _storage_is_old = True
    _storage_at = float("-inf")

    def action_attachments(self) -> None:
        """What files came with the case."""
        case = self._pane.case
        if case is None:
            return
        folder, name = str(self._system.storage.folder), self._patient_name(case)
        self._files_of = case.id, name, self._as(case.unit_id)
        screen = AttachmentsScreen(name, folder, self._warned_before, self._do_file)
        self._files = screen
        self._keep_drafts()
        self.app.push_screen(screen, self._left_files)
        self._read_files()

    def _left_files(self, _nothing: None) -> None:
        self._files = None

    def _read_files(self) -> None:
        screen, (case_id, _name, actor) = self._files, self._files_of

        def have(found: tuple[FileLine, ...]) -> None:
            if screen is not None and screen is self._files:
                screen.show(found, self._system.clock.now())

        if screen is not None:
            known = screen.files
            self._reads.run(
                lambda: services.images.files_of(self._system, actor, case_id, known), have, self._files_failed
            )

    def _do_file(self, one: FileLine, deed: Deed) -> None:
        _case_id, name, actor = self._files_of
        match deed:
            case Deed.SHOW:
                self._show_file(one, name, actor)
            case Deed.EXPORT:
                self._write_files(lambda: services.images.export(self._system, actor, one.file.id), _exported_words)
            case Deed.VIEW:
                self._write_files(lambda: services.images.view(self._system, actor, one.file.id), _viewed_words)
            case Deed.JOURNAL:
                self._journal(one, actor)
            case Deed.NEEDS_NONE if (exported := one.exported) is not None:
                self._write_files(
                    lambda: services.images.needs_none(self._system, actor, exported.id),
                    lambda _after: _("Antecknat: bilden behöver inte journalföras."),
                )

    def _show_file(self, one: FileLine, name: str, actor: Actor) -> None:
        screen, way = self._files, self._system.settings.images

        def read() -> OpenedFile:
            opened = services.images.open_file(self._system, actor, one.file.id)
            if opened.picture is not None:
                picture.load()
            return opened

        def show(opened: OpenedFile) -> None:
            if screen is not None and self.app.screen is screen:
                shown = opened.picture is not None
                self.app.push_screen(ImageScreen(opened, name, way) if shown else FileScreen(opened, name))

        self._reads.run(read, show, self._files_failed)

    def _journal(self, one: FileLine, actor: Actor) -> None:
        exported = one.exported
        if exported is None:
            return
        title = _("{title} finns i Vidiview (IM-3)").format(title=clean_line(one.file.title))
        parts = (Text("shows", _("Vad den visar"), exported.shows, _("utslag på vänster underarm, tagen i dag")),)
        note = _("I VAS: ”Bilder finns i Vidiview: …”. Säg det först när bilden är inläst där.")

        def deed(said: Answers) -> Callable[[], Exported]:
            return lambda: services.images.journalled(self._system, actor, exported.id, text(said, "shows"))

        def done(after: Exported) -> None:
            self._files_done(_("Antecknat: bilden finns i Vidiview. Visar: {shows}").format(shows=after.shows))

        self._ask_and_do(Question(title, parts, note, _("journalförd")), deed, done)

    def _write_files(self, errand: Callable[[], Any], words: Callable[[Any], str]) -> None:
        self._writes.run(errand, lambda found: self._files_done(words(found)), self._files_failed)

    def _files_done(self, words: str) -> None:
        self._storage_is_old = True
        if self._files is None:
            self._say(words)
            return
        self._files.say(words)
        self._read_files()

    def _files_failed(self, error: P24Error) -> None:
        if self._files is None:
            self._fail(error)
        else:
            self._files.say(why(error))

    def _look_at_storage(self) -> None:
        """Looked at each second: what one has taken out and not journalled is read anew where it is time to."""
        self._ring_where_one_goes_soon()
        passed = time.monotonic() - self._storage_at
        if not self._live.whole or passed < (LOOKED_AT_APART if self._storage_is_old else LOOKED_AT_EVERY):
            return
        self._storage_at, self._storage_is_old = time.monotonic(), False
        if self._files is not None:
            self._read_files()

        def look() -> tuple[tuple[Exported, ...], timedelta]:
            found = services.images.waiting_to_be_journalled(self._system, self._actor)
            return found, services.images.warned_before(self._system)

        self._reads.run(look, self._have_waiting, lambda _error: None)

    def _ring_where_one_goes_soon(self) -> None:
        """Sound once for each."""
        soon = frozenset(one.id for one in self._going_soon(self._system.clock.now()))
        if new := soon - self._warned_of:
            self._say_duties()
            self.post_message(self.RingWanted(len(new)))
        self._warned_of = soon

    def _going_soon(self, now: datetime) -> list[Exported]:
        return [one for one in self._unjournalled if is_warned_of(one, now, self._warned_before)]

    def _have_waiting(self, found: tuple[tuple[Exported, ...], timedelta]) -> None:
        before = self._unjournalled
        self._unjournalled, self._warned_before = found
        if self._unjournalled != before:
            self._say_duties()

    def _said_besides(self, now: datetime) -> list[Said]:
        """What of one's own goes soon, or has gone, and is not in the record."""
        gone = [one for one in self._unjournalled if is_lost(one)]
        return [
            *((Level.WARNING, self._goes_words(one, now), "") for one in self._going_soon(now)),
            *((Level.NOTICE, self._gone_words(one), "") for one in gone),
        ]

    def _goes_words(self, one: Exported, now: datetime) -> str:
        words = _("Journalför {title}{whose}: den tas bort ur mellanlagringen om {minutes} min")
        return words.format(title=one.title, whose=self._whose(one), minutes=minutes_left(one, now))

    def _gone_words(self, one: Exported) -> str:
        words = _("{title}{whose} togs bort ur mellanlagringen utan att vara journalförd: spara ut den igen")
        return words.format(title=one.title, whose=self._whose(one))

    def _whose(self, one: Exported) -> str:
        """The patient's name in brackets, where the list has it already."""
        line = self._line(one.case_id)
        return f" ({clean_line(line.patient.name)})" if line is not None and line.patient.name else ""


def _exported_words(exported: Exported) -> str:
    return _("Sparad. Läs in den i Vidiview före {at}, då den tas bort.").format(at=clock_time(exported.delete_at))


def _viewed_words(viewed: Viewed) -> str:
    if viewed.is_viewer:
        return _("Öppnad i bildvisaren. Den tas bort {at}.").format(at=clock_time(viewed.exported.delete_at))
    return _("Ingen bildvisare går att öppna härifrån. Öppna filen själv: sökvägen står nedan.")
