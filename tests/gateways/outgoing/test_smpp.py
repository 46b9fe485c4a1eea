"""SMS by SMPP, against a real SMSC: what was surely taken, what was surely not, and what nobody knows (H13)."""

import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any

import pytest

from p24tui.errors import Unavailable
from p24tui.gateways.outgoing import smpp_session
from p24tui.gateways.outgoing.gsm import UNICODE_CODING
from p24tui.gateways.outgoing.model import (
    Accepted,
    Fate,
    Gateway,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.gateways.outgoing.smpp import Smpp
from p24tui.gateways.outgoing.smpp_messages import reference_of
from tests.gateways.outgoing.smsc_process import FOLDER, PASSWORD, USER, WITHIN, Smsc, smsc
from tests.gateways.outgoing.test_gsm import read
from tests.npm import NoNpmError, installed

TO = "+46701740605"
"""A number that the Swedish authority keeps for use in fiction."""

SHORT = 0.6
"""Seconds that a gateway waits for an answer which does not come."""

LATE = 1000
"""Milliseconds after which one comes late."""

LONG_TEXT = "Välkommen till mottagningen på tisdag kl. 10. " * 9
SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)

SILENT = {"do": "silence"}

RTHROTTLED, RMSGQFUL, RINVDSTADR, RSUBMITFAIL, RSYSERR = 0x58, 0x14, 0x0B, 0x45, 0x08
OPERATORS_OWN = 0x0400
RX_T_APPN, RX_P_APPN = 0x64, 0x65


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """Where the SMSC's package is installed."""
    try:
        return installed(FOLDER)
    except NoNpmError as error:
        if os.environ.get("CI"):
            pytest.fail(f"an SMSC is needed here: {error}", pytrace=False)
        pytest.skip(f"SMPP IS NOT TESTED: {error}")


@pytest.fixture
def center(node_modules: Path) -> Iterator[Smsc]:
    with smsc(node_modules) as started:
        yield started


@contextmanager
def gateway_to(port: int, **options: Any) -> Iterator[Smpp]:
    given: dict[str, Any] = {"password": PASSWORD, "sender": "1177", "timeout": WITHIN, **options}
    gateway = Smpp(host="127.0.0.1", port=port, user=USER, **given)
    try:
        yield gateway
    finally:
        gateway.close()


class Ear:
    """What a gateway was heard to report."""

    def __init__(self) -> None:
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self.deaf = False

    def __call__(self, report: Report) -> None:
        if self.deaf:
            raise OSError("the database is away")
        self._reports.put(report)

    def next(self) -> Report:
        return self._reports.get(timeout=WITHIN)

    def nothing_more(self) -> bool:
        try:
            self._reports.get(timeout=0.1)
        except Empty:
            return True
        return False


@contextmanager
def heard_from(port: int, **options: Any) -> Iterator[tuple[Smpp, Ear]]:
    with gateway_to(port, **options) as gateway:
        ear = Ear()
        gateway.listen(ear)
        yield gateway, ear


def message(id: str = "m1", text: str = "Hej", to: str = TO) -> Outgoing:
    return Outgoing(id=id, to=to, text=text)


def reassembled(parts: list[dict[str, Any]]) -> str:
    """The text as a telephone joins it, whatever order the parts came in."""
    texts = {}
    for part in parts:
        octets = bytes.fromhex(part["octets"])
        assert part["esm_class"] == 0x40
        assert octets[:3] == b"\x05\x00\x03"
        assert octets[4] == len(parts)
        texts[octets[5]] = read(octets[6:], part["data_coding"])
    assert len({bytes.fromhex(part["octets"])[3] for part in parts}) == 1
    return "".join(texts[number] for number in range(1, len(parts) + 1))


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = monotonic() + WITHIN
    while not holds() and monotonic() < deadline:
        sleep(0.01)
    return holds()


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


# What is handed over.


