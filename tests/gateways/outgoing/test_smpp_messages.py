"""What receipts mean, and which message they are for."""

from types import SimpleNamespace

import pytest

from p24tui.gateways.outgoing import smpp_messages
from p24tui.gateways.outgoing.model import Accepted, Fate, Problem, Report, Uncertain
from p24tui.gateways.outgoing.smpp_messages import (
    OK,
    Message,
    Messages,
    Part,
    Receipt,
    is_receipt,
    read_receipt,
    reference_of,
)

NUMBER = "46701740605"
TEXT = b"id:%b sub:001 dlvrd:001 submit date:2603011200 done date:2603011201 stat:%b err:000 text:stat:DELIVRD"


def deliver_sm(**fields: object) -> SimpleNamespace:
    nothing = dict.fromkeys(
        ["short_message", "message_payload", "receipted_message_id", "message_state", "user_message_reference"]
    )
    return SimpleNamespace(**nothing | {"source_addr": b"46701740605"} | fields)


def uncertain(id: str = "m1", parts: int = 1, cut_off: bool = False) -> Message:
    given = Message(id, NUMBER, [Part(written=True) for _ in range(parts)])
    given.cut_off = cut_off
    return given


def receipt(gateway_id: str = "77", id: str = "m1", number: str = NUMBER) -> Receipt:
    return Receipt((gateway_id,), Fate.DELIVERED, reference_of(id), number)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"short_message": TEXT % (b"0A1f", b"DELIVRD")}, Receipt(("0A1f",), Fate.DELIVERED, None, NUMBER)),
        ({"message_payload": TEXT % (b"5", b"UNDELIV")}, Receipt(("5",), Fate.FAILED, None, NUMBER)),
        ({"short_message": TEXT % (b"5", b"UNKNOWN")}, Receipt(("5",), None, None, NUMBER)),
        (
            {"short_message": TEXT % (b"5", b"DELIVRD"), "receipted_message_id": b"0005", "message_state": 5},
            Receipt(("0005", "5"), Fate.FAILED, None, NUMBER),
        ),
        ({"message_state": 2, "user_message_reference": 9}, Receipt((), Fate.DELIVERED, 9, NUMBER)),
        ({"short_message": b"\xff\x00", "source_addr": b"+46701740605"}, Receipt((), None, None, NUMBER)),
        ({"source_addr": None}, Receipt((), None, None, "")),
    ],
)
def test_a_receipt_is_read_from_its_parameters_or_its_text(fields: dict[str, object], expected: Receipt) -> None:
    assert read_receipt(deliver_sm(**fields)) == expected


@pytest.mark.parametrize(
    ("esm_class", "expected"), [(0x04, True), (0x44, True), (0x20, True), (0x00, False), (0x40, False), (None, False)]
)
def test_a_receipt_is_told_from_what_somebody_wrote(esm_class: int | None, expected: bool) -> None:
    assert is_receipt(esm_class) is expected


@pytest.mark.hazard("H13")
def test_a_receipt_with_the_reference_but_for_another_number_settles_nothing() -> None:
    messages, given = Messages(), uncertain()
    messages.add(given)
    messages.told(given, Uncertain(Problem.SILENCE))
    assert messages.received(receipt(number="46701740606")) == (Report(Fate.DELIVERED, gateway_id="77"), None)
    assert messages.received(receipt()) == (Report(Fate.DELIVERED, "m1", "77"), given)


@pytest.mark.hazard("H13")
def test_a_receipt_from_before_a_message_is_not_for_it() -> None:
    messages, given = Messages(), uncertain()
    messages.received(receipt())
    messages.add(given)
    messages.told(given, Uncertain(Problem.SILENCE))
    assert messages.report(given) is None


@pytest.mark.hazard("H13")
def test_a_reference_settles_several_parts_only_when_no_answer_can_come() -> None:
    messages, given = Messages(), uncertain(parts=2)
    messages.add(given)
    messages.told(given, Uncertain(Problem.SILENCE))
    assert messages.received(receipt("77"))[1] is None
    messages.cut_off(given)
    assert messages.report(given) is None
    assert messages.received(receipt("77"))[0] is None
    assert messages.received(receipt("78"))[0] == Report(Fate.DELIVERED, "m1", "77,78")


def test_what_was_delivered_does_not_fail_afterwards() -> None:
    messages, given = Messages(), uncertain()
    messages.add(given)
    messages.answered(given, given.parts[0], OK, "77")
    messages.told(given, Accepted("77"))
    report, _ = messages.received(receipt())
    assert report == Report(Fate.DELIVERED, "m1", "77")
    given.told = Fate.DELIVERED
    assert messages.received(Receipt(("77",), Fate.FAILED, None, NUMBER)) == (None, given)


def test_the_oldest_is_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_messages, "MOST_MESSAGES", 2)
    messages = Messages()
    for number in range(3):
        given = uncertain(f"m{number}")
        messages.add(given)
        messages.answered(given, given.parts[0], OK, str(number))
        messages.told(given, Accepted(str(number)))
    told = [messages.received(Receipt((str(number),), Fate.DELIVERED, None, NUMBER))[0] for number in range(3)]
    assert told == [
        Report(Fate.DELIVERED, gateway_id="0"),
        Report(Fate.DELIVERED, "m1", "1"),
        Report(Fate.DELIVERED, "m2", "2"),
    ]


def test_receipts_that_nobody_claims_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_messages, "MOST_RECEIPTS", 1)
    messages, given = Messages(), uncertain(parts=2)
    messages.add(given)
    for gateway_id in ("1", "2"):
        messages.received(Receipt((gateway_id,), Fate.DELIVERED, None, NUMBER))
    for part, gateway_id in zip(given.parts, ("1", "2"), strict=True):
        messages.answered(given, part, OK, gateway_id)
    assert [part.fate for part in given.parts] == [None, Fate.DELIVERED]
