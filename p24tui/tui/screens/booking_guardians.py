"""The guardians of a child: who is preselected as proxy, where each is reached, and changing both (VI-6, VI-7)."""

from collections.abc import Callable
from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui import services
from p24tui.errors import P24Error
from p24tui.i18n import _
from p24tui.routine import phone
from p24tui.routine.actor import Actor
from p24tui.routine.identity import show_number
from p24tui.routine.protection import is_protected
from p24tui.routine.proxy import Guardian
from p24tui.routine.visit import Visit
from p24tui.services.visit_views import Profile
from p24tui.text import clean_line
from p24tui.tui.screens.booking_parts import Question, VisitParts, text, why
from p24tui.tui.screens.form import Answers, Line
from p24tui.tui.screens.questions import YesNoScreen
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.times import day_and_time


class Deed(StrEnum):
    """What one can do about a child's guardians."""

    MOBILE = "mobile"
    PRIMARY = "primary"
    FETCH = "fetch"


class GuardiansScreen(ModalScreen[Profile]):
    """Ends with the profile as it is then. ``do`` is told what one wants of the guardian under the cursor."""

    BINDINGS = [
        Binding("m", "do('mobile')", show=False),
        Binding("p", "do('primary')", show=False),
        Binding("h", "do('fetch')", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, profile: Profile, do: Callable[["GuardiansScreen", Deed, Guardian | None], None]) -> None:
        super().__init__()
        self._profile = profile
        self._do = do
        self._list = OptionList(id="guardians", markup=False)
        self._booked = Static(id="guardians-booked")
        self._problem = Static(classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="guardians-dialog"):
            title = _("Vårdnadshavare för {name}").format(name=clean_line(self._profile.patient.name))
            yield Static(Content.styled(title, "bold"))
            yield self._list
            yield self._booked
            yield self._problem
            keys = _("↑ ↓ välj   m mobil   p primär   h hämta uppgifterna på nytt   Esc tillbaka")
            yield Static(keys, classes="dialog-keys")

    def on_mount(self) -> None:
        self.show(self._profile)
        self._list.focus()

    @property
    def profile(self) -> Profile:
        """The child's profile as it was read last."""
        return self._profile

    def show(self, profile: Profile) -> None:
        """Show the guardians as they are now."""
        at = self._list.highlighted or 0
        self._profile = profile
        self._list.clear_options()
        self._list.add_options(Option(_guardian_row(one)) for one in profile.guardians)
        self._list.highlighted = min(at, len(profile.guardians) - 1) if profile.guardians else None
        nobody = _("Ingen vårdnadshavare är känd här. Tryck h för att hämta uppgifterna.")
        self._booked.update(_booked_words(profile) if profile.guardians else Content.styled(nobody, "$warning"))
        self._problem.update("")

    def say(self, words: str) -> None:
        """Say why something was not done."""
        self._problem.update(Content(words))

    def action_do(self, deed: str) -> None:
        at = self._list.highlighted
        guardian = None if at is None else self._profile.guardians[at]
        wanted = Deed(deed)
        if wanted is Deed.FETCH:
            self._do(self, wanted, None)
        elif guardian is not None and is_protected(guardian.protection):
            self.say(_("Skyddad person: kan inte vara ombud, och inget nummer sparas. (PR-1)"))
        elif guardian is not None:
            self._do(self, wanted, guardian)

    def action_leave(self) -> None:
        self.dismiss(self._profile)


class PrimaryScreen(YesNoScreen):
    """Whether another guardian is to be preselected; the bookings already made, which keep their proxy, are listed."""

    def __init__(self, name: str, booked: tuple[Visit, ...]) -> None:
        super().__init__()
        self._guardian = name
        self._kept = [one for one in booked if one.proxy_number]

    def compose(self) -> ComposeResult:
        with Dialog(id="primary-dialog"):
            title = _("Låt {name} vara primär vårdnadshavare").format(name=clean_line(self._guardian))
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(_("Det gäller bokningar som görs från och med nu."))
            with VerticalScroll(classes="left-open"):
                yield Static(Content("\n").join(self._lines()), id="primary-kept")
            yield Static(_("Enter ändra   Esc låt vara"), classes="dialog-keys")

    def _lines(self) -> list[Content]:
        if not self._kept:
            return [Content(_("Inget besök är bokat än."))]
        head = Content.styled(_("Redan bokade besök behåller sitt ombud:"), "bold")
        return [head, *(Content(f"  {booked_words(one)}") for one in self._kept)]


class Guardians(VisitParts):
    """The section of the desk where a child's guardians are seen to."""

    def _show_guardians(self, profile: Profile, actor: Actor, left: Callable[[Profile], None]) -> None:
        """Show them; ``left`` is told the profile as it is when one leaves."""

        def do(screen: GuardiansScreen, deed: Deed, guardian: Guardian | None) -> None:
            self._see_to_guardian(screen, deed, guardian, actor)

        def back(after: Profile | None) -> None:
            left(after or profile)

        self.app.push_screen(GuardiansScreen(profile, do), back)

    def _see_to_guardian(self, screen: GuardiansScreen, deed: Deed, guardian: Guardian | None, actor: Actor) -> None:
        if guardian is None:
            self._fetch_guardians(screen, actor)
        elif deed is Deed.MOBILE:
            self._ask_mobile(screen, guardian, actor)
        elif guardian.is_primary:
            screen.say(_("{name} är redan primär.").format(name=clean_line(guardian.name)))
        else:
            asked = PrimaryScreen(guardian.name, screen.profile.booked)
            self.app.push_screen(asked, lambda yes: self._make_primary(screen, guardian, actor) if yes else None)

    def _ask_mobile(self, screen: GuardiansScreen, guardian: Guardian, actor: Actor) -> None:
        patient_id = screen.profile.patient_id

        def deed(said: Answers) -> Callable[[], Profile]:
            def write() -> Profile:
                services.guardians.put_mobile(self._system, actor, patient_id, guardian.number, text(said, "mobile"))
                return services.patients.profile(self._system, actor, patient_id)

            return write

        title = _("Mobil till {name}").format(name=clean_line(guardian.name))
        shown = phone.shown(guardian.mobile) if guardian.mobile else ""
        note = _("Dit går länk och påminnelser när hen är ombud, också för besök som redan är bokade.")
        question = Question(title, (Line("mobile", _("Mobil"), shown, _("som 070-123 45 67")),), note)
        self._ask_and_do(question, deed, lambda after: _shown_on(screen, after))

    def _make_primary(self, screen: GuardiansScreen, guardian: Guardian, actor: Actor) -> None:
        patient_id = screen.profile.patient_id

        def write() -> Profile:
            services.guardians.make_primary(self._system, actor, patient_id, guardian.number)
            return services.patients.profile(self._system, actor, patient_id)

        self._writes.run(
            write, lambda after: _shown_on(screen, after), lambda error: self._guardians_failed(screen, error)
        )

    def _fetch_guardians(self, screen: GuardiansScreen, actor: Actor) -> None:
        """Ask the person-data service anew; what staff have put in stays."""
        one = screen.profile
        screen.say(_("Hämtar …"))
        self._writes.run(
            lambda: services.patients.register(self._system, actor, one.number, one.mobile, name=one.patient.name),
            lambda after: _fetched_on(screen, after),
            lambda error: self._guardians_failed(screen, error),
        )

    def _guardians_failed(self, screen: GuardiansScreen, error: P24Error) -> None:
        if screen.is_running:
            screen.say(why(error))
        else:
            self._fail(error)


def guardian_words(one: Guardian) -> str:
    """A guardian in words; a protected one has no name here."""
    name = _("Skyddad person") if is_protected(one.protection) else clean_line(one.name)
    relationship = clean_line(one.relationship)
    return f"{name}, {relationship}" if relationship else name


def booked_words(one: Visit) -> str:
    """A visit that is booked: when, and by which proxy."""
    at = day_and_time(one.starts_at)
    return _("{at}, ombud {name}").format(at=at, name=clean_line(one.proxy_name)) if one.proxy_name else at


def _guardian_row(one: Guardian) -> Content:
    name = Content(guardian_words(one)).truncate(30, ellipsis=True, pad=True)
    if is_protected(one.protection):
        return Content.assemble(name, "  ", _("kan inte vara ombud"))
    mobile = phone.shown(one.mobile) if one.mobile else _("▲ mobil saknas")
    primary = (_("primär"), "bold") if one.is_primary else ""
    return Content.assemble(name, f"  {show_number(clean_line(one.number))}  {mobile:<15} ", primary)


def _booked_words(profile: Profile) -> Content:
    if not profile.booked:
        return Content.styled(_("Inget besök är bokat."), "$foreground 75%")
    head = (_("Bokat: "), "$foreground 75%")
    return Content.assemble(head, " · ".join(booked_words(one) for one in profile.booked))


def _shown_on(screen: GuardiansScreen, profile: Profile) -> None:
    if screen.is_running:
        screen.show(profile)


def _fetched_on(screen: GuardiansScreen, profile: Profile) -> None:
    if not screen.is_running:
        return
    before = screen.profile.guardians
    screen.show(profile)
    if profile.guardians == before:
        screen.say(_("Inget nytt kom: tjänsten säger detsamma, eller svarar inte just nu."))
