"""What calls for attention, under the header, until somebody has said that they have seen it."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.text import clean_line
from p24tui.tui import draw
from p24tui.tui.keys import key_name
from p24tui.words.cases import LOST


class AlarmBar(Widget):
    """One line, however much calls: how many, the gravest of them first, and the keys."""

    calls: reactive[tuple[int, tuple[str, ...]]] = reactive((0, ()))

    typing: reactive[bool] = reactive(False)
    """Whether letters go elsewhere, so that its keys need Esc first."""

    def on_mount(self) -> None:
        self.display = False

    def show(self, many: int, named: Sequence[str]) -> None:
        """So many call, and these in words, the gravest first; none: the line goes."""
        self.calls = (many, tuple(named))
        if self.display != (many > 0):
            self.display = many > 0

    def render(self) -> RenderResult:
        words = _("{back} och sedan {key} kvitterar") if self.typing else _("{key} kvittera  {go} gå dit")
        keys = words.format(back=key_name("back"), key=key_name("acknowledge"), go=key_name("go_to_alarm"))
        count, named = self.calls
        many = _("LARM {count}").format(count=count)
        room = self.size.width - len(keys) - len(many) - 9
        calls = draw.fit(" · ".join(clean_line(call) for call in named), max(0, room))
        return Content.assemble((f" {LOST} {many}  ", "bold"), calls, (f"  {keys} ", "bold"))
