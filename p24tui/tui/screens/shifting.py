"""One's shift at the desk: begun, kept alive, lost and said so, and ended when nothing is left behind."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.shift import ShiftKind
from p24tui.services.views import OngoingLine, OngoingView
from p24tui.store.duty_values import Responsible, Shift
from p24tui.text import clean_line
from p24tui.tui.keys import key_name
from p24tui.tui.screens.case_deeds import CaseDeeds
from p24tui.tui.screens.roster_dialogs import TakeResponsibilityScreen
from p24tui.tui.screens.shift import Begin, LostShiftScreen, ShiftScreen, StartShiftScreen, Step
from p24tui.tui.widgets.desk_header import Trouble
from p24tui.words.cases import profession_word
from p24tui.words.times import moment, waited


class Shifting(CaseDeeds):
    """The section of the desk that knows whether one is on shift (SH-1)."""

    _shift: Shift | None = None
    _shift_screen: ShiftScreen | None = None
    _beat_at: datetime | None = None
    _beating = False
    _reading_left = False
    _left_is_old = False
    _leaving = False
    _knows_it_is_theirs = False

    def look_for_shift(self, *, asks: bool, begins: bool) -> None:
        """Go on with the shift that one has at this unit; where there is none, ask for one, or begin one."""
        system, actor = self._system, self._actor
        if not services.access.allows(actor.acts_as, "shift.work"):
            return

        def look() -> Shift | None:
            found = services.shift.current(system, actor)
            if found is None and not begins:
                return None
            return services.shift.start(system, actor, found.kind if found else ShiftKind.CHAT)

        def have(found: Shift | None) -> None:
            if found is not None:
                self._be_on(found)
            elif asks:
                self._ask_for_shift()

        self._writes.run(look, have, self._not_begun if asks or begins else None)

    def action_show_shift(self) -> None:
        """One's shift, and what is ongoing; where one has none, begin one."""
        if self._shift_screen is not None or not self._has_right("shift.work"):
            return
        if self._shift is None:
            self._ask_for_shift()
        else:
            self._keep_drafts()
            self._open_shift(self._shift)

    def ends_shift_first(self) -> bool:
        """One wants to close: whether the shift is ended first, or what is left shown. Asked again one just closes."""
        if self._shift is None or self._leaving or self._header.trouble is Trouble.DATABASE:
            return False
        self._leaving = True
        self._end_shift(self._leave_it)
        return True

    def log_out(self) -> None:
        """Somebody else takes the console over. The shift ends where nothing is left behind; else it goes on until it
        is lost, and what is ongoing returns to the queue then.
        """
        self.put_away()
        if (shift := self._shift) is not None:
            self._shift, actor = None, self._as(shift.unit_id)
            self._writes.run(lambda: services.shift.end(self._system, actor), failed=lambda _error: None)

    def _ask_for_shift(self) -> None:
        """Ask, once it has been read who is responsible for the inflow; where that cannot be, nothing is said of it."""
        names = {unit.id: clean_line(unit.name) for unit in self._units}
        role = profession_word(self._actor.profession) if self._actor.profession else ""

        def ask(responsible: dict[str, str]) -> None:
            if not isinstance(self.app.screen, StartShiftScreen):
                self.app.push_screen(StartShiftScreen(names, role, responsible), self._shift_wanted)

        def read() -> dict[str, str]:
            found = services.alerts.responsible(self._system, list(names))
            return {id: self._responsible_word(found.get(id)) for id in names}

        self._reads.run(read, ask, lambda _error: ask({}))

    def _responsible_word(self, one: Responsible | None) -> str:
        if one is None:
            return _("ingen är chattansvarig")
        if one.staff_id == self._actor.staff_id:
            return _("du är chattansvarig")
        return _("{name} är chattansvarig").format(name=clean_line(one.name))

    def _shift_wanted(self, wanted: Begin | None) -> None:
        """Begin it; nobody takes the responsibility from a colleague without being asked (CH-2)."""
        if wanted is None:
            self._header.shift = _("inget skift")
        elif wanted.kind is not ShiftKind.RESPONSIBLE:
            self._begin_shift(wanted)
        else:
            read = partial(services.alerts.responsible, self._system, [wanted.unit_id])
            self._reads.run(read, lambda found: self._begin_as_responsible(wanted, found), self._not_begun)

    def _begin_as_responsible(self, wanted: Begin, found: Mapping[str, Responsible]) -> None:
        before = found.get(wanted.unit_id)
        if before is None or before.staff_id == self._actor.staff_id:
            self._begin_shift(wanted)
            return
        self.app.push_screen(
            TakeResponsibilityScreen(clean_line(before.name)),
            lambda yes: self._begin_shift(wanted) if yes else self._ask_for_shift(),
        )

    def _begin_shift(self, wanted: Begin) -> None:
        system, actor = self._system, self._as(wanted.unit_id)

        def begin() -> Shift:
            begun = services.shift.start(system, actor, wanted.kind)
            if wanted.kind is ShiftKind.RESPONSIBLE:
                services.alerts.take_responsibility(system, actor)
            return begun

        def begun(shift: Shift) -> None:
            self._be_on(shift)
            self._say(_("Ditt skift har börjat. {key} visar det.").format(key=key_name("show_shift")))

        self._writes.run(begin, begun, self._not_begun)

    def _not_begun(self, error: P24Error) -> None:
        """One works without a shift, and has to see that."""
        self._be_on(None)
        self._fail(error)

    def _be_on(self, shift: Shift | None) -> None:
        self._shift, self._beat_at = shift, self._system.clock.now()
        self._header.shift = "" if shift is not None else _("inget skift")
        self._show_length()

    def _look_at_shift(self) -> None:
        """Looked at each second: whether it is time to say that one is there."""
        shift, now = self._shift, self._system.clock.now()
        if shift is None or self._beat_at is None:
            return
        if not self._beating and abs(now - self._beat_at) >= services.shift.seen_every(now):
            self._say_that_one_is_there(shift, now)
        self._show_length()

    def _show_length(self) -> None:
        """One is reminded of a shift that has lasted very long."""
        shift, now = self._shift, self._system.clock.now()
        if shift is not None and now - shift.started_at >= services.shift.longest(now):
            self._header.shift = _("skift {long}").format(long=waited(shift.started_at, now))

    def _say_that_one_is_there(self, shift: Shift, now: datetime) -> None:
        """Should the database not answer, the header says so, and the next sign of life follows soon."""
        self._beating, self._beat_at = True, now
        actor = self._as(shift.unit_id)

        def heard(found: Shift | None) -> None:
            self._beating = False
            if self._shift is not None and self._shift.id == shift.id and (found is None or found.id != shift.id):
                self._learn_of(shift)

        def unheard(_error: P24Error) -> None:
            self._beating = False

        self._writes.run(lambda: services.shift.seen(self._system, actor), heard, unheard)

    def _learn_of(self, shift: Shift) -> None:
        """The shift is not alive any longer: it was lost, and the next begins; or it was ended on another console."""
        system, actor = self._system, self._as(shift.unit_id)

        def learn() -> tuple[Shift | None, Shift | None]:
            was = services.shift.find(system, shift.id)
            lost = was is not None and was.lost_at is not None
            return was, services.shift.start(system, actor, shift.kind) if lost else services.shift.current(
                system, actor
            )

        def learnt(found: tuple[Shift | None, Shift | None]) -> None:
            was, now_on = found
            self._be_on(now_on)
            if was is not None and was.lost_at is not None:
                self._say_lost(was)
            else:
                self._say(_("Ditt skift är avslutat på en annan konsol."))

        self._writes.run(learn, learnt, lambda _error: None)

    def _say_lost(self, was: Shift) -> None:
        now = self._system.clock.now()
        if "bell" in self._system.settings.alerts:
            self.app.bell()
        minutes = int(services.shift.grace(now).total_seconds()) // 60
        if self._shift_screen is not None and self._shift_screen is self.app.screen:
            self._shift_screen.dismiss(None)
        self.app.push_screen(LostShiftScreen(moment(was.seen_at, now), minutes))

    def _open_shift(self, shift: Shift, said: str = "") -> None:
        unit = self._unit(shift.unit_id)
        screen = ShiftScreen(
            clean_line(unit.name if unit else shift.unit_id), shift, self._system.clock.now(), self._take_step
        )
        self._shift_screen = screen
        screen.say(said)
        self.app.push_screen(screen, self._left_shift)
        self._read_left()

    def _left_shift(self, case_id: str | None) -> None:
        screen, self._shift_screen, self._leaving = self._shift_screen, None, False
        if screen is None or screen.view is None or case_id is None:
            return
        line = next(one.line for one in screen.view.lines if one.line.case.id == case_id)
        if self._live.line(case_id) is not None:
            self.post_message(self.GoTo(case_id))
        self.post_message(self.Enter((self._line(case_id) or line).case))

    def _shift_may_be_old(self) -> None:
        """Something has changed: what is left is read anew where it is shown, one reading at a time."""
        self._left_is_old = True
        self._read_left()

    def _read_left(self) -> None:
        screen, shift = self._shift_screen, self._shift
        if screen is None or shift is None or self._reading_left:
            return
        self._reading_left, self._left_is_old = True, False
        known = screen.view
        view, shown = (known.id, {one.line.case.patient_id for one in known.lines}) if known else ("", set[str]())
        actor = self._as(shift.unit_id)

        def have(found: OngoingView) -> None:
            self._reading_left = False
            if screen is self._shift_screen:
                screen.show(found, self._system.clock.now())
                if self._left_is_old:
                    self._read_left()

        def failed(error: P24Error) -> None:
            self._reading_left = False
            self._fail(error)

        self._reads.run(
            lambda: services.shift.ongoing(self._system, actor, view=view, shown_patients=shown), have, failed
        )

    def _take_step(self, step: Step, line: OngoingLine | None) -> None:
        self._leaving = False
        case = line.line.case if line is not None else None
        if case is None and self._shift is None:
            self._fail(BadInput("no-shift"))  # it has been ended on another console
        elif step is Step.END_SHIFT:
            self._end_shift_as_asked()
        elif step is Step.OTHER_KIND and self._shift is not None:
            self._do_something_else(self._shift)
        elif case is not None and step is Step.RELEASE:
            self._release(case)
        elif case is not None and step is Step.HAND_OVER and self._shift_screen is not None:
            self._shift_screen.dismiss(None)  # the patient may have to be asked, which is done where one writes
            self._hand_over(case)
        elif case is not None and step is Step.HOLD:
            self._hold(case)
        elif case is not None and step is Step.END:
            self._end(case)

    def _do_something_else(self, shift: Shift) -> None:
        kinds = list(ShiftKind)
        kind, actor = kinds[(kinds.index(shift.kind) + 1) % len(kinds)], self._as(shift.unit_id)

        def changed(after: Shift) -> None:
            self._shift = after
            if self._shift_screen is not None:
                self._shift_screen.show_shift(after, self._system.clock.now())
                self._shift_screen.say(self._whose_responsibility(after))

        self._writes.run(lambda: services.shift.change(self._system, actor, kind), changed)

    def _whose_responsibility(self, shift: Shift) -> str:
        """Where a shift says that one is responsible and somebody else is, or nobody: who (CH-2)."""
        one = (self._header.responsible or {}).get(shift.unit_id)
        if shift.kind is not ShiftKind.RESPONSIBLE or (one is not None and one.staff_id == self._actor.staff_id):
            return ""
        words = _("Nu gäller: {who}. {key} i patientlistan tar ansvaret.")
        return words.format(who=self._responsible_word(one), key=key_name("take_responsibility"))

    def _end_shift_as_asked(self) -> None:
        """Whoever is responsible for the inflow is told once that it stays theirs, on paper alone."""
        answers = {one.staff_id for one in (self._header.responsible or {}).values()}
        if self._shift_screen is not None and self._actor.staff_id in answers and not self._knows_it_is_theirs:
            self._knows_it_is_theirs = True
            words = _("Du är chattansvarig. {key} lämnar ansvaret till en kollega; s en gång till avslutar ändå.")
            self._shift_screen.say(words.format(key=key_name("show_roster")))
            return
        self._end_shift(self._fail)

    def _end_shift(self, failed: Callable[[P24Error], None]) -> None:
        """End it, and close the console."""
        assert self._shift is not None
        actor = self._as(self._shift.unit_id)

        def ended(_shift: Shift) -> None:
            self._shift = None
            self.app.exit()

        self._keep_drafts()
        self._writes.run(lambda: services.shift.end(self._system, actor), ended, failed)

    def _leave_it(self, error: P24Error) -> None:
        """It could not be ended on the way out: what is left is shown; where nothing can be known, one just leaves."""
        if not isinstance(error, Refused) or self._shift is None:
            self.app.exit()
            return
        minutes = int(services.shift.grace(self._system.clock.now()).total_seconds()) // 60
        words = _(
            "Skiftet är inte avslutat: {count} kvar. {key} igen stänger ändå; då går ärendena till kön efter {minutes} "
            "minuter, och utkasten finns kvar."
        ).format(count=error.details.get("count", ""), key=key_name("quit"), minutes=minutes)
        if self._shift_screen is None:
            self._open_shift(self._shift, words)
        else:
            self._shift_screen.say(words)

    def _fail(self, error: P24Error) -> None:
        """Said where one looks."""
        if self._shift_screen is None:
            super()._fail(error)
            return
        rule = _("Regel {rule}: ").format(rule=error.rule) if isinstance(error, Refused) else ""
        self._shift_screen.say(f"{rule}{explain(error)}")
