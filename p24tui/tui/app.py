"""The console: which screens there are, who acts, and how the feed reaches them. No more than that."""

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from p24tui.routine.actor import Actor
from p24tui.services.views import QueueView
from p24tui.store.values import Notice, Position, Staff, Unit
from p24tui.system import System
from p24tui.tui import look
from p24tui.tui.commands import commands
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings, use_keys
from p24tui.tui.messages import FeedSpoke, TerminalWent
from p24tui.tui.raising_app import RaisingApp
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.screens.who import WhoScreen
from p24tui.tui.textual_words import Palette, say_how_to_quit

if TYPE_CHECKING:
    from p24tui.store.feed import Feed

TERMINAL_CHECKED_EVERY = 2.0
"""Seconds between looks at whether the terminal is still there."""


class P24App(RaisingApp[None]):
    """The full-screen console.

    ``actor`` is who acts; where it is none the console asks first which of the unit's staff one is, which is no
    login. ``people`` are those one may be, each with the units they work for, the one that the console opens on first.
    ``first`` is what is shown at once. ``banner`` is a word that stands on every screen, such as the demo's.
    Whoever has no shift is asked where it ``asks_for_shift``. Where it ``begins_shift`` they have one without being
    asked, and close at once, as in a demo, of which nothing is kept.
    ``when_shown`` is called once, in a thread, when the whole list stands on the screen: what need not be there
    before starts then. Raises ``BadInput`` where the settings' keys cannot be used.
    """

    TITLE = "p24tui"
    CSS_PATH = [Path("screens") / name for name in ("desk.tcss", "dialogs.tcss")]
    BINDINGS = bindings(Where.EVERYWHERE)

    def __init__(
        self,
        system: System,
        people: Mapping[Staff, tuple[Unit, ...]],
        place: str,
        *,
        actor: Actor | None = None,
        first: QueueView | None = None,
        banner: str = "",
        asks_for_shift: bool = False,
        begins_shift: bool = False,
        when_shown: Callable[[], None] = lambda: None,
    ) -> None:
        self._keys = use_keys(system.settings.keys)
        super().__init__()
        self.system = system
        self.banner = banner
        self.set_class(bool(banner), "-banner")
        self._people = people
        self._place = place
        self._actor = actor
        self._first = first
        self._asks_for_shift = asks_for_shift
        self._begins_shift = begins_shift
        self._when_shown = when_shown
        self._feed: Feed | None = None
        self._warned = False
        self._terminal_went = False
        for theme in look.THEMES:
            self.register_theme(theme)
        self.theme = system.settings.theme
        self.animation_level = "none"  # what one asks for is there at once, and nothing moves by itself

    def on_mount(self) -> None:
        self.set_keymap(self._keys)
        if not self.is_headless:
            self.set_interval(TERMINAL_CHECKED_EVERY, self._leave_dead_terminal)
        if self._actor is None:
            unit = next(iter(self._people.values()))[0]
            suggested = self.system.settings.staff
            self.push_screen(WhoScreen(unit, list(self._people), suggested, self.banner), self._be)
        else:
            self._open_desk(self._actor)

    def on_unmount(self) -> None:
        if self._feed is not None:
            self._feed.stop()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        return commands(self, screen, self._actor.acts_as if self._actor else None)

    def action_command_palette(self) -> None:
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(Palette())

    def action_help_quit(self) -> None:
        say_how_to_quit(self)

    async def action_quit(self) -> None:
        """Close; where something is left behind, or what is typed cannot be saved, only when asked a second time."""
        for desk in self._desks():
            desk.put_away()
            if desk.would_lose_text and not self._warned:
                self._warned = True
                desk.say_would_lose_text()
                return
            if not (self._begins_shift or self._terminal_went) and desk.ends_shift_first():
                return
        self.exit()

    def action_help(self) -> None:
        self.push_screen(HelpScreen())

    def _fatal_error(self) -> None:
        with suppress(Exception):  # what is typed outlives the bug, unless that is just where it is
            for desk in self._desks():
                desk.put_away()
        super()._fatal_error()

    async def _leave_dead_terminal(self) -> None:
        """A terminal that has gone away without a signal would leave the console running, seen by nobody."""
        if self._terminal_went or not (self.is_web or (sys.__stdin__ and sys.__stdin__.isatty())):
            await self.action_quit()

    async def on_terminal_went(self, _message: TerminalWent) -> None:
        """The page is closed or loaded anew: the shift goes on in the next, and without one it is missed as any."""
        self._terminal_went = True
        await self._leave_dead_terminal()

    def _be(self, member: Staff | None) -> None:
        if member is None:
            self.exit()
            return
        unit = self._people[member][0]
        self._open_desk(Actor(member.id, member.name, member.profession, unit.id, self._place))

    def _open_desk(self, actor: Actor) -> None:
        self._actor = actor
        units = next(units for one, units in self._people.items() if one.id == actor.staff_id)
        self.push_screen(DeskScreen(self.system, units, actor, self.banner, self._first))

    def on_desk_screen_loaded(self, message: DeskScreen.Loaded) -> None:
        since = message.since
        self.run_worker(lambda: self._start_feed(since), thread=True, name="feed")
        for desk in self._desks():
            desk.look_for_shift(asks=self._asks_for_shift, begins=self._begins_shift)

    def _start_feed(self, since: Position | None) -> None:
        """What changed while the list was read and painted is told first: the feed begins where the reading began."""
        from p24tui.store.feed import Feed

        self._feed = Feed(self.system.store, self._hear, since)
        self._when_shown()

    def _hear(self, notice: Notice) -> None:
        """Called in the feed's thread: a message is all that may cross over."""
        self.post_message(FeedSpoke(notice))

    def on_feed_spoke(self, message: FeedSpoke) -> None:
        for desk in self._desks():
            desk.hear(message.notice)

    def _desks(self) -> list[DeskScreen]:
        return [screen for screen in self.screen_stack if isinstance(screen, DeskScreen)]