def test_a_short_text_is_one_part_in_the_gsm_alphabet(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.send(message(text="Åka på öns äng? {1} €")) == Accepted("1", 1)
    part = center.wait_for("submit")
    assert part["text"] == "Åka på öns äng? {1} €"  # as the SMSC understood it
    assert read(bytes.fromhex(part["octets"]), 0) == "Åka på öns äng? {1} €"
    assert (part["data_coding"], part["esm_class"], part["registered_delivery"]) == (0, 0, 1)
    assert part["source"] == [1, 1, "1177"]
    assert part["destination"] == [1, 1, "46701740605"]
    assert part["reference"] == reference_of("m1")
    assert center.wait_for("bind")["version"] == 0x34


def test_other_letters_make_it_unicode(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.send(message(text="Dobrý den 😀")) == Accepted("1", 1)
    part = center.wait_for("submit")
    assert part["text"] == "Dobrý den 😀"
    assert part["octets"] == "Dobrý den 😀".encode("utf-16-be").hex()
    assert part["data_coding"] == UNICODE_CODING


@pytest.mark.parametrize("text", [LONG_TEXT, "Ћирилица 😀 " * 13, "€" * 200], ids=["GSM", "Unicode", "extension table"])
def test_a_long_text_goes_in_parts_that_join_to_it(center: Smsc, text: str) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.send(message(text=text)) == Accepted("1,2,3", 3)
    parts = [center.wait_for("submit") for _ in range(3)]
    assert reassembled(parts) == text
    assert "".join(part["text"] for part in parts) == text


def test_two_long_texts_are_not_mixed(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        for id in ("m1", "m2"):
            assert gateway.send(message(id, LONG_TEXT)) == Accepted({"m1": "1,2,3", "m2": "4,5,6"}[id], 3)
    references = [center.wait_for("submit")["octets"][6:8] for _ in range(6)]
    assert len(set(references)) == 2


def test_a_sender_may_be_a_name_or_a_number(center: Smsc) -> None:
    for sender, expected in (("Vardcentral", [5, 0, "Vardcentral"]), ("+46771117700", [1, 1, "46771117700"])):
        with gateway_to(center.port, sender=sender) as gateway:
            assert isinstance(gateway.send(message()), Accepted)
        assert center.wait_for("submit")["source"] == expected


def test_an_empty_text_is_one_empty_part(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.send(message(text="")) == Accepted("1", 1)
    assert center.wait_for("submit")["octets"] == ""


def test_many_threads_may_send_at_once(center: Smsc) -> None:
    with heard_from(center.port) as (gateway, ear):
        center.plan(*[{"do": "accept", "after": 10 * (number % 5), "receipts": ["DELIVRD"]} for number in range(20)])
        answers: SimpleQueue[tuple[str, object]] = SimpleQueue()
        ids = [f"m{number}" for number in range(20)]
        threads = [
            threading.Thread(target=lambda id=id: answers.put((id, gateway.send(message(id, id))))) for id in ids
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WITHIN)
        parts = {part["text"]: part["id"] for part in (center.wait_for("submit") for _ in ids)}
        assert dict(answers.get() for _ in ids) == {id: Accepted(parts[id]) for id in ids}
        reports = {report.id: report for report in (ear.next() for _ in ids)}
        assert reports == {id: Report(Fate.DELIVERED, id, parts[id]) for id in ids}
    assert len(center.seen("bind")) == 1


# What was surely not taken.


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (RINVDSTADR, Rejected(Problem.ADDRESS)),
        (RSUBMITFAIL, Rejected(Problem.REFUSED)),
        (RTHROTTLED, NotNow(Problem.BUSY)),
        (RMSGQFUL, NotNow(Problem.BUSY)),
        (RSYSERR, Uncertain(Problem.FAULT)),
        (OPERATORS_OWN, Uncertain(Problem.FAULT)),
    ],
)
def test_each_status_says_whether_it_was_taken(center: Smsc, status: int, expected: object) -> None:
    center.plan({"do": "refuse", "status": status})
    with gateway_to(center.port) as gateway:
        assert gateway.send(message()) == expected
        assert isinstance(gateway.send(message("m2")), Accepted)


@pytest.mark.parametrize("to", ["", "0701740605", "+46", "+46 70 174 06 05", "+46701740605\n", "anna@example.org"])
def test_what_is_no_number_is_rejected_without_a_connection(to: str) -> None:
    with gateway_to(unused_port()) as gateway:
        assert gateway.send(message(to=to)) == Rejected(Problem.ADDRESS)


def test_a_text_of_too_many_parts_is_rejected_without_a_connection() -> None:
    with gateway_to(unused_port()) as gateway:
        assert gateway.send(message(text="x" * 153 * 256)) == Rejected(Problem.REFUSED)


@pytest.mark.hazard("H13")
def test_a_message_refused_in_every_part_was_not_taken(center: Smsc) -> None:
    center.plan(*[{"do": "refuse", "status": RINVDSTADR}] * 3)
    with gateway_to(center.port) as gateway:
        assert gateway.send(message(text=LONG_TEXT)) == Rejected(Problem.ADDRESS)


@pytest.mark.hazard("H13")
def test_without_a_connection_nothing_was_taken() -> None:
    with gateway_to(unused_port()) as gateway:
        assert gateway.send(message()) == NotNow(Problem.UNREACHABLE)
        with pytest.raises(Unavailable) as caught:
            gateway.check()
        assert (caught.value.part, caught.value.detail) == ("sms", Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_with_a_wrong_password_nothing_was_taken(center: Smsc) -> None:
    with gateway_to(center.port, password="fel") as gateway:
        assert gateway.send(message()) == NotNow(Problem.LOGIN)
        with pytest.raises(Unavailable) as caught:
            gateway.check()
        assert caught.value.detail == Problem.LOGIN
    assert not center.seen("submit")


@pytest.mark.hazard("H13")
def test_where_the_bind_is_not_answered_nothing_was_taken(center: Smsc) -> None:
    center.tell(bind="silence")
    with gateway_to(center.port, timeout=SHORT) as gateway:
        assert isinstance(gateway.send(message()), NotNow)
        with pytest.raises(Unavailable) as caught:
            gateway.check()
        assert caught.value.detail in {Problem.SILENCE, Problem.UNREACHABLE}
    assert not center.seen("submit")


@pytest.mark.hazard("H13")
def test_after_close_nothing_is_taken(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        gateway.close()
        assert gateway.send(message()) == NotNow(Problem.UNREACHABLE)
    assert not center.seen("bind")


# What nobody knows.


@pytest.mark.hazard("H13")
def test_silence_is_uncertain_and_is_not_sent_again(center: Smsc) -> None:
    center.plan({"do": "silence"})
    with gateway_to(center.port, timeout=SHORT) as gateway:
        assert gateway.send(message()) == Uncertain(Problem.SILENCE)
        assert gateway.send(message("m2", "En annan")) == Accepted("2")
    assert [part["text"] for part in center.seen("submit")] == ["Hej", "En annan"]


@pytest.mark.hazard("H13")
def test_a_connection_lost_before_the_answer_is_uncertain_and_comes_back(center: Smsc) -> None:
    center.plan({"do": "drop"})
    with gateway_to(center.port) as gateway:
        assert gateway.send(message()) == Uncertain(Problem.CUT_OFF)
        assert gateway.send(message("m2", "En annan")) == Accepted("2")
    assert [part["text"] for part in center.seen("submit")] == ["Hej", "En annan"]
    assert len(center.seen("bind")) == 2


@pytest.mark.hazard("H13")
def test_an_answer_just_before_the_connection_is_lost_counts(center: Smsc) -> None:
    center.plan({"do": "accept-and-drop"})
    with gateway_to(center.port) as gateway:
        assert gateway.send(message()) == Accepted("1")


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"do": "refuse", "status": RTHROTTLED}, Problem.CUT_OFF),
        ({"do": "refuse", "status": RINVDSTADR}, Problem.CUT_OFF),
        ({"do": "refuse", "status": RSYSERR}, Problem.FAULT),
        (SILENT, Problem.SILENCE),
        ({"do": "drop"}, Problem.CUT_OFF),
    ],
)
def test_a_message_taken_in_part_is_uncertain(center: Smsc, last: dict[str, Any], expected: Problem) -> None:
    center.plan({"do": "accept"}, {"do": "accept"}, last)
    with gateway_to(center.port, timeout=SHORT if last == SILENT else WITHIN) as gateway:
        assert gateway.send(message(text=LONG_TEXT)) == Uncertain(expected)
    assert len(center.seen("submit")) == 3


