"""The questions of the closing check: what a patient will be told, and the signature."""

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import N_, _, ngettext
from p24tui.text import clean_line, clean_text
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.times import day_words

TITLES = {
    "closing": N_("Säg till {name} att enheten stänger"),
    "closing-ended": N_("Avsluta för {name}, med en dag att svara på"),
    "no-times-today": N_("Inga tider i dag för {name}: ärendet kommer först nästa vardag"),
}
"""By the phrase that the patient gets."""

DEEDS = {
    "closing": N_("Enter skicka   Esc låt vara"),
    "closing-ended": N_("Enter skicka och avsluta   Esc låt vara"),
    "no-times-today": N_("Enter skicka och behåll   Esc låt vara"),
}


class YesNoScreen(ModalScreen[bool]):
    """Enter says yes, Esc no."""

    BINDINGS = [Binding("enter", "answer(True)", show=False), Binding("escape", "answer(False)", show=False)]

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class AskTellScreen(YesNoScreen):
    """What a patient will be told, before it goes."""

    def __init__(self, phrase: str, name: str, text: str) -> None:
        super().__init__()
        self._phrase = phrase
        self._patient = name
        self._text = text

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _(TITLES[self._phrase]).format(name=clean_line(self._patient))
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            with VerticalScroll(classes="told-text"):
                yield Static(Content(clean_text(self._text)))
            yield Static(_(DEEDS[self._phrase]), classes="dialog-keys")


class SignScreen(YesNoScreen):
    """What one signs: how many were gone through, and who has what remains.

    ``remaining`` are the patient, the owner, and whether the owner is on shift.
    """

    def __init__(
        self, unit: str, day: date, cases: int, remaining: Sequence[tuple[str, str, bool]], signer: str
    ) -> None:
        super().__init__()
        self._unit = unit
        self._day = day
        self._cases = cases
        self._remaining = remaining
        self._signer = signer

    def compose(self) -> ComposeResult:
        with Dialog():
            words = _("Signera stängningen {day} för {unit}")
            title = words.format(day=day_words(self._day), unit=clean_line(self._unit))
            yield Static(Content.styled(title, "bold"), classes="dialog-title")
            gone = ngettext(
                "{count} öppet ärende är genomgånget.", "{count} öppna ärenden är genomgångna.", self._cases
            )
            yield Static(gone.format(count=self._cases), markup=False)
            with VerticalScroll(classes="left-open"):
                yield Static(Content("\n").join(self._left()))
            signs = _("Jag, {name}, intygar att inget ärende är bortglömt.").format(name=clean_line(self._signer))
            yield Static(signs, markup=False, classes="dialog-note")
            yield Static(_("Enter signera   Esc inte än"), classes="dialog-keys")

    def _left(self) -> list[Content]:
        if not self._remaining:
            return [Content.styled(_("Inget är kvar att åtgärda."), "$success")]
        many = len(self._remaining)
        head = ngettext("Kvar, hos den som har det:", "Kvar, hos dem som har dem:", many)
        return [Content.styled(head, "bold"), *(_left_with(*one) for one in self._remaining)]


def _left_with(patient: str, owner: str, on_shift: bool) -> Content:
    said = f"  {clean_line(patient)} · {clean_line(owner)}"
    return Content(said) if on_shift else Content.assemble(said, (" " + _("inte i tjänst nu"), "$warning"))
