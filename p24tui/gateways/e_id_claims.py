"""What a provider of e-ID tells of somebody who has logged in, once its signature holds: who, with what, and when.

The names of the claims are those of https://www.oidc.se/specifications, and what other providers in Sweden call them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from p24tui.clock import local_date
from p24tui.errors import Refused
from p24tui.gateways.e_id import BANKID, FREJA
from p24tui.routine.identity import BadNumber, parse_number
from p24tui.routine.rule import rule

RULE = "NA-2"


class ClaimNames(Struct, frozen=True, kw_only=True):
    """Under which names a provider tells what; of several the first one that it tells counts."""

    number: tuple[str, ...] = (
        "https://id.oidc.se/claim/personalIdentityNumber",
        "https://id.oidc.se/claim/coordinationNumber",
        "personal_number",
        "ssn",
    )
    means: tuple[str, ...] = ("amr", "https://id.oidc.se/claim/authnProvider", "idp", "identityscheme", "acr")
    freja_level: tuple[str, ...] = ("registrationLevel", "freja_registration_level")


MEANS = {BANKID: BANKID, FREJA: FREJA}
"""What stands in one of ``means``, in small letters, and which e-ID that is."""

_PLUS = "PLUS"


def refusal(reason: str) -> Refused:
    """Why nobody is logged in: ``e-id-broken-off``, ``e-id-unproven`` or ``e-id-other``."""
    return Refused(RULE, reason)


@rule("NA-2")
def logged_in(
    claims: Mapping[str, Any], now: datetime, issuer: str, names: ClaimNames, levels: Sequence[str] = ()
) -> tuple[str, str]:
    """The number of who has logged in, and with which e-ID, by claims that are verified.

    ``issuer`` tells the e-ID where no claim does, for each e-ID has a provider of its own too. ``levels`` are those of
    assurance (``acr``) that are taken; none means any. Freja is taken as Freja eID Plus alone: by its own level, or by
    one of ``levels`` where it tells none. Raises ``Refused``.
    """
    if levels and claims.get("acr") not in levels:
        raise refusal("e-id-other")
    return _number(claims, now, names), _e_id(claims, issuer, names, levels)


def _number(claims: Mapping[str, Any], now: datetime, names: ClaimNames) -> str:
    said = next(_told(claims, names.number), "")
    try:
        number = parse_number(said, today=local_date(now)).value
    except BadNumber:
        raise refusal("e-id-unproven") from None
    if len(said) < len(number):  # ten digits leave the century to be guessed
        raise refusal("e-id-unproven")
    return number


def _e_id(claims: Mapping[str, Any], issuer: str, names: ClaimNames, levels: Sequence[str]) -> str:
    for said in [*_told(claims, names.means), issuer]:
        found = [e_id for word, e_id in MEANS.items() if word in said.lower()]
        if len(found) == 1:
            return _at_level(found[0], claims, names, levels)
    raise refusal("e-id-other")


def _at_level(e_id: str, claims: Mapping[str, Any], names: ClaimNames, levels: Sequence[str]) -> str:
    level = next(_told(claims, names.freja_level), _PLUS if levels else "")
    if e_id == FREJA and level.upper() != _PLUS:
        raise refusal("e-id-other")
    return e_id


def _told(claims: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """The words that stand under these names, in their order."""
    for name in names:
        said = claims.get(name)
        yield from [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str) and one]
