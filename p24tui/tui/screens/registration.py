"""The assistant for registration: it asks what it cannot know, shows what goes into VAS, and follows the post (RE)."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import N_, _
from p24tui.routine.decision import Refusal
from p24tui.routine.registration import (
    TOLD,
    Answers,
    Codes,
    Question,
    RegistrationState,
    Step,
    VisitType,
    Wanted,
    Way,
    after,
    course,
    known_answers,
    next_step,
)
from p24tui.services.registration_views import RegistrationView
from p24tui.store.registration_values import Registration
from p24tui.text import clean_line
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.registration import NOTHING, STATES, THE_POST, WAYS, Fields, arrival_fields, told_fields
from p24tui.words.times import moment

LABEL = 14
"""Cells that the name of a field gets."""

QUESTIONS = {
    Question.REPLACES: N_("Ersätter kontakten ett besök på mottagningen, eller ett bokat besök?"),
    Question.VISIT_TYPE: N_("Hur skedde kontakten?"),
    Question.ALWAYS_FREE: N_("Är dina besök alltid avgiftsfria, som på BVC eller HAB? Då registrerar du själv i AN24."),
}

REPLACES = {True: N_("Ja, den ersätter ett besök"), False: N_("Nej, den ersätter inget besök")}
FREE = {False: N_("Nej, besöken kan kosta"), True: N_("Ja, alltid avgiftsfria")}

MADE = {
    Way.WATCH_POST: (N_("Skapa bevakningsposten i VAS, JO20"), N_("Enter jag har skapat den")),
    Way.MESSAGE: (N_("Skapa meddelandet i VAS"), N_("Enter jag har skapat det")),
    Way.AN24: (N_("Ankomstregistrera i VAS, AN24"), N_("Enter jag har registrerat")),
    Way.NOTHING: (N_("Inget att registrera"), N_("Enter anteckna det")),
}
"""What one does in VAS, and the key that says that it is done."""


class AskRegistrationScreen(ModalScreen[Answers | None]):
    """One question at a time; ends with all the answers. What is known already is shown, and not asked."""

    BINDINGS = [Binding("escape", "back", show=False)]

    def __init__(self, view: RegistrationView) -> None:
        super().__init__()
        self._view = view
        self._given = [Answers()]
        self._known = Static(id="registration-known")
        self._question = Static(id="registration-question")
        self._options = OptionList(id="registration-options", markup=False)

    def compose(self) -> ComposeResult:
        with Dialog(id="registration-dialog"):
            yield Static(Content.styled(title_of(self._view), "bold"), classes="dialog-title")
            yield self._known
            yield self._question
            yield self._options
            yield Static(_("Enter välj   Esc tillbaka"), classes="dialog-keys")

    def on_mount(self) -> None:
        self._options.focus()
        self._ask()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_id or ""
        self._given.append(answered(self._given[-1], self._asked, chosen))
        self._ask()

    def action_back(self) -> None:
        """To the question before, or away from the first."""
        self._given.pop()
        if self._given:
            self._ask()
        else:
            self.dismiss(None)

    @property
    def _asked(self) -> Question:
        found = course(self._view.situation, self._given[-1])
        assert isinstance(found, Question)
        return found

    def _ask(self) -> None:
        answers = self._given[-1]
        found = course(self._view.situation, answers)
        if not isinstance(found, Question):
            self.dismiss(answers)
            return
        known = list(known_lines(self._view, answers))
        self._known.update(Content("\n").join(known))
        self._known.display = bool(known)
        self._question.update(_(QUESTIONS[found]))
        self._options.clear_options()
        options = options_for(found, self._view)
        self._options.add_options(Option(words, id=id) for id, words in options.items())
        self._options.highlighted = list(options).index(preselected(found, self._view))


class PostScreen(ModalScreen[bool]):
    """What goes into VAS, to copy or to type in there; ends with whether it has been done."""

    BINDINGS = [
        Binding("enter", "answer(True)", show=False),
        Binding("escape", "answer(False)", show=False),
        Binding("c", "copy", show=False),
    ]

    def __init__(self, name: str, way: Way, fields: Fields, note: str = "") -> None:
        super().__init__()
        self._patient = name
        self._way = way
        self._fields = fields
        self._note = note
        self._copied = Static("", classes="registration-copied")

    def compose(self) -> ComposeResult:
        title, done = MADE[self._way]
        with Dialog(id="registration-dialog"):
            said = f"{_(title)} · {self._patient}"
            yield Static(Content.styled(said, "bold"), classes="dialog-title")
            if self._fields:
                yield Static(shown_fields(self._fields), classes="registration-fields")
            if self._note:
                yield Static(Content(self._note), classes="dialog-note")
            yield self._copied
            copies = [_("c kopiera")] if self._fields else []
            yield Static("   ".join([*copies, _(done), _("Esc ändra")]), classes="dialog-keys")

    def action_copy(self) -> None:
        if self._fields:
            self.app.copy_to_clipboard(copied(self._fields))
            self._copied.update(_("Kopierat: klistra in i VAS."))

    def action_answer(self, done: bool) -> None:
        self.dismiss(done)


class Wish(StrEnum):
    """What one wants of the registration that a contact has."""

    NEXT = "next"
    WITHDRAW = "withdraw"


class StandingScreen(ScrolledScreen[Wish]):
    """How a contact is registered: by whom and when, what goes into AN5, and the next step."""

    BINDINGS = [
        Binding("enter", "wish('next')", show=False),
        Binding("x", "wish('withdraw')", show=False),
        Binding("c", "copy", show=False),
    ]

    def __init__(self, view: RegistrationView, standing: Registration, now: datetime) -> None:
        super().__init__("registration-scrolled")
        self._view = view
        self._standing = standing
        self._now = now
        self._copied = Static("", classes="registration-copied")

    def compose(self) -> ComposeResult:
        one = self._standing
        with Dialog(id="registration-dialog"):
            yield Static(Content.styled(title_of(self._view), "bold"))
            yield Static(standing_words(one, self._now), id="registration-standing")
            with self.scrolled:
                if one.way is not Way.NOTHING:
                    yield Static(shown_fields(self._fields), classes="registration-fields")
            yield self._copied
            yield Static("   ".join(keys_for(one)), id="registration-keys")

    @property
    def _fields(self) -> Fields:
        return fields_of_arrival(self._standing, self._view.codes, self._view.unit)

    def action_copy(self) -> None:
        if self._standing.way is not Way.NOTHING:
            self.app.copy_to_clipboard(copied(self._fields))
            self._copied.update(_("Kopierat: klistra in i VAS."))

    def action_wish(self, wish: str) -> None:
        wanted = Wish(wish)
        possible = (
            next_step(self._standing.state) is not None if wanted is Wish.NEXT else may_be_withdrawn(self._standing)
        )
        if possible:
            self.dismiss(wanted)


def name_in(view: RegistrationView) -> str:
    """Whose contact it is."""
    return clean_line(view.patient.name) or _("skyddad person")


def title_of(view: RegistrationView) -> str:
    """Whose contact it is, and what it is about."""
    words = _("Registrera: {name}").format(name=name_in(view))
    return " · ".join(filter(None, [words, clean_line(view.matter, 40)]))


def known_lines(view: RegistrationView, answers: Answers) -> Iterator[Content]:
    """What is known and what was answered, each on a line."""
    booked, known = view.situation.booked, known_answers(view.situation, answers)
    if known.replaces is not None:
        words = _("bokat videobesök") if booked is not None else _(REPLACES[known.replaces])
        yield _fact(_("Besök"), words)
    if known.visit_type is not None:
        yield _fact(_("Besökstyp"), view.codes.visit_types[known.visit_type])
    if view.situation.triaged:
        yield _fact(_("Triage"), _("en sjuksköterska har lämnat över: bara din kontakt registreras"))


def options_for(question: Question, view: RegistrationView) -> dict[str, str]:
    """What can be answered: what each is kept as, and its words."""
    match question:
        case Question.REPLACES:
            return {str(yes): _(words) for yes, words in REPLACES.items()}
        case Question.VISIT_TYPE:
            return {one: view.codes.visit_types[one] for one in view.codes.an5.visit_types}
        case Question.ALWAYS_FREE:
            return {str(yes): _(words) for yes, words in FREE.items()}


def preselected(question: Question, view: RegistrationView) -> str:
    """The likeliest answer: that by video where one was on, and what this person answered last."""
    match question:
        case Question.VISIT_TYPE:
            return VisitType.VIDEO if view.situation.by_video else VisitType.WRITTEN
        case Question.ALWAYS_FREE:
            return str(view.always_free is True)
        case Question.REPLACES:
            return str(True)


def answered(before: Answers, question: Question, chosen: str) -> Answers:
    """The answers with this one."""
    match question:
        case Question.REPLACES:
            return replace(before, replaces=chosen == str(True))
        case Question.VISIT_TYPE:
            return replace(before, visit_type=VisitType(chosen))
        case Question.ALWAYS_FREE:
            return replace(before, always_free=chosen == str(True))


def fields_to_make(view: RegistrationView, wanted: Wanted, way: Way) -> Fields:
    """What goes into VAS now: into the watch post or message, or into AN24."""
    unit, known = clean_line(view.unit), known_answers(view.situation, wanted.answers)
    if way in TOLD:
        return told_fields(way, view.codes, unit, new_visit=wanted.new_visit, reason=wanted.reason)
    return arrival_fields(
        view.codes,
        unit,
        new_visit=wanted.new_visit,
        reason=wanted.reason,
        visit_type=known.visit_type,
        care_giver=view.care_givers[0].name,
        fee_type=wanted.fee_type or "",
        payment=wanted.payment or "",
    )


def fields_of_arrival(one: Registration, codes: Codes, unit: str) -> Fields:
    """What AN5 or AN24 wants to know of a registration."""
    return arrival_fields(
        codes,
        clean_line(unit),
        new_visit=one.new_visit,
        reason=one.reason,
        visit_type=one.visit_type,
        care_giver=one.care_giver,
        fee_type=one.fee_type,
        payment=one.payment,
    )


def copied(fields: Fields) -> str:
    """The fields as text, one a line."""
    return "\n".join(f"{label}: {clean_line(value)}" for label, value in fields)


def shown_fields(fields: Fields) -> Content:
    """The fields as they stand on the screen."""
    lines = (Content.assemble((f"{label:<{LABEL}}", "$foreground 75%"), clean_line(value)) for label, value in fields)
    return Content("\n").join(lines)


def standing_words(one: Registration, now: datetime) -> Content:
    """Where it stands, what is to be done, and who has done what and when."""
    urgent = one.state is RegistrationState.REGISTERED
    said = [Content.styled(_(STATES[one.state]), "bold $error" if urgent else "bold")]
    if urgent:
        words = _("Ta bort {post} i VAS nu, annars kan patienten få två fakturor.").format(post=_(THE_POST[one.way]))
        said.append(Content.styled(words, "$error"))
    if one.state is RegistrationState.NOTHING:
        said.append(Content(_(NOTHING["RE-1"])))
    steps = (
        (_("{way} av {name} {at}"), one.made_by_name, one.made_at),
        (_("registrerad av {name} {at}"), one.registered_by_name, one.registered_at),
        (_("borttagen av {name} {at}"), one.removed_by_name, one.removed_at),
    )
    way = _(WAYS[one.way])
    done = (
        words.format(way=way, name=clean_line(name), at=moment(at, now)) for words, name, at in steps if at is not None
    )
    return Content("\n").join([*said, *(Content.styled(words, "$foreground 75%") for words in done)])


def keys_for(one: Registration) -> list[str]:
    """The keys that do something with it."""
    steps = {Step.REGISTER: _("Enter registrerad"), Step.REMOVE: _("Enter borttagen")}
    step = next_step(one.state)
    keys = [steps[step]] if step is not None else []
    if may_be_withdrawn(one):
        keys.append(_("x ta tillbaka"))
    if one.way is not Way.NOTHING:
        keys.append(_("c kopiera"))
    return [*keys, _("Esc tillbaka")]


def may_be_withdrawn(one: Registration) -> bool:
    """Whether it can still be taken back."""
    return not isinstance(after(one.state, Step.WITHDRAW), Refusal)


def _fact(label: str, words: str) -> Content:
    return Content.assemble((f"{label:<{LABEL}}", "$foreground 75%"), words)
