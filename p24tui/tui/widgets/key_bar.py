"""The keys that act where the focus is, on the lowest line; they can be clicked."""

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.routine.protection import is_protected
from p24tui.routine.role import Role
from p24tui.services.views import OpenCase
from p24tui.tui.key import Key, Where
from p24tui.tui.keys import bar


class KeyBar(Widget):
    """Made from the table of keys, for one's role; what does not fit the width is left out, and is in the help.

    ``next_step`` is an action that comes first, so that it fits: what one does with what stands there now.
    """

    where: reactive[Where] = reactive(Where.LIST)
    next_step: reactive[str] = reactive("")

    def __init__(self, role: Role | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._role = role

    def render(self) -> RenderResult:
        parts = [
            part
            for key in self._shown()
            for part in ((f" {key.name}", "bold $primary"), (f" {_(key.label)}  ", "$foreground 85%"))
        ]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for key in self._shown():
            at += _width(key)
            if event.x < at:
                self.app.call_later(self.app.run_action, key.target, self.screen)
                return

    def _shown(self) -> list[Key]:
        """As many as the width holds; the last of them, the help, always."""
        *keys, last = bar(self.where, self._role)
        keys.sort(key=lambda key: key.action != self.next_step)
        room = self.size.width - _width(last)
        shown = []
        for key in keys:
            room -= _width(key)
            if room >= 0:
                shown.append(key)
        return [*shown, last]


def next_step(opened: OpenCase | None) -> str:
    """The action that comes first in a case that nobody has: to take it on, or for a protected person to end it."""
    if opened is None or opened.line.case.owner_id is not None:
        return ""
    return "end" if is_protected(opened.line.patient.protection) else "claim"


def _width(key: Key) -> int:
    return len(f" {key.name} {_(key.label)}  ")
