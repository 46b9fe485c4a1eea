"""Logging in: who has proven who they are becomes somebody who acts, at a unit, in a role, in a session (NA-1)."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta

from p24tui.errors import Refused
from p24tui.gateways import browser, loopback
from p24tui.gateways.browser import Opened
from p24tui.ids import fresh_id
from p24tui.routine import login as routine
from p24tui.routine.actor import Actor
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.login import Means, Proven, Session
from p24tui.routine.rule import rule
from p24tui.services import passwords
from p24tui.services.change import permitted
from p24tui.services.limits import limit
from p24tui.services.login_views import Admitted
from p24tui.services.staff import roles_in
from p24tui.services.unit_settings import lock_minutes_in
from p24tui.store import events, people
from p24tui.system import System

LAST = "last-login"
"""The file of the home folder with the HSA-id of who logged in last."""

by_password = passwords.prove


@rule("NA-1")
def admit(system: System, proven: Proven, place: str) -> Admitted:
    """Let in who has proven who they are. Raises ``Refused`` (NA-1) for who is not staff here, or not any longer, and
    for who works at no unit; that is recorded.

    Where the database is opened as a person, and nobody has come yet, it is opened as them.
    """
    if not system.settings.staff:
        system.person_changed(proven.staff_id)
    with system.store.reading() as tx:
        found = people.staff_member(tx, proven.staff_id)
        known = {unit.id: unit for unit in people.all_units(tx)}
        member, unit_ids = found if found is not None else (None, ())
        units = tuple(unit for unit in known.values() if unit.id in unit_ids)
        roles = roles_in(tx, member, unit_ids) if member is not None else {}
    units = tuple(unit for unit in units if roles.get(unit.id))
    if member is None or not member.active or not units:
        reason = "login-unknown" if member is None else "login-no-unit" if member.active else "login-inactive"
        _record_refused(system, proven, reason, place)
        raise Refused("NA-1", reason, name=proven.name or proven.staff_id)
    return Admitted(member, units, roles, proven)


def of_system_user(system: System, system_user: str) -> Proven:
    """Who the operating system's user is. Raises ``Refused`` (NA-1) where nobody has it."""
    with system.store.reading() as tx:
        staff_id = people.staff_of_system_user(tx, system_user)
        found = people.staff_member(tx, staff_id) if staff_id is not None else None
    if found is None:
        raise Refused("NA-1", "login-system-user", user=system_user)
    return Proven(found[0].id, found[0].name, Means.SYSTEM_USER, system.clock.now())


def begin_session(system: System, actor: Actor, proven: Proven) -> Session:
    """Begin a session: it is recorded before anything is shown."""
    session = Session(fresh_id(), actor, proven, system.clock.now())
    _record(system, session, "session.started", means=proven.means)
    return session


def lock(system: System, session: Session, why: str) -> None:
    """Record that the console has locked: ``why`` is ``idle``, ``key`` or ``card``. The screen did not wait for it."""
    _record(system, session, "session.locked", why=why)


@rule("NA-1")
def unlock(system: System, session: Session, proven: Proven) -> None:
    """Let the person back. Raises ``Refused`` (NA-1) for anybody else, and where they may no longer come in."""
    permitted(routine.may_unlock(session, proven), name=session.actor.name)
    admitted = admit(system, proven, session.actor.place)
    permitted(routine.may_go_on(session, (), admitted.roles))
    _record(system, session, "session.unlocked", means=proven.means)


@rule("NA-1")
def look_again(system: System, session: Session, unit_ids: Collection[str]) -> None:
    """Whether the session may go on at these units: somebody may have taken from the person what it began with.

    Raises ``Refused`` (NA-1) where they have.
    """
    with system.store.reading() as tx:
        found = people.staff_member(tx, session.proven.staff_id)
        roles = roles_in(tx, *found) if found is not None and found[0].active else {}
    permitted(routine.may_go_on(session, unit_ids, roles))


def end(system: System, session: Session, why: str) -> None:
    """Record that the session is over: ``why`` is ``left``, ``other`` (somebody else came), ``too-long`` or
    ``taken-away``.
    """
    _record(system, session, "session.ended", why=why)


def lock_after(system: System, unit_id: str) -> timedelta:
    """How long a console of the unit stays open without a key."""
    with system.store.reading() as tx:
        return timedelta(minutes=lock_minutes_in(tx, unit_id, system.clock.now()))


def longest(system: System) -> timedelta:
    """How long one is logged in at most."""
    return timedelta(hours=limit("session_longest", system.clock.now()))


def _record(system: System, session: Session, kind: str, **details: str) -> None:
    with system.store.writing() as tx:
        events.append(tx, session.actor, system.clock.now(), kind, rule="NA-1", session=session.id, **details)


def _record_refused(system: System, proven: Proven, reason: str, place: str) -> None:
    nobody = Actor(None, "p24tui", None, system.settings.unit, place)  # what any person's database role may write
    with system.store.writing() as tx:
        details = {"reason": reason, "staff": proven.staff_id, "means": proven.means}
        events.append(tx, nobody, system.clock.now(), "login.refused", rule="NA-1", **details)


def by_card(system: System, pin: str) -> Proven:
    """Who somebody is, by the card in the reader. Raises as ``Card.read`` does."""
    return system.card.read(pin)


def by_browser(system: System, shown: Callable[[str, Opened], None], given_up: Callable[[], bool]) -> Proven:
    """Who somebody is, by a login in the browser of this machine. It takes as long as they take, in a thread.

    ``shown`` is told where the address was opened. Raises ``Refused`` (NA-1) where nobody logged in in time or it was
    broken off, and as ``StaffIdp`` does.
    """
    minutes = limit("login_by_browser", system.clock.now())
    with loopback.listening(system.settings.staff_oidc_port) as redirect:
        begun = system.staff_idp.begin(redirect.address)
        shown(begun.address, browser.open_address(begun.address))
        answer = redirect.wait(begun.state, minutes * 60, given_up)
        if answer is None:
            raise Refused("NA-1", "login-broken-off" if given_up() else "login-late")
        return system.staff_idp.finish(begun, answer, redirect.address)


def remember(system: System, proven: Proven) -> None:
    """Remember on this machine who logged in last by a password, so that they need not type it: that they did is no
    secret, and where it cannot be kept nothing is lost.
    """
    if proven.means is Means.PASSWORD:
        with suppress(OSError):
            (system.settings.home / LAST).write_text(proven.staff_id + "\n", encoding="utf-8")


def remembered(system: System) -> str:
    """Who logged in last on this machine; until anybody has, whom the settings name."""
    try:
        typed = (system.settings.home / LAST).read_text(encoding="utf-8")
        return check_hsa_id(typed)
    except (OSError, ValueError):
        return system.settings.staff