@pytest.mark.hazard("H13")
def test_closing_while_one_waits_leaves_it_uncertain(center: Smsc) -> None:
    center.plan({"do": "silence"})
    answers: SimpleQueue[object] = SimpleQueue()
    with gateway_to(center.port) as gateway:
        thread = threading.Thread(target=lambda: answers.put(gateway.send(message())))
        thread.start()
        center.wait_for("submit")
    assert answers.get(timeout=WITHIN) == Uncertain(Problem.CUT_OFF)
    thread.join(WITHIN)


# What is told later.


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("text", "ids"), [("Hej", "1"), (LONG_TEXT, "1,2,3")], ids=["one part", "three parts"])
def test_an_answer_that_comes_late_is_reported(center: Smsc, text: str, ids: str) -> None:
    center.plan(*[{"do": "accept", "after": LATE}] * 3)
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert gateway.send(message(text=text)) == Uncertain(Problem.SILENCE)
        assert ear.next() == Report(Fate.TAKEN, "m1", ids)
        assert ear.nothing_more()


@pytest.mark.hazard("H13")
def test_a_refusal_that_comes_late_is_reported(center: Smsc) -> None:
    center.plan({"do": "refuse", "status": RINVDSTADR, "after": LATE})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert gateway.send(message()) == Uncertain(Problem.SILENCE)
        assert ear.next() == Report(Fate.FAILED, "m1")


