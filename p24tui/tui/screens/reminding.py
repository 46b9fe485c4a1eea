"""Reminders at the desk: the SMS button, what is planned and what has to be decided, and how the sending fares."""

import time

from p24tui import services
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.case import Case
from p24tui.routine.outgoing import Channel
from p24tui.services.views import OutboxStanding, OutgoingView, Preview
from p24tui.store.values import OutgoingRow
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.outgoing import Decision, OutgoingScreen, RemindScreen
from p24tui.words.times import moment

LOOKED_AT_EVERY = 30.0
"""Seconds between looks at how the sending fares, where nothing has been heard of it."""

LOOKED_AT_APART = 2.0
"""Seconds between two looks while much changes."""


class Reminding(DeskParts):
    """The section of the desk that reminds patients and keeps an eye on what goes out."""

    _sending_is_old = False
    _sending_at = float("-inf")
    _outgoing: OutgoingScreen | None = None
    _outgoing_of: Case | None = None

    def action_remind(self) -> None:
        """Remind the patient of the case by SMS; what would go is shown first."""
        if (case := self._chosen()) is None:
            return
        actor, here = self._as(case.unit_id), self._still_here()

        def ask(preview: Preview) -> None:
            if here():
                screen = RemindScreen(preview, self._system.clock.now())
                self.app.push_screen(screen, lambda lang: self._remind(case, lang))

        self._keep_drafts()
        self._reads.run(lambda: services.reminders.preview(self._system, actor, case.id), ask)

    def _remind(self, case: Case, lang: str | None) -> None:
        if lang is None:
            return
        actor, name = self._as(case.unit_id), self._patient_name(case)

        def reminded(row: OutgoingRow) -> None:
            now = self._system.clock.now()
            goes = _("går nu") if row.due_at <= now else _("går {at}").format(at=moment(row.due_at, now))
            self._say(_("Påminnelsen till {name} {goes}.").format(name=name, goes=goes))
            self._sending_is_old = True

        self._writes.run(lambda: services.reminders.remind(self._system, actor, case.id, lang), reminded)

    def action_outgoing(self) -> None:
        """What is planned and what has to be decided: of the open case's patient, else of all the units."""
        case = self._chosen() if self._in_case else None
        title = (
            _("Sms till {name}").format(name=self._patient_name(case)) if case else _("Sms: att avgöra och planerat")
        )
        gateway = self._system.gateways.get(Channel.SMS)
        stays = gateway is not None and not gateway.leaves_machine
        names = self._list.unit_names
        screen = OutgoingScreen(title, names, self._decide, of_one=case is not None, stays=stays)
        self._outgoing, self._outgoing_of = screen, case
        self.app.push_screen(screen, self._left_outgoing)
        self._read_outgoing()

    def _left_outgoing(self, case_id: str | None) -> None:
        self._outgoing = self._outgoing_of = None
        line = self._line(case_id) if case_id else None
        if line is not None:
            self.post_message(self.GoTo(line.case.id))
            self.post_message(self.Enter(line.case))

    def _decide(self, row: OutgoingRow, decision: Decision) -> None:
        actor = self._as(row.unit_id)
        deeds = {
            Decision.CANCEL: services.outbox.cancel,
            Decision.AGAIN: services.outbox.send_again,
            Decision.SETTLE: services.outbox.settle,
        }
        said = {
            Decision.CANCEL: _("Stoppat."),
            Decision.AGAIN: _("Det skickas igen."),
            Decision.SETTLE: _("Avgjort: det får vara."),
        }

        def decided(_row: OutgoingRow) -> None:
            self._say(said[decision])
            self._sending_is_old = True
            self._read_outgoing()

        def refused(error: P24Error) -> None:
            if self._outgoing is not None:
                self._outgoing.say(explain(error))
            else:
                self._fail(error)

        self._writes.run(lambda: deeds[decision](self._system, actor, row.id), decided, refused)

    def _read_outgoing(self) -> None:
        screen, case = self._outgoing, self._outgoing_of
        if screen is None:
            return
        known = screen.view
        view, shown = (known.id, {one.row.patient_id for one in known.lines}) if known else ("", set[str]())

        def have(found: OutgoingView) -> None:
            if screen is self._outgoing:
                screen.show(found, self._system.clock.now())

        if case is not None:
            actor = self._as(case.unit_id)
            self._reads.run(lambda: services.outbox.of_case(self._system, actor, case.id, view=view), have)
            return
        ids = [unit.id for unit in self._units]
        self._reads.run(
            lambda: services.outbox.to_see(self._system, self._actor, ids, view=view, shown_patients=shown), have
        )

    def _look_at_sending(self) -> None:
        """Looked at each second: how the sending fares is read anew where it is time to."""
        passed = time.monotonic() - self._sending_at
        if not self._live.whole or passed < (LOOKED_AT_APART if self._sending_is_old else LOOKED_AT_EVERY):
            return
        if self._sending_is_old:
            self._read_outgoing()
        self._sending_at, self._sending_is_old = time.monotonic(), False
        ids = [unit.id for unit in self._units]

        def look() -> tuple[OutboxStanding, tuple[str, ...], int]:
            own = services.documentation.count_owed(self._system, self._actor, ids)
            return services.outbox.standing(self._system, ids), services.ticks.troubled(self._system), own

        self._reads.run(look, self._have_sending, lambda _error: None)

    def _have_sending(self, found: tuple[OutboxStanding, tuple[str, ...], int]) -> None:
        self._header.sending, self._header.failing_jobs, self._header.owed = found
