"""Holding a video visit at the desk: each step of its day, from the row or from the visit that one has opened."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from p24tui import services
from p24tui.errors import P24Error, Refused
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.attendance import may_call
from p24tui.routine.case import Case, Video
from p24tui.routine.visit import CallOutcome, Visit, VisitCall, VisitState
from p24tui.services.visit_views import VisitLine
from p24tui.tui.screens.booking import Booking
from p24tui.tui.screens.booking_parts import why
from p24tui.tui.screens.by_video import ByVideo
from p24tui.tui.screens.visit import Chosen, VisitScreen, VisitStep
from p24tui.tui.screens.visit_dialogs import CallScreen, Deed, EndAbsentScreen, ParticipantsScreen, Wanted
from p24tui.words.visits import STATES

ENDS = frozenset({CallOutcome.NO_ANSWER, CallOutcome.VOICEMAIL, CallOutcome.WRONG_NUMBER, CallOutcome.BY_TELEPHONE})
"""What a call comes to after which the visit may end at once; else somebody joins, or gets another time."""


class Taking(Struct, frozen=True):
    """A step that is being taken in a visit: by whom, and from where.

    Where the visit was ``opened`` it is shown again afterwards, with what was refused, if one is still ``here``.
    """

    line: VisitLine
    actor: Actor
    opened: bool
    here: Callable[[], bool]


class HoldingVisits(Booking, ByVideo):
    """The section of the desk that takes in a visit, begins it, telephones who has not come, and ends it."""

    _visit_at_hand: VisitLine | None = None
    """The visit that a step is taken in from where it is opened, wherever the cursor stands."""

    def _show_visit(self, visit_id: str, actor: Actor, problem: str = "") -> None:
        """The visit as it is now, with all its steps."""
        here = self._still_here()

        def show(line: VisitLine) -> None:
            if here():
                screen = VisitScreen(line, self._system.clock.now(), problem)
                self.app.push_screen(screen, lambda chosen: self._take_visit_step(chosen, opened=True))

        self._reads.run(lambda: services.visit_list.one(self._system, actor, visit_id), show)

    def _take_visit_step(self, chosen: Chosen | None, *, opened: bool) -> None:
        if chosen is None:
            return
        line = chosen.line
        taking = Taking(line, self._as(line.visit.unit_id), opened, self._still_here())
        match chosen.step:
            case VisitStep.TAKE_IN:
                self._take_in(taking)
            case VisitStep.START:
                self._begin_visit(taking)
            case VisitStep.CALL:
                self._call(taking)
            case VisitStep.END_ABSENT:
                self._ask_to_end(taking, line.calls[-1].outcome)
            case VisitStep.PEOPLE:
                self._show_participants(taking)
            case VisitStep.INVITE | VisitStep.SUMMONS | VisitStep.MOVE | VisitStep.CANCEL:
                self._change_visit(chosen.step, line)
            case _ if line.case is not None:
                self._take_step_in_case(chosen.step, taking, line.case)

    def _take_step_in_case(self, step: VisitStep, taking: Taking, case: Case) -> None:
        then, failed = self._after(taking), self._not_taken(taking)
        match step:
            case VisitStep.START_VIDEO:
                self._start_video(case.id, taking.actor, then, failed)
            case VisitStep.OPEN_VIDEO:
                self._open_video(case.id, taking.actor, then, failed)
            case VisitStep.END_VIDEO:
                self._end_video(case.id, taking.actor, then, failed)
            case VisitStep.CAME:
                self._ask_whether_came(case, taking.actor, then)
            case VisitStep.END_VISIT:
                self._end(case)
            case VisitStep.CHAT:
                if self._live.line(case.id) is not None:
                    self.post_message(self.GoTo(case.id))
                self.post_message(self.Enter(case))

    def _change_visit(self, step: VisitStep, line: VisitLine) -> None:
        """What is done with a booking, as by its key."""
        deeds = {
            VisitStep.INVITE: self.action_invite,
            VisitStep.SUMMONS: self.action_summons,
            VisitStep.MOVE: self.action_move_visit,
            VisitStep.CANCEL: self.action_cancel_visit,
        }
        self._visit_at_hand = line
        deeds[step]()
        self._visit_at_hand = None

    def _take_in(self, taking: Taking) -> None:
        visit = taking.line.visit
        self._write_step(
            lambda: services.visit_day.take_in(self._system, taking.actor, visit.id, visit.version),
            _("Besöket är intaget: det är ditt."),
            taking,
        )

    def _begin_visit(self, taking: Taking) -> None:
        visit = taking.line.visit
        self._write_step(
            lambda: services.visit_day.start(self._system, taking.actor, visit.id, visit.version),
            _("Besöket är startat."),
            taking,
        )

    def _call(self, taking: Taking, problem: str = "") -> None:
        """The number first; what came of the call is recorded, or asked for again with why it cannot be."""
        line, now = taking.line, self._system.clock.now()
        refusal = may_call(line.visit, taking.actor, now, now)
        if refusal is not None and not problem:
            problem = why(Refused(refusal.rule, refusal.reason))

        def answered(outcome: CallOutcome | None) -> None:
            if outcome is None:
                self._show_again_if_opened(taking)
                return
            self._writes.run(
                lambda: services.visit_day.record_call(self._system, taking.actor, line.visit.id, outcome),
                lambda call: self._has_called(taking, call),
                lambda error: self._call(taking, why(error)) if taking.here() else self._fail(error),
            )

        self.app.push_screen(CallScreen(line, now, problem), answered)

    def _has_called(self, taking: Taking, call: VisitCall) -> None:
        """Recorded; where the patient does not come, the second step is offered: that the visit ends."""
        self._visits_changed()
        if call.outcome is CallOutcome.NEW_TIME:
            self._say(_("Samtalet är antecknat. Lägg den nya tiden i VAS, eller flytta besöket här."))
        else:
            self._say(_("Samtalet är antecknat."))
        if (
            call.outcome in ENDS
            and taking.here()
            and (taking.line.case is None or taking.line.case.video is not Video.ON)
        ):
            self._ask_to_end(taking, call.outcome)
        else:
            self._show_again_if_opened(taking)

    def _ask_to_end(self, taking: Taking, outcome: CallOutcome) -> None:
        """One that has been taken in ends with its case, which asks for its own two steps."""
        visit, case = taking.line.visit, taking.line.case

        def answered(yes: bool | None) -> None:
            if not yes:
                self._show_again_if_opened(taking)
            elif visit.state is not VisitState.BOOKED and case is not None:
                self._end(case)
            else:
                self._end_absent(taking)

        self.app.push_screen(EndAbsentScreen(taking.line, outcome), answered)

    def _end_absent(self, taking: Taking) -> None:
        visit = taking.line.visit

        def ended(after: Visit) -> None:
            self._say(_("Besöket är avslutat: {state}.").format(state=_(STATES[after.state]).lower()))
            self._visits_changed()

        self._writes.run(
            lambda: services.visit_day.end_absent(self._system, taking.actor, visit.id, visit.version),
            ended,
            self._not_taken(taking),
        )

    def _show_participants(self, taking: Taking) -> None:
        self.app.push_screen(
            ParticipantsScreen(taking.line, self._system.clock.now()),
            lambda wanted: self._do_with_participant(taking, wanted),
        )

    def _do_with_participant(self, taking: Taking, wanted: Wanted | None) -> None:
        if wanted is None:
            self._show_again_if_opened(taking)
            return
        deed, words = {
            Deed.REVOKE: (services.invitations.revoke, _("Länken är återkallad: den leder ingenstans.")),
            Deed.IDENTIFY: (services.invitations.identify, _("Antecknat: fotolegitimation är visad.")),
        }[wanted.deed]
        visit_id, one_id = taking.line.visit.id, wanted.participant.id
        self._write_step(lambda: deed(self._system, taking.actor, visit_id, one_id), words, taking)

    def _write_step(self, errand: Callable[[], Any], words: str, taking: Taking) -> None:
        then = self._after(taking)

        def done(_found: Any) -> None:
            self._say(words)
            then()

        self._writes.run(errand, done, self._not_taken(taking))

    def _after(self, taking: Taking) -> Callable[[], None]:
        """What comes once a step has been taken."""

        def then() -> None:
            self._visits_changed()
            self._show_again_if_opened(taking)

        return then

    def _not_taken(self, taking: Taking) -> Callable[[P24Error], None]:
        """What comes where it was refused: why, where one looks, and the visit as it is now."""

        def failed(error: P24Error) -> None:
            self._visits_changed()
            if taking.opened and taking.here():
                self._show_visit(taking.line.visit.id, taking.actor, why(error))
            else:
                self._fail(error)

        return failed

    def _show_again_if_opened(self, taking: Taking) -> None:
        if taking.opened and taking.here():
            self._show_visit(taking.line.visit.id, taking.actor)
