"""Who is at the console: they log in, it locks, the same person unlocks it, somebody else comes (NA-1)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from textual import events
from textual.await_complete import AwaitComplete
from textual.widget import AwaitMount

from p24tui import services
from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.login import KNOWN_BEFORE, Means, Proven, Session, is_over, must_lock
from p24tui.services.login_views import Admitted
from p24tui.store.values import Staff, Unit
from p24tui.system import System
from p24tui.tui.errands import Errands
from p24tui.tui.raising_app import RaisingApp
from p24tui.tui.screens.desk import DeskScreen
from p24tui.tui.screens.locked import LockedScreen
from p24tui.tui.screens.login import Choice, ChoiceScreen, DemoScreen, LoginScreen
from p24tui.tui.screens.own_password import OwnPasswordScreen

LOOKED_AT_EVERY = 1.0
"""Seconds between looks at whether it is time to lock."""

CARD_LOOKED_FOR_EVERY = 2.0
"""Seconds between looks at whether the card is still in the reader."""

_ENTRANCES = (LockedScreen, LoginScreen, ChoiceScreen)
"""What may stand over the lock."""

UNTIL_KNOWN = (timedelta(minutes=5), timedelta(hours=12))
"""When it locks, and how long one is logged in, while the unit's own cannot be read."""

AGAIN_AFTER = 2.0
"""Seconds after which the record of a session that could not be begun is tried again."""

_log = logging.getLogger(__name__)


class _Begun(Struct, frozen=True):
    """A session, when it locks, how long it lasts, and by what it is unlocked."""

    session: Session
    lock_after: timedelta
    longest: timedelta
    unlocked_by: Means


