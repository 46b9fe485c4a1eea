"""The help: every key, from the table of keys, and what the marks of the list mean."""

from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.routine.role import Role
from p24tui.tui.key import Where
from p24tui.tui.keys import keys_in_use
from p24tui.tui.look import ARRIVED
from p24tui.tui.places import Place, places_of
from p24tui.tui.role_keys import may_press, right_of
from p24tui.tui.widgets.dialog import Dialog
from p24tui.words.cases import (
    FAILED,
    FREE_TEXT,
    HALF_ENDED,
    MESSAGE,
    PLANNED,
    SENT,
    SUICIDE,
    TRIAGE_FAILED,
    TYPING,
    UNCERTAIN,
    UNREAD,
    VIDEO_ON,
    VIEWING,
)
from p24tui.words.duty import GUARANTEE

PLACES = {
    Where.LIST: N_("I patientlistan"),
    Where.CASE: N_("I ett öppet ärende"),
    Where.COMPOSER: N_("När du skriver"),
    Where.VIDEO: N_("Bland videobesöken (F3)"),
    Where.CLOSING: N_("I stängningskontrollen (F4)"),
    Where.REGISTRATION: N_("Bland det som ska registreras (F5)"),
    Where.OVERVIEW: N_("I översikten (F6)"),
    Where.PLACE: N_("I loggkontrollen (F7)"),
    Where.LOG_CONTROL: N_("I loggkontrollen (F7), för loggkontrollanten"),
    Where.EVERYWHERE: N_("Överallt"),
}

MOVING = {
    Where.LIST: N_("Flytta markören. Det öppnar inget."),
    Where.CASE: N_("Rulla."),
    Where.VIDEO: N_("Flytta markören."),
    Where.CLOSING: N_("Flytta markören."),
    Where.REGISTRATION: N_("Flytta markören."),
    Where.OVERVIEW: N_("Rulla."),
    Where.PLACE: N_("Flytta markören."),
    Where.LOG_CONTROL: N_("Flytta markören."),
}
"""What the arrows do, which are no action and so not in the table of keys."""

MARKS = (
    (SUICIDE, N_("misstänkt suicidrisk, eller bedömd som måttlig eller hög")),
    (TRIAGE_FAILED, N_("triagen kom inte fram: prioritet saknas")),
    ("1–5", N_("prioritet från patientens formulär, 1 högst: en indikator, ingen bedömning")),
    (MESSAGE, N_("meddelande utan triage, ordnas efter väntetid")),
    (UNREAD, N_("något som ingen har läst")),
    (GUARANTEE, N_("vårdgarantin går snart ut, eller har gått ut")),
    (FREE_TEXT, N_("fritext i formuläret som ingen har läst: den påverkar inte prioriteten")),
    (ARRIVED, N_("har kommit in sedan du sist öppnade något")),
    (TYPING, N_("någon skriver i ärendet")),
    (VIEWING, N_("någon tittar i ärendet")),
    (VIDEO_ON, N_("videon är på")),
    (HALF_ENDED, N_("halvt avslutat: videon är av, besöket är kvar att avsluta")),
    (
        f"{SENT}{PLANNED}{FAILED}{UNCERTAIN}",
        N_("sms om ett videobesök: skickat, planerat, misslyckat, osäkert; i ordningen bokat, i dag, strax"),
    ),
)


WIDTH, FRAME = 100, 8
"""Cells of the dialog, and those of them that are border, padding and scrollbar."""


class HelpScreen(ModalScreen[None]):
    """What somebody in this ``role`` may press, first ``here``. Closed by Esc, Enter or the key that opened it."""

    BINDINGS = [
        Binding("escape,enter,q", "close", show=False),
        Binding("question_mark", "close", show=False, id="help"),
        Binding("f1", "close", show=False, id="help_anywhere"),
    ]

    def __init__(self, role: Role | None = None, here: Where = Where.LIST) -> None:
        super().__init__()
        self._role = role
        self._here = here

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide", id="help-dialog"):
            yield Static(Content.styled(_("Tangenter"), "bold"), classes="dialog-title")
            with VerticalScroll():
                yield Static(id="help-lines")
            yield Static(_("↑ ↓ rulla   Esc stäng"), classes="dialog-keys")

    def on_resize(self) -> None:
        room = min(WIDTH, self.size.width) - FRAME
        self.query_one("#help-lines", Static).update(Content("\n").join(_lines(room, self._role, self._here)))

    def action_close(self) -> None:
        self.dismiss()


def _lines(room: int, role: Role | None, here: Where) -> list[Content]:
    """Every key and every mark that are for this role, those of where one is first, wrapped to so many cells."""
    names = max(7, *(len(key.names) for key in keys_in_use())) + 2
    lines: list[Content] = []
    for where, title in sorted(PLACES.items(), key=lambda place: place[0] is not here):
        keys = [key for key in keys_in_use() if where in key.where and may_press(role, key.action)]
        if all(right_of(key.action) is None for key in keys):
            continue  # a place that is not for them
        lines.append(Content.styled(_(title), "bold $primary"))
        if where in MOVING:
            lines += _entry("↑ ↓", _(MOVING[where]), names, room)
        for key in keys:
            lines += _entry(key.names, _(key.help), names, room)
        lines.append(Content(""))
    if Place.LIST not in places_of(role):
        return lines
    lines.append(Content.styled(_("Märken i listan"), "bold $primary"))
    for mark, meaning in MARKS:
        lines += _entry(mark, _(meaning), names, room)
    return lines


def _entry(name: str, meaning: str, names: int, room: int) -> list[Content]:
    """The name, and beside it the meaning on as many lines as it needs."""
    first, *rest = wrap(meaning, max(20, room - names - 2)) or [""]
    return [
        Content.assemble((f"  {name:<{names}}", "bold"), first),
        *(Content(" " * (names + 2) + one) for one in rest),
    ]