@pytest.mark.hazard("H13")
def test_a_fault_that_comes_late_is_still_uncertain(center: Smsc) -> None:
    center.plan({"do": "refuse", "status": RSYSERR, "after": LATE})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert gateway.send(message()) == Uncertain(Problem.SILENCE)
        sleep(LATE / 1000)
        assert ear.nothing_more()


@pytest.mark.parametrize(
    ("state", "fate"),
    [("DELIVRD", Fate.DELIVERED), ("UNDELIV", Fate.FAILED), ("EXPIRED", Fate.FAILED), ("REJECTD", Fate.FAILED)],
)
@pytest.mark.parametrize("tlvs", [True, False], ids=["optional parameters", "text alone"])
def test_a_receipt_is_reported_and_acknowledged(center: Smsc, state: str, fate: Fate, tlvs: bool) -> None:
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message()) == Accepted("1")
        center.tell(receipt={"id": "1", "state": state, "tlvs": tlvs})
        assert ear.next() == Report(fate, "m1", "1")
        assert center.wait_for("receipt-answered") == {"event": "receipt-answered", "id": "1", "status": 0}


@pytest.mark.parametrize("state", ["ENROUTE", "UNKNOWN"])
def test_a_receipt_that_tells_nothing_new_is_acknowledged_and_not_reported(center: Smsc, state: str) -> None:
    center.plan({"do": "accept", "receipts": [state]})
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message()) == Accepted("1")
        assert center.wait_for("receipt-answered")["status"] == 0
        assert ear.nothing_more()


def test_a_receipt_that_comes_twice_is_reported_once(center: Smsc) -> None:
    center.plan({"do": "accept", "receipts": ["DELIVRD", "DELIVRD"]})
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message()) == Accepted("1")
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1")
        assert [center.wait_for("receipt-answered")["status"] for _ in range(2)] == [0, 0]
        assert ear.nothing_more()


def test_a_receipt_before_its_answer_is_reported_with_our_id_in_the_end(center: Smsc) -> None:
    center.plan({"do": "accept", "after": 50, "first": True, "receipts": ["DELIVRD"]})
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message()) == Accepted("1")
        assert ear.next() == Report(Fate.DELIVERED, gateway_id="1")
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1")
        assert ear.nothing_more()


