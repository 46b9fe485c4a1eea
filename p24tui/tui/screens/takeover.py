"""The questions between two colleagues about who has a case."""

from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.field import Field
from p24tui.words.cases import SUICIDE


class Asked(StrEnum):
    """What one does who has asked and waits."""

    TAKE = "take"
    WITHDRAW = "withdraw"


class Answer(StrEnum):
    """What one answers who is asked."""

    LET_GO = "let-go"
    KEEP = "keep"


class AskScreen(ModalScreen[str | None]):
    """Why one wants to take a case over; ends with the reason."""

    AUTO_FOCUS = "#ask-reason"  # never sought in on_mount: who is quick leaves before there is anything
    BINDINGS = [Binding("escape", "leave", show=False)]

    def __init__(self, name: str, owner: str, reason: str = "") -> None:
        super().__init__()
        self._name = name
        self._owner = owner
        self._reason = reason

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("{owner} har ärendet för {name}").format(owner=self._owner, name=self._name)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(_("Be att få ta över det. Frågan syns hos kollegan och sparas i ärendets händelser."))
            yield Field(self._reason, placeholder=_("Varför, till exempel: patienten ringde mig"), id="ask-reason")
            yield Static("", id="ask-problem", classes="dialog-problem")
            yield Static(_("Enter fråga   Esc låt bli"), classes="dialog-keys")

    def on_input_submitted(self, event: Field.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
        else:
            words = _("Skriv varför du vill ta över, så att den som har ärendet kan svara.")
            self.query_one("#ask-problem", Static).update(Content(words))

    def action_leave(self) -> None:
        self.dismiss(None)


class AskedScreen(ModalScreen[Asked | None]):
    """One has asked and has no answer yet."""

    BINDINGS = [
        Binding("enter", "take", show=False),
        Binding("delete,backspace", "withdraw", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, name: str, owner: str, at: str) -> None:
        super().__init__()
        self._name = name
        self._owner = owner
        self._at = at

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Du bad {at} att få ta över ärendet för {name}").format(at=self._at, name=self._name)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            words = _("{owner} har inte svarat. Efter två minuter kan du ta över ändå; {owner} får veta det.")
            yield Static(Content(words.format(owner=self._owner)))
            yield Static(_("Enter ta över nu   Delete ta tillbaka frågan   Esc vänta"), classes="dialog-keys")

    def action_take(self) -> None:
        self.dismiss(Asked.TAKE)

    def action_withdraw(self) -> None:
        self.dismiss(Asked.WITHDRAW)

    def action_leave(self) -> None:
        self.dismiss(None)


class AnswerScreen(ModalScreen[Answer | None]):
    """A colleague asks for a case that one has."""

    BINDINGS = [
        Binding("enter,l", "let_go", show=False),
        Binding("n", "keep", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, name: str, asker: str, reason: str, *, suicide: bool) -> None:
        super().__init__()
        self._name = name
        self._asker = asker
        self._reason = reason
        self._suicide = suicide

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("{asker} vill ta över ärendet för {name}").format(asker=self._asker, name=self._name)
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            yield Static(Content(self._reason))
            if self._suicide:
                words = _(
                    "{mark} suicidrisk: hos den som inte är psykolog eller läkare larmar ärendet tills någon är det."
                )
                yield Static(Content.styled(words.format(mark=SUICIDE), "bold $error"))
            words = _("Det du har börjat skriva sparas hos dig. Svarar du inte kan kollegan ta över efter en stund.")
            yield Static(words, classes="dialog-note")
            yield Static(_("Enter lämna ärendet   n nej, behåll det   Esc svara senare"), classes="dialog-keys")

    def action_let_go(self) -> None:
        self.dismiss(Answer.LET_GO)

    def action_keep(self) -> None:
        self.dismiss(Answer.KEEP)

    def action_leave(self) -> None:
        self.dismiss(None)
