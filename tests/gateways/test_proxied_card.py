"""A certificate that a proxy passes on is looked at as the card's own login does (NA-1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from p24tui import bootstrap, settings
from p24tui.clock import SetClock
from p24tui.errors import BadInput, Refused
from p24tui.explain import explain
from p24tui.routine.login import Means, Proven
from tests.gateways.card_authority import ANNA, DAY, NOW, SIGNATURE, Authority, key, of_no_version, pem

pytestmark = pytest.mark.rule("NA-1")

ROOT = Authority.root()
ISSUER = ROOT.under()
OWN = key("Anna")
CARD = ISSUER.issue(OWN)
REVOKED = ISSUER.issue(OWN)


@pytest.fixture
def chosen(tmp_path: Path) -> settings.Settings:
    lists = tmp_path / "lists"
    lists.mkdir()
    (tmp_path / "roots.pem").write_bytes(pem(ROOT.certificate))
    (tmp_path / "between.pem").write_bytes(pem(ISSUER.certificate))
    (lists / "root.crl").write_bytes(ROOT.revocation_list().public_bytes(Encoding.DER))
    (lists / "issuer.crl").write_bytes(ISSUER.revocation_list(REVOKED).public_bytes(Encoding.DER))
    return replace(
        settings.load({"P24TUI_HOME": str(tmp_path)}),
        card_roots=str(tmp_path / "roots.pem"),
        card_intermediates=str(tmp_path / "between.pem"),
        card_revocation=str(lists),
    )


def check(chosen: settings.Settings, later: timedelta = timedelta(0)) -> Callable[[bytes], Proven]:
    return bootstrap.certificate_check(chosen, SetClock(NOW + later))


def test_whoever_has_a_card_that_holds_is_who_it_says(chosen: settings.Settings) -> None:
    assert check(chosen)(pem(CARD)) == Proven(ANNA, "Anna Berg", Means.CARD, NOW)


@pytest.mark.parametrize(
    ("given", "later", "reason"),
    [
        (pem(REVOKED), 0, "card-revoked"),
        (pem(ISSUER.issue(OWN, until=NOW - DAY)), 0, "card-expired"),
        (pem(ISSUER.issue(OWN, since=NOW + DAY)), 0, "card-not-yet"),
        (pem(Authority.root("Another CA").issue(OWN)), 0, "card-untrusted"),
        (pem(ISSUER.issue(OWN, extensions=SIGNATURE)), 0, "card-no-login"),
        (pem(ISSUER.issue(OWN, serial_numbers=[])), 0, "card-no-hsa-id"),
        (pem(ROOT.certificate), 0, "card-no-login"),
        (pem(CARD), 30, "card-revocation-old"),
        (b"", 0, "card-no-login"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", 0, "card-no-login"),
        (pem(CARD)[:-40], 0, "card-no-login"),
        (of_no_version(CARD), 0, "card-no-login"),
    ],
    ids=[
        "revoked",
        "expired",
        "not yet",
        "another root",
        "for signatures",
        "of no person",
        "an authority's",
        "an old list",
        "nothing",
        "no certificate",
        "cut short",
        "of no version",
    ],
)
def test_no_other_is_let_in_and_is_told_why(chosen: settings.Settings, given: bytes, later: int, reason: str) -> None:
    with pytest.raises(Refused) as error:
        check(chosen, later * DAY)(given)
    assert error.value.reason == reason
    assert explain(error.value) != reason


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"card_roots": ""}, "card_roots"),
        ({"card_roots": "/nowhere/roots.pem"}, "card_roots"),
        ({"card_intermediates": "/nowhere/between.pem"}, "card_intermediates"),
        ({"card_revocation": ""}, "card_revocation"),
    ],
)
def test_without_whom_to_believe_nothing_is_started(
    chosen: settings.Settings, values: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput) as error:
        check(replace(chosen, **values))  # type: ignore[arg-type]
    assert said in explain(error.value)
