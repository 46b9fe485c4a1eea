"""The help: every key, from the table of keys, and what the marks of the list mean."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.tui.keys import KEYS, Where
from p24tui.tui.look import ARRIVED
from p24tui.words import FREE_TEXT, MESSAGE, SUICIDE, TRIAGE_FAILED, TYPING, UNREAD, VIEWING

PLACES = {
    Where.LIST: N_("I patientlistan"),
    Where.CASE: N_("I ett öppet ärende"),
    Where.COMPOSER: N_("När du skriver"),
    Where.EVERYWHERE: N_("Överallt"),
}

MARKS = (
    (SUICIDE, N_("misstänkt suicidrisk som väntar på psykolog eller läkare")),
    (TRIAGE_FAILED, N_("triagen kom inte fram: prioritet saknas")),
    ("1–5", N_("prioritet från patientens formulär, 1 högst: en indikator, ingen bedömning")),
    (MESSAGE, N_("meddelande utan triage, ordnas efter väntetid")),
    (UNREAD, N_("något som ingen har läst")),
    (FREE_TEXT, N_("fritext i formuläret som ingen har läst: den påverkar inte prioriteten")),
    (ARRIVED, N_("har kommit in sedan du sist öppnade något")),
    (TYPING, N_("någon skriver i ärendet")),
    (VIEWING, N_("någon tittar i ärendet")),
)


class HelpScreen(ModalScreen[None]):
    """Closed by Esc, Enter or the key that opened it."""

    BINDINGS = [Binding("escape,enter,question_mark,f1,q", "close", show=False)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog wide"):
            yield Static(Content.styled(_("Tangenter"), "bold"), classes="dialog-title")
            yield Static(Content("\n").join(self._lines()))
            yield Static(_("Esc stänger"), classes="dialog-keys")

    def action_close(self) -> None:
        self.dismiss()

    @staticmethod
    def _lines() -> list[Content]:
        lines: list[Content] = []
        for where, title in PLACES.items():
            lines.append(Content.styled(_(title), "bold $primary"))
            here = (key for key in KEYS if where in key.where)
            lines += [Content.assemble((f"  {key.name:<9}", "bold"), _(key.help)) for key in here]
            lines.append(Content(""))
        lines.append(Content.styled(_("Märken i listan"), "bold $primary"))
        lines += [Content.assemble((f"  {mark:<9}", "bold"), _(meaning)) for mark, meaning in MARKS]
        return lines
