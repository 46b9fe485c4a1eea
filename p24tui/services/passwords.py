"""Passwords, for units that have neither cards nor an IdP: argon2id, slowed down, never kept in clear (NA-1)."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from p24tui import assets
from p24tui.errors import BadInput, Refused
from p24tui.routine import login as routine
from p24tui.routine.actor import Actor
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.login import Means, PasswordRules, Proven, Session
from p24tui.routine.rule import rule
from p24tui.services import password_tries
from p24tui.services.access import right
from p24tui.services.change import permitted
from p24tui.services.limits import limit
from p24tui.services.password_tries import Counter
from p24tui.store import events, people
from p24tui.store import login as store
from p24tui.store.login import Password
from p24tui.store.values import Staff
from p24tui.system import System

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MOST = 200
"""Characters of a password that are taken; more would only be work."""

_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$amq3m8PMYNXYaQjeEoyPLA$PMKAyKxZG/4o2eM+I9iDTqHMxnokpcEhAXd9TMUp708"
"""What is checked where there is no such person: it takes as long, and nobody knows what fits it."""


@rule("NA-1")
def prove(system: System, staff_id: str, password: str, place: str) -> Proven:
    """Who somebody is, by their password. It takes long, by intent: never on the UI thread.

    Raises ``Refused`` (NA-1): ``login-wrong``, the same for an unknown person; ``login-wait`` after many that were
    wrong; ``password-one-time`` where it is right, but has to be changed first, with ``change``.
    """
    return _proven(system, *_checked(system, password_tries.for_login, staff_id, password, place))


@rule("NA-1")
def prove_again(system: System, session: Session, password: str) -> Proven:
    """That it is the person of the session who is at its console, which has locked. As ``prove``; but whatever
    colleagues and strangers have guessed meanwhile, at this machine or any other, they need not wait for it.
    """
    staff_id, place = session.proven.staff_id, session.actor.place
    return _proven(system, *_checked(system, password_tries.for_unlocking, staff_id, password, place))


@rule("NA-1")
def change(system: System, staff_id: str, password: str, wanted: str, place: str) -> Proven:
    """Let the person have another password than the one they know. Raises ``Refused`` as ``prove`` does, and where
    the one they want is too weak.
    """
    member, _kept = _checked(system, password_tries.for_login, staff_id, password, place)
    if _clean(wanted) == _clean(password):
        raise Refused("NA-1", "password-same")
    actor = Actor(member.id, member.name, member.profession, system.settings.unit, place)
    _put(system, actor, member, wanted, one_time=False)
    return Proven(member.id, member.name, Means.PASSWORD, system.clock.now())


@right("staff.change")
def give_one_time(system: System, actor: Actor, staff_id: str) -> str:
    """Give a person a password for one login, at which they choose their own; it is returned once and kept nowhere.

    Raises ``BadInput`` where there is no such active person.
    """
    password = "-".join(secrets.token_hex(2) for _part in range(4))
    _put(system, actor, _active(system, staff_id), password, one_time=True)
    return password


@right("staff.change")
def choose(system: System, actor: Actor, staff_id: str, password: str) -> None:
    """Let a person have the password they have chosen. Raises ``BadInput`` for an unknown person, ``Refused`` for one
    that is too weak.
    """
    _put(system, actor, _active(system, staff_id), password, one_time=False)


def check(system: System, name: str, staff_id: str, password: str) -> None:
    """Raises ``Refused`` (NA-1) where this cannot be the person's password."""
    now = system.clock.now()
    least = limit("password_least", now)
    rules = PasswordRules(least, _common())
    permitted(routine.too_weak(_clean(password), name, staff_id, rules), least=least)


def has_password(system: System, staff_id: str) -> bool:
    """Whether the person can prove by a password who they are."""
    with system.store.reading() as tx:
        return store.password(tx, staff_id) is not None


def nobody_has_one(system: System) -> bool:
    """Whether nobody can prove by a password who they are. Where each person sees only their own, nobody can tell."""
    with system.store.reading() as tx:
        return not (tx.personal or store.anybody_has_password(tx))


def _proven(system: System, member: Staff, kept: Password) -> Proven:
    if kept.one_time:
        raise Refused("NA-1", "password-one-time")
    return Proven(member.id, member.name, Means.PASSWORD, system.clock.now())


def _checked(
    system: System, counters: Callable[[str, str], tuple[Counter, ...]], staff_id: str, password: str, place: str
) -> tuple[Staff, Password]:
    """The person whose password that is. Each try is counted before it is looked at: many at once gain nothing."""
    staff_id = _well_formed(staff_id)
    counted = password_tries.count(system, counters(staff_id, place))
    with system.store.reading() as tx:
        found = people.staff_member(tx, staff_id)
        kept = store.password(tx, staff_id) if found is not None else None
    fits = _fits(kept.hash if kept is not None else _NOBODYS, password)
    now = system.clock.now()
    if kept is None or found is None or not fits:
        _record_wrong(system, found[0].id if found is not None else None, place)
        raise Refused("NA-1", "login-wrong")
    if kept.one_time and now - kept.set_at > timedelta(hours=limit("one_time_password", now)):
        raise Refused("NA-1", "password-old")
    password_tries.was_right(system, counted)
    return found[0], kept


def _well_formed(typed: str) -> str:
    """The HSA-id as it is written; one question mark for all else, for what strangers type is kept nowhere."""
    try:
        return check_hsa_id(typed)
    except ValueError:
        return "?"


def _record_wrong(system: System, staff_id: str | None, place: str) -> None:
    """That somebody was refused: who it was said to be only where there is such a person, and never what was typed."""
    nobody = Actor(None, "p24tui", None, system.settings.unit, place)  # what any person's database role may write
    with system.store.writing() as tx:
        kind, now = "login.refused", system.clock.now()
        events.append(tx, nobody, now, kind, rule="NA-1", reason="login-wrong", staff=staff_id, means=Means.PASSWORD)


def _put(system: System, actor: Actor, member: Staff, password: str, *, one_time: bool) -> None:
    if not one_time:
        check(system, member.name, member.id, password)
    hashed, now = _hasher().hash(_clean(password)), system.clock.now()
    with system.store.writing() as tx:
        store.put_password(tx, member.id, Password(hashed, one_time, now))
        store.forget_tries_of(tx, member.id)
        events.append(tx, actor, now, "staff.password-set", rule="NA-1", staff=member.id, one_time=one_time)


def _active(system: System, staff_id: str) -> Staff:
    with system.store.reading() as tx:
        found = people.staff_member(tx, staff_id)
    if found is None or not found[0].active:
        raise BadInput("no-staff", staff=staff_id)
    return found[0]


def _fits(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(hashed, _clean(password))
    except VerificationError:
        return False


@cache
def _hasher() -> "PasswordHasher":
    """By RFC 9106's second choice, for machines that do many other things."""
    import argon2  # 30 ms, which the start of the console does not have

    return argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)


@cache
def _common() -> frozenset[str]:
    return frozenset(assets.load("passwords.toml")["common"])


def _clean(password: str) -> str:
    """The same letters however a keyboard composes them."""
    return normalize("NFC", password[:MOST])
