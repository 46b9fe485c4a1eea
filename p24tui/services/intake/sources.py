"""Who may send: one bearer token for each source. Only its SHA-256 is kept."""

import re
import secrets
from datetime import datetime
from hashlib import sha256

from p24tui.errors import BadInput
from p24tui.routine.actor import Actor
from p24tui.store import events, intake
from p24tui.system import System

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


def make_token(system: System, source: str, actor: Actor | None = None) -> str:
    """A new token for the source, shown this once; one that it had before is no longer good.

    Raises ``BadInput`` for a name of anything but small letters, digits and ``._-``.
    """
    check_name(source)
    token = f"p24_{secrets.token_urlsafe(32)}"
    now = system.clock.now()
    with system.store.writing() as tx:
        intake.put_source(tx, source, _hash(token), now)
        events.append(tx, actor or source_actor(source), now, "source.token", source=source)
    return token


def revoke(system: System, source: str, actor: Actor | None = None) -> None:
    """Shut a source out. Raises ``BadInput`` where there is none of that name."""
    with system.store.writing() as tx:
        if not intake.revoke_source(tx, source):
            raise BadInput("no-source", source=source)
        events.append(tx, actor or source_actor(source), system.clock.now(), "source.revoked", source=source)


def source_of(system: System, token: str) -> str | None:
    """The source that a token belongs to; none where it is good for nobody."""
    with system.store.reading() as tx:
        return intake.source_with(tx, _hash(token))


def all_sources(system: System) -> list[tuple[str, datetime, bool]]:
    """Name, when the token was made, and whether it is still good."""
    with system.store.reading() as tx:
        return intake.all_sources(tx)


def check_name(source: str) -> None:
    """Raises ``BadInput`` for a name that no source can have."""
    if not _NAME.fullmatch(source):
        raise BadInput("source-name", source=source)


def source_actor(source: str, unit_id: str = "") -> Actor:
    """The actor that a source is."""
    return Actor(None, source, None, unit_id, f"intake:{source}")


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
