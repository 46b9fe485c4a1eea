"""Registering contacts at the desk: asked, made in VAS, recorded here, and followed until the post is removed (RE)."""

from collections.abc import Sequence

from p24tui import services
from p24tui.errors import BadInput, P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine import registration as rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.registration import (
    TOLD,
    Answers,
    InAN24,
    Nothing,
    Question,
    RegistrationState,
    Step,
    Wanted,
    Way,
    course,
    known_answers,
    next_step,
)
from p24tui.services.registration_views import RegistrationDesk, RegistrationView
from p24tui.store.registration_values import Registration
from p24tui.text import clean_line
from p24tui.tui.screens.booking_parts import chosen, text, why
from p24tui.tui.screens.desk_parts import DeskParts
from p24tui.tui.screens.form import Answers as Said
from p24tui.tui.screens.form import Choice, FormScreen, Line, Part, filled, naming
from p24tui.tui.screens.registration import (
    AskRegistrationScreen,
    PostScreen,
    StandingScreen,
    Wish,
    fields_to_make,
    name_in,
    title_of,
)
from p24tui.tui.screens.seen import SeenScreen
from p24tui.words.registration import NOTHING, THE_POST, WAYS

YES, NO = "yes", "no"


class ContactRegistration(DeskParts):
    """The section of the desk where a contact is registered in VAS."""

    _registration_desk: RegistrationDesk | None = None

    def action_register(self) -> None:
        """The next step with the contact: how it is to be registered, or what is left to do with its post."""
        if (case := self._chosen()) is None:
            return
        self._keep_drafts()
        self._look_at_registration(case.id, self._as(self._registers_at(case)))

    def _registers_at(self, case: Case) -> str:
        """The unit where one does it: that of the post that is in VAS, for the case may have gone on to another."""
        followed = self._registration_desk.followed if self._registration_desk else ()
        return next((one.registration.unit_id for one in followed if one.line.case.id == case.id), case.unit_id)

    def _look_at_registration(self, case_id: str, actor: Actor) -> None:
        here = self._still_here()

        def have(view: RegistrationView) -> None:
            if not here():
                return
            if view.standing is not None:
                self._show_standing(view, view.standing)
            elif view.refused is not None:
                self._refuse(view.refused)
            else:
                self._ask_how(view, actor)

        self._reads.run(lambda: services.registration.situation(self._system, actor, case_id), have)

    def _ask_how(self, view: RegistrationView, actor: Actor) -> None:
        """Ask what cannot be known; where everything is known, go on."""
        if isinstance(course(view.situation, Answers()), Question):
            self.app.push_screen(
                AskRegistrationScreen(view), lambda answers: self._go_on(view, actor, answers) if answers else None
            )
        else:
            self._go_on(view, actor, Answers())

    def _go_on(self, view: RegistrationView, actor: Actor, answers: Answers) -> None:
        """All has been answered: this is what comes of it."""
        match course(view.situation, answers):
            case Nothing("RE-1"):
                self._confirm_nothing(view, actor, answers)
            case Nothing(rule):
                self._refusal_bar.say(_("Regel {rule}").format(rule=rule), _(NOTHING[rule]))
            case InAN24():
                self._ask_fields(view, actor, answers, Way.AN24)
            case Refusal() as refusal:
                self._refuse(refusal)
            case _:
                self._ask_fields(view, actor, answers, None)

    def _ask_again(self, view: RegistrationView, actor: Actor) -> None:
        """Back to the questions, where there were any."""
        if isinstance(course(view.situation, Answers()), Question):
            self._ask_how(view, actor)

    def _confirm_nothing(self, view: RegistrationView, actor: Actor, answers: Answers) -> None:
        def confirmed(done: bool | None) -> None:
            if done:
                self._make(view, actor, Wanted(answers))
            else:
                self._ask_again(view, actor)

        self.app.push_screen(PostScreen(name_in(view), Way.NOTHING, (), _(NOTHING["RE-1"])), confirmed)

    def _ask_fields(
        self,
        view: RegistrationView,
        actor: Actor,
        answers: Answers,
        way: Way | None,
        before: Said | None = None,
        problem: str = "",
    ) -> None:
        """What goes into VAS's form, before it is shown; ``way`` is none where it can be a post or a message."""
        if not view.care_givers:
            self._fail(Refused("RE-7", "registration-care-giver"))
            return
        parts = parts_for(view, way)

        def answered(said: Said | None) -> None:
            if said is None:
                self._ask_again(view, actor)
                return
            try:
                wanted = wanted_of(view, answers, way, said)
            except (BadInput, Refused) as error:
                self._ask_fields(view, actor, answers, way, said, why(naming(error, parts)))
                return
            self._show_post(view, actor, wanted, said)

        visit_type = known_answers(view.situation, answers).visit_type
        words = view.codes.visit_types[visit_type] if visit_type is not None else ""
        note = _("Besökstyp: {words}").format(words=words)
        shown = parts if before is None else filled(parts, before)
        self.app.push_screen(FormScreen(title_of(view), shown, note, problem, _("visa")), answered)

    def _show_post(self, view: RegistrationView, actor: Actor, wanted: Wanted, said: Said) -> None:
        """What goes into VAS; it is recorded here once somebody says that it is there."""
        way = wanted.way or Way.AN24
        note = ""
        if way in TOLD:
            words = _("Följs här till dess att ankomsten är registrerad och {post} är borta ur VAS.")
            note = words.format(post=_(THE_POST[way]))

        def made(done: bool | None) -> None:
            if done:
                self._make(view, actor, wanted)
            else:
                self._ask_fields(view, actor, wanted.answers, None if way in TOLD else way, said)

        self.app.push_screen(PostScreen(name_in(view), way, fields_to_make(view, wanted, way), note), made)

    def _make(self, view: RegistrationView, actor: Actor, wanted: Wanted) -> None:
        def made(one: Registration) -> None:
            if one.way in TOLD:
                said = _("Antecknat: {way} i VAS, som följs här till borttagningen.").format(way=_(WAYS[one.way]))
            elif one.way is Way.AN24:
                said = _("Antecknat: registrerad i AN24. Inget mer att göra.")
            else:
                said = _("Antecknat: kontakten registreras inte.")
            self._say(said)

        def failed(error: P24Error) -> None:
            if isinstance(error, Refused) and error.reason == "already-registered":
                title = _("Redan registrerad · {name}").format(name=name_in(view))
                self.app.push_screen(SeenScreen(title, explain(error), urgent=True))
            else:
                self._fail(error)

        self._writes.run(lambda: services.registration.make(self._system, actor, view.case_id, wanted), made, failed)

    def _show_standing(self, view: RegistrationView, standing: Registration) -> None:
        actor = self._as(view.unit_id)

        def wished(wish: Wish | None) -> None:
            if wish is Wish.WITHDRAW:
                self._withdraw(view, standing, actor)
            elif wish is Wish.NEXT and next_step(standing.state) is Step.REGISTER:
                self._ask_fee(view, standing, actor)
            elif wish is Wish.NEXT:
                self._remove(standing, actor)

        self.app.push_screen(StandingScreen(view, standing, self._system.clock.now()), wished)

    def _ask_fee(self, view: RegistrationView, standing: Registration, actor: Actor, problem: str = "") -> None:
        """Whoever registers in AN5 says with which fee type and payment."""
        an5 = view.codes.an5
        parts = (
            Choice("fee-type", _("Avgiftstyp"), {one: one for one in an5.fee_types}),
            Choice("payment", _("Betalsätt"), {one: one for one in an5.payments}),
        )

        def registered(after: Registration) -> None:
            self._show_standing(view, after)

        def answered(said: Said | None) -> None:
            if said is None:
                self._show_standing(view, standing)
                return
            fee_type, payment = text(said, "fee-type"), text(said, "payment")
            if not fee_type or not payment:
                self._ask_fee(view, standing, actor, _("Välj avgiftstyp och betalsätt, som de står i AN5."))
                return
            self._writes.run(
                lambda: services.registration.registered(self._system, actor, standing.id, fee_type, payment),
                registered,
            )

        title = _("Registrerad i AN5 · {name}").format(name=name_in(view))
        note = _("Sedan tas {post} bort i VAS.").format(post=_(THE_POST[standing.way]))
        self.app.push_screen(FormScreen(title, parts, note, problem, _("registrerad")), answered)

    def _remove(self, standing: Registration, actor: Actor) -> None:
        def removed(one: Registration) -> None:
            self._say(_("Klart: {post} är borta ur VAS.").format(post=_(THE_POST[one.way])))

        self._writes.run(lambda: services.registration.removed(self._system, actor, standing.id), removed)

    def _withdraw(self, view: RegistrationView, standing: Registration, actor: Actor) -> None:
        told = standing.state is RegistrationState.CREATED
        note = _("Ta först bort {post} i VAS.").format(post=_(THE_POST[standing.way])) if told else ""

        def withdrawn(_one: Registration) -> None:
            self._say(_("Tillbakatagen. Vid behov registreras kontakten på nytt."))

        def answered(said: Said | None) -> None:
            if said is None:
                self._show_standing(view, standing)
                return
            reason = text(said, "why")
            self._writes.run(
                lambda: services.registration.withdraw(self._system, actor, standing.id, reason), withdrawn
            )

        title = _("Ta tillbaka registreringen · {name}").format(name=name_in(view))
        parts = (Line("why", _("Varför"), hint=_("till exempel: fel besökstyp")),)
        self.app.push_screen(FormScreen(title, parts, note, saves=_("ta tillbaka")), answered)


