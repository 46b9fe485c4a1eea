"""Stängning to many at once: who gets what and who does not, then how far it has come, then what came of each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Event

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui import services
from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _, ngettext
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.services.views import Told
from p24tui.system import System
from p24tui.text import clean_text
from p24tui.tui.errands import Errands
from p24tui.tui.places import NAME, Column, Page, Row
from p24tui.tui.widgets.dialog import Dialog
from p24tui.tui.widgets.place import PlaceList, PlaceNote
from p24tui.words.duty import not_told_words

BAR = 30
"""Cells of the bar that shows how far it has come."""


class Recipient(Struct, frozen=True):
    """A patient with an open case, and why the word of closing is no answer to it; none where it is."""

    case: Case
    name: str
    refusal: Refusal | None


class TellManyScreen(ModalScreen[None]):
    """Nothing goes before Enter. It can be broken off at any time, and begun again: nobody is told twice."""

    BINDINGS = [Binding("enter", "begin", show=False)]

    class OneTold(Message):
        """One of the many has been told, or not."""

        def __init__(self, told: Told) -> None:
            super().__init__()
            self.told = told

    def __init__(
        self,
        system: System,
        acting: Callable[[str], Actor],
        recipients: Sequence[Recipient],
        texts: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._system = system
        self._acting = acting
        self._recipients = {one.case.id: one for one in sorted(recipients, key=lambda one: one.refusal is not None)}
        self._wanted = [one for one in self._recipients.values() if one.refusal is None]
        self._texts = texts
        self._told: dict[str, Told] = {}
        self._stop = Event()
        self._runs = self._over = False
        self._thread = Errands(self, "telling", self._fail)
        self._note = PlaceNote()
        self._list = PlaceList()
        self._text = Static(id="telling-text")
        self._keys = Static(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        with Dialog(classes="wide list-dialog", id="telling-dialog"):
            yield Static(Content.styled(_("Stängning till många"), "bold"))
            yield self._note
            yield self._list
            yield self._text
            yield self._keys

    def on_mount(self) -> None:
        self._list.focus()
        self._paint(anew=True)

    def on_unmount(self) -> None:
        self._stop.set()
        self._thread.finish()

    async def idle(self) -> None:
        """Wait until those who are being told have been."""
        await self._thread.idle()

    def action_begin(self) -> None:
        """Tell them; once."""
        if not self._runs and not self._over:
            self._runs = True
            self._thread.run(self._tell_all, lambda _nothing: self._finish())
            self._paint()

    def action_open_row(self) -> None:
        self.action_begin()

    def on_place_list_chosen(self, message: PlaceList.Chosen) -> None:
        message.stop()

    def action_show_list(self) -> None:
        """Break off what runs; leave where nothing does."""
        if self._runs:
            self._stop.set()
        else:
            self.dismiss(None)

    def on_place_list_moved(self, message: PlaceList.Moved) -> None:
        message.stop()
        self._show_text()

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.stop()
        message.settle()

    def on_tell_many_screen_one_told(self, message: OneTold) -> None:
        self._told[message.told.case_id] = message.told
        self._paint()

    def _tell_all(self) -> None:
        """In the thread: unit by unit, each patient in a transaction of its own."""
        for unit_id in dict.fromkeys(one.case.unit_id for one in self._wanted):
            if self._stop.is_set():
                return
            ids = [one.case.id for one in self._wanted if one.case.unit_id == unit_id]
            services.closing.tell_many(self._system, self._acting(unit_id), ids, self._heed)

    def _heed(self, told: Told) -> bool:
        """In the thread: a message is all that may cross over."""
        self.post_message(self.OneTold(told))
        return not self._stop.wait(services.closing.PAUSE)

    def _finish(self) -> None:
        self._runs, self._over = False, True
        self._paint()

    def _fail(self, error: P24Error) -> None:
        self._finish()
        self._text.update(Content.styled(explain(error), "bold $warning"))

    def _paint(self, *, anew: bool = False) -> None:
        self._note.cells = self._above()
        self._list.show(self._page(), anew=anew)
        self._show_text()
        self._keys.update(self._what_keys_do())

    def _above(self) -> tuple[tuple[str, str], ...]:
        many = len(self._wanted)
        if not (self._runs or self._over):
            gets = ngettext("{count} får Stängning", "{count} får Stängning", many).format(count=many)
            others = len(self._recipients) - many
            left = ngettext("{count} får det inte", "{count} får det inte", others).format(count=others)
            return ((gets, "strong"), (left, "unread" if others else "quiet"))
        came = Counter(one.problem is None for one in self._told.values())
        done = len(self._told)
        filled = BAR * done // max(1, many)
        bar = "█" * filled + "░" * (BAR - filled)
        said = [(f"{bar} {done}/{many}", "strong"), (_("{count} har fått veta").format(count=came[True]), "done")]
        if came[False]:
            said.append((_("{count} gick inte").format(count=came[False]), "urgent"))
        if self._over and done < many:
            said.append((_("avbrutet: {count} är kvar").format(count=many - done), "unread"))
        return tuple(said)

    def _page(self) -> Page:
        def columns(_width: int) -> tuple[Column, ...]:
            return (Column(_("Patient"), most=NAME), Column(_("Ärende"), most=NAME), Column(_("Stängning")))

        def row(id: str, _width: int) -> Row:
            one = self._recipients[id]
            words, look = self._outcome(one)
            return Row(((one.name, ""), (one.case.matter, "quiet"), (words, look)))

        return Page((), columns, tuple(self._recipients), row, "")

    def _outcome(self, one: Recipient) -> tuple[str, str]:
        if one.refusal is not None:
            return not_told_words(one.refusal), "quiet"
        told = self._told.get(one.case.id)
        if told is None:
            return (_("väntar") if self._runs or self._over else _("får Stängning")), ""
        if told.problem is not None:
            return f"✗ {explain(told.problem)}", "urgent"
        return _("✓ har fått veta"), ""

    def _show_text(self) -> None:
        """What the patient of the row gets, or why not."""
        id = self._list.cursor_id
        one = self._recipients.get(id)
        if one is None:
            return
        if one.refusal is not None:
            self._text.update(Content.styled(explain(Refused(one.refusal.rule, one.refusal.reason)), "$warning"))
        else:
            self._text.update(Content(clean_text(self._texts.get(id, ""))))

    def _what_keys_do(self) -> str:
        if self._runs:
            return _("Esc avbryt. De som har fått veta får det inte igen.")
        if self._over:
            return _("Esc tillbaka")
        many = len(self._wanted)
        return ngettext(
            "Enter skicka till {count}   Esc låt vara", "Enter skicka till {count}   Esc låt vara", many
        ).format(count=many)
