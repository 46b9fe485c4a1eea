"""The section of the desk for suicide risk, and for the one look at how to reach a protected person."""

from collections.abc import Callable, Mapping

from p24tui import services
from p24tui.errors import P24Error, Stale
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.actor import ASSESSORS, Actor
from p24tui.routine.case import Case
from p24tui.routine.risk_course import Entry, Suspicion
from p24tui.services.views import Reach, RiskView
from p24tui.tui.screens import risk_forms
from p24tui.tui.screens.form import Answers, FormScreen, filled, naming
from p24tui.tui.screens.handing_over import HandingOver
from p24tui.tui.screens.risk import OWNERS_STEPS, STEPS, Chosen, RiskScreen, Step
from p24tui.tui.screens.wrong_patient import ReachScreen


class Risking(HandingOver):
    """Each step is taken from what one has read, and read again after it.

    What was filled in and refused is kept until it has been stated, also where one leaves the form to read first.
    """

    _kept_answers: Mapping[tuple[str, Step], Answers] = {}
    _warned: tuple[str, str] | None = None

    def action_risk(self) -> None:
        if (case := self._chosen()) is not None:
            self._keep_drafts()
            self._show_risk(case.id, self._as(case.unit_id))

    def _show_risk(self, case_id: str, actor: Actor) -> None:
        here = self._still_here()

        def show(view: RiskView) -> None:
            if here():
                screen = RiskScreen(view, self._system.clock.now())
                self.app.push_screen(screen, lambda chosen: self._take_risk_step(chosen, actor))

        self._reads.run(lambda: services.suicide.read(self._system, actor, case_id), show)

    def _take_risk_step(self, chosen: Chosen | None, actor: Actor) -> None:
        if chosen is None:
            return
        case = chosen.view.case
        kind = OWNERS_STEPS.get(chosen.step)
        if kind is not None and (refusal := chosen.view.refused.get(kind)) is not None:
            self._refuse(refusal, self._owner_name(case))
        elif chosen.step is Step.HAND_OVER:
            self._hand_over(case)
        else:
            self._fill_in(chosen, actor)

    def _fill_in(self, chosen: Chosen, actor: Actor, problem: str = "") -> None:
        now = self._system.clock.now()
        form = risk_forms.form_of(chosen.step, chosen.view, now)
        words, rule = STEPS[chosen.step]
        name = self._patient_name(chosen.view.case)
        title = _("{step} ({rule}) · {name}").format(step=_(words), rule=rule, name=name)
        before = self._kept_answers.get((chosen.view.case.id, chosen.step))
        parts = filled(form.parts, before) if before else form.parts

        def answered(said: Answers | None) -> None:
            if said is None:
                self._warned = None
                self._show_risk(chosen.view.case.id, actor)
            else:
                self._state(chosen, actor, said)

        self.app.push_screen(FormScreen(title, parts, form.note, problem, form.saves), answered)

    def _state(self, chosen: Chosen, actor: Actor, said: Answers) -> None:
        """What the form says is stated, or the form comes again with what was typed and why not."""

        here = self._still_here()
        self._kept_answers = {**self._kept_answers, (chosen.view.case.id, chosen.step): said}

        def failed(error: P24Error) -> None:
            if not here():
                self._fail(error)
            elif isinstance(error, Stale):
                self._read_again(chosen, actor, explain(error))
            else:
                form = risk_forms.form_of(chosen.step, chosen.view, self._system.clock.now())
                self._fill_in(chosen, actor, problem=explain(naming(error, form.parts)))

        if chosen.step is Step.LOOK:
            self._look(chosen.view.case, actor, str(said["why"]), failed)
            return
        try:
            entry = risk_forms.stated(chosen.step, said, self._system.clock.now())
        except P24Error as error:
            failed(error)
            return
        case = chosen.view.case
        warning = risk_forms.warning_of(entry, chosen.view)
        if warning and self._warned != (case.id, warning):
            self._warned = (case.id, warning)
            self._fill_in(chosen, actor, problem=warning)
            return
        self._writes.run(
            lambda: services.suicide.state(self._system, actor, case.id, case.version, entry),
            lambda after: self._stated(chosen.step, after, actor, here, entry),
            failed,
        )

    def _forget_answers(self, case_id: str, step: Step) -> None:
        self._kept_answers = {key: said for key, said in self._kept_answers.items() if key != (case_id, step)}

    def _read_again(self, chosen: Chosen, actor: Actor, problem: str) -> None:
        """It changed meanwhile: the form comes again for the case as it is now, with what was typed."""
        here = self._still_here()

        def fill_in(view: RiskView) -> None:
            if here():
                self._fill_in(Chosen(chosen.step, view), actor, problem=problem)

        self._reads.run(lambda: services.suicide.read(self._system, actor, chosen.view.case.id), fill_in)

    def _stated(self, step: Step, after: Case, actor: Actor, here: Callable[[], bool], entry: Entry) -> None:
        self._own_versions[after.id] = after.version
        self._warned = None
        self._forget_answers(after.id, step)
        self._say(_("Antecknat: {step}.").format(step=_(STEPS[step][0])))
        if not here():
            return
        mine = after.owner_id == actor.staff_id
        if isinstance(entry, Suspicion) and mine and actor.profession not in ASSESSORS:
            self._ask_to_whom(after, message=entry.why)  # directly: until somebody has taken it, it stays here (SU-2)
        else:
            self._show_risk(after.id, actor)

    def _look(self, case: Case, actor: Actor, why: str, failed: Callable[[P24Error], None]) -> None:
        def show(reach: Reach) -> None:
            self._forget_answers(case.id, Step.LOOK)
            self.app.push_screen(ReachScreen(reach), lambda _nothing: self._show_risk(case.id, actor))

        self._writes.run(lambda: services.suicide.look(self._system, actor, case.id, why), show, failed)
