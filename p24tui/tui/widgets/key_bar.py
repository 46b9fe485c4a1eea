"""The keys that act where the focus is, on the lowest line; they can be clicked."""

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.tui.keys import Where, bar


class KeyBar(Widget):
    """Made from the table of keys; what does not fit the width is left out, and is in the help."""

    where: reactive[Where] = reactive(Where.LIST)

    def render(self) -> RenderResult:
        parts = []
        for text, name, label, _action in self._spots():
            parts += [(f" {name}", "bold $primary"), (f" {label} ", "$foreground 85%"), (" ", "")]
            assert text
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for text, _name, _label, action in self._spots():
            at += len(text)
            if event.x < at:
                self.app.call_later(self.app.run_action, action, self.screen)
                return

    def _spots(self) -> list[tuple[str, str, str, str]]:
        spots, used = [], 0
        for key in bar(self.where):
            text = f" {key.name} {_(key.label)}  "
            used += len(text)
            if used <= self.size.width:
                action = key.action if key.action == "command_palette" else f"screen.{key.action}"
                spots.append((text, key.name, _(key.label), action))
        return spots
