"""Logging in with a card: a reader of software with real cards in it, and what it says at the seam (NA-1)."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pkcs11 import TokenFlag

from p24tui.clock import SetClock
from p24tui.errors import BadInput, P24Error, Refused, Unavailable
from p24tui.explain import explain
from p24tui.gateways import card_token
from p24tui.gateways.card import Pkcs11Card, from_settings
from p24tui.gateways.staff_login import Card, NoCard
from p24tui.routine.login import Means
from p24tui.settings import Settings
from tests.gateways.card_authority import ANNA, DAY, NOW, SIGNATURE, Authority, Key, key, pem
from tests.gateways.soft_card import PIN, SoftReader, soft_reader

pytestmark = [pytest.mark.rule("NA-1"), pytest.mark.hazard("H20")]

ROOT = Authority.root()
ISSUER = ROOT.under()
OWN = key("Anna")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SoftReader]:
    with soft_reader(tmp_path / "reader") as one:
        yield one


class Desk:
    """A workstation: the files that say whom it believes, its clock, and the card as p24tui knows it."""

    def __init__(self, folder: Path, library: Path) -> None:
        self.clock = SetClock(NOW)
        self.lists = folder / "lists"
        self.lists.mkdir()
        (folder / "roots.pem").write_bytes(pem(ROOT.certificate))
        (folder / "between.pem").write_bytes(pem(ISSUER.certificate))
        self.revoke()
        self.settings = Settings(
            home=folder,
            card_library=str(library),
            card_roots=str(folder / "roots.pem"),
            card_intermediates=str(folder / "between.pem"),
            card_revocation=str(self.lists),
        )

    def card(self, **more: object) -> Pkcs11Card:
        values = {name: getattr(self.settings, name) for name in Settings.__dataclass_fields__}
        return from_settings(Settings(**{**values, **more}), self.clock)

    def revoke(self, *certificates: x509.Certificate, until: datetime = NOW + DAY) -> None:
        for number, one in enumerate((ROOT.revocation_list(), ISSUER.revocation_list(*certificates, until=until))):
            (self.lists / f"{number}.crl").write_bytes(one.public_bytes(serialization.Encoding.DER))


@pytest.fixture
def desk(tmp_path: Path, reader: SoftReader) -> Desk:
    return Desk(tmp_path, reader.library)


def anna(own: Key = OWN, **more: object) -> tuple[x509.Certificate, Key | None]:
    return ISSUER.issue(own, **more), own  # type: ignore[arg-type]


def refused(card: Card, pin: str = PIN) -> str:
    with pytest.raises(Refused) as error:
        card.read(pin)
    assert error.value.rule == "NA-1"
    assert not pin or pin not in explain(error.value)
    return error.value.reason


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_card_and_its_pin_prove_who_one_is(reader: SoftReader, desk: Desk, kind: str) -> None:
    signature = ISSUER.issue(key("sign", kind), extensions=SIGNATURE), key("sign", kind)
    reader.insert(signature, (ISSUER.certificate, None), anna(key("Anna", kind)))
    card = desk.card(card_intermediates="")  # the card has what lies between
    assert card.is_present()
    assert card.holder().staff_id == ANNA
    for _again in range(2):
        proven = card.read(PIN)
        assert (proven.staff_id, proven.name, proven.means, proven.at) == (ANNA, "Anna Berg", Means.CARD, NOW)


def test_a_wrong_pin_proves_nothing_and_leaves_no_login_behind(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    card = desk.card()
    for wrong in ("000000", "1", "9" * 500, "", "é", "\ud800", "12\x003456"):
        assert refused(card, wrong) == "card-pin-wrong"
    for _many in range(40):
        assert refused(card, "000000") == "card-pin-wrong"
    assert card.read(PIN).staff_id == ANNA
    assert refused(card, "000000") == "card-pin-wrong"  # whoever was let in before is logged out


def test_the_pin_is_kept_nowhere(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    card = desk.card()
    card.read(PIN)
    assert refused(card, "739105") == "card-pin-wrong"
    assert not [name for name, value in vars(card).items() if PIN in repr(value) or "739105" in repr(value)]


def test_a_signature_that_was_recorded_proves_nothing(
    reader: SoftReader, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.insert(anna())
    card = desk.card()
    recorded: list[bytes] = []
    real = card_token.sign

    def record(*given: Any) -> bytes:
        recorded.append(real(*given))
        return recorded[0]

    monkeypatch.setattr(card_token, "sign", record)
    assert card.read(PIN).staff_id == ANNA
    assert refused(card) == "card-signature"


Made = Callable[[], tuple[x509.Certificate, Key | None]]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: anna(until=NOW - DAY), "card-expired"),
        (lambda: anna(since=NOW + DAY), "card-not-yet"),
        (lambda: anna(extensions=SIGNATURE), "card-no-login"),
        (lambda: anna(serial_numbers=["195009072553"]), "card-no-hsa-id"),
        (lambda: (Authority.root("Evil Root").under().issue(OWN), OWN), "card-untrusted"),
        (lambda: (ISSUER.issue(OWN), key("somebody else's")), "card-signature"),
        (lambda: (ISSUER.issue(key("Anna", "rsa")), OWN), "card-signature"),
        (lambda: (ISSUER.issue(OWN), None), "card-signature"),
    ],
)
def test_a_card_that_does_not_hold_lets_nobody_in(reader: SoftReader, desk: Desk, made: Made, expected: str) -> None:
    reader.insert(made())
    card = desk.card()
    assert refused(card) == expected
    assert card.is_present()


def test_a_revoked_card_lets_nobody_in(reader: SoftReader, desk: Desk) -> None:
    mine = anna()
    reader.insert(mine)
    card = desk.card()
    assert card.read(PIN).staff_id == ANNA
    desk.revoke(mine[0])
    assert refused(card) == "card-revoked"
    assert refused(desk.card(card_revocation_required=False)) == "card-revoked"


def test_a_list_that_is_too_old_or_missing_lets_nobody_in(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    card = desk.card()
    desk.revoke(until=NOW + DAY / 2)
    desk.clock.advance(DAY / 2)
    assert refused(card) == "card-revocation-old"
    (desk.lists / "1.crl").unlink()
    assert refused(card) == "card-revocation-missing"
    unrequired = desk.card(card_revocation="", card_revocation_required=False)
    assert unrequired.read(PIN).staff_id == ANNA


def test_no_card_is_in(desk: Desk) -> None:
    card = desk.card()
    assert not card.is_present()
    assert refused(card) == "card-missing"


def test_a_card_that_is_pulled_out_is_gone_at_once_and_another_is_not_it(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    card = desk.card()
    assert card.read(PIN).staff_id == ANNA
    assert card.is_present()
    reader.pull()
    assert not card.is_present()
    assert refused(card) == "card-missing"
    reader.insert(anna(), label="Annas")
    assert card.read(PIN).staff_id == ANNA
    reader.pull("Annas")
    reader.insert(anna(serial_numbers=["SE2321000016-BO"]), label="Bos")  # before anybody looks
    assert not card.is_present()
    assert card.is_present()
    assert card.read(PIN).staff_id == "SE2321000016-BO"


class PullingClock(SetClock):
    """A clock that pulls the card out when it is asked: after its certificates were read, before its PIN is."""

    def __init__(self, pull: Callable[[], None]) -> None:
        super().__init__(NOW)
        self._pull = pull

    def now(self) -> datetime:
        pull, self._pull = self._pull, lambda: None
        pull()
        return super().now()


def test_a_card_that_is_pulled_out_in_the_middle_lets_nobody_in(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    desk.clock = PullingClock(reader.pull)
    card = desk.card()
    assert refused(card) == "card-gone"
    assert not card.is_present()
    reader.insert(anna())
    assert card.read(PIN).staff_id == ANNA


def test_with_two_readers_only_one_card_may_be_for_login(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna(), label="Anna")
    reader.insert((ISSUER.issue(key("sign"), extensions=SIGNATURE), key("sign")), label="Underskrift", pin="111111")
    card = desk.card()
    assert card.read(PIN).staff_id == ANNA
    reader.insert(anna(serial_numbers=["SE2321000016-BO"]), label="Bo", pin="222222")
    assert refused(card) == "card-several"
    assert desk.card(card_slot="Bo").read("222222").staff_id == "SE2321000016-BO"
    assert desk.card(card_slot="Underskrift").is_present()
    assert refused(desk.card(card_slot="Underskrift"), "111111") == "card-no-login"
    assert refused(desk.card(card_slot="Nobody's")) == "card-missing"
    assert not desk.card(card_slot="Nobody's").is_present()


def test_a_name_on_a_card_is_text_from_outside(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna(common="\x1b]52;c;eA==\x07Anna\u202e"))
    assert desk.card().read(PIN).name == "\ufffd]52;c;eA==\ufffdAnna"


def test_many_threads_get_to_the_card_one_at_a_time(reader: SoftReader, desk: Desk) -> None:
    reader.insert(anna())
    cards = [desk.card(), desk.card()]
    said: list[object] = []

    def work(card: Pkcs11Card, pin: str) -> None:
        for _again in range(5):
            try:
                said.append(card.read(pin).staff_id)
            except P24Error as error:
                said.append(explain(error))
            said.append(card.is_present())

    threads = [Thread(target=work, args=(cards[number % 2], PIN if number < 4 else "000000")) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert said.count(ANNA) == 20
    assert said.count(True) == 30
    assert len(said) == 60


# What SoftHSM cannot play: a card that locks. Here its library is a stand-in.


class StandIn:
    """A library of a reader with one card that refuses in this way, and has these flags after that."""

    def __init__(self, error: type[pkcs11.PKCS11Error], flags: TokenFlag, der: bytes) -> None:
        self.flags = TokenFlag.TOKEN_INITIALIZED
        self.label, self.serial = "SITHS", b"1"
        self._error, self._after, self._der = error, flags, der
        self.tries = 0
        self.begun_anew = 0

    def get_slots(self, token_present: bool = False) -> list[SimpleNamespace]:
        return [SimpleNamespace(get_token=lambda: self)]

    def open(self, user_pin: str | None = None) -> SimpleNamespace:
        if user_pin is not None:
            self.tries += 1
            self.flags |= self._after
            raise self._error
        found = {pkcs11.Attribute.VALUE: self._der, pkcs11.Attribute.ID: b"1"}
        return SimpleNamespace(get_objects=lambda _wanted: iter([found]), close=lambda: None)

    def reinitialize(self) -> None:
        self.begun_anew += 1


LOW = TokenFlag.USER_PIN_COUNT_LOW
LAST = LOW | TokenFlag.USER_PIN_FINAL_TRY


@pytest.mark.parametrize(
    ("error", "flags", "expected"),
    [
        (pkcs11.PinIncorrect, LOW, "card-pin-wrong"),
        (pkcs11.PinLenRange, LOW, "card-pin-wrong"),
        (pkcs11.PinIncorrect, LAST, "card-pin-last"),
        (pkcs11.PinIncorrect, TokenFlag.USER_PIN_LOCKED, "card-locked"),
        (pkcs11.PinLocked, LOW, "card-locked"),
    ],
)
def test_a_card_says_how_many_tries_are_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: type[pkcs11.PKCS11Error], flags: TokenFlag, expected: str
) -> None:
    library = StandIn(error, flags, anna()[0].public_bytes(serialization.Encoding.DER))
    monkeypatch.setattr(pkcs11, "lib", lambda _path: library)
    card = desk.card()
    assert refused(card, "000000") == expected
    assert library.begun_anew == 1
    if flags & TokenFlag.USER_PIN_LOCKED:
        assert refused(card, "000000") == "card-locked"
        assert library.tries == 1  # it is not asked again


def test_a_reader_that_breaks_says_so_and_has_no_card(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    library = StandIn(pkcs11.DeviceError, LOW, anna()[0].public_bytes(serialization.Encoding.DER))
    monkeypatch.setattr(pkcs11, "lib", lambda _path: library)
    card = desk.card()
    with pytest.raises(Unavailable, match="DeviceError"):
        card.read(PIN)

    def broken(token_present: bool = False) -> list[SimpleNamespace]:
        raise pkcs11.GeneralError

    monkeypatch.setattr(library, "get_slots", broken)
    assert not card.is_present()
    with pytest.raises(Unavailable, match="GeneralError"):
        card.read(PIN)
    with pytest.raises(Unavailable, match="GeneralError"):
        card.look()


# The settings


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("card_library", "libsofthsm2.so"),
        ("card_library", "/nowhere/lib.so"),
        ("card_roots", ""),
        ("card_roots", "/nowhere/roots.pem"),
        ("card_intermediates", "/nowhere/between.pem"),
        ("card_revocation", ""),
    ],
)
def test_settings_that_cannot_be_used_are_named(desk: Desk, setting: str, value: str) -> None:
    with pytest.raises(BadInput) as error:
        desk.card(**{setting: value})
    assert setting in explain(error.value)


def test_a_library_that_is_none_is_said(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "lib.so").write_bytes(b"no library")
    card = desk.card(card_library=str(tmp_path / "lib.so"))
    assert not card.is_present()
    with pytest.raises(Unavailable, match="does not load"):
        card.read(PIN)


def test_without_a_reader_nobody_is_let_in() -> None:
    with pytest.raises(Unavailable) as error:
        NoCard().read(PIN)
    assert "p24tui doctor" in explain(error.value)
    assert not NoCard().is_present()


def test_the_folder_of_the_reader_is_left_as_it_was(tmp_path: Path) -> None:
    before = os.environ.get("SOFTHSM2_CONF")
    with soft_reader(tmp_path):
        assert os.environ["SOFTHSM2_CONF"] != before
    assert os.environ.get("SOFTHSM2_CONF") == before
