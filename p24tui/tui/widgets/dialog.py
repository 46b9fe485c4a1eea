"""The box of a dialog: its line of keys stays in sight, and its frame says where there is more below."""

from textual.containers import Vertical
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget

from p24tui.i18n import _

FEWEST = 2
"""Lines that a part which scrolls keeps, where it has as many."""


class Parts(Vertical):
    """Parts one under the other. Where there is no room for all, those that scroll give way, from the top."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._giving = _Giving()

    @property
    def layout(self) -> Layout:
        return self._giving


class Dialog(Parts):
    """The box itself."""

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=f"dialog {classes}")

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _screen: self._say_more())

    def _say_more(self) -> None:
        """In the frame, which costs no line: a thin scrollbar alone is not seen."""
        parts = [one for one in self.query("*").results(Widget) if one.styles.overflow_y == "auto"]
        is_more = any(one.scroll_offset.y < one.max_scroll_y for one in parts)
        self.border_subtitle = _("↓ mer") if is_more else ""


class _Giving(VerticalLayout):
    """As a rule of style no height can be both as much as there is to show and no more than the others leave."""

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        placed = list(super().arrange(parent, children, size, greedy))
        if size.height == 0:  # it is asked how much room all of it would take
            return placed
        lacking = max((one.region.bottom for one in placed), default=0) - size.height
        raised = 0
        for number, one in enumerate(placed):
            gives = min(max(0, lacking - raised), _can_give(one))
            x, y, width, height = one.region
            placed[number] = one._replace(region=one.region.__class__(x, y - raised, width, height - gives))
            raised += gives
        return placed


def _can_give(placed: WidgetPlacement) -> int:
    scrolls = placed.widget.styles.overflow_y == "auto" and not placed.overlay
    return max(0, placed.region.height - FEWEST) if scrolls else 0
