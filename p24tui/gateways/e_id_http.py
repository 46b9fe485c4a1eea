"""A provider of e-ID by OpenID Connect: by https://www.oidc.se/specifications the ID token holds the number."""

from collections.abc import Mapping, Sequence

from p24tui.clock import Clock
from p24tui.gateways.e_id import PART, Begun, EId, LoggedIn, NoEId
from p24tui.gateways.e_id_claims import RULE, ClaimNames, logged_in
from p24tui.gateways.openid import ANSWERS_WITHIN, OpenId, Words, check_settings
from p24tui.routine.rule import rule
from p24tui.settings import Settings

WORDS = Words(PART, RULE, "e-id-broken-off", "e-id-unproven")


class OidcEId:
    """The provider whose ``issuer`` that is. It may be used by many threads at once.

    ``client`` and ``secret`` are what it knows us by, without a secret where it has given us none. ``levels`` are the
    levels of assurance that are asked for and taken; none means any. ``timeout`` is in seconds and bounds each question
    as a whole: three are asked to finish a login.
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
        names: ClaimNames | None = None,
        timeout: float = ANSWERS_WITHIN,
    ) -> None:
        self._issuer = issuer
        self._levels = tuple(levels)
        self._names = names or ClaimNames()
        self._provider = OpenId(
            issuer,
            client=client,
            secret=secret,
            scope=scope,
            levels=self._levels,
            claims=(*self._names.number, *self._names.freja_level),
            clock=clock,
            words=WORDS,
            timeout=timeout,
        )

    def begin(self, return_to: str, lang: str = "sv") -> Begun:
        return self._provider.begin(return_to, lang)

    @rule("NA-2")
    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> LoggedIn:
        claims, now = self._provider.finish(begun, answer, return_to)
        number, e_id = logged_in(claims, now, self._issuer, self._names, self._levels)
        return LoggedIn(number, e_id, self._provider.logged_in_at(claims, now))


def from_settings(settings: Settings, clock: Clock) -> EId:
    """The provider that the settings name. Nothing is connected yet.

    Raises ``BadInput`` where they cannot be used, naming the setting and never what stands in it.
    """
    if not settings.e_id:
        return NoEId()
    check_settings("e_id", settings.e_id, settings.e_id_client, settings.e_id_scope)
    return OidcEId(
        settings.e_id,
        client=settings.e_id_client,
        secret=settings.e_id_secret,
        scope=settings.e_id_scope,
        levels=settings.e_id_acr.split(),
        clock=clock,
    )
