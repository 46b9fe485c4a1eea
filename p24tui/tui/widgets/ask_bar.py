"""What a colleague asks or has done with a case of one's own, under the header until one has answered."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from p24tui.i18n import _
from p24tui.tui import draw
from p24tui.tui.keys import key_name


class AskBar(Widget):
    """One line: the first of what is asked or told, and how many more there are."""

    said: reactive[tuple[str, ...]] = reactive(())

    is_question: reactive[bool] = reactive(False)
    """Whether the first of them wants an answer."""

    typing: reactive[bool] = reactive(False)
    """Whether letters go elsewhere, so that its key needs Esc first."""

    def on_mount(self) -> None:
        self.display = False

    def watch_said(self, said: tuple[str, ...]) -> None:
        self.display = bool(said)

    def render(self) -> RenderResult:
        if not self.said:
            return Content("")
        words = _("{key} svara") if self.is_question else _("{key} uppfattat")
        if self.typing:
            words = _("{back} och sedan {key}")
        key = words.format(back=key_name("back"), key=key_name("answer_colleague"))
        more = f" (+{len(self.said) - 1})" if len(self.said) > 1 else ""
        room = self.size.width - len(key) - len(more) - 6
        words = draw.fit(self.said[0], max(0, room))
        return Content.assemble((" ⇄ ", "bold"), words, more, (f" {key} ", "bold"))
