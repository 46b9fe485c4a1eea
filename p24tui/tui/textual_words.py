"""What Textual itself says on our screens, in the interface's language."""

from functools import partial
from typing import Any

from textual.app import App
from textual.command import CommandInput, CommandList, CommandPalette, SearchIcon
from textual.content import Content
from textual.widgets.option_list import Option

from p24tui.i18n import _
from p24tui.text import clean_line
from p24tui.tui.keys import key_name


class Palette(CommandPalette):
    """Textual's command palette. Its sign that it is busy stays away: that may be an English word."""

    DEFAULT_CSS = """
    Palette LoadingIndicator { display: none; }
    Palette SearchIcon { color: $primary; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=_("Sök kommando …"))

    def on_mount(self) -> None:
        for icon in self.query(SearchIcon):
            icon.icon = "›"  # Textual's is an emoji, which many terminals draw as a box
        for line in self.query(CommandInput):
            line.cursor_blink = False  # nothing blinks here but an alarm

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, partial(self._say_none, search_value))

    def _say_none(self, sought: str) -> None:
        if sought:
            none = Option(
                Content(_("Inget kommando hittades för ”{words}”.").format(words=clean_line(sought, 40))),
                id=self._NO_MATCHES,
                disabled=True,
            )
            self.query_one(CommandList).add_option(none)
        self._list_visible = bool(sought)


def say_how_to_quit(app: App[Any]) -> None:
    """Ctrl+C does not close the console; say what does."""
    app.notify(_("{key} stänger p24tui.").format(key=key_name("quit")), markup=False)
