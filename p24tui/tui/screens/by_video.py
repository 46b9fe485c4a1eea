"""Going between chat and video, from any chat at any time (VI-14)."""

from collections.abc import Callable

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.visit import start_video
from p24tui.tui.keys import key_name
from p24tui.tui.screens.case_deeds import CaseDeeds
from p24tui.tui.screens.video import AddressScreen, CameScreen, VideoScreen, VideoStep

Then = Callable[[], None]
Failed = Callable[[P24Error], None]


class ByVideo(CaseDeeds):
    """The section of the desk that starts the video of a case, opens it, and ends it.

    ``then`` is what comes after it, and ``failed`` is told of what a rule refuses, where that is to be said elsewhere.
    """

    def action_video(self) -> None:
        """Choose what to do with video in the case; what is refused is said before one chooses."""
        if (case := self._chosen()) is None or (line := self._line(case.id)) is None:
            return
        actor = self._as(case.unit_id)
        allowed = start_video(case, actor, line.patient.protection)
        if case.video is not Video.ON and isinstance(allowed, Refusal):
            self._refuse(allowed, line.owner)
            return
        self._keep_drafts()
        screen = VideoScreen(self._patient_name(case), case)
        self.app.push_screen(screen, lambda step: self._take_video_step(step, case, actor))

    def _take_video_step(self, step: VideoStep | None, case: Case, actor: Actor) -> None:
        match step:
            case VideoStep.START:
                self._start_video(case.id, actor)
            case VideoStep.OPEN:
                self._open_video(case.id, actor)
            case VideoStep.END:
                self._end_video(case.id, actor)
            case VideoStep.END_VISIT:
                self._end(case)

    def _start_video(self, case_id: str, actor: Actor, then: Then | None = None, failed: Failed | None = None) -> None:
        here = self._still_here()

        def started(found: tuple[Case, str]) -> None:
            after, address = found
            self._own_versions[after.id] = after.version
            self._enter_video(address, here, then)

        self._writes.run(lambda: services.visit_day.start_video(self._system, actor, case_id), started, failed)

    def _open_video(self, case_id: str, actor: Actor, then: Then | None = None, failed: Failed | None = None) -> None:
        """Open a video that is on once more, also one that a colleague has started."""
        here = self._still_here()
        self._writes.run(
            lambda: services.visit_day.address(self._system, actor, case_id),
            lambda address: self._enter_video(address, here, then),
            failed,
        )

    def _end_video(self, case_id: str, actor: Actor, then: Then | None = None, failed: Failed | None = None) -> None:
        here = self._still_here()

        def ended(found: tuple[Case, bool]) -> None:
            after, unknown = found
            self._own_versions[after.id] = after.version
            words = _("Videon är avslutad, inte besöket: det lever som chatt. {key} avslutar det.")
            self._say(words.format(key=key_name("end")))
            if unknown and here():
                self._ask_whether_came(after, actor, then)
            elif then is not None:
                then()

        self._writes.run(lambda: services.visit_day.end_video(self._system, actor, case_id), ended, failed)

    def _ask_whether_came(self, case: Case, actor: Actor, then: Then | None) -> None:
        """Whether the patient was there, which only whoever held the video knows (VI-13)."""

        def said(_found: object) -> None:
            if then is not None:
                then()

        def answered(came: bool | None) -> None:
            if came is None:
                said(None)
                return
            self._writes.run(lambda: services.visit_day.say_whether_came(self._system, actor, case.id, came=came), said)

        self.app.push_screen(CameScreen(self._patient_name(case)), answered)

    def _enter_video(self, address: str, here: Callable[[], bool], then: Then | None = None) -> None:
        """Open it in the browser; where none opens, show the address, unless one does something else by now."""

        def open_it() -> tuple[str, tuple[str, ...]]:
            from p24tui.gateways import browser

            where = browser.open_address(address)
            nowhere = where is browser.Opened.NOWHERE
            return where.value, browser.qr_rows(address) if nowhere else ()

        def opened(found: tuple[str, tuple[str, ...]]) -> None:
            _where, code = found
            if not code:
                self._say(_("Videon är på, i webbläsaren."))
                if then is not None:
                    then()
            elif here():
                self.app.push_screen(AddressScreen(address, code), lambda _nothing: then() if then else None)
            else:
                self._say(_("Videon är på, men ingen webbläsare öppnas här. Öppna den igen, så visas adressen."))

        if self.app.is_web:  # the browser is where the person sits, not where the console runs (NA-5)
            self.app.open_url(address)
            opened(("", ()))
        else:
            self._reads.run(open_it, opened)
