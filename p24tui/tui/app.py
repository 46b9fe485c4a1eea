"""The console: which screens there are, who acts, and how the feed reaches them. No more than that."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.worker import Worker

from p24tui import services
from p24tui.i18n import _
from p24tui.routine.actor import Actor
from p24tui.routine.login import Proven
from p24tui.services.login_views import Admitted
from p24tui.services.views import QueueView
from p24tui.store.values import Lost, Notice, Position, Staff, Unit
from p24tui.system import System
from p24tui.tui import look
from p24tui.tui.commands import commands
from p24tui.tui.key import Where
from p24tui.tui.keys import bindings, use_keys
from p24tui.tui.messages import FeedSpoke, TerminalWent
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.help import HelpScreen
from p24tui.tui.sessions import Sessions
from p24tui.tui.textual_words import Palette, say_how_to_quit
from p24tui.tui.window import HEIGHTS

if TYPE_CHECKING:
    from p24tui.store.feed import Feed

ANSWERS_WITHIN = 1.5
"""Seconds within which the database answers the feed; after that it is said to be lost, though nothing is refused."""

LOOKED_EVERY = 0.25
"""Seconds between looks at that."""

TERMINAL_CHECKED_EVERY = 2.0
"""Seconds between looks at whether the terminal is still there."""


class P24App(Sessions):
    """The full-screen console.

    ``actor`` is who acts, and ``proven`` by what that is known, with which their session begins; or ``admitted`` is who
    has come in and may still have a choice. Where there is neither one logs in first; in a demo, where ``people`` are
    given, one chooses whom of them one plays. ``people`` are those one may be, each with the units they work for, the
    one that the console opens on first. ``first`` is what is shown at once. ``banner`` is a word that stands on every
    screen, such as the demo's.
    Whoever has no shift is asked where it ``asks_for_shift``. Where it ``begins_shift`` they have one without being
    asked, and close at once, as in a demo, of which nothing is kept.
    ``when_shown`` is called in a thread when the whole list stands on somebody's screen: what need not be there before
    starts then; ``when_left`` when they have gone. Raises ``BadInput`` where the settings' keys cannot be used.
    """

    TITLE = "p24tui"
    CSS_PATH = [Path("screens") / name for name in ("desk.tcss", "dialogs.tcss")]
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS = bindings(Where.EVERYWHERE)

    def __init__(
        self,
        system: System,
        people: Mapping[Staff, tuple[Unit, ...]],
        place: str,
        *,
        actor: Actor | None = None,
        proven: Proven | None = None,
        admitted: Admitted | None = None,
        first: QueueView | None = None,
        banner: str = "",
        asks_for_shift: bool = False,
        begins_shift: bool = False,
        when_shown: Callable[[], None] = lambda: None,
        when_left: Callable[[], None] = lambda: None,
    ) -> None:
        self._keys = use_keys(system.settings.keys)
        known = admitted.proven if admitted is not None else proven
        super().__init__(system, people if actor is None else {}, place, banner, known)
        self._people = people
        self.set_class(bool(banner), "-banner")
        self._actor = actor
        self._proven = proven
        self._admitted = admitted
        self._first = first
        self._asks_for_shift = asks_for_shift
        self._begins_shift = begins_shift
        self._when_shown = when_shown
        self._when_left = when_left
        self._feed: Feed | None = None
        self._starting: Worker[None] | None = None
        self._warned = False
        self._terminal_went = False
        for theme in look.THEMES:
            self.register_theme(theme)
        self.theme = system.settings.theme
        self._style_variables = self.get_css_variables()
        self.stylesheet.set_variables(self._style_variables)
        self.animation_level = "none"  # what one asks for is there at once, and nothing moves by itself

    def on_mount(self) -> None:
        self.set_keymap(self._keys)
        if not self.is_headless:
            self.set_interval(TERMINAL_CHECKED_EVERY, self._leave_dead_terminal)
        if self.system.settings.database:  # a file is there or it is not: no answer from it is owed for long
            self.set_interval(LOOKED_EVERY, self._look_at_feed)
        self.watch_session()
        if self._admitted is not None:
            self.let_in(self._admitted)
            return
        if self._actor is None:
            self.come_in()
            return
        self.open_desk(
            self._actor, next(units for one, units in self._people.items() if one.id == self._actor.staff_id)
        )
        if self._proven is not None:  # once the first frame stands: the database layer that it loads would hold that up
            (desk,) = self.desks()
            desk.call_after_refresh(self.go_on, self._actor, self._proven)

    def on_unmount(self) -> None:
        self.leave()
        if self._feed is not None:
            self._feed.stop()

    def refresh_css(self, animate: bool = True) -> None:
        """Not as Textual starts: it asks for it then too, for the theme that the style sheets were just read with."""
        variables = self.get_css_variables()
        if variables != self._style_variables:
            self._style_variables = variables
            super().refresh_css(animate)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from commands(self, screen, self._actor.acts_as if self._actor else None)
        if self.changes_password:
            yield SystemCommand(_("Byt lösenord"), _("Välj ett nytt lösenord."), self.action_change_password)

    def action_command_palette(self) -> None:
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(Palette())

    def action_help_quit(self) -> None:
        say_how_to_quit(self)

    async def action_quit(self) -> None:
        """Close; where something is left behind, or what is typed cannot be saved, only when asked a second time.

        A locked console closes at once: whoever closes it has not proven who they are, and ends nobody's shift.
        """
        for desk in self.desks():
            desk.put_away()
            if desk.would_lose_text and not self._warned:
                self._warned = True
                desk.say_would_lose_text()
                return
            if not (self.locked or self._begins_shift or self._terminal_went) and desk.ends_shift_first():
                return
        self.exit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.locked and action in {"command_palette", "help", "lock"}:
            return False
        return super().check_action(action, parameters)

    def action_help(self) -> None:
        here = next((desk.where for desk in self.desks()), Where.LIST)
        self.push_screen(HelpScreen(self._actor.acts_as if self._actor else None, here))

    def _fatal_error(self) -> None:
        with suppress(Exception):  # what is typed outlives the bug, unless that is just where it is
            for desk in self.desks():
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

    def open_desk(self, actor: Actor, units: tuple[Unit, ...]) -> None:
        self._actor = actor
        first, self._first = self._first, None
        self.push_screen(DeskScreen(self.system, units, actor, self.banner, first))

    async def close_desk(self) -> None:
        if self._starting is not None:
            await self._starting.wait()
        if self._feed is not None:
            await asyncio.to_thread(self._feed.stop)
            self._feed = None
        await asyncio.to_thread(self._when_left)

    def on_desk_screen_loaded(self, message: DeskScreen.Loaded) -> None:
        since = message.since
        self._starting = self.run_worker(lambda: self._start_feed(since), thread=True, name="feed")
        for desk in self.desks():
            desk.look_for_shift(asks=self._asks_for_shift, begins=self._begins_shift)

    def _start_feed(self, since: Position | None) -> None:
        """What changed while the list was read and painted is told first: the feed begins where the reading began."""
        from p24tui.store.feed import Feed

        self._feed = Feed(self.system.store, self._hear, since)
        self._when_shown()
        services.tone.make_ready()

    def _hear(self, notice: Notice) -> None:
        """Called in the feed's thread: a message is all that may cross over."""
        self.post_message(FeedSpoke(notice))

    def _look_at_feed(self) -> None:
        """A connection that is half open lets the feed wait and wait: it cannot say so itself (H22)."""
        if self._feed is not None and self._feed.unanswered > ANSWERS_WITHIN:
            self.post_message(FeedSpoke(Lost("silent")))

    def on_feed_spoke(self, message: FeedSpoke) -> None:
        for desk in self.desks():
            desk.hear(message.notice)
