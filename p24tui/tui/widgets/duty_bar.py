"""What a unit as a whole calls for, under the header: that it closes soon, or has closed unsigned, or has nobody."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import N_, _
from p24tui.routine.closing import Level
from p24tui.tui import draw
from p24tui.tui.keys import key_name

MARKS = {Level.NONE: " ", Level.FACT: "·", Level.NOTICE: "▪", Level.WARNING: "△", Level.ALARM: "▲"}

LEADS_TO = {
    "show_closing": N_("stängningskontroll"),
    "take_responsibility": N_("ta ansvaret"),
    "show_roster": N_("bemanning"),
    "show_registration": N_("registrering"),
}
"""What the key of an action leads to, in a word."""


class DutyBar(Widget):
    """One line, as loud as the gravest of what it says, and the key of the action that does something about it.

    While one is ``typing`` a letter is no key.
    """

    said: reactive[tuple[str, ...]] = reactive(())
    action: reactive[str] = reactive("")
    typing: reactive[bool] = reactive(False)
    loudness: reactive[Level] = reactive(Level.NONE)

    def on_mount(self) -> None:
        self.display = False

    def watch_said(self, said: tuple[str, ...]) -> None:
        self.display = bool(said)

    def watch_loudness(self, loudness: Level) -> None:
        for one in Level:
            self.set_class(one is loudness, f"-{one.name.lower()}")

    def render(self) -> RenderResult:
        key = f" {self._key} " if self.action else " "
        words = draw.fit(" · ".join(self.said), max(0, self.size.width - len(key) - 3))
        style = "" if self.loudness is Level.FACT else "bold"
        return Content.assemble((f" {MARKS[self.loudness]} ", "bold"), (words, style), (key, "bold"))

    @property
    def _key(self) -> str:
        key, words = key_name(self.action), _(LEADS_TO[self.action])
        if self.typing and len(key) == 1:
            return _("{back} och sedan {key} {words}").format(back=key_name("back"), key=key, words=words)
        return f"{key} {words}"
