"""The region's IdP by OpenID Connect, such as Inera's: it says the HSA-id of who has logged in (NA-1)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from p24tui.clock import Clock
from p24tui.errors import Refused
from p24tui.gateways.openid import ANSWERS_WITHIN, OpenId, Words, check_settings
from p24tui.gateways.openid_begun import Begun
from p24tui.gateways.staff_login import IDP, NoStaffIdp, StaffIdp
from p24tui.routine.identity import check_hsa_id
from p24tui.routine.login import Means, Proven
from p24tui.routine.rule import rule
from p24tui.settings import Settings
from p24tui.text import clean_line

RULE = "NA-1"
WORDS = Words(IDP, RULE, "login-broken-off", "login-unproven")

HSA_ID = ("employeeHsaId", "https://id.oidc.se/claim/employeeHsaId", "hsaid")
"""What the claim with the HSA-id is called; of several the first one that is told counts."""

NAME = ("name", "given_name")

LONGEST_NAME = 100


class StaffOidc:
    """The provider whose ``issuer`` that is. It may be used by many threads at once.

    ``client``, ``secret`` and ``timeout`` are as for ``OpenId``. ``levels`` are the levels of assurance (``acr``) that
    are asked for and taken; none means any.
    """

    def __init__(
        self,
        issuer: str,
        *,
        client: str,
        secret: str = "",
        scope: str,
        levels: Sequence[str] = (),
        clock: Clock,
        timeout: float = ANSWERS_WITHIN,
    ) -> None:
        self._levels = tuple(levels)
        self._provider = OpenId(
            issuer,
            client=client,
            secret=secret,
            scope=scope,
            levels=self._levels,
            claims=HSA_ID,
            clock=clock,
            words=WORDS,
            timeout=timeout,
        )

    def begin(self, return_to: str) -> Begun:
        return self._provider.begin(return_to)

    @rule("NA-1")
    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> Proven:
        claims, now = self._provider.finish(begun, answer, return_to)
        if self._levels and claims.get("acr") not in self._levels:
            raise Refused(RULE, "login-level")
        at = self._provider.logged_in_at(claims, now)
        return Proven(_hsa_id(claims), _name(claims), Means.OIDC, at)


def from_settings(settings: Settings, clock: Clock) -> StaffIdp:
    """The provider that the settings name. Nothing is connected yet.

    Raises ``BadInput`` where they cannot be used, naming the setting and never what stands in it.
    """
    if not settings.staff_oidc:
        return NoStaffIdp()
    check_settings("staff_oidc", settings.staff_oidc, settings.staff_oidc_client, settings.staff_oidc_scope)
    return StaffOidc(
        settings.staff_oidc,
        client=settings.staff_oidc_client,
        secret=settings.staff_oidc_secret,
        scope=settings.staff_oidc_scope,
        levels=settings.staff_oidc_acr.split(),
        clock=clock,
    )


def _hsa_id(claims: Mapping[str, Any]) -> str:
    try:
        return check_hsa_id(next(_told(claims, HSA_ID), ""))
    except ValueError:
        raise Refused(RULE, "login-unproven") from None


def _name(claims: Mapping[str, Any]) -> str:
    return clean_line(next(_told(claims, NAME), ""), LONGEST_NAME)


def _told(claims: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """The words that stand under these names, in their order."""
    yield from (said for name in names if isinstance(said := claims.get(name), str) and said)
