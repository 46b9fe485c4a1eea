"""A handover that is offered: what the sender can still do, and what the receiver answers."""

from datetime import datetime

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.routine.actor import Profession
from p24tui.routine.handover import Target
from p24tui.services.views import OfferLine
from p24tui.text import clean_line, clean_text
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.cases import SUICIDE, profession_word, short_name
from p24tui.words.events import consent_words
from p24tui.words.times import short_moment


class OfferedScreen(ModalScreen[bool]):
    """One has offered the case, and nobody has answered yet. Ends with whether one takes it back."""

    BINDINGS = [
        Binding("delete,backspace", "withdraw", show=False),
        Binding("enter,escape", "leave", show=False),
    ]

    def __init__(self, name: str, to: str, at: str) -> None:
        super().__init__()
        self._patient = name
        self._to = to
        self._at = at

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Ärendet för {name} är erbjudet till {to}").format(name=self._patient, to=self._to)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            words = _("Sedan {at} har ingen svarat. Ärendet är ditt, och det larmar vidare tills någon tar emot det.")
            yield Static(Content(words.format(at=self._at)))
            yield Static(_("Delete ta tillbaka   Esc låt stå"), classes="dialog-keys")

    def action_withdraw(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)


class Answered(Struct, frozen=True):
    """What one answers who is offered a case: that one takes it, or why not."""

    takes: bool
    reason: str = ""


class AcceptScreen(ModalScreen[Answered | None]):
    """A case is offered to one: by whom, whose, and what the sender says of it."""

    AUTO_FOCUS = ""  # none: letters answer
    BINDINGS = [
        Binding("enter", "accept", show=False),
        Binding("n", "decline", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, line: OfferLine, now: datetime, reason: str = "") -> None:
        super().__init__()
        self._line = line
        self._now = now
        self._reason = Field(reason, placeholder=_("Varför, till exempel: fullt i dag, fråga Amir"), id="accept-reason")
        self._problem = Static(classes="dialog-problem")
        self._keys = Static(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        row, patient = self._line.row, self._line.patient
        with Dialog(id="accept-dialog"):
            title = _("{who} vill lämna över ärendet för {name}").format(
                who=clean_line(row.from_name), name=clean_line(patient.name)
            )
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            if self._line.suicide:
                yield Static(Content.styled(_("{mark} misstänkt suicidrisk").format(mark=SUICIDE), "bold $error"))
            yield self._fact(_("Ärende"), ", ".join(filter(None, [clean_line(self._line.matter), _age(self._line)])))
            yield self._fact(_("Från"), self._sender())
            yield self._fact(_("Till"), _to(row.target))
            yield self._fact("", self._consent())
            yield Static(Content(clean_text(row.message) or _("Inget meddelande.")), id="accept-message")
            words = _("Tar du emot blir ärendet ditt, patienten får veta det, och {who} är kvar som gäst.")
            yield Static(Content(words.format(who=clean_line(row.from_name))), classes="dialog-note")
            yield self._reason
            yield self._problem
            yield self._keys

    def on_mount(self) -> None:
        self._ask_why(bool(self._reason.value))

    def on_input_submitted(self) -> None:
        if self._reason.value.strip():
            self.dismiss(Answered(False, self._reason.value.strip()))
        else:
            self._problem.update(_("Skriv varför du avböjer, så att den som har ärendet kan gå vidare."))

    def action_accept(self) -> None:
        self.dismiss(Answered(True))

    def action_decline(self) -> None:
        self._ask_why(True)

    def action_leave(self) -> None:
        if self._reason.display:
            self._ask_why(False)
        else:
            self.dismiss(None)

    def _ask_why(self, asking: bool) -> None:
        self._reason.display = self._problem.display = asking
        self._keys.update(
            _("Enter avböj   Esc tillbaka") if asking else _("Enter ta emot   n avböj   Esc svara senare")
        )
        self.set_focus(self._reason if asking else None)

    def _sender(self) -> str:
        row = self._line.row
        profession = profession_word(Profession(row.from_profession)) if row.from_profession else ""
        unit = short_name(clean_line(self._line.unit_name)) if row.unit_id != row.to_unit else ""
        since = _("sedan {at}").format(at=short_moment(row.offered_at, self._now))
        return ", ".join(filter(None, [clean_line(row.from_name), profession, unit, since]))

    def _consent(self) -> str:
        row = self._line.row
        return consent_words(row.consent_how, row.consent_at.isoformat() if row.consent_at else "", row.ground)

    @staticmethod
    def _fact(word: str, said: str) -> Static:
        return Static(Content.assemble((f"{word:<10}", "$foreground 75%"), said))


def _to(target: Target) -> str:
    if target.staff_id is None:
        return _("vem som helst som är {profession}").format(profession=profession_word(target.profession))
    return clean_line(target.name)


def _age(line: OfferLine) -> str:
    return "" if line.patient.age is None else _("{age} år").format(age=line.patient.age)
