"""The keys that act where the focus is, on the lowest line; they can be clicked."""

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.routine.chat import is_left, is_over
from p24tui.routine.role import Role
from p24tui.services.views import OpenCase
from p24tui.tui.key import Key, Where
from p24tui.tui.keys import bar


class KeyBar(Widget):
    """Made from the table of keys, for one's role; what does not fit the width is left out, and is in the help.

    ``next_step`` is an action that comes first, so that it fits: what one does with what stands there now. ``refused``
    are those that a rule refuses there whoever asks, so that nobody is offered them.
    """

    where: reactive[Where] = reactive(Where.LIST)
    next_step: reactive[str] = reactive("")
    refused: reactive[frozenset[str]] = reactive(frozenset())

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
        *keys, last = (key for key in bar(self.where, self._role) if key.action not in self.refused)
        keys.sort(key=lambda key: key.action != self.next_step)
        room = self.size.width - _width(last)
        shown = []
        for key in keys:
            room -= _width(key)
            if room >= 0:
                shown.append(key)
        return [*shown, last]


HANDLING = frozenset({"write", "claim", "release", "hand_over", "remind", "hold"})
"""What is done by whoever handles a case, or is to."""


def next_step(opened: OpenCase | None) -> str:
    """The action that comes first in a case that nobody has: to take it on, or to end what is not handled here."""
    if opened is None or opened.line.case.owner_id is not None:
        return ""
    return "end" if is_left(opened.line.case, opened.line.patient.protection) else "claim"


def refused(opened: OpenCase | None) -> frozenset[str]:
    """The actions that the state of a case refuses to everybody: it has ended, or is not handled here."""
    if opened is None:
        return frozenset()
    case, protection = opened.line.case, opened.line.patient.protection
    left = HANDLING | {"note"} if is_left(case, protection) else frozenset[str]()
    return left | HANDLING | {"end"} if is_over(case) else left


def _width(key: Key) -> int:
    return len(f" {key.name} {_(key.label)}  ")
