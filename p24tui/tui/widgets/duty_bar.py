"""What a unit as a whole calls for, under the header: that it closes soon, or has closed unsigned, or has nobody."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.routine.closing import Level
from p24tui.tui import draw


class DutyBar(Widget):
    """One line, as loud as the gravest of what it says, and the key that leads to what one does about it."""

    said: reactive[tuple[str, ...]] = reactive(())
    key: reactive[str] = reactive("")
    loudness: reactive[Level] = reactive(Level.NONE)

    MARKS = {Level.NONE: " ", Level.FACT: "·", Level.NOTICE: "▪", Level.WARNING: "△", Level.ALARM: "▲"}

    def on_mount(self) -> None:
        self.display = False

    def watch_said(self, said: tuple[str, ...]) -> None:
        self.display = bool(said)

    def watch_loudness(self, loudness: Level) -> None:
        for one in Level:
            self.set_class(one is loudness, f"-{one.name.lower()}")

    def render(self) -> RenderResult:
        key = f" {self.key} " if self.key else " "
        words = draw.fit(" · ".join(self.said), max(0, self.size.width - len(key) - 3))
        style = "" if self.loudness is Level.FACT else "bold"
        return Content.assemble((f" {self.MARKS[self.loudness]} ", "bold"), (words, style), (key, "bold"))
