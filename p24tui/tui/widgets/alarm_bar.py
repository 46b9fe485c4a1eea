"""What calls for attention, under the header, until somebody has said that they have seen it."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.text import clean_line
from p24tui.tui import draw
from p24tui.tui.keys import key_name
from p24tui.words.cases import LOST

NARROW = 70
"""Columns under which its own words give way to what calls."""


class AlarmBar(Widget):
    """One line, however much calls: how many, the gravest of them first, how many more there are, and the keys."""

    calls: reactive[tuple[int, tuple[str, ...]]] = reactive((0, ()))

    typing: reactive[bool] = reactive(False)
    """Whether letters go elsewhere, so that its keys need Esc first."""

    def on_mount(self) -> None:
        self.display = False

    def show(self, many: int, named: Sequence[str]) -> None:
        """So many call, and these in words, the gravest first; none: the line goes."""
        self.calls = (many, tuple(clean_line(call) for call in named))
        if self.display != (many > 0):
            self.display = many > 0

    @property
    def shown(self) -> int:
        """How many of those that are named stand there whole; the first always does, if cut."""
        many, named = self.calls
        fits = (n for n in range(len(named), 1, -1) if cell_len(_joined(named, n) + self._more(many - n)) <= self._room)
        return next(fits, min(1, len(named)))

    def render(self) -> RenderResult:
        many, named = self.calls
        more = self._more(many - self.shown)
        calls = draw.fit(_joined(named, self.shown), max(0, self._room - cell_len(more)))
        return Content.assemble((f" {LOST} {self._count}  ", "bold"), calls, (f"{more}  {self._keys} ", "bold"))

    @property
    def _room(self) -> int:
        return self.size.width - len(self._keys) - len(self._count) - 8

    @property
    def _keys(self) -> str:
        if self.typing:
            words = _("{back}, {key} kvitterar") if self._is_narrow else _("{back} och sedan {key} kvitterar")
        else:
            words = _("{key} kvittera  {go} dit") if self._is_narrow else _("{key} kvittera  {go} gå dit")
        return words.format(back=key_name("back"), key=key_name("acknowledge"), go=key_name("go_to_alarm"))

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < NARROW

    def _more(self, many: int) -> str:
        """How many more there are than stand there."""
        if many <= 0:
            return ""
        return "  " + (f"+{many}" if self._is_narrow else _("+{count} till").format(count=many))

    @property
    def _count(self) -> str:
        return _("LARM {count}").format(count=self.calls[0])


def _joined(named: Sequence[str], many: int) -> str:
    return " · ".join(named[:many])
