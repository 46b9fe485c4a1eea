"""Video in a case: whether it is started, opened again or ended; and its address where no browser opens."""

from enum import StrEnum

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p24tui.i18n import N_, _
from p24tui.routine.case import Case, Video
from p24tui.text import clean_line
from p24tui.tui.screens.scrolled import ScrolledScreen
from p24tui.tui.widgets.dialog import Dialog, Parts
from p24tui.words.cases import video_mark


class VideoStep(StrEnum):
    """What one can do with video in a case."""

    START = "start"
    OPEN = "open"
    END = "end"
    END_VISIT = "end-visit"


STEPS = {
    VideoStep.START: N_("Starta videon"),
    VideoStep.OPEN: N_("Öppna videon igen"),
    VideoStep.END: N_("Avsluta videon: besöket lever vidare som chatt"),
    VideoStep.END_VISIT: N_("Avsluta besöket, i två steg"),
}

NOTES = {
    Video.NONE: N_(
        "Är inget besök bokat får patienten ett sms nu, med en länk som bara gäller det här besöket. Chatten är kvar."
    ),
    Video.ON: N_("Besöket avslutas i två steg (VI-14): först videon, sedan besöket."),
    Video.OVER: N_("Videon är avslutad men inte besöket (VI-14): det lever vidare som chatt tills det avslutas."),
}


def steps_for(case: Case) -> tuple[VideoStep, ...]:
    """What can be done with video in the case as it is, the likeliest first."""
    if case.video is Video.ON:
        return (VideoStep.OPEN, VideoStep.END)
    return (VideoStep.END_VISIT, VideoStep.START) if case.video is Video.OVER else (VideoStep.START,)


class VideoScreen(ModalScreen[VideoStep | None]):
    """Digits choose a step."""

    BINDINGS = [
        *(Binding(str(digit), f"choose({digit})", show=False) for digit in range(1, len(VideoStep) + 1)),
        Binding("escape", "leave", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, name: str, case: Case) -> None:
        super().__init__()
        self._patient = name
        self._case = case
        self._steps = steps_for(case)

    def compose(self) -> ComposeResult:
        with Dialog():
            title = _("Video med {name}").format(name=clean_line(self._patient))
            yield Static(Content.styled(title, "bold"))
            yield Static(Content.styled(video_mark(self._case, in_full=True), "bold $warning"), classes="dialog-title")
            lines = [
                Content.assemble((f" {digit}  ", "bold $primary"), _(STEPS[step]))
                for digit, step in enumerate(self._steps, 1)
            ]
            yield Static(Content("\n").join(lines))
            yield Static(_(NOTES[self._case.video]), markup=False, classes="dialog-note")
            yield Static(_("Siffra välj   Esc låt vara"), classes="dialog-keys")

    def action_choose(self, digit: int) -> None:
        if digit <= len(self._steps):
            self.dismiss(self._steps[digit - 1])

    def action_leave(self) -> None:
        self.dismiss(None)


class CameScreen(ModalScreen[bool | None]):
    """Whether the patient came to a video of which nobody could see that: yes, no, or not said yet."""

    BINDINGS = [
        Binding("j,y", "answer(True)", show=False),  # ja, yes
        Binding("n", "answer(False)", show=False),
        Binding("escape", "leave", show=False),
    ]
    AUTO_FOCUS = ""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._patient = name

    def compose(self) -> ComposeResult:
        with Dialog():
            words = _("Var {name} med på videon?").format(name=clean_line(self._patient))
            yield Static(Content.styled(words, "bold"), classes="dialog-title")
            note = _("Kom hen inte ringer du först; sedan går besöket att avsluta som uteblivet (VI-13).")
            yield Static(note, markup=False, classes="dialog-note")
            yield Static(_("j ja   n nej   Esc säg det senare"), classes="dialog-keys")

    def action_answer(self, came: bool) -> None:
        self.dismiss(came)

    def action_leave(self) -> None:
        self.dismiss(None)


BESIDE = 32
"""Cells beside the code for what stands there in words."""

FRAME = (6, 2)
"""Columns and lines that the dialog's own edge takes."""


class AddressScreen(ScrolledScreen[None]):
    """One's own address into a video, for another device: in letters, and as a code where there is room for it.

    ``code`` are the rows of the QR code.
    """

    BINDINGS = [
        Binding("escape,enter", "leave", show=False),
        Binding("c", "copy", show=False),
    ]

    def __init__(self, address: str, code: tuple[str, ...]) -> None:
        super().__init__("address-scrolled")
        self._address = address
        self._code = code
        self._picture = Static(Content.styled("\n".join(code), "#000000 on #ffffff"), id="address-code")
        self._room = Static(id="address-room")

    def compose(self) -> ComposeResult:
        with Horizontal(classes="dialog", id="address-dialog"):
            yield self._picture
            with Parts(id="address-words"):
                yield Static(Content.styled(_("Videon är på"), "bold"))
                with self.scrolled:
                    words = _("Ingen webbläsare går att öppna härifrån. Öppna adressen på en annan enhet, i Edge.")
                    yield Static(words, markup=False)
                    own = _("Det är din egen väg in: den som har den är du. Ge den inte till någon.")
                    yield Static(Content.styled(own, "bold $warning"))
                    yield self._room
                    yield Static(Content(clean_line(self._address, len(self._address))), id="address")
                yield Static(_("c kopiera   ↑ ↓ rulla   Esc stäng"), classes="dialog-keys")

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def action_copy(self) -> None:
        """Put the address where one pastes from; most terminals can."""
        self.app.copy_to_clipboard(self._address)
        self._room.display = True
        self._room.update(Content.styled(_("Adressen är kopierad."), "$success"))

    def _fit(self) -> None:
        """The code is drawn whole or not at all."""
        wide, high = len(self._code[0]) if self._code else 0, len(self._code)
        least = wide + BESIDE + FRAME[0], high + FRAME[1]
        fits = bool(self._code) and self.size.width >= least[0] and self.size.height >= least[1]
        self._picture.display = fits
        self._room.display = bool(self._code) and not fits
        words = _("QR-koden behöver ett fönster på minst {width}×{height}.")
        self._room.update(Content(words.format(width=least[0], height=least[1])))
        self.query_one("#address-dialog").styles.width = least[0] if fits else 78