def test_a_message_is_delivered_with_its_last_part(center: Smsc) -> None:
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message(text=LONG_TEXT)) == Accepted("1,2,3", 3)
        for id in ("3", "1", "1"):
            center.tell(receipt={"id": id, "state": "DELIVRD"})
            center.wait_for("receipt-answered")
        assert ear.nothing_more()
        center.tell(receipt={"id": "2", "state": "DELIVRD"})
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1,2,3")


def test_a_message_has_failed_with_the_first_part_that_did(center: Smsc) -> None:
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message(text=LONG_TEXT)) == Accepted("1,2,3", 3)
        for id, state in (("1", "DELIVRD"), ("2", "UNDELIV"), ("3", "DELIVRD")):
            center.tell(receipt={"id": id, "state": state})
            center.wait_for("receipt-answered")
        assert ear.next() == Report(Fate.FAILED, "m1", "1,2,3")
        assert ear.nothing_more()


def test_a_receipt_for_what_another_process_sent_is_reported_by_its_id(center: Smsc) -> None:
    with heard_from(center.port) as (_, ear):
        center.wait_for("bind")
        center.tell(receipt={"id": "77", "state": "DELIVRD"})
        assert ear.next() == Report(Fate.DELIVERED, gateway_id="77")


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("do", ["silence", "drop"])
def test_a_receipt_settles_what_was_uncertain_by_its_reference(center: Smsc, do: str) -> None:
    center.plan({"do": do})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert isinstance(gateway.send(message()), Uncertain)
        gateway.check()
        center.tell(receipt={"id": "1", "state": "DELIVRD"})
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1")
        center.tell(receipt={"id": "1", "state": "DELIVRD"})
        assert ear.nothing_more()


@pytest.mark.hazard("H13")
def test_a_receipt_that_came_before_the_silence_was_over_settles_it(center: Smsc) -> None:
    center.plan({"do": "silence", "receipts": ["DELIVRD"]})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert gateway.send(message()) == Uncertain(Problem.SILENCE)
        assert ear.next() == Report(Fate.DELIVERED, gateway_id="1")
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1")


@pytest.mark.hazard("H13")
def test_a_message_of_several_parts_is_settled_by_references_once_it_is_cut_off(
    center: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "FIRST_PAUSE", 0.05)
    center.plan({"do": "silence"}, {"do": "silence"}, {"do": "silence"})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        assert gateway.send(message(text=LONG_TEXT)) == Uncertain(Problem.SILENCE)
        center.wait_for("bind")
        center.tell(drop=True)
        center.wait_for("bind")
        for id in ("2", "3", "1"):
            center.tell(receipt={"id": id, "state": "DELIVRD"})
        reports = [ear.next()]
        while reports[-1].fate is not Fate.DELIVERED or not reports[-1].id:
            reports.append(ear.next())
        assert reports[-1] == Report(Fate.DELIVERED, "m1", "2,3,1")


@pytest.mark.hazard("H13")
def test_a_reference_that_two_share_settles_neither(center: Smsc) -> None:
    first, second = ids_with_one_reference()
    center.plan({"do": "silence"}, {"do": "silence"})
    with heard_from(center.port, timeout=SHORT) as (gateway, ear):
        for id in (first, second):
            assert gateway.send(message(id)) == Uncertain(Problem.SILENCE)
        center.tell(receipt={"id": "1", "state": "DELIVRD"})
        assert ear.next() == Report(Fate.DELIVERED, gateway_id="1")
        assert ear.nothing_more()


def ids_with_one_reference() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for number in range(0x10000):
        id = f"m{number}"
        if reference_of(id) in seen:
            return seen[reference_of(id)], id
        seen[reference_of(id)] = id
    raise AssertionError


def test_a_receipt_is_not_acknowledged_unless_it_was_told(center: Smsc) -> None:
    with heard_from(center.port) as (gateway, ear):
        assert gateway.send(message()) == Accepted("1")
        ear.deaf = True
        center.tell(receipt={"id": "1", "state": "DELIVRD"})
        assert center.wait_for("receipt-answered")["status"] == RX_T_APPN
        ear.deaf = False
        center.tell(receipt={"id": "1", "state": "DELIVRD"})
        assert center.wait_for("receipt-answered")["status"] == 0
        assert ear.next() == Report(Fate.DELIVERED, "m1", "1")


