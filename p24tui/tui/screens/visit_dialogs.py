"""What is asked about a visit: the call to who has not come, whether it ends as absent, and who takes part."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.routine.link import WITH_E_ID, Participant
from p24tui.routine.visit import CallOutcome, VisitKind
from p24tui.services.visit_views import VisitLine
from p24tui.text import clean_line
from p24tui.tui.screens.questions import YesNoScreen
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.screens.visit import call_words, in_order, participant_name, participant_words
from p24tui.tui.visit_page import patient_words
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.visits import CALLS


class CallScreen(ScrolledScreen[CallOutcome]):
    """The number to call, and by a digit what came of the call. ``problem`` says why it cannot be recorded."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, len(CallOutcome) + 1)),
    ]

    def __init__(self, line: VisitLine, now: datetime, problem: str = "") -> None:
        super().__init__("call-outcomes")
        self._line = line
        self._now = now
        self._problem = problem

    def compose(self) -> ComposeResult:
        line = self._line
        with Dialog(id="call-dialog"):
            title = _("Ring: {name}").format(name=patient_words(line))
            yield Static(Content.styled(title, "bold"))
            yield Static(self._number(), id="call-number")
            if line.calls:
                calls = [Content(call_words(one, self._now)) for one in line.calls]
                with VerticalScroll(id="call-earlier", can_focus=False):
                    yield Static(Content("\n").join([Content.styled(_("Tidigare samtal"), "bold"), *calls]))
            yield Static(Content.styled(_("Vad hände?"), "bold"))
            lines = [
                Content.assemble((f" {digit}  ", "bold $primary"), _(CALLS[outcome]))
                for digit, outcome in enumerate(CallOutcome, 1)
            ]
            with self.scrolled:
                yield Static(Content("\n").join(lines))
            yield Static(Content(self._problem), classes="dialog-problem")
            if not line.calls:
                note = _("Den som håller besöket ringer, och samtalet antecknas innan besöket kan avslutas (VI-13).")
                yield Static(note, markup=False, classes="dialog-note")
            yield Static(_("Ring först. Siffra antecknar   Esc låt vara"), classes="dialog-keys")

    def action_choose(self, digit: int) -> None:
        self.dismiss(list(CallOutcome)[digit - 1])

    def _number(self) -> Content:
        """Large: a line of its own, with its digits apart, and whose it is."""
        if not self._line.number:
            return Content.styled(_("Inget nummer är känt här."), "bold $warning")
        child = self._line.visit.kind is VisitKind.CHILD
        whose = _("ombudets mobil") if child else _("patientens mobil")
        number = spaced(clean_line(self._line.number))
        return Content.assemble((number, "bold $primary"), (f"\n{whose}", "$foreground 75%"))


def spaced(number: str) -> str:
    """A number with its figures in groups that can be read and dialled: ``+46 70 174 06 05``."""
    if not number.startswith("+46") or not number[1:].isdecimal() or len(number) != len("+46701740605"):
        return number
    rest = number[3:]
    return " ".join(["+46", rest[:2], rest[2:5], rest[5:7], rest[7:]])


class EndAbsentScreen(YesNoScreen):
    """The second step of ending a visit to which nobody came, or that was held by telephone."""

    def __init__(self, line: VisitLine, outcome: CallOutcome) -> None:
        super().__init__()
        self._line = line
        self._outcome = outcome

    def compose(self) -> ComposeResult:
        with Dialog():
            held = self._outcome is CallOutcome.BY_TELEPHONE
            name = patient_words(self._line)
            title = _("Avsluta besöket med {name}?") if held else _("Avsluta som uteblivet: {name}?")
            yield Static(Content.styled(title.format(name=name), "bold"), classes="dialog-title")
            words = _("Samtalet är antecknat: {outcome}.").format(outcome=_(CALLS[self._outcome]))
            yield Static(Content(words))
            note = _("Inget är avslutat förrän du bekräftar. Kan patienten ännu komma: vänta, länken gäller.")
            yield Static(_("Inget är avslutat förrän du bekräftar.") if held else note, classes="dialog-note")
            yield Static(_("Enter avsluta   Esc vänta"), classes="dialog-keys")


class Deed(StrEnum):
    """What one does with a participant."""

    REVOKE = "revoke"
    IDENTIFY = "identify"


class Wanted(Struct, frozen=True):
    """The deed, and with whom."""

    deed: Deed
    participant: Participant


class ParticipantsScreen(ModalScreen[Wanted | None]):
    """Who takes part in a visit; the patient, or the proxy, is nobody's to take back."""

    AUTO_FOCUS = "OptionList"
    BINDINGS = [
        Binding("r", "take('revoke')", show=False),
        Binding("f", "take('identify')", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, line: VisitLine, now: datetime) -> None:
        super().__init__()
        self._line = line
        self._there = in_order(line)
        self._now = now
        self._words = Static(id="participant-words")
        self._problem = Static(classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="participants-dialog"):
            title = _("Deltagare · {name}").format(name=patient_words(self._line))
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            names = [Option(Content(participant_name(one)), id=one.id) for one in self._there]
            yield OptionList(*names, id="participants", markup=False)
            yield self._words
            yield self._problem
            keys = _("↑ ↓ välj   r återkalla länken   f fotolegitimation visad   Esc tillbaka")
            yield Static(keys, classes="dialog-keys")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        one = self._there[event.option_index]
        words = participant_words(one, self._line, self._now)
        self._words.update(Content(" · ".join(words)))
        self._problem.update("")

    def action_take(self, deed: str) -> None:
        index = self.query_one(OptionList).highlighted
        if index is None:
            return
        one = self._there[index]
        if one.role in WITH_E_ID:
            words = _("{name} loggar in med e-legitimation: länken återkallas inte, och ingen annan visas.")
            self._problem.update(Content(words.format(name=participant_name(one).capitalize())))
        elif one.revoked_at is not None:
            self._problem.update(Content(_("Länken är redan återkallad.")))
        else:
            self.dismiss(Wanted(Deed(deed), one))

    def action_leave(self) -> None:
        self.dismiss(None)