class Sessions(RaisingApp[None]):
    """The part of the console that knows whose it is now. What the desk shows, and the feed, are the others' affair.

    While it is locked nothing comes or goes under the lock that one would see: what the desk wants to show or take away
    waits until it is unlocked. In a demo one may be any of those who are ``played``. ``proven`` is who somebody is from
    the start.
    """

    def __init__(
        self,
        system: System,
        played: Mapping[Staff, tuple[Unit, ...]],
        place: str,
        banner: str,
        proven: Proven | None = None,
    ) -> None:
        super().__init__()
        self.system = system
        self.banner = banner
        self._played = played
        self._place = place
        self._known_before = proven is not None and proven.means in KNOWN_BEFORE
        self._session: Session | None = None
        self._begun: _Begun | None = None
        self._locked: LockedScreen | None = None
        self._waiting: list[Callable[[], object]] = []
        self._last_sign = system.clock.now()
        self._looks_for_card = False
        self._looked_again: datetime | None = None
        self._errands = Errands(self, "sessions", self._not_recorded)
        self._card_reader = Errands(self, "card", self._not_recorded)

    def open_desk(self, actor: Actor, units: tuple[Unit, ...]) -> None:
        """Show the desk of somebody who has come in."""
        raise NotImplementedError

    async def close_desk(self) -> None:
        """Stop what is only for as long as somebody is there; the desk is gone already."""
        raise NotImplementedError

    def desks(self) -> list[DeskScreen]:
        """The desk, where there is one, whatever stands over it."""
        return [screen for screen in self.screen_stack if isinstance(screen, DeskScreen)]

    def on_errands_returned(self, message: Errands.Returned) -> None:
        message.settle()

    # Coming in

    def come_in(self, said: str = "") -> None:
        """Let somebody come in by the means that the unit has; in a demo they say whom they play."""
        if self._played:
            unit = next(iter(self._played.values()))[0]
            people = list(self._played)
            self.push_screen(DemoScreen(unit, people, self.system.settings.staff, self.banner), self._play)
            return
        if self._known_before:
            self.exit(message=said or None)
            return
        means = Means(self.system.settings.login)

        def ask(last: str) -> None:
            if isinstance(self.screen, LoginScreen) or (self._session is not None and not self.locked):
                return  # it was asked for twice, or the person came back meanwhile
            self.push_screen(LoginScreen(self.system, self._place, means, said, last), self._came)

        self._errands.run(lambda: services.login.remembered(self.system), ask)

    def go_on(self, actor: Actor, proven: Proven) -> None:
        """Begin the session of somebody who is at the desk already; where it cannot be recorded now, soon."""

        def again(error: P24Error) -> None:
            self._not_recorded(error)
            if self._session is None:  # it locks meanwhile as any
                session = Session(fresh_id(), actor, proven, self.system.clock.now())
                self._have_session(_Begun(session, *UNTIL_KNOWN, proven.means))
            self.set_timer(AGAIN_AFTER, lambda: self.go_on(actor, proven))

        self._errands.run(lambda: self._begin(actor, proven), self._have_session, again)

    def _play(self, member: Staff | None) -> None:
        if member is None:
            self.exit()
            return
        units, now = self._played[member], self.system.clock.now()
        actor = Actor(member.id, member.name, member.profession, units[0].id, self._place)
        self.open_desk(actor, units)
        self.go_on(actor, Proven(member.id, member.name, Means.DEMO, now))

    def _came(self, admitted: Admitted | None) -> None:
        if admitted is not None:
            self.let_in(admitted)
        elif self._session is None:
            self.exit()

    def let_in(self, admitted: Admitted) -> None:
        """Let them choose at which unit and as what they act, where there is a choice."""
        choices = [Choice(unit, role) for unit in admitted.units for role in admitted.roles[unit.id]]
        if len(choices) == 1:
            self._enter(admitted, choices[0])
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._enter(admitted, choice)
            elif self._session is None:
                self.come_in()

        self.push_screen(ChoiceScreen(admitted.member.name, choices, self.system.settings.unit), chosen)

    def _enter(self, admitted: Admitted, choice: Choice) -> None:
        """Whoever was here before is logged out, and only then does the next one come in."""
        actor = admitted.acting(choice.unit.id, choice.role, self._place)
        units = tuple(sorted(admitted.units_as(choice.role), key=lambda unit: unit.id != choice.unit.id))
        before, self._session = self._session, None

        def begin() -> _Begun:
            self.system.person_changed(admitted.member.id)
            return self._begin(actor, admitted.proven)

        def begun(found: _Begun) -> None:
            self._have_session(found)
            self.open_desk(actor, units)

        async def change_person() -> None:
            if before is not None:
                await self._let_go(before, "other")
            self._errands.run(begin, begun, lambda error: self.come_in(explain(error)))

        self.run_worker(change_person(), name="change-person")

    def _begin(self, actor: Actor, proven: Proven) -> _Begun:
        session, means = services.login.begin_session(self.system, actor, proven), proven.means
        if means is Means.SYSTEM_USER and services.passwords.has_password(self.system, proven.staff_id):
            means = Means.PASSWORD
        after = services.login.lock_after(self.system, actor.unit_id)
        return _Begun(session, after, services.login.longest(self.system), means)

    def _have_session(self, found: _Begun) -> None:
        self._begun, self._session = found, found.session
        self._last_sign = self.system.clock.now()
        if found.session.proven.means is Means.DEMO:
            for desk in self.desks():
                desk.say_demo_login()

    def _not_recorded(self, error: P24Error) -> None:
        """A lock does not wait for its record, nor does whoever leaves."""
        _log.warning("session: %s", error)

    # Being there

    def watch_session(self) -> None:
        """Look each second whether it is time to lock, and now and then whether the card is there."""
        self.set_interval(LOOKED_AT_EVERY, self.look_at_session)
        self.set_interval(CARD_LOOKED_FOR_EVERY, self._look_for_card)

    @property
    def locked(self) -> bool:
        """Whether it is locked."""
        return self._locked is not None

    def look_at_session(self) -> None:
        """By the clock it locks, and after a long time one has to log in anew."""
        if self._locked is not None:
            self._locked.calling = sum(desk.calling for desk in self.desks())
        session, begun = self._session, self._begun
        if session is None or begun is None or session.proven.means is Means.DEMO:
            return
        now = self.system.clock.now()
        self._look_again(session, now)
        if is_over(session, now, begun.longest):
            hours = int(begun.longest.total_seconds()) // 3600
            words = _("Du har varit inloggad i {hours} timmar. Logga in igen; det du har skrivit finns kvar.")
            self._log_out(session, "too-long", words.format(hours=hours))
        elif not self.locked and must_lock(self._last_sign, now, begun.lock_after):
            self.lock("idle")

    def _look_again(self, session: Session, now: datetime) -> None:
        """Each minute: what somebody has taken from the person since they came ends it, also under the lock."""
        if (minute := now.replace(second=0, microsecond=0)) == self._looked_again:
            return
        self._looked_again = minute
        unit_ids = [unit_id for desk in self.desks() for unit_id in desk.unit_ids]

        def failed(error: P24Error) -> None:
            if isinstance(error, Refused) and self._session is session:
                self._log_out(session, "taken-away", explain(error))
            elif not isinstance(error, Refused):
                _log.warning("session: not looked at: %s", error)  # what cannot be read now, is in a minute

        self._errands.run(lambda: services.login.look_again(self.system, session, unit_ids), failed=failed)

    async def on_event(self, event: events.Event) -> None:
        """A key or a click says that somebody is there; one that comes too late opens nothing."""
        by_hand = isinstance(event, events.InputEvent | events.Paste) and not isinstance(event, events.MouseMove)
        if not (by_hand and not self.locked and self._came_too_late()):
            await super().on_event(event)

    def _came_too_late(self) -> bool:
        """Somebody is there; whether it has locked before they came."""
        self.look_at_session()
        self._last_sign = self.system.clock.now()
        return self.locked

    def _look_for_card(self) -> None:
        """One look at a time; a locked console has nothing to lose by it."""
        by_card = self._session is not None and self._session.proven.means is Means.CARD
        if not by_card or self.locked or self._looks_for_card:
            return
        self._looks_for_card = True

        def found(present: bool) -> None:
            self._looks_for_card = False
            if not present:
                self.lock("card")

        self._card_reader.run(self.system.card.is_present, found, lambda _error: found(False))

    # One's own password

    @property
    def changes_password(self) -> bool:
        """Whether there is somebody here who proves by a password who they are."""
        begun = self._begun
        return self._session is not None and begun is not None and begun.unlocked_by is Means.PASSWORD

    def action_change_password(self) -> None:
        """Let the person have another password."""
        session = self._session
        if session is None or not self.changes_password:
            return

        def changed(is_changed: bool | None) -> None:
            for desk in self.desks() if is_changed else []:
                desk.say_password_changed()

        self.push_screen(OwnPasswordScreen(self.system, session), changed)

    # The lock

    def action_lock(self) -> None:
        self.lock("key")

    def lock(self, why: str) -> None:
        """Blank the screen at once; what is typed is kept, and what stands there stays there, under the lock."""
        session, begun = self._session, self._begun
        if session is None or begun is None or self.locked:
            return
        for desk in self.desks():
            desk.put_away()
        self.clear_notifications()
        self.clear_selection()
        other = None if self._known_before or session.proven.means is Means.DEMO else self.come_in
        self._locked = LockedScreen(
            self.system,
            session,
            begun.unlocked_by,
            banner=self.banner,
            unlock=self._unlock,
            somebody_else=other,
        )
        self._locked.calling = sum(desk.calling for desk in self.desks())
        super().push_screen(self._locked)
        self._errands.run(lambda: services.login.lock(self.system, session, why))

    def _unlock(self) -> None:
        """The same person is back: what was to be shown meanwhile is shown."""
        waiting, self._waiting, self._locked = self._waiting, [], None
        self._last_sign = self.system.clock.now()
        super().pop_screen()
        for one in waiting:
            one()

    def push_screen(self, screen: Any, *args: Any, **kwargs: Any) -> Any:
        if self._locked is None or isinstance(screen, _ENTRANCES):
            return super().push_screen(screen, *args, **kwargs)
        self._waiting.append(lambda: super(Sessions, self).push_screen(screen, *args, **kwargs))
        return AwaitMount(self.screen, [])

    def pop_screen(self) -> AwaitComplete:
        if self._locked is None or isinstance(self.screen, LoginScreen | ChoiceScreen):
            return super().pop_screen()
        self._waiting.append(super().pop_screen)
        return AwaitComplete()

    # Going away

    def _log_out(self, session: Session, why: str, said: str) -> None:
        """End the session, and say at the entrance why one has to come in anew."""
        self._session = None

        async def log_out() -> None:
            await self._let_go(session, why)
            self.come_in(said)

        self.run_worker(log_out(), name="log-out")

    async def _let_go(self, session: Session, why: str) -> None:
        """End the session as by logging out: what is ongoing is not abandoned, what is typed is kept (SH-1)."""
        for desk in self.desks():
            desk.log_out()
        self._locked, self._waiting = None, []
        with self.batch_update():  # what stood under the lock is not painted on its way out
            while len(self.screen_stack) > 1:
                await super().pop_screen()
        self.screen.refresh()
        self._errands.run(lambda: services.login.end(self.system, session, why))
        await self._errands.idle()
        await self.close_desk()
        await asyncio.to_thread(self.system.person_changed, "")

    def leave(self) -> None:
        """The console closes: that is recorded, and what was given is carried out first."""
        if (session := self._session) is not None:
            self._session = None
            self._errands.run(lambda: services.login.end(self.system, session, "left"))
        self._errands.finish()
        self._card_reader.finish()