def test_where_nobody_listens_the_operator_keeps_the_receipt(center: Smsc) -> None:
    center.plan({"do": "accept", "receipts": ["DELIVRD"]})
    with gateway_to(center.port) as gateway:
        assert gateway.send(message()) == Accepted("1")
        assert center.wait_for("receipt-answered")["status"] == RX_T_APPN


def test_what_somebody_wrote_is_refused_as_nobody_would_read_it(center: Smsc) -> None:
    with heard_from(center.port) as (_, ear):
        center.wait_for("bind")
        center.tell(say="Hej")
        assert center.wait_for("said")["status"] == RX_P_APPN
        assert ear.nothing_more()


# Looking up and checking.


@pytest.mark.parametrize(
    ("states", "fate"),
    [
        ({"1": 2, "2": 2, "3": 2}, Fate.DELIVERED),
        ({"1": 2, "2": 1, "3": 2}, Fate.TAKEN),
        ({"1": 2, "2": 5, "3": 2}, Fate.FAILED),
        ({"1": 2, "2": 2}, None),
        ({"1": 7, "2": 2, "3": 2}, None),
        ({"1": 2, "2": "nack", "3": 2}, None),
        ({"1": 5, "2": "nack", "3": 2}, Fate.FAILED),
    ],
)
def test_what_has_become_of_a_message_can_be_looked_up(
    center: Smsc, states: dict[str, int | str], fate: Fate | None
) -> None:
    center.tell(states=states)
    with gateway_to(center.port) as gateway:
        expected = fate and Report(fate, "m1", "1,2,3")
        assert gateway.look_up(message(), "1,2,3", SINCE) == expected


