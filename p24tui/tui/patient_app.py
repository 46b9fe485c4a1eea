"""The patient's side of a chat, for whoever plays a patient of the demo: the conversation, and where one writes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from p24tui.clock import Clock
from p24tui.errors import P24Error
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.services.patient_side import Said
from p24tui.text import clean_line, clean_text
from p24tui.tui import look
from p24tui.tui.errands import Errands
from p24tui.tui.raising_app import RaisingApp
from p24tui.tui.widgets.field import Area
from p24tui.words.times import clock_time, moment

LISTENS_EVERY = 1.0
"""Seconds between looks at what the unit has written."""

SHOWN_CHARACTERS = 20_000
"""How much of one message is drawn."""

Say = Callable[[str, str], Said]
"""Sends a message: its id and its text. Raises ``P24Error`` where it cannot be delivered."""

Hear = Callable[[], Sequence[Said]]
"""What the unit has written since last time. Raises ``P24Error`` where it does not answer."""


class PatientApp(RaisingApp[None]):
    """Values in, messages out: ``written`` is what the patient has written so far, the rest comes by ``hear``.

    What cannot be delivered stays where it was typed. ``say`` and ``hear`` are called in threads of their own.
    """

    TITLE = "p24tui"
    CSS_PATH = [Path("screens") / "patient.tcss"]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "#answer"
    BINDINGS = [
        Binding("ctrl+s", "send", show=False),  # never before the letters that were typed before it
        Binding("escape", "leave", show=False),
        Binding("ctrl+q", "leave", show=False, priority=True),
    ]

    def __init__(
        self,
        patient_name: str,
        unit_name: str,
        written: Sequence[Said],
        *,
        say: Say,
        hear: Hear,
        clock: Clock,
        theme: str,
    ) -> None:
        super().__init__()
        self._who = f"{clean_line(patient_name)} · {clean_line(unit_name)}"
        self._conversation = list(written)
        self._say = say
        self._hear = hear
        self._clock = clock
        self._sending: str | None = None
        self._message = ("", "")
        self._listening = False
        self._silent = False
        self._warned = False
        self._speaker = Errands(self, "patient-says", self._not_sent)
        self._listener = Errands(self, "patient-hears", self._not_heard)
        for one in look.THEMES:
            self.register_theme(one)
        self.theme = theme

    def compose(self) -> ComposeResult:
        banner = _("ÖVNING: du spelar patienten")
        yield Static(Content.styled(f" {banner} ", "bold $background on $warning"), id="banner")
        yield Static(Content.assemble(" ", (self._who, "bold")), id="who")
        with VerticalScroll(id="chat"):
            yield Static(id="said")
        yield Static(id="state")
        yield Area(id="answer", show_line_numbers=False)
        yield Static(_("Enter ny rad   Ctrl+S skicka   Tab läs   Esc lämna"), id="keys")

    def on_mount(self) -> None:
        self._show_conversation(at_end=True)
        self.listen()
        self.set_interval(LISTENS_EVERY, self.listen)

    def on_unmount(self) -> None:
        self._speaker.finish()
        self._listener.finish()

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    def on_text_area_changed(self) -> None:
        self._warned = False

    async def idle(self) -> None:
        """Wait until all that was to be sent or heard has been."""
        await self._speaker.idle()
        await self._listener.idle()

    def listen(self) -> None:
        """Ask what the unit has written, unless that is being asked."""
        if not self._listening:
            self._listening = True
            self._listener.run(self._hear, self._heard)

    def action_send(self) -> None:
        text = self._answer.text
        if not text.strip() or self._sending is not None:
            return
        if text != self._message[1]:
            self._message = (fresh_id(), text)
        self._sending = text
        self._show_state(_("Skickar …"))
        id = self._message[0]
        self._speaker.run(lambda: self._say(id, text), self._was_sent)

    def action_leave(self) -> None:
        """Where something is written and not sent, one is asked first: nothing of it is kept."""
        if self._answer.text.strip() and not self._warned:
            self._warned = True
            self._show_state(_("Det du har skrivit är inte skickat. Tryck en gång till för att lämna."), trouble=True)
        else:
            self.exit()

    def action_help_quit(self) -> None:
        """Ctrl+C, which Textual explains in English."""
        self.notify(_("Esc lämnar."), markup=False)

    @property
    def _answer(self) -> Area:
        return self.query_one("#answer", Area)

    def _was_sent(self, said: Said) -> None:
        """What was typed meanwhile stays."""
        self._conversation.append(said)
        self._answer.text = self._answer.text.removeprefix(self._sending or "")
        self._answer.move_cursor(self._answer.document.end)
        self._sending = None
        self._message = ("", "")
        self._show_state(_("Skickat {at}").format(at=clock_time(said.sent_at)))
        self._show_conversation(at_end=True)

    def _not_sent(self, error: P24Error) -> None:
        self._sending = None
        self._show_state(explain(error), trouble=True)

    def _heard(self, said: Sequence[Said]) -> None:
        self._listening = False
        if self._silent:
            self._silent = False
            self._show_state(_("Mottagningen svarar igen."))
        if said:
            self._conversation += said
            self._show_conversation()

    def _not_heard(self, error: P24Error) -> None:
        self._listening = False
        self._silent = True
        self._show_state(explain(error), trouble=True)

    def _show_state(self, words: str, *, trouble: bool = False) -> None:
        style = "bold $warning" if trouble else "$foreground 80%"
        self.query_one("#state", Static).update(Content.styled(words, style))

    def _show_conversation(self, *, at_end: bool = False) -> None:
        """It stays where it is read, unless that is its end."""
        ordered = sorted(self._conversation, key=lambda said: said.sent_at)
        now = self._clock.now()
        chat = self.query_one("#chat", VerticalScroll)
        at_end = at_end or chat.is_vertical_scroll_end
        chat.query_one("#said", Static).update(Content("\n\n").join(_as_read(said, now) for said in ordered))
        if at_end:
            chat.scroll_end(animate=False)


def _as_read(said: Said, now: datetime) -> Content:
    who = clean_line(said.sender) or _("Du")
    if said.automatic:
        who = _("{unit}, automatiskt svar").format(unit=who)
    heading = f"{moment(said.sent_at, now)}  {who}"
    style = "bold $secondary" if said.sender else "bold $primary"
    return Content.assemble((heading, style), "\n", clean_text(said.text[:SHOWN_CHARACTERS]))