def parts_for(view: RegistrationView, way: Way | None) -> Sequence[Part]:
    """What is asked for VAS's form."""
    parts: list[Part] = [Line("reason", _("Besöksorsak"), clean_line(view.matter))]
    if way is None:
        parts.append(Choice("way", _("Gör så"), {one: _(WAYS[one]).capitalize() for one in TOLD}, view.way))
    parts.append(Choice("new-visit", _("Nybesök"), {NO: _("Nej"), YES: _("Ja")}, NO))
    if way is Way.AN24:
        an24 = view.codes.an24
        if len(an24.fee_types) > 1:
            parts.append(Choice("fee-type", _("Avgiftstyp"), {one: one for one in an24.fee_types}))
        parts.append(Choice("payment", _("Betalsätt"), {one: one for one in an24.payments}))
    elif len(view.care_givers) > 1:
        names = {one.staff_id: clean_line(one.name) for one in view.care_givers}
        parts.append(Choice("care-giver", _("Vårdgivare"), names, view.care_givers[0].staff_id))
    return parts


def wanted_of(view: RegistrationView, answers: Answers, way: Way | None, said: Said) -> Wanted:
    """How one wants it registered. Raises ``BadInput`` or ``Refused`` where something is missing."""
    way = way or Way(chosen(said, "way"))
    reason = clean_line(text(said, "reason"))
    if refusal := rules.complete(way, reason):
        raise Refused(refusal.rule, refusal.reason)
    only = view.codes.an24.fee_types[0]
    return Wanted(
        answers,
        way,
        text(said, "new-visit") == YES,
        reason,
        chosen(said, "care-giver") if "care-giver" in said else None,
        (chosen(said, "fee-type") if "fee-type" in said else only) if way is Way.AN24 else None,
        chosen(said, "payment") if "payment" in said else None,
    )