def test_without_an_id_or_a_connection_nothing_can_be_looked_up(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.look_up(message(), "", SINCE) is None
        assert gateway.look_up(message(), "☃", SINCE) is None
        assert isinstance(gateway.send(message()), Accepted)  # the odd id has done the connection no harm
    with gateway_to(unused_port()) as gateway:
        assert gateway.look_up(message(), "1", SINCE) is None
    assert len(center.seen("bind")) == 1


def test_a_check_says_who_answers_and_sends_nothing(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        assert gateway.check() == "SMPP 3.4 an SMSC"
        assert gateway.check() == "SMPP 3.4 an SMSC"
    assert len(center.seen("enquire_link")) == 2
    assert len(center.seen("bind")) == 1
    assert not center.seen("submit")


def test_a_check_that_is_not_answered_says_so(center: Smsc) -> None:
    center.tell(deaf=True)
    with gateway_to(center.port, timeout=SHORT) as gateway, pytest.raises(Unavailable) as caught:
        gateway.check()
    assert caught.value.detail == Problem.SILENCE


# The session.


def test_the_session_answers_an_enquiry(center: Smsc) -> None:
    with gateway_to(center.port) as gateway:
        gateway.check()
        center.tell(enquire=True)
        center.wait_for("enquired")


def test_the_session_enquires_after_a_quiet_while(center: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_session, "ENQUIRES_AFTER", 0.05)
    with heard_from(center.port):
        for _ in range(3):
            center.wait_for("enquire_link")
    assert len(center.seen("bind")) == 1


def test_the_session_is_made_anew_where_an_enquiry_is_not_answered(
    center: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "ENQUIRES_AFTER", 0.05)
    monkeypatch.setattr(smpp_session, "FIRST_PAUSE", 0.05)
    center.tell(deaf=True)
    with heard_from(center.port, timeout=0.1):
        for _ in range(2):
            center.wait_for("bind")


@pytest.mark.parametrize("ending", ["drop", "unbind"])
def test_whoever_listens_is_connected_again_without_sending(
    center: Smsc, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(smpp_session, "FIRST_PAUSE", 0.05)
    with heard_from(center.port) as (_, ear):
        center.wait_for("bind")
        center.tell(**{ending: True})
        if ending == "unbind":
            center.wait_for("unbound")
        center.wait_for("bind")
        center.tell(receipt={"id": "5", "state": "DELIVRD"})
        assert ear.next() == Report(Fate.DELIVERED, gateway_id="5")


def test_close_unbinds_and_ends_the_threads(center: Smsc) -> None:
    before = set(threading.enumerate())
    with heard_from(center.port) as (gateway, _):
        gateway.check()
        assert {one.name for one in set(threading.enumerate()) - before} == {"smpp", "smpp-reports"}
    center.wait_for("unbind")
    assert set(threading.enumerate()) <= before
    gateway.close()


def test_close_ends_a_session_that_never_came_about(center: Smsc) -> None:
    before = set(threading.enumerate())
    center.tell(bind="silence")
    started = monotonic()
    with heard_from(center.port, timeout=60):
        assert eventually(lambda: bool(set(threading.enumerate()) - before))
    assert set(threading.enumerate()) <= before
    assert monotonic() - started < WITHIN


def test_a_peer_that_speaks_no_smpp_is_unreachable_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp_session, "FIRST_PAUSE", 60.0)  # so that it connects for the two messages alone

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with gateway_to(listener.getsockname()[1]) as gateway:
            for id in ("m1", "m2"):
                assert gateway.send(message(id)) == NotNow(Problem.UNREACHABLE)
        thread.join(WITHIN)


def test_tls_is_spoken_only_with_whom_the_certificate_names(
    node_modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, cert = certificate(tmp_path)
    with smsc(node_modules, key=str(key), cert=str(cert)) as center:
        with gateway_to(center.port, tls=True) as gateway:
            assert gateway.send(message()) == NotNow(Problem.UNREACHABLE)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        with heard_from(center.port, tls=True) as (gateway, ear):
            center.plan({"do": "accept", "receipts": ["DELIVRD"]})
            assert gateway.send(message()) == Accepted("1")
            assert ear.next() == Report(Fate.DELIVERED, "m1", "1")
        assert len(center.seen("submit")) == 1


def certificate(folder: Path) -> tuple[Path, Path]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=smsc"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
    except OSError as error:
        if os.environ.get("CI"):
            pytest.fail(f"openssl is needed here: {error}", pytrace=False)
        pytest.skip(f"SMPP OVER TLS IS NOT TESTED: {error}")
    return key, cert


# What is kept to itself.


def test_nothing_personal_is_logged(center: Smsc, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    center.plan({"do": "accept", "receipts": ["DELIVRD"]}, {"do": "drop"}, {"do": "refuse", "status": RSYSERR})
    with heard_from(center.port) as (gateway, ear):
        for id in ("m1", "m2", "m3"):
            gateway.send(message(id, "Hemlig text"))
        ear.next()
        ear.deaf = True
        center.tell(receipt={"id": "3", "state": "DELIVRD"})
        center.wait_for("receipt-answered")
    assert "connection was lost" in caplog.text
    for secret in ("46701740605", "Hemlig", PASSWORD, b"Hemlig text".hex()):
        assert secret not in caplog.text


def test_smpplib_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, p24tui.gateways.outgoing.smpp; sys.exit('smpplib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "wrong", [{"password": "ninechars"}, {"user": "x" * 16}, {"sender": "Vårdcentralen"}, {"sender": "1" * 21}]
)
def test_what_smpp_has_no_room_for_is_refused_without_being_repeated(wrong: dict[str, str]) -> None:
    given = {"user": USER, "password": PASSWORD, "sender": "1177"} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))) as caught:
        Smpp(host="127.0.0.1", port=1, **given)  # type: ignore[arg-type]
    assert not re.search("|".join(wrong.values()), str(caught.value))


def test_it_is_a_gateway() -> None:
    gateway: Gateway = Smpp(host="127.0.0.1", port=1, user=USER, password=PASSWORD, sender="1177")
    assert (gateway.name, gateway.leaves_machine) == ("smpp", True)
    gateway.close()
