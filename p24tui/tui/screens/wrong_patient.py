"""A contact on somebody else's behalf, before it is ended and locked; and how to reach a protected person, once."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import _
from p24tui.routine.identity import show_number
from p24tui.services.views import Reach
from p24tui.text import clean_line, clean_text
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog


class WrongPatientScreen(ScrolledScreen[bool]):
    """Ends with whether it was for one's own child, or with nothing. What the patient will be told is shown."""

    BINDINGS = [
        Binding("1", "choose(False)", show=False),
        Binding("2", "choose(True)", show=False),
        Binding("enter", "confirm", show=False),
    ]

    def __init__(self, name: str, texts: Mapping[bool, str]) -> None:
        super().__init__("wrong-text")
        self._patient = name
        self._texts = texts
        self._for_child = False
        self._choices = Static(id="wrong-choices")
        self._text = Static(markup=False)

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide"):
            yield Static(Content.styled(_("Fel patient: {name}").format(name=self._patient), "bold"))
            yield self._choices
            with self.scrolled:
                yield self._text
            words = _(
                "Texten skickas, anamnesen får OBS FEL PATIENT, ärendet avslutas och låses: inget mer kan antecknas, "
                "bedömas eller registreras i det. Det går inte att ångra."
            )
            yield Static(words, classes="dialog-note")
            yield Static(_("1–2 välj   Enter skicka, avsluta och lås   Esc låt bli"), classes="dialog-keys")

    def on_mount(self) -> None:
        self.action_choose(False)

    def action_choose(self, for_child: bool) -> None:
        self._for_child = for_child
        rows = {
            False: _("åt en annan vuxen, eller någon annans barn"),
            True: _("åt sitt eget barn, men inloggad med egen e-legitimation"),
        }
        lines = [
            Content.styled(f" {number}  {'●' if one is for_child else '○'} {words}", "bold" if one is for_child else "")
            for number, (one, words) in enumerate(rows.items(), 1)
        ]
        self._choices.update(Content("\n").join(lines))
        self._text.update(clean_text(self._texts[for_child]))

    def action_confirm(self) -> None:
        self.dismiss(self._for_child)


class ReachScreen(ModalScreen[None]):
    """How to reach a protected person. It stands here until it is left, and nowhere else."""

    BINDINGS = [Binding("escape,enter", "leave", show=False)]
    AUTO_FOCUS = ""

    def __init__(self, reach: Reach) -> None:
        super().__init__()
        self._reach = reach

    def compose(self) -> ComposeResult:
        reach = self._reach
        with Dialog():
            yield Static(Content.styled(_("Skyddad person: så här nås hen"), "bold $warning"))
            rows = [
                (_("Namn"), clean_line(reach.name)),
                (_("Personnr"), show_number(reach.number)),
                (_("Telefon"), clean_line(reach.mobile) or _("inget nummer känt: ring 112 vid fara")),
            ]
            yield Static(Content("\n").join(Content(f"{label:<9}{value}") for label, value in rows), id="reach")
            words = _("Ring nu: personen, eller 112. Skriv inte uppgifterna i ärendet. Det är loggat med ditt namn.")
            yield Static(words, classes="dialog-note")
            yield Static(_("Esc dölj. Anteckna sedan samtalet, eller att 112 tog över."), classes="dialog-keys")

    def action_leave(self) -> None:
        self.dismiss(None)
